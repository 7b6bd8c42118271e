"""How many of some literals hold, as clauses: a totalizer, which grows with the numbers that it is asked about."""

from __future__ import annotations

from collections.abc import Iterable

from pysat.card import ITotalizer

from unilith.resolver.engine import Engine


class Counter:
    """Counts ``literals`` in an engine, to which it adds clauses as they are needed."""

    def __init__(self, engine: Engine, literals: Iterable[int]) -> None:
        self._engine = engine
        self._totalizer = ITotalizer(lits=list(literals), ubound=1, top_id=engine.top)
        self._added(len(self._totalizer.cnf.clauses))

    def more_than(self, number: int) -> int | None:
        """The literal that is true where more than ``number`` hold; None if there are no more."""
        totalizer = self._totalizer
        if number >= len(totalizer.lits):
            return None
        if number >= len(totalizer.rhs):
            totalizer.increase(ubound=number, top_id=self._engine.top)
            self._added(totalizer.nof_new)
        literal: int = totalizer.rhs[number]
        return literal

    def _added(self, number: int) -> None:
        """Gives the engine the totalizer's last clauses."""
        self._engine.top = max(self._engine.top, self._totalizer.top_id)
        clauses = self._totalizer.cnf.clauses
        for clause in clauses[len(clauses) - number :]:
            self._engine.add(clause)
