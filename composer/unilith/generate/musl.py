"""How libc.a is built from musl's sources: which files, which flags, which headers are generated.

Pure functions of an unpacked and patched tree (``tree``) and of the folders of our replacements
(``overlays``, `libs/libc/musl/overlay*`). The caller writes out `musl_generated_headers`, compiles each file of
`musl_sources` with `musl_cflags`, `musl_file_cflags` and `-I` for each folder of `musl_include`, and makes an
archive of the objects.

An application is compiled with `-nostdinc`, `-isystem` for each folder of `app_include`, and `-isystem` for
the compiler's own include folder, in this order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.errors import UserError
from unilith.generate.syscall_arch import syscall_arch

if TYPE_CHECKING:
    from unilith.catalog.model import Arch

ALLOCATOR = "allocator"
"""The folder of the allocator beside musl's manifest."""

_SOURCE_SUFFIXES = frozenset({".c", ".s", ".S"})

# Never compiled, in C or in assembly: its three labels served the comparison of program counters that the
# overlay's src/thread/pthread_cancel.c does without.
_DROPPED = frozenset({"src/thread/syscall_cp"})

# What `malloc.fast` takes the place of; the rest of src/malloc/ calls it. No file of its own is named like these.
_ALLOCATOR = tuple(
    f"src/malloc/{name}" for name in ("calloc", "free", "libc_calloc", "lite_malloc", "realloc", "mallocng/")
)

# TYPE name; STRUCT name body; UNION name body: the macros of alltypes.h.in (tools/mkalltypes.sed).
_TYPEDEF = re.compile(r"^TYPEDEF (.*) ([^ ]*);$")
_STRUCT = re.compile(r"^STRUCT * ([^ ]*) (.*);$")
_UNION = re.compile(r"^UNION * ([^ ]*) (.*);$")


def musl_sources(
    tree: Path, overlays: Sequence[Path], arch: Arch, *, allocator: Path | None = None
) -> list[Path]:
    """The sources of libc.a, in the order of their names inside musl.

    A file below `<folder>/<arch>/` replaces the file of that stem in `<folder>/`, and a file of an overlay
    replaces both, in a folder of an architecture or not. The files of `allocator` take the place of musl's malloc. The
    dynamic linker, the start files and the 32-bit time functions are left out.
    """
    chosen: dict[str, Path] = {}
    for pattern in ("src/*/*.c", "src/malloc/mallocng/*.c"):
        chosen |= {_stem(file, tree): file for file in tree.glob(pattern)}
    if not chosen:
        raise UserError("there are no sources of musl in this folder", where=tree)
    for pattern in (f"src/*/{arch}/*", f"src/malloc/mallocng/{arch}/*"):
        for file in tree.glob(pattern):
            if file.suffix in _SOURCE_SUFFIXES:
                chosen[_stem(file.parent.parent / file.name, tree)] = file
    for overlay in overlays:
        ours = {_stem(file, overlay): file for file in overlay.glob("src/*/*.c")}
        ours |= {
            _stem(file.parent.parent / file.name, overlay): file
            for file in overlay.glob(f"src/*/{arch}/*")
            if file.suffix in _SOURCE_SUFFIXES
        }
        for stem, file in ours.items():
            if stem not in chosen:
                raise UserError("replaces no file of musl", where=file, hint="Give it the name of one.")
        chosen |= ours
    if allocator is not None:
        chosen = {stem: file for stem, file in chosen.items() if not _is_allocator(stem)}
        chosen |= {f"allocator/{file.stem}": file for file in allocator.glob("*.c")}
    return [chosen[stem] for stem in sorted(chosen) if stem not in _DROPPED]


def _is_allocator(stem: str) -> bool:
    return any(stem == name or (name.endswith("/") and stem.startswith(name)) for name in _ALLOCATOR)


def musl_cflags(arch: Arch, *, clang: bool) -> tuple[str, ...]:
    """Flags for all of musl, to stand after those that every C file of an image gets.

    They are what musl's own `configure` would choose: strict ISO C floating point among them.
    """
    del arch  # no architecture needs one of its own so far
    gcc_only = () if clang else ("-fexcess-precision=standard", "-fno-tree-loop-distribute-patterns")
    return (
        "-std=c99",
        "-ffreestanding",
        "-nostdinc",
        "-D_XOPEN_SOURCE=700",
        "-frounding-math",
        *gcc_only,
        "-Wa,--noexecstack",
        "-w",
    )


def musl_file_cflags(source: Path, arch: Arch) -> tuple[str, ...]:
    """Flags for one file of musl, to stand after all others.

    The kernel calls the memory and string functions from interrupt handlers, where vector registers belong to
    the interrupted program; both x86_64 and aarch64 compilers know this flag. The allocator that is there for its speed
    is compiled for it.
    """
    del arch
    if source.parent.name == ALLOCATOR:
        return ("-O2", "-fomit-frame-pointer")
    return ("-mgeneral-regs-only",) if "string" in source.parts and source.suffix == ".c" else ()


def musl_include(tree: Path, generated: Path, arch: Arch) -> list[Path]:
    """The `-I` path of musl's own sources; ``generated`` holds the files of `musl_generated_headers`."""
    return [
        generated / "internal",
        tree / "arch" / arch,
        tree / "arch" / "generic",
        tree / "src" / "include",
        tree / "src" / "internal",
        generated / "include",
        tree / "include",
    ]


def app_include(tree: Path, generated: Path) -> list[Path]:
    """The `-isystem` path of applications, in front of the compiler's own headers."""
    return [generated / "include", tree / "include"]


def musl_generated_headers(tree: Path, arch: Arch) -> dict[str, str]:
    """The headers that musl's build makes, by path below the folder of generated files.

    `include/` is for everybody and holds all of `bits/`, as an installed musl does; `internal/` is for
    musl alone.
    """
    headers: dict[str, str] = {}
    for folder in (tree / "arch" / "generic" / "bits", tree / "arch" / arch / "bits"):
        headers |= {f"include/bits/{file.name}": _read(file) for file in sorted(folder.glob("*.h"))}
    calls = _read(tree / "arch" / arch / "bits" / "syscall.h.in")
    types = _read(tree / "arch" / arch / "bits" / "alltypes.h.in") + _read(tree / "include" / "alltypes.h.in")
    headers["include/bits/alltypes.h"] = all_types(types)
    headers["include/bits/syscall.h"] = calls + _sys_names(calls)
    headers["internal/version.h"] = f'#define VERSION "{_read(tree / "VERSION").strip()}"\n'
    headers["internal/syscall_arch.h"] = syscall_arch(calls)
    return dict(sorted(headers.items()))


def all_types(text: str) -> str:
    """`alltypes.h`: each definition of the template, guarded so that a header gets what it asks for, once."""
    return "".join(_guarded(line) + "\n" for line in text.splitlines())


def _guarded(line: str) -> str:
    if found := _TYPEDEF.match(line):
        tag, definition = found[2], f"typedef {found[1]} {found[2]};"
    elif found := _STRUCT.match(line):
        tag, definition = f"struct_{found[1]}", f"struct {found[1]} {found[2]};"
    elif found := _UNION.match(line):
        tag, definition = f"union_{found[1]}", f"union {found[1]} {found[2]};"
    else:
        return line
    return f"""#if defined(__NEED_{tag}) && !defined(__DEFINED_{tag})
{definition}
#define __DEFINED_{tag}
#endif
"""


def _sys_names(calls: str) -> str:
    """The same numbers once more, under the names `SYS_...`."""
    lines = [line.replace("__NR_", "SYS_", 1) for line in calls.splitlines() if "__NR_" in line]
    return "".join(line + "\n" for line in lines)


def _stem(file: Path, root: Path) -> str:
    return file.relative_to(root).with_suffix("").as_posix()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot read musl's sources: {e.strerror}", where=file) from e
