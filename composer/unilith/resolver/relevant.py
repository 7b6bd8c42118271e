"""The clauses that a cheapest answer can depend on.

Let every variable be off. The clauses that this breaks have only positive literals; their variables
matter. Wherever all variables that a clause negates matter, those that it asserts matter too. Once
nothing more is added, switching off all other variables satisfies every clause outside, and touches
none inside: no cheapest answer has any of them on. In a large catalog this leaves what the demand can
reach, in linear time.
"""

from __future__ import annotations

from collections.abc import Sequence


def relevant(clauses: Sequence[Sequence[int]], top: int) -> list[int]:
    """The indices of the clauses whose variables all matter, in ascending order."""
    waiting: list[list[int]] = [[] for _ in range(top + 1)]
    missing = [0] * len(clauses)
    matters = [False] * (top + 1)
    reached: list[int] = []
    ready: list[int] = []
    for index, clause in enumerate(clauses):
        for literal in clause:
            if literal < 0:
                waiting[-literal].append(index)
                missing[index] += 1
        if not missing[index]:
            ready.append(index)
    inside = [False] * len(clauses)
    while ready or reached:
        while ready:
            index = ready.pop()
            inside[index] = True
            for literal in clauses[index]:
                if literal > 0 and not matters[literal]:
                    matters[literal] = True
                    reached.append(literal)
        while reached:
            for index in waiting[reached.pop()]:
                missing[index] -= 1
                if not missing[index]:
                    ready.append(index)
    return [index for index, is_inside in enumerate(inside) if is_inside]
