"""The boot order: what a library requires is initialised before it."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping

from unilith.errors import UserError


def dependency_order(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """All keys, each after the keys that it needs; among those that could come next, by name.

    Names that are not keys are ignored. A loop is a `UserError` that names its members.
    """
    waiting = {name: {n for n in wanted if n in needs and n != name} for name, wanted in needs.items()}
    dependents: dict[str, list[str]] = {name: [] for name in needs}
    for name, wanted in waiting.items():
        for other in wanted:
            dependents[other].append(name)
    ready = [name for name, wanted in waiting.items() if not wanted]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for dependent in dependents[name]:
            waiting[dependent].discard(name)
            if not waiting[dependent]:
                heapq.heappush(ready, dependent)
    if len(order) != len(needs):
        loop = _a_loop({n: w for n, w in waiting.items() if w})
        raise UserError(
            f"these libraries need each other, so none can be initialised first: {' -> '.join(loop)}",
            hint="Break the loop: one of them must state `uses` or give up its `init`.",
        )
    return tuple(order)


def _a_loop(waiting: Mapping[str, Collection[str]]) -> list[str]:
    """One cycle among names that all wait for another of them, beginning with its smallest name."""
    path: list[str] = [min(waiting)]
    while (following := min(n for n in waiting[path[-1]] if n in waiting)) not in path:
        path.append(following)
    cycle = path[path.index(following) :]
    start = cycle.index(min(cycle))
    return [*cycle[start:], *cycle[:start], cycle[start]]
