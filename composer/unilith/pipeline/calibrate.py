"""Measuring what libraries weigh: each is compiled with its default options, and its objects become a graph."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.costs import Graph, costs_file, write_costs
from unilith.catalog.model import Arch, Manifest
from unilith.demand.object_file import read_object
from unilith.errors import UserError
from unilith.generate.files import write_if_changed
from unilith.generate.ninja import GENERATED, objects_ninja, unit_object
from unilith.kconfig.options import OptionValues, load_options
from unilith.pipeline.headers import header_trees
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.object_graph import object_graph
from unilith.pipeline.request import Reporter
from unilith.plan.compose import Chosen, library_unit
from unilith.plan.model import Unit
from unilith.plan.toolchain import Toolchain
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

_NINJA = "calibrate.ninja"
_ARCHIVED = frozenset(
    {"musl"}
)  # built once for all images: what an image takes of it is the probe's business


def calibrate(catalog: Catalog, toolchain: Toolchain, work: Path, reporter: Reporter) -> list[Path]:
    """Measures all libraries and platforms for the toolchain's architecture; returns the files written.

    Each root gets a file for its own libraries.
    """
    if toolchain.is_clang:
        raise UserError("costs are measured with GCC, the default compiler", hint="Leave out --cc.")
    graphs = measure(catalog, toolchain, work, reporter)
    written = []
    for root in catalog.roots:
        own = {n: g for n, g in graphs.items() if catalog.get(n).folder.is_relative_to(root)}
        file = costs_file(root, toolchain.arch)
        if own and file.parent.is_dir():
            write_costs(file, own)
            written.append(file)
    return written


def measure(catalog: Catalog, toolchain: Toolchain, work: Path, reporter: Reporter) -> dict[str, Graph]:
    """The graph of every library that supports the architecture and has anything to compile."""
    units = [u for m in catalog if (u := _unit(catalog, m, toolchain, work, reporter))]
    files = {f"{GENERATED}/{u.name}/config.h": u.config for u in units if u.config is not None}
    files[_NINJA] = objects_ninja(toolchain, units)
    write_if_changed(work, files)
    reporter.step(f"compile {len(units)} libraries")
    run_ninja(work, _NINJA, reporter)
    return {u.name: object_graph([read_object(work / o) for o in _objects(u)]) for u in units}


def _unit(
    catalog: Catalog, manifest: Manifest, toolchain: Toolchain, work: Path, reporter: Reporter
) -> Unit | None:
    arch: Arch = toolchain.arch
    if not manifest.sources or (manifest.supports.arch and arch not in manifest.supports.arch):
        return None
    options = _defaults(catalog, manifest, arch, work)
    trees = header_trees(catalog, manifest, reporter.step)
    if manifest.upstream is not None and manifest.name not in _ARCHIVED:
        trees[manifest.name] = source_tree(
            manifest.upstream, manifest.folder, cache=cache_folder(), report=reporter.step
        )
    return library_unit(
        catalog,
        manifest,
        Chosen((manifest.name,), options),
        toolchain,
        trees,
        archived=manifest.name in _ARCHIVED,
    )


def _defaults(catalog: Catalog, manifest: Manifest, arch: Arch, work: Path) -> OptionValues:
    """Default options. Kconfig is only asked where there is one: most libraries have none."""
    if catalog.library_options(manifest.name):
        return load_options(catalog, [manifest.name], arch=arch, folder=work / "kconfig")
    symbols = {ARCH_SYMBOLS[arch]: "y", manifest.symbol: "y"}
    return OptionValues({}, symbols, dict.fromkeys(symbols, "bool"), "")


def _objects(unit: Unit) -> Iterable[str]:
    return (unit_object(unit, source) for source in unit.sources)
