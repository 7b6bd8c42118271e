"""The plan as ninja files: `probe.ninja` links the application alone, `image.ninja` the image.

Both share ninja's log, so an object that stands in both is compiled once.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unilith.errors import UserError
from unilith.generate.files import environment
from unilith.plan.model import Archive, Plan, Unit
from unilith.plan.toolchain import PROGRAM_FLAGS, Toolchain

GENERATED = "gen"
PROBE_OBJECT = "app.probe.o"
LINKER_SCRIPT = "linker.ld"
RELOCATIONS = f"{GENERATED}/relocations.s"
UNLISTED = "image.unlisted"
MERGED = "merged.o"
_LISTER = Path(__file__).with_name("relocations.py")


@dataclass(frozen=True, slots=True)
class _Step:
    source: str
    object: str


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    flags: tuple[str, ...]
    steps: tuple[_Step, ...]
    merged: str = ""  # the one object of all steps, if they are optimised as one


@dataclass(frozen=True, slots=True)
class _Link:
    output: str
    inputs: tuple[str, ...]
    flags: tuple[str, ...]
    implicit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Archive:
    output: str
    inputs: tuple[str, ...]


def probe_ninja(
    toolchain: Toolchain,
    app: Iterable[Unit],
    archives: Iterable[Archive],
    roots: Iterable[str],
) -> str:
    """Compiles the application and links it, relocatable, with what ``roots`` need from the archives.

    Sources that the image has optimised as one are linked one by one here: that takes no time, and as one they need
    nothing more.
    """
    units = [_unit(unit) for unit in app]
    keep = [word for root in roots for word in ("-u", root)]
    link = _Link(
        output=PROBE_OBJECT,
        inputs=(
            *(step.object for unit in units for step in unit.steps),
            *(str(a.file) for a in archives),
            *map(str, toolchain.runtime),
        ),
        flags=("-r", "--unique", *keep),
    )
    return _render(toolchain, units, PROBE_OBJECT, links=[link])


def archive_ninja(toolchain: Toolchain, units: Iterable[Unit], members: Iterable[Path], output: str) -> str:
    """Compiles the units and archives their objects in the order of ``members``, the sources' paths."""
    rendered = [_unit(u) for u in units]
    objects = {step.source: step.object for unit in rendered for step in unit.steps}
    archive = _Archive(output, tuple(objects[str(source)] for source in members))
    return _render(toolchain, rendered, output, archives=[archive])


def image_ninja(
    plan: Plan,
    generated: Iterable[str],
    *,
    image: str,
    debug: str,
    link_flags: Iterable[str],
    movable: bool = False,
) -> str:
    """Everything that the image is made of. ``generated`` names the C files below ``gen/``.

    A ``movable`` image is linked twice: first to see which of its words hold addresses, then with their list, which
    lies behind everything else and so changes no address.
    """
    boot = Unit(
        name=GENERATED,
        sources=tuple(Path(GENERATED) / name for name in sorted(generated)),
        roots=(Path(GENERATED),),
        flags=plan.toolchain.kernel_flags(floating_point=False),
        include=tuple(dict.fromkeys(i for unit in plan.units for i in unit.include if i.name == "include")),
    )
    app = [_unit(unit) for unit in plan.app]  # exactly as in the probe, so that it is compiled once for both
    units = [_unit(replace(u, prefix_map=_names_seen(u, plan))) for u in (*plan.units, boot)]
    objects = tuple(o for unit in (*units, *app) for o in _objects(unit))
    link = _Link(
        output=debug,
        inputs=(*objects, *(str(a.file) for a in plan.archives), *map(str, plan.toolchain.runtime)),
        flags=(
            *("-nostdlib", "-static", "--gc-sections", "--build-id=none", "-Map=image.map"),
            *link_flags,
            *(f"--wrap=sys_{call}" for call in sorted({*plan.guarded, *plan.probed})),
            *("-T", LINKER_SCRIPT),
        ),
        implicit=(LINKER_SCRIPT,),
    )
    if not movable:
        return _render(plan.toolchain, [*units, *app], image, links=[link], strips=[(image, debug)])
    listed = Unit(
        name=GENERATED, sources=(Path(RELOCATIONS),), roots=(Path(GENERATED),), flags=("-x", "assembler")
    )
    unlisted = replace(
        link, output=UNLISTED, flags=("--emit-relocs", *(f for f in link.flags if not f.startswith("-Map")))
    )
    whole = replace(
        link, inputs=(*objects, unit_object(listed, listed.sources[0]), *link.inputs[len(objects) :])
    )
    return _render(
        plan.toolchain,
        [*units, *app, replace(_unit(listed), name=f"{GENERATED}-relocations")],
        image,
        links=[unlisted, whole],
        lists=[(RELOCATIONS, UNLISTED)],
        strips=[(image, debug)],
    )


def program_ninja(
    toolchain: Toolchain,
    program: Sequence[Unit],
    archives: Iterable[Archive],
    source: str,
    *,
    include: Path,
    output: str,
) -> str:
    """Links a further program as a position-independent executable. ``source`` is its generated C file below
    ``gen/``, which finds its header in ``include``."""
    own = Unit(
        name=GENERATED,
        sources=(Path(GENERATED) / source,),
        roots=(Path(GENERATED),),
        flags=(*toolchain.kernel_flags(floating_point=False), *PROGRAM_FLAGS),
        include=(include,),
        prefix_map=program[0].prefix_map,
    )
    units = [_unit(unit) for unit in (*program, own)]
    flags = (
        *("-nostdlib", "-pie", "--no-dynamic-linker", "--gc-sections", "--build-id=none", "--strip-all"),
        *("-z", "text", "-z", "now", "-z", "norelro", "-z", "noexecstack", "-z", "separate-code"),
        *("-z", "max-page-size=4096", "-e", "program_interface"),
    )
    inputs = (*(o for unit in units for o in _objects(unit)), *(str(a.file) for a in archives))
    link = _Link(output=output, inputs=(*inputs, *map(str, toolchain.runtime)), flags=flags)
    return _render(toolchain, units, output, links=[link])


def objects_ninja(toolchain: Toolchain, units: Iterable[Unit]) -> str:
    """Compiles the units and links nothing."""
    rendered = [_unit(u) for u in units]
    return _render(toolchain, rendered, *(o for unit in rendered for o in _objects(unit)))


def unit_object(unit: Unit, source: Path) -> str:
    """Where the object of a source is put, relative to the build folder; no two sources share a place."""
    for number, root in enumerate(unit.roots):
        if source.is_relative_to(root) and ".." not in source.parts:
            below = f"@{number}/" if number else ""
            return f"obj/{unit.name}/{below}{source.relative_to(root).as_posix()}.o"
    outside = os.path.relpath(source, unit.roots[0]).replace("../", "@up/")
    return f"obj/{unit.name}/{outside}.o"


def compile_flags(unit: Unit) -> tuple[str, ...]:
    """All flags of a unit, include paths in their order of precedence."""
    flags = list(unit.flags)
    if unit.config is not None:
        flags.append(f"-I{GENERATED}/{unit.name}")
    for option, folders in (
        ("-I", unit.include),
        ("-isystem", unit.include_system),
        ("-idirafter", unit.include_after),
    ):
        flags += [f"{option}{folder}" for folder in folders]
    flags += [f"-ffile-prefix-map={folder}={name}" for folder, name in unit.prefix_map]
    return tuple(flags)


def _names_seen(unit: Unit, plan: Plan) -> tuple[tuple[Path, str], ...]:
    """Those folders' names that the unit's objects can hold. Without the names of all the others, a library's
    commands are the same in every image, and a compiler cache knows its objects again."""
    around: set[Path] = set()
    for path in (*unit.sources, *unit.roots, *unit.include, *unit.include_system, *unit.include_after):
        for folder in (path, *path.parents):
            if folder in around:
                break
            around.add(folder)
    last = len(plan.prefix_map) - 1
    return tuple(entry for i, entry in enumerate(plan.prefix_map) if i == last or entry[0] in around)


def _unit(unit: Unit) -> _Unit:
    steps = tuple(_Step(str(source), unit_object(unit, source)) for source in unit.sources)
    if not unit.lto:
        return _Unit(unit.name, compile_flags(unit), steps)
    return _Unit(
        unit.name,
        (*compile_flags(unit), "-flto", "-ffat-lto-objects"),
        steps,
        merged=f"obj/{unit.name}/{MERGED}",
    )


def _objects(unit: _Unit) -> tuple[str, ...]:
    """What is linked of a unit."""
    return (unit.merged,) if unit.merged else tuple(step.object for step in unit.steps)


def _render(
    toolchain: Toolchain,
    units: list[_Unit],
    *default: str,
    links: Iterable[_Link] = (),
    archives: Iterable[_Archive] = (),
    lists: Iterable[tuple[str, str]] = (),
    strips: Iterable[tuple[str, str]] = (),
) -> str:
    env = environment()
    env.filters["ninja"] = _path
    env.filters["words"] = _words
    env.filters["variable"] = lambda name: re.sub(r"\W", "_", name)
    return env.get_template("build.ninja.j2").render(
        toolchain=toolchain,
        units=units,
        links=links,
        archives=archives,
        lists=lists,
        lister=(sys.executable, "-I", "-S", str(_LISTER)),
        strips=strips,
        default=default,
    )


def _path(path: object) -> str:
    """A path as ninja reads it in a build line (ninja manual, "Lexical syntax")."""
    return re.sub(r"([$ :])", r"$\1", _one_line(str(path)))


def _words(words: Iterable[object]) -> str:
    """Words of a command as the value of a variable: quoted for the shell, then for ninja."""
    return " ".join(shlex.quote(_one_line(str(word))).replace("$", "$$") for word in words)


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise UserError(f"{text!r} cannot be part of a build: it holds a line break")
    return text
