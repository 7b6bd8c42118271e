"""Propositional formulas over named variables: the resolver's only language.

Variables are strings with a prefix that names their kind: ``lib:virtio-net`` (the library is
selected), ``opt:SYMBOL`` (a Kconfig bool is y), ``opt:SYMBOL=3`` (an atom over a typed value),
``use:...`` for anything else a problem wants. Formulas are immutable and hashable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Var:
    """A named variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """Truth or falsehood."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Formula


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction; of nothing, it is true."""

    operands: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction; of nothing, it is false."""

    operands: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Implies:
    """If ``premise`` holds, so does ``conclusion``."""

    premise: Formula
    conclusion: Formula


@dataclass(frozen=True, slots=True)
class Iff:
    """Both hold, or neither does."""

    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class AtMostOne:
    """No two of the operands hold together."""

    operands: tuple[Formula, ...]


Formula = Var | Const | Not | And | Or | Implies | Iff | AtMostOne

TRUE = Const(True)
FALSE = Const(False)


def any_of(operands: Iterable[Formula]) -> Formula:
    """The disjunction, without a wrapper around a single operand."""
    items = tuple(operands)
    return items[0] if len(items) == 1 else Or(items)


def variables(formula: Formula) -> frozenset[str]:
    """The names of all variables that occur in ``formula``."""
    found: set[str] = set()
    pending: list[Formula] = [formula]
    while pending:
        match pending.pop():
            case Var(name):
                found.add(name)
            case Not(operand):
                pending.append(operand)
            case And(operands) | Or(operands) | AtMostOne(operands):
                pending.extend(operands)
            case Implies(left, right) | Iff(left, right):
                pending += (left, right)
            case Const():
                pass
    return frozenset(found)


def holds(formula: Formula, true: frozenset[str] | set[str]) -> bool:
    """The truth of ``formula`` when exactly the variables in ``true`` hold."""
    match formula:
        case Var(name):
            return name in true
        case Const(value):
            return value
        case Not(operand):
            return not holds(operand, true)
        case And(operands):
            return all(holds(o, true) for o in operands)
        case Or(operands):
            return any(holds(o, true) for o in operands)
        case Implies(premise, conclusion):
            return not holds(premise, true) or holds(conclusion, true)
        case Iff(left, right):
            return holds(left, true) == holds(right, true)
        case AtMostOne(operands):
            return sum(holds(o, true) for o in operands) <= 1
