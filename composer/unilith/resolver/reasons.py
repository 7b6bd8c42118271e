"""Why something is in the answer: the shortest chain of statements from a demand to it."""

from __future__ import annotations

import heapq
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from unilith.resolver.formula import Formula, Not, Or, Var, holds, variables
from unilith.resolver.problem import Kind, Problem, Statement


@dataclass(frozen=True, slots=True)
class Link:
    """``statement`` brings ``target`` in, given ``source`` ("" at the beginning of a chain).

    ``alternatives`` are the other variables that the statement would have been content with. ``firm``: of
    these none is on, so without ``target`` the statement would be broken.
    """

    statement: Statement
    source: str
    target: str
    alternatives: tuple[str, ...]
    firm: bool


Chain = tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """For every variable that is on, the last link of its shortest chain."""

    last: dict[str, Link]

    def chain(self, variable: str) -> Chain:
        """The links from a demand to ``variable``; empty if nothing leads there."""
        links: list[Link] = []
        while variable and variable in self.last:
            links.append(self.last[variable])
            variable = links[-1].source
        return tuple(reversed(links))


def reasons(problem: Problem, true: AbstractSet[str]) -> Reasons:
    """The shortest chains to everything that is on.

    A chain with fewer links that are not firm is better, then a shorter one, then one whose statements
    come first in the problem.
    """
    leads = _leads(problem, true)
    last: dict[str, Link] = {}
    heap: list[tuple[int, int, int, str]] = []
    candidates: dict[tuple[int, str], Link] = {}

    def offer(source: str, loose: int, length: int) -> None:
        for index, link in leads.get(source, ()):
            if link.target not in last:
                candidates[index, link.target] = link
                heapq.heappush(heap, (loose + (not link.firm), length + 1, index, link.target))

    offer("", 0, 0)
    while heap:
        loose, length, index, target = heapq.heappop(heap)
        if target not in last:
            last[target] = candidates[index, target]
            offer(target, loose, length)
    return Reasons(last)


def _leads(problem: Problem, true: AbstractSet[str]) -> dict[str, list[tuple[int, Link]]]:
    """All links, by what they start from."""
    found: dict[str, list[tuple[int, Link]]] = {}
    current = set(true)
    for index, statement in enumerate(problem.statements):
        subject = statement.subject
        objects = statement.objects
        if not objects and _asserts(statement):
            objects = tuple(sorted(variables(statement.formula) - {subject}))
        if not objects or (subject and subject not in true) or statement.kind is Kind.STRUCTURE:
            continue
        for target in objects:
            if target not in true or target == subject:
                continue
            current.discard(target)
            firm = not holds(statement.formula, current)
            current.add(target)
            if not firm and not _matters(statement.formula, target, objects, current):
                continue
            others = tuple(o for o in objects if o != target)
            found.setdefault(subject, []).append((index, Link(statement, subject, target, others, firm)))
    return found


def _matters(formula: Formula, target: str, objects: tuple[str, ...], true: set[str]) -> bool:
    """Whether ``target`` is one of those on without all of which ``formula`` would be broken."""
    gone = [o for o in objects if o in true]
    true.difference_update(gone)
    broken = not holds(formula, true)
    true.add(target)
    mended = holds(formula, true)
    true.update(gone)
    return broken and mended


def _asserts(statement: Statement) -> bool:
    """Statements without objects that can still bring something in: a plain variable or one of several."""
    formula = statement.formula
    return isinstance(formula, Var | Or) and not isinstance(formula, Not)
