"""What a finished Linux program would need of Unilith: its system calls, and the libraries that implement them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.demand.elf_program import ElfProgram, read_program
from unilith.demand.probe import chain
from unilith.demand.reachable import reach
from unilith.errors import UserError
from unilith.pipeline.libc import MUSL, musl_archive, musl_numbers
from unilith.pipeline.request import Reporter
from unilith.plan.toolchain import Toolchain
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

_START = "__libc_start_main"
_SYS = "sys_"
# What glibc's headers call functions that musl has under their own names.
_CHECKED = re.compile(r"__(\w+)_chk")
_RENAMED = {"__isoc23_strtol": "strtol", "__isoc23_strtoul": "strtoul", "__isoc23_sscanf": "sscanf"}


@dataclass(frozen=True, slots=True)
class NeededCall:
    """A system call. ``because`` are places in the program, or chains of functions from one that it imports."""

    name: str
    because: tuple[str, ...]
    libraries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """``foreign`` are imported names that our C library lacks, ``by_number`` the functions that make a call
    whose number only a run shows."""

    file: Path
    program: ElfProgram
    calls: tuple[NeededCall, ...]
    by_number: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def missing(self) -> tuple[NeededCall, ...]:
        """The calls that no library implements."""
        return tuple(call for call in self.calls if not call.libraries)

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries that implement the others; of several for a call, an image takes one."""
        return tuple(sorted({name for call in self.calls for name in call.libraries}))


def inspect(file: Path, catalog: Catalog, toolchain: Toolchain, reporter: Reporter) -> Inspection:
    """Analyses a program without running it. Raises `UserError`."""
    program = read_program(file)
    archive = musl_archive(catalog, toolchain, reporter)
    manifest = catalog.require_library(MUSL)
    assert manifest.upstream is not None
    tree = source_tree(manifest.upstream, manifest.folder, cache=cache_folder(), report=reporter.step)
    names = {number: name for name, number in musl_numbers(tree, toolchain.arch).items()}

    reasons: dict[str, list[str]] = {}
    for call in program.calls:
        if call.number is not None:
            name = names.get(call.number, f"number {call.number}")
            reasons.setdefault(name, []).append(f"in {call.function}")
    own = _exported(archive.file, toolchain)
    imports = {_our_name(name, own): name for name in program.imports}
    for name, because in _reached(archive.file, [n for n in imports if n in own], toolchain):
        reasons.setdefault(name, []).append(because)
    return Inspection(
        file=file,
        program=program,
        calls=tuple(
            NeededCall(name, tuple(reasons[name]), tuple(m.name for m in catalog.syscall_providers(name)))
            for name in sorted(reasons)
        ),
        by_number=tuple(sorted({call.function for call in program.calls if call.number is None})),
        foreign=tuple(sorted(theirs for ours, theirs in imports.items() if ours not in own)),
    )


def _our_name(name: str, own: Collection[str]) -> str:
    """What our C library calls an imported function."""
    if name in own:
        return name
    if name in _RENAMED:
        return _RENAMED[name]
    checked = _CHECKED.fullmatch(name)
    return checked[1] if checked and checked[1] in own else name


def _exported(archive: Path, toolchain: Toolchain) -> frozenset[str]:
    """The names that an archive defines, from its own index (System V ABI, "Archive File")."""
    data = archive.read_bytes()
    size = int(data[56:66])
    index = data[68 : 68 + size]
    if data[8:24].rstrip() != b"/":
        raise UserError("the C library's archive has no index", where=archive)
    count = int.from_bytes(index[:4], "big")
    return frozenset(index[4 + 4 * count :].decode().split("\0")) - {""}


def _reached(archive: Path, roots: Iterable[str], toolchain: Toolchain) -> list[tuple[str, str]]:
    """The calls that functions of the C library reach, each with the shortest way there."""
    wanted = sorted(roots)
    if not wanted:
        return []
    with tempfile.TemporaryDirectory(prefix="unilith-inspect-") as folder:
        linked = Path(folder) / "reached.o"
        keep = [word for root in wanted for word in ("-u", root)]
        done = subprocess.run(
            [str(toolchain.ld), "-r", "--unique", *keep, "-o", str(linked), str(archive)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise UserError(f"the C library cannot be linked: {done.stderr.strip()}")
        found = reach(linked, tuple(wanted)).undefined
    return [
        (item.name.removeprefix(_SYS), chain(item.path))
        for item in found
        if item.name.startswith(_SYS) and item.name != "sys_dispatch"
    ]
