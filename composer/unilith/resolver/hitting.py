"""The cheapest way to hit a family of sets, by branch and bound: exact, for the certificate's checker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from unilith.resolver.refute import TooHardError

_NODES = 200_000


def can_hit_below(sets: Iterable[frozenset[str]], weights: Mapping[str, int], limit: int) -> bool:
    """Whether a choice that meets every set weighs less than ``limit``. Raises `TooHardError`."""
    total = 0
    nodes = _NODES
    for family in _independent(sorted(set(sets), key=lambda s: (len(s), sorted(s)))):
        best, nodes = _cheapest(family, weights, nodes)
        total += best
    return total < limit


def _independent(family: list[frozenset[str]]) -> list[list[frozenset[str]]]:
    """Parts that have no member in common."""
    parts: list[tuple[set[str], list[frozenset[str]]]] = []
    for item in family:
        members, sets = set(item), [item]
        apart = []
        for part in parts:
            if part[0].isdisjoint(item):
                apart.append(part)
            else:
                members |= part[0]
                sets = part[1] + sets
        parts = [*apart, (members, sets)]
    return [sets for _, sets in parts]


def _cheapest(family: list[frozenset[str]], weights: Mapping[str, int], nodes: int) -> tuple[int, int]:
    """The least weight that hits ``family``, and what is left of ``nodes``."""
    best = sum(weights[m] for m in frozenset[str]().union(*family)) + 1
    pending: list[tuple[int, list[frozenset[str]]]] = [(0, family)]
    while pending:
        nodes -= 1
        if not nodes:
            raise TooHardError
        spent, left = pending.pop()
        if not left:
            best = min(best, spent)
            continue
        if not all(left) or spent + _packing(left, weights) >= best:
            continue
        pivot = min(left, key=lambda s: (len(s), sorted(s)))
        excluded: set[str] = set()
        branches = []
        for member in sorted(pivot, key=lambda m: (weights[m], m)):
            rest = [s - excluded for s in left if member not in s]
            branches.append((spent + weights[member], rest))
            excluded.add(member)
        pending += reversed(branches)
    return best, nodes


def _packing(family: list[frozenset[str]], weights: Mapping[str, int]) -> int:
    """A lower bound: each set in turn is paid the most that its members still can."""
    left: dict[str, int] = {}
    bound = 0
    for item in sorted(family, key=lambda s: (len(s), sorted(s))):
        share = min(left.get(m, weights[m]) for m in item)
        if share:
            bound += share
            for member in item:
                left[member] = left.get(member, weights[member]) - share
    return bound
