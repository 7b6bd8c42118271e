"""The least total weight of true variables, by cores.

A core is a set of variables of which at least one is on in every answer. The search assumes that
weighted variables are off, the heaviest first; each core found raises the lower bound by its lightest member,
and its members pay for it. When cores of the original variables are used up, a core is replaced by
counters ("two of these are on", "three ...") that carry what the bound does not yet cover, as OLL does.
A model on the way bounds the answer from above: what weighs more than the gap is off for good. When all
assumptions hold together the bound is met, and the models in which they do are exactly the cheapest ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from unilith.resolver.counter import Counter
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


def minimise(engine: Engine, weights: Mapping[int, int]) -> Minimum | None:
    """Minimises, and narrows ``engine`` to the cheapest models; None if there are none at all.

    ``weights`` maps variables to positive integers; its order decides which cores are found first.
    """
    if not engine.possible():
        return None
    search = _Search(engine, weights)
    cores = search.round()
    packed = search.bound
    found: Sequence[Core] = cores
    while found:
        # Narrowed not before: the first cores are to follow from the clauses alone.
        search.narrow(engine.values())
        if search.best > search.bound:
            search.narrow(search.lightened(engine.values()))
        for core in found:
            search.relax(core)
        found = search.round()
    for literal in search.left:
        engine.add([literal])
    named = tuple(Core(tuple(-n for n in core.variables), core.weight) for core in cores)
    return Minimum(search.bound, named, packed == search.bound)


@dataclass(slots=True)
class _Asked:
    """A question that was asked: whether more than ``reached`` members of a core are on."""

    counter: Counter
    reached: int


@dataclass(slots=True)
class _Search:
    engine: Engine
    weights: Mapping[int, int]
    left: dict[int, int] = field(init=False)  # assumption -> weight that the bound does not cover yet
    counters: dict[int, _Asked] = field(default_factory=dict)
    bound: int = 0
    best: int = 0  # the weight of the lightest model seen

    def __post_init__(self) -> None:
        self.left = {-variable: weight for variable, weight in self.weights.items() if weight}
        self.best = sum(self.weights.values()) + 1

    def round(self) -> list[Core]:
        """Cores until all assumptions hold together. They are paid for, but not yet relaxed."""
        found: list[Core] = []
        if not self.counters:  # most of what is needed shows by mere propagation
            forced = [literal for literal in self.left if self.engine.refuted([literal])]
            found += [self.pay([literal]) for literal in forced]
        for floor in self.strata():
            while True:
                assumed = [literal for literal, weight in self.left.items() if weight >= floor]
                if self.engine.possible(assumed):
                    break
                blamed = set(self.engine.core())
                core = self.engine.minimal_core([n for n in assumed if n in blamed])
                found.append(self.pay(core))
            if self.counters:
                self.narrow(self.engine.values())
        return found

    def strata(self) -> list[int]:
        """Weights at which to pause, falling: those within a factor of two go together."""
        weights = sorted(set(self.left.values()))
        steps = []
        while weights:
            steps.append(weights[bisect_left(weights, (weights[-1] + 1) // 2)])
            del weights[bisect_left(weights, steps[-1]) :]
        return [*steps[:-1], 1]

    def pay(self, core: list[int]) -> Core:
        weight = min(self.left[n] for n in core)
        self.bound += weight
        self.engine.add([-n for n in core])
        for literal in core:
            self.left[literal] -= weight
            if not self.left[literal]:
                del self.left[literal]
        return Core(tuple(core), weight)

    def narrow(self, model: list[int]) -> None:
        """Takes a model as an upper bound, and switches off what is too heavy for the gap."""
        self.best = min(self.best, sum(w for n, w in self.weights.items() if model[n - 1] > 0))
        gap = self.best - self.bound
        for literal, weight in list(self.left.items()):
            if weight > gap:
                self.engine.add([literal])
                del self.left[literal]

    def lightened(self, model: list[int]) -> list[int]:
        """A model below this one from which nothing can be switched off, found by trying, the heaviest first."""
        on = sorted((n for n in self.weights if model[n - 1] > 0), key=lambda n: (-self.weights[n], n))
        off = [-n for n in self.weights if model[n - 1] < 0]
        for variable in on:
            on_still = model[variable - 1] > 0 and not self.engine.refuted([-variable])
            if on_still and self.engine.possible([*off, -variable]):
                model = self.engine.values()
                off = [-n for n in self.weights if model[n - 1] < 0]
        return model

    def relax(self, core: Core) -> None:
        """Replaces a paid core by the question whether more than one of its members is on."""
        for literal in core.variables:
            asked = self.counters.get(literal)
            if asked is not None:
                self.ask(asked.counter, asked.reached + 1, core.weight)
        if len(core.variables) > 1:
            self.ask(Counter(self.engine, [-n for n in core.variables]), 1, core.weight)

    def ask(self, counter: Counter, number: int, weight: int) -> None:
        """Assumes that no more than ``number`` of the counted are on; being wrong costs ``weight``."""
        more = counter.more_than(number)
        if more is None:
            return
        question = -more
        self.counters.setdefault(question, _Asked(counter, number))
        self.left[question] = self.left.get(question, 0) + weight
