"""The application: its sources, compiled and linked alone to see what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.headers import interface_symbols
from unilith.catalog.yaml_nodes import shown
from unilith.demand.probe import Probed, demand_of
from unilith.demand.reachable import reach
from unilith.demand.recipe import Recipe
from unilith.errors import UserError, Where
from unilith.generate.files import write_if_changed
from unilith.generate.ninja import PROBE_OBJECT, probe_ninja
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.request import Reporter
from unilith.plan.compose import expand_sources
from unilith.plan.model import Archive, Unit
from unilith.plan.toolchain import Toolchain
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

PROBE_NINJA = "probe.ninja"

# Where execution can begin: the C library starts up, then calls main.
_ROOTS = {"musl": ("main", "__libc_start_main"), "none": ("main",)}


def roots_of(recipe: Recipe) -> tuple[str, ...]:
    """The names that execution begins at."""
    return _ROOTS[recipe.libc]


@dataclass(frozen=True, slots=True)
class Application:
    """The compiled application: how (for the final link) and where from."""

    unit: Unit
    archives: tuple[Archive, ...]


def application(
    catalog: Catalog,
    recipe: Recipe,
    toolchain: Toolchain,
    archives: Sequence[Archive],
    work: Path,
    reporter: Reporter,
) -> Application:
    """How the recipe's sources are compiled, in the folder ``work``; fetches its upstream if it has one."""
    tree = None
    if recipe.upstream is not None:
        tree = source_tree(recipe.upstream, recipe.folder, cache=cache_folder(), report=reporter.step)
    sources = expand_sources(recipe.sources, recipe, tree, _unconditional)
    if not sources:
        raise UserError(
            f"{recipe.name} has nothing to compile",
            where=Where(shown(recipe.file), recipe.lines.get("sources", 0)),
            hint="`sources` lists the C files that it is made of.",
        )
    interfaces = tuple(
        folder for m in catalog.interfaces.values() if (folder := m.folder / "include").is_dir()
    )
    bases = [folder for folder in (recipe.folder, tree) if folder is not None]
    include = tuple(_include(recipe, bases))
    if recipe.libc == "none":
        flags = (*toolchain.common_flags, "-ffreestanding", "-Wall")
        system: tuple[Path, ...] = ()
    else:
        flags = (*toolchain.common_flags, "-nostdinc", *(("-w",) if tree else ("-Wall",)))
        system = (*(folder for archive in archives for folder in archive.include), toolchain.include)
    unit = Unit(
        name="app",
        sources=sources,
        roots=tuple(bases),
        flags=(*flags, *recipe.cflags),
        include=include,
        include_system=system,
        include_after=interfaces,
        prefix_map=(
            *((m.folder, m.name) for m in catalog.interfaces.values()),
            *((folder, archive.name) for archive in archives for folder in archive.include),
            *((folder, recipe.name) for folder in bases),
            (work, "build"),  # last, for the last that fits counts, and it may lie in the recipe's folder
        ),
    )
    return Application(unit, tuple(archives))


def _unconditional(condition: str) -> bool:
    """The application is compiled before anything is chosen, so its sources cannot depend on a choice."""
    return not condition


def _include(recipe: Recipe, bases: Sequence[Path]) -> list[Path]:
    found = list(bases)
    for number, name in enumerate(recipe.include):
        folders = [base / name for base in bases if (base / name).is_dir()]
        if not folders:
            raise UserError(
                f"`include` names the folder `{name}`, which is neither in the recipe nor in its upstream",
                where=Where(shown(recipe.file), recipe.lines.get(f"include.{number}", 0)),
                hint="Paths are relative to the recipe's folder or to the unpacked upstream.",
            )
        found += folders
    return found


def write_probe(work: Path, recipe: Recipe, app: Application, toolchain: Toolchain) -> None:
    """Writes the build of the application alone."""
    text = probe_ninja(toolchain, app.unit, app.archives, roots_of(recipe))
    write_if_changed(work, {PROBE_NINJA: text})


def compile_probe(work: Path, reporter: Reporter) -> Path:
    """Compiles the application; returns the linked object, which is untouched if nothing changed."""
    run_ninja(work, PROBE_NINJA, reporter)
    return work / PROBE_OBJECT


def probe_demand(catalog: Catalog, recipe: Recipe, probe: Path) -> Probed:
    """What the compiled application shows that it needs."""
    owners: dict[str, str] | None = None

    def interface_of(symbol: str) -> str | None:
        nonlocal owners
        if owners is None:
            owners = {s: i for i in catalog.interfaces for s in interface_symbols(catalog, i)}
        return owners.get(symbol)

    reached = reach(probe, roots_of(recipe))
    return demand_of(recipe.name, reached, interface_of)
