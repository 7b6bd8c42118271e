"""Makes the certificate of a solution.

What the search found out (sets of variables of which one must be on) is completed until its cheapest
hitting set costs the optimum. Then each set gets a derivation: what follows by propagation is told one
statement at a time, each step resting on earlier ones; only what does not is left to a case
distinction over a minimal set of statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from unilith.resolver.certificate import Certificate, Step
from unilith.resolver.encode import DEFINITION, Encoding, encode
from unilith.resolver.engine import Engine, GaveUpError
from unilith.resolver.minimise import minimise
from unilith.resolver.problem import AUXILIARY, Problem
from unilith.resolver.propagate import Propagator
from unilith.resolver.relevant import relevant
from unilith.resolver.solve import Fold, Need, Solution

_CONFLICTS = 10_000  # that the search for hitting sets may meet; our own catalogs need none or a few


def certify(problem: Problem, solution: Solution, encoding: Encoding | None = None) -> Certificate:
    """The proof that ``solution``, which `solve` gave for ``problem``, is the cheapest in bytes and count."""
    encoding = encoding or encode(problem)
    fold = Fold.of(problem, encoding.names)
    chosen = relevant(encoding.clauses, encoding.top)
    needs, complete = solution.needs, True
    if not solution.closed:
        needs, complete = _complete(problem, solution, encoding, fold, chosen)
    shares: dict[tuple[str, ...], int] = {}
    for need in needs:
        shares[need.variables] = shares.get(need.variables, 0) + need.weight
    steps = _Derivation(problem, encoding, chosen).steps_for(shares)
    return Certificate(solution.cost, solution.count, fold.scale, steps, complete)


def _complete(
    problem: Problem, solution: Solution, encoding: Encoding, fold: Fold, chosen: list[int]
) -> tuple[tuple[Need, ...], bool]:
    """Adds sets until the cheapest way to hit them all costs the optimum (implicit hitting sets), or until
    finding that way becomes too hard."""
    weights = {
        n: fold.weight(problem.costs.get(name, 0))
        for n, name in sorted(enumerate(encoding.names, 1), key=lambda item: item[1])
        if not name.startswith(AUXILIARY)
    }
    found = {tuple(encoding.number[v] for v in need.variables): need.weight for need in solution.needs}
    optimum = fold.scale * solution.cost + solution.count
    engine = Engine((encoding.clauses[i] for i in chosen), encoding.top)
    left = _CONFLICTS
    complete = False
    try:
        while not complete:
            try:
                cost, hit, conflicts = _cheapest_hitting_set(found, weights, left)
            except GaveUpError:
                break
            left -= conflicts
            if cost == optimum:
                complete = True
                continue
            off = [-n for n in weights if n not in hit]
            fresh = False
            while not engine.possible(off):
                blamed = set(engine.core())
                core = engine.minimal_core([n for n in off if n in blamed])
                found.setdefault(tuple(sorted(-n for n in core)), 0)
                off = [n for n in off if n not in set(core)]
                fresh = True
            if not fresh:
                raise AssertionError("a hitting set below the optimum is an answer")
    finally:
        engine.close()
    needs = tuple(
        Need(tuple(sorted(encoding.names[n - 1] for n in core)), share) for core, share in found.items()
    )
    return needs, complete


def _cheapest_hitting_set(
    sets: Iterable[tuple[int, ...]], weights: Mapping[int, int], limit: int
) -> tuple[int, set[int], int]:
    """Its weight, its members, and the conflicts that it took. Raises `GaveUpError` at ``limit`` of these."""
    listed = list(sets)
    members = {n for s in listed for n in s}
    engine = Engine(listed, max(weights, default=0), limit=max(limit, 1))
    try:
        minimum = minimise(engine, {n: w for n, w in weights.items() if n in members})
        if minimum is None or not engine.possible():
            raise AssertionError("sets of positive literals can always be hit")
        return minimum.weight, engine.model() & members, engine.conflicts
    finally:
        engine.close()


@dataclass(slots=True)
class _Derivation:
    """Writes steps, each after those that it rests on."""

    problem: Problem
    encoding: Encoding
    chosen: list[int]
    propagator: Propagator = field(init=False)
    steps: list[Step] = field(default_factory=list)
    step_of: dict[int, int] = field(default_factory=dict)  # of a variable that is always on: its step
    learned: dict[int, int] = field(default_factory=dict)  # of a clause that a step added: that step

    def __post_init__(self) -> None:
        encoding = self.encoding
        self.propagator = Propagator([encoding.clauses[i] for i in self.chosen], encoding.top)

    def steps_for(self, shares: Mapping[tuple[str, ...], int]) -> tuple[Step, ...]:
        seen = self.state_forced(shares, 0)
        # What follows from few statements comes first, so that the rest can lean on it.
        order = sorted((self.effort(s), len(s), s) for s in shares if not self.is_stated(s))
        for _, _, variables in order:
            if self.is_stated(variables):
                continue
            numbers = [self.encoding.number[v] for v in variables]
            because, after = self.trace_refutation(numbers) or self.by_cases(numbers)
            number = len(self.steps)
            self.steps.append(Step(variables, because, after, shares[variables]))
            if len(numbers) == 1:
                self.step_of[numbers[0]] = number
            self.learned[self.propagator.learn(numbers)] = number
            seen = self.state_forced(shares, seen)
        return tuple(self.steps)

    def is_stated(self, variables: tuple[str, ...]) -> bool:
        return len(variables) == 1 and self.encoding.number[variables[0]] in self.step_of

    def state_forced(self, shares: Mapping[tuple[str, ...], int], seen: int) -> int:
        """A step for each variable that propagation has found on; returns the length of the trail."""
        propagator = self.propagator
        for literal in list(propagator.trail[seen:]):
            if 0 < literal <= len(self.encoding.names) and literal not in self.step_of:
                name = self.name(literal)
                reason = propagator.reason[literal]
                if reason is not None and not name.startswith(AUXILIARY):
                    because, after = self.trace(reason, literal)
                    self.step_of[literal] = len(self.steps)
                    self.steps.append(Step((name,), because, after, shares.get((name,), 0)))
        return len(propagator.trail)

    def effort(self, variables: tuple[str, ...]) -> int:
        found = self.trace_refutation([self.encoding.number[v] for v in variables])
        return len(found[0]) if found else len(self.problem.statements)

    def trace_refutation(self, numbers: list[int]) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
        """What keeps ``numbers`` from being off all together, if propagation shows it."""
        length = len(self.propagator.trail)
        broken = self.propagator.assume([-n for n in numbers])
        found = None if broken is None else self.trace(broken, 0)
        self.propagator.undo(length)
        return found

    def name(self, variable: int) -> str:
        return self.encoding.names[variable - 1]

    def trace(self, clause: int, concluded: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The statements and earlier steps behind a clause that propagation used."""
        propagator = self.propagator
        owners: set[int] = set()
        after: set[int] = set()
        seen = {concluded}
        pending = [clause]
        while pending:
            index = pending.pop()
            if index in self.learned:
                after.add(self.learned[index])
            else:
                owners.add(self.encoding.owners[self.chosen[index]])
            for literal in propagator.clauses[index]:
                variable = abs(literal)
                if variable in seen:
                    continue
                seen.add(variable)
                if variable in self.step_of and literal < 0:
                    after.add(self.step_of[variable])
                elif (reason := propagator.reason[variable]) is not None:
                    pending.append(reason)
        return self.texts(owners), tuple(sorted(after))

    def texts(self, owners: Iterable[int]) -> tuple[str, ...]:
        known = sorted(o for o in owners if o != DEFINITION)
        return tuple(dict.fromkeys(str(self.problem.statements[o].origin) for o in known))

    def by_cases(self, numbers: list[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """A minimal set of statements and steps that one of ``numbers`` follows from."""
        encoding = self.encoding
        base = encoding.top + 1
        owners = sorted({encoding.owners[i] for i in self.chosen} - {DEFINITION})
        guard = {owner: base + place for place, owner in enumerate(owners)}
        base += len(owners)
        clauses = [
            [*encoding.clauses[i], -guard[encoding.owners[i]]]
            if encoding.owners[i] != DEFINITION
            else encoding.clauses[i]
            for i in self.chosen
        ]
        certain = list(self.step_of.items())
        clauses += [[variable, -(base + place)] for place, (variable, _) in enumerate(certain)]
        clauses += [[-n] for n in numbers]
        assumed = [*guard.values(), *range(base, base + len(certain))]
        engine = Engine(clauses, base + len(certain))
        try:
            if engine.possible(assumed):
                raise AssertionError("a set that need not be hit")
            found = set(engine.core())
            core = set(engine.minimal_core([n for n in assumed if n in found]))
        finally:
            engine.close()
        return (
            self.texts(owner for owner in owners if guard[owner] in core),
            tuple(sorted(step for place, (_, step) in enumerate(certain) if base + place in core)),
        )
