"""A small prover for the certificate's checker; shares nothing with the encoder or the solver.

It works on formulas as they stand: what must be true or false is passed down to the variables, and where
that is not enough, one variable is tried both ways.
"""

from __future__ import annotations

from collections.abc import Iterable

from unilith.resolver.formula import And, AtMostOne, Const, Formula, Iff, Implies, Not, Or, Var, variables

CASES = 2_000  # distinctions; certificates need a handful


class TooHardError(Exception):
    """The limit of case distinctions is used up."""


def refutes(claims: Iterable[Formula], cases: int = CASES) -> bool:
    """Whether ``claims`` cannot all hold. Raises `TooHardError` instead of trying more than ``cases``."""
    left = cases
    pending: list[tuple[list[Formula], dict[str, bool]]] = [(list(claims), {})]
    while pending:
        claimed, values = pending.pop()
        undecided = _settle(claimed, values)
        if undecided is None:
            continue
        if not undecided:
            return False
        left -= 1
        if not left:
            raise TooHardError
        # The claim that leaves least open is the quickest to fail.
        name = min(
            (sorted(n for n in variables(claim) if n not in values) for claim in undecided),
            key=lambda names: (len(names), names),
        )[0]
        pending.append((undecided, {**values, name: True}))
        pending.append((undecided, {**values, name: False}))
    return True


def _settle(claims: list[Formula], values: dict[str, bool]) -> list[Formula] | None:
    """Adds what follows from ``claims`` to ``values``; the claims that are still open, or None if they
    contradict each other."""
    known = -1
    while known != len(values):
        known = len(values)
        if not all(_force(claim, True, values) for claim in claims):
            return None
        truths = [_truth(claim, values) for claim in claims]
        if False in truths:
            return None
        claims = [claim for claim, truth in zip(claims, truths, strict=True) if truth is None]
    return claims


def _truth(formula: Formula, values: dict[str, bool]) -> bool | None:
    """True, false or not yet known."""
    match formula:
        case Var(name):
            return values.get(name)
        case Const(value):
            return value
        case Not(operand):
            known = _truth(operand, values)
            return None if known is None else not known
        case And(operands):
            return _among([_truth(o, values) for o in operands], False)
        case Or(operands):
            return _among([_truth(o, values) for o in operands], True)
        case Implies(premise, conclusion):
            return _truth(Or((Not(premise), conclusion)), values)
        case Iff(left, right):
            one, other = _truth(left, values), _truth(right, values)
            return None if one is None or other is None else one == other
        case AtMostOne(operands):
            truths = [_truth(o, values) for o in operands]
            if truths.count(True) > 1:
                return False
            return True if truths.count(True) + truths.count(None) <= 1 else None


def _among(truths: list[bool | None], deciding: bool) -> bool | None:
    if deciding in truths:
        return deciding
    return None if None in truths else not deciding


def _force(formula: Formula, truth: bool, values: dict[str, bool]) -> bool:
    """Notes in ``values`` what ``formula`` being ``truth`` means; False if it cannot be."""
    match formula:
        case Var(name):
            return values.setdefault(name, truth) == truth
        case Const(value):
            return value == truth
        case Not(operand):
            return _force(operand, not truth, values)
        case And(operands):
            return _force_some(operands, False, values) if not truth else _force_all(operands, True, values)
        case Or(operands):
            return _force_some(operands, True, values) if truth else _force_all(operands, False, values)
        case Implies(premise, conclusion):
            return _force(Or((Not(premise), conclusion)), truth, values)
        case Iff(left, right):
            one, other = _truth(left, values), _truth(right, values)
            if one is not None:
                return _force(right, one == truth, values)
            return other is None or _force(left, other == truth, values)
        case AtMostOne(operands):
            truths = [_truth(o, values) for o in operands]
            sure = truths.count(True)
            unknown = [o for o, t in zip(operands, truths, strict=True) if t is None]
            if truth:
                return sure < 2 and (sure == 0 or _force_all(unknown, False, values))
            possible = sure + len(unknown)
            return possible >= 2 and (sure >= 2 or possible > 2 or _force_all(unknown, True, values))


def _force_all(operands: Iterable[Formula], truth: bool, values: dict[str, bool]) -> bool:
    return all(_force(o, truth, values) for o in operands)


def _force_some(operands: tuple[Formula, ...], truth: bool, values: dict[str, bool]) -> bool:
    """At least one operand is ``truth``."""
    truths = [_truth(o, values) for o in operands]
    if truth in truths:
        return True
    unknown = [o for o, t in zip(operands, truths, strict=True) if t is None]
    return len(unknown) > 1 or (bool(unknown) and _force(unknown[0], truth, values))
