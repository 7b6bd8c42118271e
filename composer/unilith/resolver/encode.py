"""Formulas to clauses.

Formulas that are clauses, or conjunctions of them, become exactly these. Only a disjunction of
several conjunctions needs auxiliary variables (Plaisted and Greenbaum: a definition only in the
direction in which it is used). Each clause knows the statement that it comes from; definitions
belong to nobody, for they constrain nothing by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from unilith.resolver.collector import collector_paused
from unilith.resolver.formula import And, AtMostOne, Const, Formula, Iff, Implies, Not, Or, Var, variables
from unilith.resolver.problem import Problem

DEFINITION = -1  # the owner of clauses that only define an auxiliary variable
_PAIRWISE = 6  # up to so many operands, "at most one" is a clause a pair


@dataclass(frozen=True, slots=True)
class Encoding:
    """A problem as clauses. Named variables are 1..len(names), auxiliary ones follow up to ``top``."""

    names: tuple[str, ...]  # of variable n: names[n - 1]
    number: dict[str, int]
    top: int
    clauses: list[list[int]]
    owners: list[int]  # of each clause: an index into the problem's statements, or DEFINITION

    def word(self, literals: list[int]) -> list[str]:
        """The names of the variables of ``literals``, in their order, auxiliary ones left out."""
        return [self.names[abs(n) - 1] for n in literals if abs(n) <= len(self.names)]


def encode(problem: Problem) -> Encoding:
    """Every statement as clauses. Variables are numbered in the order in which they first occur."""
    encoder = _Encoder()
    with collector_paused():
        for index, statement in enumerate(problem.statements):
            encoder.owner = index
            encoder.claim(statement.formula, True, [])
        return encoder.finish()


class _Encoder:
    """Names are numbered while clauses are written, so auxiliary variables have numbers above ``_BASE`` until
    ``finish`` moves them behind the last name."""

    _BASE = 1 << 40

    def __init__(self) -> None:
        self.owner = 0
        self.number: dict[str, int] = {}
        self.clauses: list[list[int]] = []
        self.owners: list[int] = []
        self.auxiliaries = 0
        self.defined: dict[tuple[str | int, ...], int] = {}
        self.known: dict[tuple[int, bool], int] = {}

    def finish(self) -> Encoding:
        shift = self._BASE - len(self.number)
        clauses = self.clauses
        if self.auxiliaries:
            base = self._BASE
            clauses = [
                [n if -base <= n <= base else n - shift if n > 0 else n + shift for n in clause]
                for clause in clauses
            ]
        return Encoding(
            tuple(self.number), self.number, len(self.number) + self.auxiliaries, clauses, self.owners
        )

    def variable(self, name: str) -> int:
        number = self.number.get(name)
        if number is None:
            number = self.number[name] = len(self.number) + 1
        return number

    def fresh(self) -> int:
        self.auxiliaries += 1
        return self._BASE + self.auxiliaries

    def add(self, clause: list[int], owner: int) -> None:
        self.clauses.append(clause)
        self.owners.append(owner)

    # -- statements ---------------------------------------------------------------------------------

    def claim(self, formula: Formula, positive: bool, otherwise: list[int]) -> None:
        """Writes clauses for: ``formula`` (or its negation) holds, or one of ``otherwise`` does."""
        while type(formula) is Not:
            formula, positive = formula.operand, not positive
        kind = type(formula)
        if kind is Var:
            number = self.variable(formula.name)  # type: ignore[union-attr]
            self.add([*otherwise, number if positive else -number], self.owner)
        elif kind is Const:
            if formula.value != positive:  # type: ignore[union-attr]
                self.add(otherwise, self.owner)
        elif kind is AtMostOne:
            self.claim_at_most_one(formula.operands, positive, otherwise)  # type: ignore[union-attr]
        elif kind is Iff:
            self.claim_iff(formula.left, formula.right, positive, otherwise)  # type: ignore[union-attr]
        elif _is_disjunction(kind, positive):
            self.claim_any(formula, positive, otherwise)
        else:
            for part, sign in _parts(formula, positive, disjunction=False):
                self.claim(part, sign, otherwise)

    def claim_any(self, formula: Formula, positive: bool, otherwise: list[int]) -> None:
        clause = list(otherwise)
        complex_parts: list[tuple[Formula, bool]] = []
        for part, sign in _parts(formula, positive, disjunction=True):
            if type(part) is Var:
                number = self.variable(part.name)
                clause.append(number if sign else -number)
            elif type(part) is Const:
                if part.value == sign:  # says nothing, but its variables exist
                    for name in sorted(variables(formula)):
                        self.variable(name)
                    return
            else:
                complex_parts.append((part, sign))
        if not complex_parts:
            self.add(clause, self.owner)
            return
        clause += [self.literal(part, sign) for part, sign in complex_parts[:-1]]
        self.claim(*complex_parts[-1], clause)

    def claim_iff(self, left: Formula, right: Formula, positive: bool, otherwise: list[int]) -> None:
        for sign in (True, False):
            clause = [*otherwise, self.literal(left, sign)]
            if otherwise:
                self.add([*clause, self.literal(right, sign != positive)], self.owner)
            else:
                self.claim(right, sign != positive, clause)

    def claim_at_most_one(self, operands: tuple[Formula, ...], positive: bool, otherwise: list[int]) -> None:
        if not positive:  # at least two: whichever one is left out, another holds
            if not operands:
                self.add(otherwise, self.owner)
            literals = [self.literal(o, True) for o in operands]
            for i in range(len(literals)):
                self.add(otherwise + literals[:i] + literals[i + 1 :], self.owner)
            return
        absent = [self.literal(o, False) for o in operands]
        while len(absent) > _PAIRWISE:  # a ladder: the tail is stood for by "one of the first five"
            head, absent = absent[: _PAIRWISE - 1], absent[_PAIRWISE - 1 :]
            seen = self.fresh()
            for literal in head:
                self.add([literal, seen], DEFINITION)
            self.pairwise(head, otherwise)
            absent.append(-seen)
        self.pairwise(absent, otherwise)

    def pairwise(self, absent: list[int], otherwise: list[int]) -> None:
        for i, first in enumerate(absent):
            for second in absent[i + 1 :]:
                self.add([*otherwise, first, second], self.owner)

    # -- definitions --------------------------------------------------------------------------------

    def literal(self, formula: Formula, positive: bool) -> int:
        """A literal that, where it is true, makes ``formula`` (or its negation) hold."""
        while type(formula) is Not:
            formula, positive = formula.operand, not positive
        if type(formula) is Var:
            number = self.variable(formula.name)
            return number if positive else -number
        key = (id(formula), positive)
        literal = self.known.get(key)
        if literal is None:
            literal = self.known[key] = self.define(formula, positive)
        return literal

    def define(self, formula: Formula, positive: bool) -> int:
        kind = type(formula)
        owner, self.owner = self.owner, DEFINITION
        try:
            if kind is Const or kind is Iff or kind is AtMostOne:
                name = self.fresh()
                self.claim(formula, positive, [-name])
                return name
            disjunction = _is_disjunction(kind, positive)
            parts = {
                self.literal(part, sign): None
                for part, sign in _parts(formula, positive, disjunction=disjunction)
            }
            key = ("or" if disjunction else "and", *sorted(parts))
            known = self.defined.get(key)
            if known is None:
                known = self.defined[key] = self.fresh()
                if disjunction:
                    self.add([-known, *parts], DEFINITION)
                else:
                    for part_literal in parts:
                        self.add([-known, part_literal], DEFINITION)
            return known
        finally:
            self.owner = owner


def _is_disjunction(kind: type[Formula], positive: bool) -> bool:
    return (kind is not And) if positive else (kind is And)


def _parts(formula: Formula, positive: bool, *, disjunction: bool) -> list[tuple[Formula, bool]]:
    """The operands of a conjunction or disjunction, nested ones of the same sort merged, in order."""
    found: list[tuple[Formula, bool]] = []
    pending: list[tuple[Formula, bool]] = [(formula, positive)]
    while pending:
        item, sign = pending.pop()
        kind = type(item)
        if kind is Var:
            found.append((item, sign))
        elif kind is Not:
            pending.append((item.operand, not sign))  # type: ignore[union-attr]
        elif kind is Implies:
            if sign == disjunction:
                pending.append((item.conclusion, sign))  # type: ignore[union-attr]
                pending.append((item.premise, not sign))  # type: ignore[union-attr]
            else:
                found.append((item, sign))
        elif kind is And or kind is Or:
            if _is_disjunction(kind, sign) == disjunction:
                pending.extend((o, sign) for o in reversed(item.operands))  # type: ignore[union-attr]
            else:
                found.append((item, sign))
        else:
            found.append((item, sign))
    return found
