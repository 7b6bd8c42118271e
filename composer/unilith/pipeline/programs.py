"""The further programs of an image: compiled like the application, linked alone, put into its root file system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.demand.probe import LINKER, Probed
from unilith.demand.recipe import Program, Recipe
from unilith.generate.files import write_if_changed
from unilith.generate.ninja import program_ninja
from unilith.generate.tables import PROGRAM_LOADER, program_source
from unilith.pipeline.app import Application, application, compile_probe, probe_demand, write_probe
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.request import Reporter
from unilith.plan.model import Archive
from unilith.plan.toolchain import PROGRAM_FLAGS, Toolchain

_NINJA, _LINKED, _SOURCE = "program.ninja", "program.elf", "program.c"


@dataclass(frozen=True, slots=True)
class BuiltProgram:
    """A program that is compiled and whose needs are known. ``path`` is its place in the root file system, ``folder``
    where it is built; ``calls`` are the functions of the kernel that it calls, in order."""

    path: str
    folder: Path
    app: Application
    probed: Probed
    calls: tuple[str, ...]

    def sources(self) -> tuple[Path, ...]:
        """The files that it is compiled from: its sources, and the headers that they may find."""
        units = self.app.units
        folders = dict.fromkeys(folder for unit in units for folder in unit.include)
        headers = (header for folder in folders for header in sorted(folder.glob("*.h")))
        return (*(source for unit in units for source in unit.sources), *headers)


def find_programs(
    catalog: Catalog, recipe: Recipe, toolchain: Toolchain, archive: Archive, work: Path, reporter: Reporter
) -> tuple[BuiltProgram, ...]:
    """Compiles the recipe's programs below ``work`` and finds what they need. Raises `UserError`."""
    found = []
    for number, (path, program) in enumerate(recipe.programs.items()):
        folder = work / "programs" / str(number)
        own = _as_recipe(recipe, path, program)
        app = application(catalog, own, toolchain, [archive], folder, reporter)
        units = tuple(replace(unit, flags=(*unit.flags, *PROGRAM_FLAGS)) for unit in app.units)
        app = replace(app, units=units)
        write_probe(folder, own, app, toolchain)
        reporter.step(f"compile {path} to see what it needs")
        probed = probe_demand(catalog, own, compile_probe(folder, reporter))
        calls = tuple(sorted(probed.wanted - LINKER))
        found.append(BuiltProgram(path, folder, app, probed, calls))
    return tuple(found)


def link_programs(
    catalog: Catalog, programs: tuple[BuiltProgram, ...], toolchain: Toolchain, reporter: Reporter
) -> dict[str, Path]:
    """Links the programs; returns their files by their paths in the root file system."""
    if not programs:
        return {}
    include = catalog.require_library(PROGRAM_LOADER).folder / "include"
    files = {}
    for program in programs:
        text = program_ninja(
            toolchain, program.app.units, program.app.archives, _SOURCE, include=include, output=_LINKED
        )
        write_if_changed(program.folder, {f"gen/{_SOURCE}": program_source(program.calls), _NINJA: text})
        reporter.step(f"link {program.path}")
        run_ninja(program.folder, _NINJA, reporter)
        files[program.path] = program.folder / _LINKED
    return files


def _as_recipe(recipe: Recipe, path: str, program: Program) -> Recipe:
    """The recipe that the program would have if it were the application."""
    prefix = f"programs.{path}."
    lines = {key.removeprefix(prefix): line for key, line in recipe.lines.items() if key.startswith(prefix)}
    return recipe.model_copy(
        update={
            "name": path.rsplit("/", 1)[-1],
            "sources": program.sources,
            "parts": {},
            "include": program.include,
            "cflags": program.cflags,
            "lines": lines,
        }
    )
