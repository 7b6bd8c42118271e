"""The plan: everything that will be compiled, generated and linked, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.model import HostCall
from unilith.plan.toolchain import Toolchain


@dataclass(frozen=True, slots=True)
class Unit:
    """Sources that are compiled alike: a library, the application, or the generated tables.

    ``config`` is the text of the unit's `config.h` (None: it has none). Objects of a unit stand in
    a folder of its name. ``prefix_map`` gives folders the names that debug information knows them by. ``lto``: the
    compiler optimises all sources as one, into a single object.
    """

    name: str
    sources: tuple[Path, ...]
    roots: tuple[Path, ...]  # the folders that the sources' names are relative to: own, then upstream's
    flags: tuple[str, ...]
    include: tuple[Path, ...] = ()  # -I
    include_system: tuple[Path, ...] = ()  # -isystem
    include_after: tuple[Path, ...] = ()  # -idirafter
    config: str | None = None
    prefix_map: tuple[tuple[Path, str], ...] = ()
    lto: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """A library that is the same for every image: built once for a toolchain and kept in the cache."""

    name: str
    file: Path
    include: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class BootStep:
    """One `init:` function."""

    library: str
    function: str


@dataclass(frozen=True, slots=True)
class ProviderTable:
    """The constant table of an interface of cardinality `many`."""

    type: str
    name: str
    header: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All decisions of a build. Equal plans give equal bytes."""

    recipe: str
    target: str
    toolchain: Toolchain
    app: tuple[Unit, ...]  # the application's own sources, and its parts
    units: tuple[Unit, ...]
    archives: tuple[Archive, ...]
    boot_steps: tuple[BootStep, ...]
    tables: tuple[ProviderTable, ...]
    calls: tuple[
        tuple[int, str], ...
    ]  # numbers and names of the provided calls, if the program computes a number
    stubs: tuple[str, ...]  # calls that are answered with ENOSYS and counted
    guarded: tuple[str, ...]  # calls that hold the kernel's guard, if there is one
    probed: tuple[str, ...]  # calls whose pointers are looked at first, if something can
    program_calls: tuple[str, ...]  # functions that further programs of the image call, in order
    host_calls: tuple[tuple[str, tuple[HostCall, ...]], ...]  # library, what it may ask of the host
    argv: tuple[str, ...]
    env: tuple[str, ...]
    prefix_map: tuple[tuple[Path, str], ...]  # that of all units but the application; last, the build folder
    wide: tuple[str, ...] = ()  # macros that all C files of the image see
    sizes: tuple[tuple[str, int], ...] = ()  # libraries, and the bytes that the resolver reckons with
