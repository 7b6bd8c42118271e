"""What a composition is made from, apart from what ninja looks after: sources and the headers that they include."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.costs import costs_file
from unilith.catalog.roots import WORKSPACE_FILE, Places
from unilith.demand.recipe import Recipe
from unilith.pipeline.demand import Demand
from unilith.pipeline.lock import lock_file
from unilith.plan.compose import source_folders


def inputs_of(demand: Demand, places: Places, rootfs: Iterable[Path]) -> tuple[Path, ...]:
    """All files and folders, existing or not, whose change, appearance or end means composing again."""
    toolchain = demand.toolchain
    found = (
        *_recipe(demand.recipe),
        lock_file(demand),
        *workspaces(places, Path.cwd()),
        *places.recipes,
        *_catalog(demand.catalog),
        *(costs_file(root, demand.target.arch) for root in demand.catalog.roots),
        *rootfs,
        *(toolchain.cc, toolchain.ld, toolchain.ar, toolchain.strip, *map(Path, toolchain.launcher)),
        *(archive.file for archive in demand.app.archives),
        *(root for unit in demand.app.units for root in unit.roots),
    )
    return tuple(dict.fromkeys(found))


def workspaces(places: Places, here: Path) -> Sequence[Path]:
    """The workspace file that holds, and the nearer ones that would hold if there were any."""
    nearer = []
    for folder in (here, *here.parents):
        nearer.append(folder / WORKSPACE_FILE)
        if nearer[-1] == places.workspace:
            break
    return nearer


def _recipe(recipe: Recipe) -> Iterator[Path]:
    yield recipe.file
    yield from source_folders(recipe.sources, recipe.folder)
    for part in recipe.parts.values():
        yield from source_folders(part.sources, recipe.folder)
    for upstream in (recipe.upstream, *(part.upstream for part in recipe.parts.values())):
        if upstream is not None:
            yield from (recipe.folder / patch for patch in upstream.patches)


def _catalog(catalog: Catalog) -> Iterator[Path]:
    """Manifests, options and folders; the headers that say which interface declares a function; parts of
    linker scripts; and all that may replace or patch third-party code."""
    yield from catalog.input_files
    yield from catalog.input_dirs
    for interface in catalog.interfaces.values():
        yield interface.folder / "include"
        yield from sorted((interface.folder / "include").glob("*.h"))
    for manifest in catalog:
        yield from (manifest.folder / part for part in manifest.linker)
        if manifest.upstream is not None:
            yield from sorted(manifest.folder.rglob("*"))
