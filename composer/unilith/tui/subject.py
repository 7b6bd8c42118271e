"""What a menu is about: a demand with the weights of libraries, and nothing of how they were found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from unilith.catalog.catalog import Catalog, Target
from unilith.catalog.costs import Graph, library_costs, read_costs
from unilith.demand.facts import Fact, FactKind
from unilith.demand.recipe import Recipe
from unilith.pipeline.demand import Demand
from unilith.pipeline.weigh import weigh
from unilith.resolver.statements import UNMEASURED

Weigh = Callable[[Collection[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A recipe's demand.

    ``costs`` are the bytes of each measured library by itself, as the resolver wants them; ``weigh`` predicts
    what each of the given libraries takes of an image that holds exactly them; ``application`` are the bytes of
    the application with its C library.
    """

    recipe: Recipe
    catalog: Catalog
    target: Target
    facts: tuple[Fact, ...]
    costs: Mapping[str, int]
    weigh: Weigh
    application: int = 0


def subject_of(demand: Demand) -> Subject:
    """A demand as a menu's subject; reads the measured costs."""
    calls = {fact.name for fact in demand.facts if fact.kind is FactKind.SYSCALL}
    graphs = read_costs(demand.catalog, demand.target.arch)
    costs = library_costs(demand.catalog, graphs, calls)
    return Subject(
        recipe=demand.recipe,
        catalog=demand.catalog,
        target=demand.target,
        facts=demand.facts,
        costs=costs,
        weigh=lambda names: _predicted(demand, graphs, costs, names),
        application=demand.app_bytes,
    )


def _predicted(
    demand: Demand, graphs: Mapping[str, Graph], costs: Mapping[str, int], names: Collection[str]
) -> dict[str, int]:
    """What was never measured weighs what the resolver takes it for."""
    predicted = weigh(demand, graphs, names)
    return {n: predicted[n] if n in graphs else costs.get(n, UNMEASURED) for n in sorted(names)}
