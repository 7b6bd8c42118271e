"""What the libraries of an image will weigh, from their measured graphs and the demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from unilith.catalog.costs import Graph, predict
from unilith.demand.facts import FactKind
from unilith.pipeline.demand import Demand


def weigh(demand: Demand, graphs: Mapping[str, Graph], names: Collection[str]) -> dict[str, int]:
    """The bytes of each of ``names`` in an image of exactly these libraries; follows references as the linker does.

    A table of numbers brings in every call that there is. A library that was never measured weighs 0 here.
    """
    catalog, platform = demand.catalog, demand.target.platform
    roots = demand.wanted | {f"sys_{fact.name}" for fact in demand.facts if fact.kind is FactKind.SYSCALL}
    for name in names:
        manifest = catalog.get(name)
        if demand.numbered:
            roots |= {f"sys_{call}" for call in manifest.syscalls}
        if manifest.init:
            roots |= {manifest.init}
        tables = (catalog.get(ref.name) for ref in manifest.provides)
        roots |= {f"{manifest.identifier}_{i.identifier}" for i in tables if i.table is not None}
    if platform.link is not None:
        roots |= {platform.link.entry}
    return predict(graphs, names, sorted(roots))
