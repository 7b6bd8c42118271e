"""The cheapest answer to a problem, the only one that is cheapest; or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from unilith.resolver.collector import collector_paused
from unilith.resolver.encode import Encoding, encode
from unilith.resolver.engine import Engine
from unilith.resolver.minimise import minimise
from unilith.resolver.problem import AUXILIARY, Problem, Statement
from unilith.resolver.relevant import relevant


@dataclass(frozen=True, slots=True)
class Need:
    """At least one of ``variables`` is on in every answer. ``weight`` is its share of the lower bound, in
    units of the folded objective (see ``Fold``)."""

    variables: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer: exactly the variables in ``true`` are on. ``cost`` is in bytes, ``count`` the number of
    counted variables. ``needs`` is what the search found out on its way, for the certificate."""

    true: frozenset[str]
    cost: int
    count: int
    needs: tuple[Need, ...] = field(default=(), compare=False, repr=False)
    closed: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """There is no answer: these statements cannot hold together, and without any one of them they could."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Bytes and count in one integer: ``bytes * scale + count``, with a scale that no count reaches."""

    scale: int

    def weight(self, cost: int) -> int:
        """The folded weight of one variable."""
        return cost * self.scale + 1

    @staticmethod
    def of(problem: Problem, names: Iterable[str]) -> Fold:
        """The fold for a problem over ``names``."""
        for name, cost in problem.costs.items():
            if cost < 0:
                raise ValueError(f"the cost of {name} is negative")
        return Fold(1 + sum(1 for _ in names))


def solve(problem: Problem, encoding: Encoding | None = None) -> Solution | Refusal:
    """Solves ``problem`` (``encoding`` saves encoding it again)."""
    encoding = encoding or encode(problem)
    fold = Fold.of(problem, encoding.names)
    with collector_paused():
        clauses = [encoding.clauses[i] for i in relevant(encoding.clauses, encoding.top)]
    concerned = sorted(n for n in set(map(abs, chain.from_iterable(clauses))) if n <= len(encoding.names))
    by_name = sorted(concerned, key=lambda n: _rank(encoding.names[n - 1]))
    counted = [n for n in by_name if not encoding.names[n - 1].startswith(AUXILIARY)]
    costs = problem.costs
    weights = {n: fold.weight(costs.get(encoding.names[n - 1], 0)) for n in counted}

    engine = Engine(clauses, encoding.top)
    try:
        minimum = minimise(engine, weights)
        if minimum is None:
            from unilith.resolver.conflict import conflict

            return Refusal(conflict(problem, encoding))
        true = _first_by_name(engine, by_name)
    finally:
        engine.close()
    names = frozenset(encoding.names[n - 1] for n in true)
    return Solution(
        true=names,
        cost=sum(costs.get(name, 0) for name in names),
        count=sum(not name.startswith(AUXILIARY) for name in names),
        needs=tuple(
            Need(tuple(sorted(encoding.names[n - 1] for n in core.variables)), core.weight)
            for core in minimum.cores
        ),
        closed=minimum.closed,
    )


def _rank(name: str) -> tuple[bool, str]:
    return (name.startswith(AUXILIARY), name)


def _first_by_name(engine: Engine, by_name: list[int]) -> set[int]:
    """Of all models left, the one in which the last variable that differs is off.

    Goes from the last name to the first and switches off what can be. A variable that is off in
    the model at hand needs no question, and one that propagation alone keeps on hardly any.
    """
    if not engine.possible():
        raise AssertionError("the cheapest models vanished")
    model = engine.values()
    true: set[int] = set()
    for variable in reversed(by_name):
        if model[variable - 1] > 0:
            if not engine.refuted([-variable]) and engine.possible([-variable]):
                model = engine.values()
                engine.add([-variable])
            else:
                engine.add([variable])
                true.add(variable)
        else:
            engine.add([-variable])
    return true
