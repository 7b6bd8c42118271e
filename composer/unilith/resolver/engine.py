"""The only door to the SAT solver: clauses go in, yes or no comes out, with a model or a core.

Everything that the resolver answers is defined so that it does not depend on which model the
solver happens to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pysat.solvers import Solver


class GaveUpError(Exception):
    """An engine's limit of conflicts is used up."""


class Engine:
    """A growing set of clauses. Literals are non-zero integers, negative for negation.

    ``limit`` is the number of conflicts (dead ends of the search) after which it gives up; unlike a time
    limit it falls at the same point on every machine. Without one, every question is answered.
    """

    def __init__(self, clauses: Iterable[Sequence[int]], top: int, *, limit: int = 0) -> None:
        self._solver = Solver(name="g3")
        self._limit = limit
        self._consistent = True
        self.top = top
        self.calls = 0
        for clause in clauses:
            self.add(clause)

    def add(self, clause: Sequence[int]) -> None:
        """Adds a clause for good. An empty one makes everything impossible."""
        if clause:
            self._solver.add_clause(clause)
        else:
            self._consistent = False

    def possible(self, assumptions: Sequence[int] = ()) -> bool:
        """Whether all clauses and all ``assumptions`` can hold together. Raises `GaveUpError` at the limit."""
        self.calls += 1
        if not self._consistent:
            return False
        if not self._limit:
            return bool(self._solver.solve(assumptions=assumptions))
        left = self._limit - self.conflicts
        if left > 0:
            self._solver.conf_budget(left)
            answer = self._solver.solve_limited(assumptions=assumptions)
            if answer is not None:
                return bool(answer)
        raise GaveUpError

    @property
    def conflicts(self) -> int:
        """The conflicts met so far."""
        return int(self._solver.accum_stats()["conflicts"])

    def refuted(self, assumptions: Sequence[int]) -> bool:
        """Whether mere propagation shows that ``assumptions`` cannot hold: cheap, and may miss it."""
        return not self._consistent or not self._solver.propagate(assumptions=assumptions)[0]

    def prefer(self, literals: Sequence[int]) -> None:
        """From now on, models make these literals true where nothing speaks against it at once."""
        self._solver.set_phases(literals)

    def model(self) -> set[int]:
        """The true variables of the model that the last successful ``possible`` found."""
        found: list[int] | None = self._solver.get_model()
        return {n for n in found or () if n > 0}

    def values(self) -> list[int]:
        """The same model as literals in the order of their variables: variable n's stands at n - 1."""
        return list(self._solver.get_model() or ())

    def core(self) -> list[int]:
        """Assumptions of the last failed ``possible`` that cannot hold together, not yet minimal."""
        if not self._consistent:
            return []
        found: list[int] | None = self._solver.get_core()
        return list(found or ())

    def fresh(self) -> int:
        """A variable that no clause mentions yet."""
        self.top += 1
        return self.top

    def minimal_core(self, core: Sequence[int]) -> list[int]:
        """A subset-minimal part of ``core`` that cannot hold together; earlier members are dropped first.

        What is certain must be consistent: a core of one member is taken as minimal.
        """
        kept = list(core)
        index = 0
        while index < len(kept) and len(kept) > 1:
            rest = kept[:index] + kept[index + 1 :]
            if self.possible(rest):
                index += 1
            else:
                # Whatever stands before ``index`` is necessary, so every core contains it.
                found = set(self.core())
                kept = kept[:index] + [n for n in rest[index:] if n in found]
        return kept

    def close(self) -> None:
        """Frees the solver's memory."""
        self._solver.delete()
