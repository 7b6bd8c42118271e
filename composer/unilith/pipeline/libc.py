"""The C library, built once for a toolchain and shared by all images through the cache.

There are two forms of it: for an image that is one process, where whatever starts a second one only asks for
fork(); and for recipes with further programs, position independent, with a real vfork(). Each of them has musl's own
malloc, or the one beside musl's manifest where a recipe asks for `malloc.fast`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Arch
from unilith.demand.recipe import Recipe
from unilith.generate import musl, syscall_arch
from unilith.generate.files import write_if_changed
from unilith.generate.musl import (
    ALLOCATOR,
    app_include,
    musl_cflags,
    musl_file_cflags,
    musl_generated_headers,
    musl_include,
    musl_sources,
)
from unilith.generate.ninja import archive_ninja
from unilith.generate.syscall_arch import syscall_numbers
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.request import Reporter
from unilith.plan.model import Archive, Unit
from unilith.plan.toolchain import PROGRAM_FLAGS, Toolchain
from unilith.upstream.cache import cache_errors, cache_folder, locked
from unilith.upstream.tree import source_tree

MUSL = "musl"
_ARCHIVE = "libc.a"


MALLOC_FAST = "malloc.fast"
"""The interface that a recipe asks for to have the other malloc."""

_ALWAYS, _ONE_PROCESS, _PROCESSES = "overlay", "overlay-one-process", "overlay-processes"


def musl_archive(
    catalog: Catalog,
    toolchain: Toolchain,
    reporter: Reporter,
    *,
    processes: bool = False,
    fast_malloc: bool = False,
) -> Archive:
    """libc.a with direct system calls, and the include path of the programs that use it.

    ``processes``: the form for images in which programs start others. ``fast_malloc``: with `malloc.fast`.
    """
    manifest = catalog.require_library(MUSL)
    assert manifest.upstream is not None
    cache = cache_folder()
    tree = source_tree(manifest.upstream, manifest.folder, cache=cache, report=reporter.step)
    overlays = [manifest.folder / name for name in (_ALWAYS, _PROCESSES if processes else _ONE_PROCESS)]
    allocator = manifest.folder / ALLOCATOR if fast_malloc else None
    ours = [*overlays, *([allocator] if allocator else ())]
    arch = toolchain.arch
    folder = cache / "built" / f"{MUSL}-{arch}-{_key(toolchain, tree, ours)}"
    archive = Archive(MUSL, folder / _ARCHIVE, tuple(app_include(tree, folder / "generated")))
    if archive.file.is_file():
        return archive

    with locked(cache, folder.name, reporter.step), cache_errors(cache):
        if archive.file.is_file():
            return archive
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        headers = musl_generated_headers(tree, arch)
        sources = musl_sources(tree, overlays, arch, allocator=allocator)
        prefix_map = ((tree, MUSL), *((folder, MUSL) for folder in ours), (partial, MUSL))
        flags = (*toolchain.common_flags, *musl_cflags(arch, clang=toolchain.is_clang))
        units = _units(
            (tree, *ours),
            (*flags, *(PROGRAM_FLAGS if processes else ())),
            tuple(musl_include(tree, partial / "generated", arch)),
            sources,
            arch,
            prefix_map,
        )
        text = archive_ninja(toolchain, units, sources, _ARCHIVE)
        write_if_changed(partial / "generated", headers)
        write_if_changed(partial, {"build.ninja": text})
        reporter.step(f"compile {MUSL} {manifest.upstream.version} (once for this compiler)")
        run_ninja(partial, "build.ninja", reporter)
        shutil.rmtree(partial / "obj")
        partial.rename(folder)
    return archive


def musl_numbers(tree: Path, arch: Arch) -> dict[str, int]:
    """The numbers of the system calls, as musl knows them."""
    return syscall_numbers((tree / "arch" / arch / "bits" / "syscall.h.in").read_text(encoding="utf-8"))


def _units(
    roots: tuple[Path, ...],
    flags: tuple[str, ...],
    include: tuple[Path, ...],
    sources: list[Path],
    arch: Arch,
    prefix_map: tuple[tuple[Path, str], ...],
) -> list[Unit]:
    """Sources that are compiled alike, grouped. Each lies in one of ``roots``."""
    groups: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
    for source in sources:
        root = next(root for root in roots if source.is_relative_to(root))
        groups.setdefault((root, musl_file_cflags(source, arch)), []).append(source)
    return [
        Unit(
            name=f"{MUSL}-{number}",
            sources=tuple(members),
            roots=(root,),
            flags=(*flags, *extra),
            include=include,
            prefix_map=prefix_map,
        )
        for number, ((root, extra), members) in enumerate(groups.items())
    ]


def recipe_asks(recipe: Recipe) -> bool:
    """Whether the recipe says that its C library has the fast malloc."""
    return any(ref.name == MALLOC_FAST and not ref.when for ref in recipe.needs)


def _key(toolchain: Toolchain, tree: Path, folders: Sequence[Path]) -> str:
    """Names everything that shows in the archive, wherever it stands on this machine: the toolchain, the patched
    tree, our files, and the code that decides how they are compiled."""
    names = "\0".join(folder.name for folder in folders)
    seen = hashlib.sha256(f"{toolchain.key}\0{tree.name}\0{names}\0".encode())
    ours = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    for file in (*ours, *(Path(str(module.__file__)) for module in (musl, syscall_arch))):
        seen.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return seen.hexdigest()[:16]
