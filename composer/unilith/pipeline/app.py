"""The application: its sources, compiled and linked alone to see what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.headers import interface_symbols
from unilith.catalog.model import Source, Upstream
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
    """How the application is compiled: its own sources first, then its parts; and what it is linked with."""

    units: tuple[Unit, ...]
    archives: tuple[Archive, ...]


@dataclass(frozen=True, slots=True)
class _Code:
    """Sources of a recipe that are compiled alike. ``field`` is their place in the recipe, with a dot behind it."""

    name: str
    field: str
    sources: tuple[Source, ...]
    tree: Path | None
    include: tuple[str, ...]
    cflags: tuple[str, ...]
    lto: bool


def application(
    catalog: Catalog,
    recipe: Recipe,
    toolchain: Toolchain,
    archives: Sequence[Archive],
    work: Path,
    reporter: Reporter,
) -> Application:
    """How the recipe's sources are compiled, in the folder ``work``; fetches its upstreams."""

    def tree_of(upstream: Upstream | None) -> Path | None:
        if upstream is None:
            return None
        return source_tree(upstream, recipe.folder, cache=cache_folder(), report=reporter.step)

    own = _Code(
        "app", "", recipe.sources, tree_of(recipe.upstream), recipe.include, recipe.cflags, recipe.lto
    )
    parts = [
        _Code(
            f"app-{name}",
            f"parts.{name}.",
            part.sources,
            tree_of(part.upstream) if part.upstream else own.tree,
            part.include,
            part.cflags,
            part.lto,
        )
        for name, part in recipe.parts.items()
    ]
    interfaces = tuple(
        folder for m in catalog.interfaces.values() if (folder := m.folder / "include").is_dir()
    )
    # What all parts offer comes behind the application's own headers.
    offered = tuple(folder for part in parts for folder in _named_folders(recipe, part))
    prefix_map = (
        *((m.folder, m.name) for m in catalog.interfaces.values()),
        *((folder, archive.name) for archive in archives for folder in archive.include),
        *((code.tree, recipe.name) for code in (own, *parts) if code.tree is not None),
        (recipe.folder, recipe.name),
        (work, "build"),  # last, for the last that fits counts, and it may lie in the recipe's folder
    )

    def unit(code: _Code, further: tuple[Path, ...]) -> Unit:
        return Unit(
            name=code.name,
            sources=_sources(recipe, code),
            roots=tuple(_bases(recipe, code)),
            flags=(*_flags(recipe, toolchain, foreign=code.tree is not None), *code.cflags),
            include=(*_bases(recipe, code), *_named_folders(recipe, code), *further),
            include_system=_system(recipe, toolchain, archives),
            include_after=interfaces,
            prefix_map=prefix_map,
            lto=code.lto and not toolchain.is_clang,
        )

    return Application((unit(own, offered), *(unit(part, ()) for part in parts)), tuple(archives))


def _sources(recipe: Recipe, code: _Code) -> tuple[Path, ...]:
    sources = expand_sources(code.sources, recipe, code.tree, _unconditional, field=f"{code.field}sources")
    if not sources:
        raise UserError(
            f"{recipe.name} has nothing to compile",
            where=Where(shown(recipe.file), recipe.lines.get(f"{code.field}sources", 0)),
            hint="`sources` lists the C files that it is made of.",
        )
    return sources


def _flags(recipe: Recipe, toolchain: Toolchain, *, foreign: bool) -> tuple[str, ...]:
    if recipe.libc == "none":
        return (*toolchain.program_flags, "-ffreestanding", "-Wall")
    return (*toolchain.program_flags, "-nostdinc", *(("-w",) if foreign else ("-Wall",)))


def _system(recipe: Recipe, toolchain: Toolchain, archives: Sequence[Archive]) -> tuple[Path, ...]:
    if recipe.libc == "none":
        return ()
    return (*(folder for archive in archives for folder in archive.include), toolchain.include)


def _bases(recipe: Recipe, code: _Code) -> list[Path]:
    """Where the files of the code are looked for."""
    return [folder for folder in (recipe.folder, code.tree) if folder is not None]


def _named_folders(recipe: Recipe, code: _Code) -> list[Path]:
    """The folders of `include`."""
    found: list[Path] = []
    for number, name in enumerate(code.include):
        folders = [base / name for base in _bases(recipe, code) if (base / name).is_dir()]
        if not folders:
            raise UserError(
                f"`include` names the folder `{name}`, which is neither in the recipe nor in its upstream",
                where=Where(shown(recipe.file), recipe.lines.get(f"{code.field}include.{number}", 0)),
                hint="Paths are relative to the recipe's folder or to the unpacked upstream.",
            )
        found += folders
    return found


def _unconditional(condition: str) -> bool:
    """The application is compiled before anything is chosen, so its sources cannot depend on a choice."""
    return not condition


def write_probe(work: Path, recipe: Recipe, app: Application, toolchain: Toolchain) -> None:
    """Writes the build of the application alone."""
    text = probe_ninja(toolchain, app.units, app.archives, roots_of(recipe))
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

    asked = asked_of(catalog)
    reached = reach(probe, roots_of(recipe), asked)
    return demand_of(recipe.name, reached, interface_of, asked)


def asked_of(catalog: Catalog) -> dict[str, str]:
    """Functions of the C library whose use by a program asks for an interface, and which."""
    return {name: interface.name for interface in catalog.interfaces.values() for name in interface.asked_by}
