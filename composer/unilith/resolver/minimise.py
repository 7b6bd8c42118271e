"""The least total weight of true variables, by cores.

A core is a set of variables of which at least one is on in every answer. The search assumes that all
weighted variables are off; each core found raises the lower bound by its lightest member, and its
members pay for it. When cores of the original variables are used up, a core is replaced by counters
("two of these are on", "three ...") that carry what the bound does not yet cover, as OLL does. When the
assumptions hold together, the bound is met, and the models in which they all hold are exactly
the cheapest ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pysat.card import ITotalizer

from unilith.resolver.engine import Engine


@dataclass(frozen=True, slots=True)
class Core:
    """At least one of ``variables`` is on; ``weight`` is its share of the lower bound."""

    variables: tuple[int, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least weight. ``cores`` speak of weighted variables only; they pack into the weights, so the
    sum of their weights is a lower bound; it is ``weight`` itself where ``closed``."""

    weight: int
    cores: tuple[Core, ...]
    closed: bool


@dataclass(slots=True)
class _Counter:
    """Counts the members of a core that are on; ``reached`` is the next number in question."""

    totalizer: ITotalizer
    reached: int


def minimise(engine: Engine, weights: Mapping[int, int]) -> Minimum | None:
    """Minimises, and narrows ``engine`` to the cheapest models; None if there are none at all.

    ``weights`` maps variables to positive integers; its order decides which cores are found first.
    """
    left = {-variable: weight for variable, weight in weights.items() if weight}
    counters: dict[int, _Counter] = {}
    cores: list[Core] = []
    bound = 0
    packed = 0
    for literal in [n for n in left if engine.refuted([n])]:
        # On in every answer, as mere propagation shows: hundreds in a large tree, found in one sweep.
        bound += left[literal]
        packed += left[literal]
        cores.append(Core((-literal,), left.pop(literal)))
        engine.add([-literal])
    while True:
        waiting: list[tuple[list[int], int]] = []
        while not engine.possible(list(left)):
            found = set(engine.core())
            if not found:
                return None
            core = [n for n in left if n in found]
            if len(core) > 1:  # a core of one needs no search: large trees have hundreds of these
                core = engine.minimal_core(core)
            if not core:
                return None
            weight = min(left[n] for n in core)
            bound += weight
            if not counters:
                cores.append(Core(tuple(-n for n in core), weight))
                packed += weight
            engine.add([-n for n in core])
            for literal in core:
                left[literal] -= weight
                if not left[literal]:
                    del left[literal]
            waiting.append((core, weight))
        if not waiting:
            break
        for core, weight in waiting:
            _relax(engine, core, weight, left, counters)
    for literal in left:
        engine.add([literal])
    return Minimum(bound, tuple(cores), packed == bound)


def _relax(
    engine: Engine, core: Sequence[int], weight: int, left: dict[int, int], counters: dict[int, _Counter]
) -> None:
    """Replaces a paid core by the question whether more than one of its members is on."""
    for literal in core:
        counter = counters.get(literal)
        if counter is not None:
            _ask_next(engine, counter, weight, left, counters)
    if len(core) > 1:
        totalizer = ITotalizer(lits=[-n for n in core], ubound=1, top_id=engine.top)
        engine.top = max(engine.top, totalizer.top_id)
        for clause in totalizer.cnf.clauses:
            engine.add(clause)
        question = -totalizer.rhs[1]
        counters[question] = _Counter(totalizer, 1)
        left[question] = left.get(question, 0) + weight


def _ask_next(
    engine: Engine, counter: _Counter, weight: int, left: dict[int, int], counters: dict[int, _Counter]
) -> None:
    """The counter's question was paid: asks for one more."""
    number = counter.reached + 1
    totalizer = counter.totalizer
    if number >= len(totalizer.lits):
        return
    if number >= len(totalizer.rhs):
        totalizer.increase(ubound=number, top_id=engine.top)
        engine.top = max(engine.top, totalizer.top_id)
        new = totalizer.nof_new
        for clause in totalizer.cnf.clauses[len(totalizer.cnf.clauses) - new :]:
            engine.add(clause)
    question = -totalizer.rhs[number]
    counters.setdefault(question, _Counter(totalizer, number))
    left[question] = left.get(question, 0) + weight
