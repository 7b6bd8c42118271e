"""The answer to a large problem without costs: fewest variables on, and of these answers the one by name.

It is the answer that `solve` defines, found faster where there are tens of thousands of variables and each
costs the same: no strata, no certificate, every assumption made once a round.
"""

from __future__ import annotations

from collections.abc import Sequence

from unilith.resolver.counter import Counter
from unilith.resolver.encode import Encoding, encode
from unilith.resolver.engine import Engine
from unilith.resolver.problem import AUXILIARY, Problem


def fewest(problem: Problem, encoding: Encoding | None = None) -> frozenset[str] | None:
    """The variables that are on in the answer to ``problem``, whose costs must all be the same; None if
    it has none."""
    if problem.costs:
        raise ValueError("the problem has costs")
    encoding = encoding or encode(problem)
    names = encoding.names
    by_name = sorted(range(1, len(names) + 1), key=lambda n: _rank(names[n - 1]))
    engine = Engine(encoding.clauses, encoding.top)
    try:
        search = _Search(engine, [n for n in by_name if not names[n - 1].startswith(AUXILIARY)])
        if not search.run():
            return None
        return frozenset(names[n - 1] for n in _first_by_name(engine, by_name))
    finally:
        engine.close()


class _Search:
    """Assumes that all counted variables are off. A set of assumptions that cannot hold together costs one;
    it is replaced by the assumption that no second of them fails."""

    def __init__(self, engine: Engine, counted: Sequence[int]) -> None:
        self.engine = engine
        self.assumed = dict.fromkeys(-n for n in counted)
        self.counters: dict[int, tuple[Counter, int]] = {}  # assumption -> (counter, how many may fail)

    def run(self) -> bool:
        """Leaves exactly the best models in the engine; False if there are none."""
        for literal in [n for n in self.assumed if self.engine.refuted([n])]:
            self.pay([literal])  # most of what is on in every model shows by mere propagation
        while True:
            cores = []
            while not self.engine.possible(list(self.assumed)):
                blamed = set(self.engine.core())
                core = [n for n in self.assumed if n in blamed]
                if not core:
                    return False
                if len(core) > 1:
                    core = self.engine.minimal_core(core)
                if not core:
                    return False
                self.pay(core)
                cores.append(core)
            if not cores:
                break
            for core in cores:
                self.relax(core)
        for literal in self.assumed:
            self.engine.add([literal])
        return True

    def pay(self, core: list[int]) -> None:
        self.engine.add([-n for n in core])
        for literal in core:
            del self.assumed[literal]

    def relax(self, core: list[int]) -> None:
        for literal in core:
            if literal in self.counters:
                counter, number = self.counters[literal]
                self.allow(counter, number + 1)
        if len(core) > 1:
            self.allow(Counter(self.engine, [-n for n in core]), 1)

    def allow(self, counter: Counter, number: int) -> None:
        """Assumes that no more than ``number`` of those counted fail."""
        more = counter.more_than(number)
        if more is not None:
            self.counters[-more] = (counter, number)
            self.assumed[-more] = None


def _rank(name: str) -> tuple[bool, str]:
    return (name.startswith(AUXILIARY), name)


def _first_by_name(engine: Engine, by_name: Sequence[int]) -> set[int]:
    """Of all models left, the one in which the last variable that differs is off."""
    if not engine.possible():
        raise AssertionError("the best models vanished")
    model = engine.model()
    true: set[int] = set()
    for variable in reversed(by_name):
        if variable in model and not engine.refuted([-variable]) and engine.possible([-variable]):
            model = engine.model()
        if variable in model:
            true.add(variable)
        engine.add([variable if variable in model else -variable])
    return true
