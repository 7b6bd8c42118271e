"""Why something is in, why it is not, and the smallest change that would make it possible.

Everything here is about a `Problem` and answers as values; `explain_text` puts them into sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unilith.resolver.conflict import conflict
from unilith.resolver.formula import Not, Or, Var
from unilith.resolver.problem import AUXILIARY, Kind, Origin, Problem, Statement
from unilith.resolver.reasons import Chain, Link, reasons
from unilith.resolver.solve import Refusal, Solution, solve

_GIVEN_UP = "given-up:"  # the variable that says that a retractable statement is given up


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to satisfy a link's statement: how many bytes it would add to the whole selection, or
    the statements that rule it out."""

    variable: str
    extra: int | None
    obstacle: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """Why ``variable`` is in: a chain from a demand, and for each link what else would have done."""

    variable: str
    chain: Chain
    alternatives: tuple[tuple[Alternative, ...], ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change that makes wants possible. ``given_up`` are the statements that must go; ``on`` and
    ``off`` the variables that then differ from the selection so far; ``extra`` the bytes that it costs
    more (negative: less). The last three compare with nothing if there was no selection so far."""

    given_up: tuple[Statement, ...]
    on: tuple[str, ...]
    off: tuple[str, ...]
    extra: int
    solution: Solution


@dataclass(frozen=True, slots=True)
class Impossible:
    """``statements`` cannot hold together, and each is needed for that; ``fix`` is a way out, if there is one."""

    statements: tuple[Statement, ...]
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Possible:
    """Nothing speaks against the wants. Switching them on is ``fix``, which gives nothing up."""

    fix: Fix


def wanted(problem: Problem, variable: str) -> Statement:
    """The statement that a variable be on, as a question's premise."""
    return Statement(
        Var(variable), Kind.CHOICE, Origin(f"you want {problem.name_of(variable)}"), "", (variable,)
    )


def why(problem: Problem, solution: Solution, variable: str) -> Why | None:
    """Why ``variable`` is on in ``solution``; None if it is not."""
    if variable not in solution.true:
        return None
    chain = reasons(problem, solution.true).chain(variable)
    return Why(variable, chain, tuple(_alternatives(problem, solution, link) for link in chain))


def why_not(problem: Problem, wants: Sequence[Statement] = ()) -> Impossible | Possible:
    """Why ``wants`` cannot be had together with ``problem``, or what having them would mean."""
    whole = replace(problem, statements=(*problem.statements, *wants))
    core = conflict(whole)
    found = fix(problem, wants)
    if core:
        return Impossible(core, found)
    if found is None:
        raise AssertionError("statements without a conflict have an answer")
    return Possible(found)


def fix(problem: Problem, wants: Sequence[Statement] = ()) -> Fix | None:
    """The fewest retractable statements to give up, and among these the cheapest answer; None if even
    giving up all would not help."""
    ways = fixes(problem, wants, limit=1)
    return ways[0] if ways else None


def fixes(problem: Problem, wants: Sequence[Statement] = (), *, limit: int = 3) -> tuple[Fix, ...]:
    """Up to ``limit`` ways out, the smallest first; none gives up all that an earlier one does."""
    before = solve(problem)
    base = before if isinstance(before, Solution) else None
    mark = 1 + sum(problem.costs.values())
    relaxed: list[Statement] = []
    costs = dict(problem.costs)
    statement_of: dict[str, Statement] = {}
    for index, statement in enumerate(problem.statements):
        if statement.retractable:
            name = f"{_GIVEN_UP}{index:06}"
            costs[name] = mark
            statement_of[name] = statement
            relaxed.append(replace(statement, formula=Or((Var(name), statement.formula))))
        else:
            relaxed.append(statement)
    relaxed += wants
    found: list[Fix] = []
    while len(found) < limit:
        answer = solve(replace(problem, statements=tuple(relaxed), costs=costs))
        if isinstance(answer, Refusal):
            break
        names = sorted(v for v in answer.true if v.startswith(_GIVEN_UP))
        found.append(_fix(problem, base, answer, tuple(statement_of[n] for n in names)))
        if not names:
            break
        blocked = Or(tuple(Not(Var(n)) for n in names))
        relaxed.append(Statement(blocked, Kind.STRUCTURE, Origin("a way out is listed once")))
    return tuple(found)


def _fix(problem: Problem, base: Solution | None, answer: Solution, given_up: tuple[Statement, ...]) -> Fix:
    true = frozenset(v for v in answer.true if not v.startswith((_GIVEN_UP, AUXILIARY)))
    cost = sum(problem.costs.get(v, 0) for v in true)
    before = frozenset(v for v in base.true if not v.startswith(AUXILIARY)) if base else frozenset[str]()
    return Fix(
        given_up=given_up,
        on=tuple(sorted(true - before)),
        off=tuple(sorted(before - true)),
        extra=cost - (base.cost if base else 0),
        solution=Solution(true, cost, len(true)),
    )


def _alternatives(problem: Problem, solution: Solution, link: Link) -> tuple[Alternative, ...]:
    """What each other variable that the link's statement offers would have meant instead of its target."""
    found = []
    without = Statement(Not(Var(link.target)), Kind.CHOICE, Origin(f"without {problem.name_of(link.target)}"))
    for variable in link.alternatives:
        if variable in solution.true:
            continue
        instead = replace(problem, statements=(*problem.statements, wanted(problem, variable), without))
        answer = solve(instead)
        if isinstance(answer, Solution):
            found.append(Alternative(variable, answer.cost - solution.cost))
        else:
            # It cannot be in at all; or it can, but not in the target's place.
            asked = wanted(problem, variable)
            core = conflict(replace(problem, statements=(*problem.statements, asked))) or conflict(instead)
            said = (asked, without, link.statement)
            found.append(Alternative(variable, None, tuple(s for s in core if s not in said)))
    return tuple(found)
