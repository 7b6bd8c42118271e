"""The plan as ninja files: `probe.ninja` links the application alone, `image.ninja` the image."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unilith.generate.files import environment
from unilith.plan.model import Archive, Plan, Unit
from unilith.plan.toolchain import Toolchain

GENERATED = "gen"
PROBE_OBJECT = "app.probe.o"
LINKER_SCRIPT = "linker.ld"


@dataclass(frozen=True, slots=True)
class _Step:
    source: str
    object: str


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    flags: tuple[str, ...]
    steps: tuple[_Step, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    output: str
    inputs: tuple[str, ...]
    flags: str
    implicit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Archive:
    output: str
    inputs: tuple[str, ...]


def probe_ninja(
    toolchain: Toolchain,
    app: Unit,
    archives: Iterable[Archive],
    roots: Iterable[str],
    prefix_map: tuple[tuple[Path, str], ...],
) -> str:
    """Compiles the application and links it, relocatable, with what ``roots`` need from the archives."""
    unit = _unit(app, prefix_map)
    keep = " ".join(f"-u {root}" for root in roots)
    link = _Link(
        output=PROBE_OBJECT,
        inputs=(*_objects(unit), *(str(a.file) for a in archives), str(toolchain.runtime)),
        flags=f"-r --unique {keep}",
    )
    return _render(toolchain, "probe", [unit], PROBE_OBJECT, links=[link])


def archive_ninja(
    toolchain: Toolchain,
    units: Iterable[Unit],
    members: Iterable[Path],
    output: str,
    prefix_map: tuple[tuple[Path, str], ...],
) -> str:
    """Compiles the units and archives their objects in the order of ``members``, the sources' paths."""
    rendered = [_unit(u, prefix_map) for u in units]
    objects = {step.source: step.object for unit in rendered for step in unit.steps}
    archive = _Archive(output, tuple(objects[str(source)] for source in members))
    return _render(toolchain, "archive", rendered, output, archives=[archive])


def image_ninja(
    plan: Plan, generated: Iterable[str], *, image: str, debug: str, link_flags: Iterable[str]
) -> str:
    """Everything that the image is made of. ``generated`` names the C files below ``gen/``."""
    boot = Unit(
        name=GENERATED,
        sources=tuple(Path(GENERATED) / name for name in sorted(generated)),
        root=Path(GENERATED),
        flags=plan.toolchain.kernel_flags(floating_point=False),
        include=tuple(dict.fromkeys(i for unit in plan.units for i in unit.include if i.name == "include")),
    )
    app = _unit(plan.app, plan.prefix_map)
    units = [*(_unit(u, plan.prefix_map) for u in plan.units), _unit(boot, plan.prefix_map)]
    objects = tuple(o for unit in (*units, app) for o in _objects(unit))
    link = _Link(
        output=debug,
        inputs=(*objects, *(str(a.file) for a in plan.archives), str(plan.toolchain.runtime)),
        flags=" ".join(
            [
                "-nostdlib -static --gc-sections --build-id=none -Map=image.map",
                *link_flags,
                *(f"--wrap=sys_{call}" for call in plan.guarded),
                f"-T {LINKER_SCRIPT}",
            ]
        ),
        implicit=(LINKER_SCRIPT,),
    )
    return _render(plan.toolchain, "image", [*units, app], image, links=[link], strips=[(image, debug)])


def objects_ninja(toolchain: Toolchain, units: Iterable[Unit]) -> str:
    """Compiles the units and links nothing."""
    rendered = [_unit(u, ()) for u in units]
    return _render(toolchain, "objects", rendered, *(o for unit in rendered for o in _objects(unit)))


def unit_object(unit: Unit, source: Path) -> str:
    """Where the object of a source is put, relative to the build folder."""
    name = source.relative_to(unit.root) if source.is_relative_to(unit.root) else Path(source.name)
    return f"obj/{unit.name}/{name}.o"


def compile_flags(unit: Unit, prefix_map: tuple[tuple[Path, str], ...]) -> tuple[str, ...]:
    """All flags of a unit, include paths in their order of precedence."""
    flags = list(unit.flags)
    if unit.config is not None:
        flags.append(f"-I{GENERATED}/{unit.name}")
    for option, folders in (
        ("-I", unit.include),
        ("-isystem", unit.include_system),
        ("-idirafter", unit.include_after),
    ):
        flags += [shlex.quote(option + str(folder)) for folder in folders]
    flags += [shlex.quote(f"-ffile-prefix-map={folder}={name}") for folder, name in prefix_map]
    return tuple(flags)


def _unit(unit: Unit, prefix_map: tuple[tuple[Path, str], ...]) -> _Unit:
    steps = tuple(_Step(str(source), unit_object(unit, source)) for source in unit.sources)
    return _Unit(unit.name, compile_flags(unit, prefix_map), steps)


def _objects(unit: _Unit) -> tuple[str, ...]:
    return tuple(step.object for step in unit.steps)


def _render(
    toolchain: Toolchain,
    builddir: str,
    units: list[_Unit],
    *default: str,
    links: Iterable[_Link] = (),
    archives: Iterable[_Archive] = (),
    strips: Iterable[tuple[str, str]] = (),
) -> str:
    env = environment()
    env.filters["ninja"] = _escape
    env.filters["variable"] = lambda name: re.sub(r"\W", "_", name)
    return env.get_template("build.ninja.j2").render(
        toolchain=toolchain,
        builddir=builddir,
        units=units,
        links=links,
        archives=archives,
        strips=strips,
        default=default,
    )


def _escape(path: object) -> str:
    """A path as ninja reads it (ninja manual, "Lexical syntax")."""
    return re.sub(r"([$ :])", r"$\1", str(path))
