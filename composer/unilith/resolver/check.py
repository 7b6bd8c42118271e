"""Checks a selection and its certificate without the solver, the encoder or anything that made them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from unilith.resolver.certificate import Certificate, Step
from unilith.resolver.formula import Formula, Not, Var, any_of, holds, variables
from unilith.resolver.hitting import can_hit_below
from unilith.resolver.problem import AUXILIARY, Problem
from unilith.resolver.refute import TooHardError, refutes


def check_certificate(problem: Problem, true: AbstractSet[str], certificate: Certificate) -> list[str]:
    """Everything that is wrong; nothing if the variables in ``true`` are an answer to ``problem`` and
    ``certificate`` proves that none is cheaper."""
    found = _check_answer(problem, true, certificate)
    names = frozenset[str]().union(*(variables(s.formula) for s in problem.statements))
    counted = {name for name in names if not name.startswith(AUXILIARY)}
    if certificate.scale <= len(counted):
        found.append(f"the scale {certificate.scale} is too small for {len(counted)} variables")
    if not certificate.complete:
        found.append(
            "the proof is not complete: the selection was found to be the cheapest, but not shown to be"
        )
    found += _check_derivations(problem, certificate, counted)
    if not found:
        found += _check_bound(problem, certificate)
    return found


def _check_answer(problem: Problem, true: AbstractSet[str], certificate: Certificate) -> list[str]:
    on = frozenset(true)
    found = [f"broken: {s.origin}" for s in problem.statements if not holds(s.formula, on)]
    cost = sum(problem.costs.get(name, 0) for name in on)
    count = sum(not name.startswith(AUXILIARY) for name in on)
    if cost != certificate.bytes:
        found.append(f"the selection costs {cost} bytes, and the certificate is for {certificate.bytes}")
    if count != certificate.count:
        found.append(f"{count} variables are on, and the certificate is for {certificate.count}")
    return found


def _check_derivations(problem: Problem, certificate: Certificate, counted: AbstractSet[str]) -> list[str]:
    stated: dict[str, list[Formula]] = {}
    for statement in problem.statements:
        stated.setdefault(str(statement.origin), []).append(statement.formula)
    found = []
    for number, step in enumerate(certificate.steps):
        label = f"step {number} ({' or '.join(step.variables)})"
        if not step.variables or len(set(step.variables)) != len(step.variables):
            found.append(f"{label} names no variable, or one twice")
        elif unknown := [v for v in step.variables if v not in counted]:
            found.append(f"{label} is about {unknown[0]}, which the problem does not count")
        elif missing := [text for text in step.because if text not in stated]:
            found.append(f"{label} rests on a statement that does not exist: {missing[0]}")
        elif any(not 0 <= earlier < number for earlier in step.after):
            found.append(f"{label} rests on a step that does not come before it")
        else:
            claims = [f for text in step.because for f in stated[text]]
            claims += [any_of(map(Var, certificate.steps[earlier].variables)) for earlier in step.after]
            claims += [Not(Var(v)) for v in step.variables]
            found += _judge(label, claims)
    return found


def _judge(label: str, claims: Iterable[Formula]) -> list[str]:
    try:
        return [] if refutes(claims) else [f"{label} does not follow from what it names"]
    except TooHardError:
        return [f"{label} could not be verified: too many cases"]


def _check_bound(problem: Problem, certificate: Certificate) -> list[str]:
    """The cheapest hitting set costs what is claimed: by the shares if they add up, else by search."""
    optimum = certificate.bytes * certificate.scale + certificate.count
    steps = certificate.steps
    weights = {v: problem.costs.get(v, 0) * certificate.scale + 1 for step in steps for v in step.variables}
    if _shares_fit(steps, weights) and sum(step.share for step in steps) >= optimum:
        return []
    try:
        if can_hit_below([frozenset(step.variables) for step in steps], weights, optimum):
            return [f"the steps do not prove that {certificate.bytes} bytes is the least"]
    except TooHardError:
        return ["the lower bound could not be verified: too many cases"]
    return []


def _shares_fit(steps: tuple[Step, ...], weights: dict[str, int]) -> bool:
    left = dict(weights)
    for step in steps:
        if step.share < 0:
            return False
        for variable in step.variables:
            left[variable] -= step.share
    return all(rest >= 0 for rest in left.values())
