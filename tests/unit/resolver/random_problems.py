"""Small random problems, and the slow, obvious way to answer them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

from unilith.resolver.formula import (
    And,
    AtMostOne,
    Const,
    Formula,
    Iff,
    Implies,
    Not,
    Or,
    Var,
    holds,
)
from unilith.resolver.problem import Kind, Origin, Problem, Statement


def random_formula(random: Random, names: Sequence[str], depth: int) -> Formula:
    """Any formula over ``names``, nested at most ``depth`` deep."""
    if depth == 0 or random.random() < 0.3:
        return Var(random.choice(names))

    def some(most: int) -> tuple[Formula, ...]:
        return tuple(random_formula(random, names, depth - 1) for _ in range(random.randrange(most)))

    def one() -> Formula:
        return random_formula(random, names, depth - 1)

    match random.randrange(7):
        case 0:
            return Not(one())
        case 1:
            return And(some(4))
        case 2:
            return Or(some(4))
        case 3:
            return Implies(one(), one())
        case 4:
            return Iff(one(), one())
        case 5:
            return AtMostOne(some(10))
    return Const(random.random() < 0.8)


def random_problem(seed: int, *, most: int = 7, retractable: bool = False) -> Problem:
    """A problem over up to ``most`` variables, with costs from 0 to 3 so that many answers tie."""
    random = Random(seed)
    names = [f"lib:{letter}" for letter in "abcdefghij"[: random.randrange(1, most + 1)]]
    statements = []
    for number in range(random.randrange(1, 11)):
        formula = random_formula(random, names, 3)
        if random.random() < 0.7:
            formula = Or((formula, random_formula(random, names, 2)))
        kind = random.choice(list(Kind))
        statements.append(
            Statement(
                formula,
                kind,
                Origin(f"statement {number}"),
                retractable=retractable and random.random() < 0.6,
            )
        )
    return Problem(tuple(statements), {n: random.randrange(4) for n in names if random.random() < 0.9})


def names_of(problem: Problem) -> list[str]:
    """All variables of a random problem."""
    return sorted({f"lib:{letter}" for letter in "abcdefghij"} & _mentioned(problem))


def _mentioned(problem: Problem) -> set[str]:
    from unilith.resolver.formula import variables

    found: set[str] = set()
    for statement in problem.statements:
        found |= variables(statement.formula)
    return found


def all_answers(problem: Problem) -> list[frozenset[str]]:
    """Every set of variables that satisfies all statements."""
    names = names_of(problem)
    found = []
    for values in product((False, True), repeat=len(names)):
        true = frozenset(n for n, value in zip(names, values, strict=True) if value)
        if all(holds(s.formula, true) for s in problem.statements):
            found.append(true)
    return found


def rank(problem: Problem, true: frozenset[str]) -> tuple[int, int, list[str]]:
    """What the objective says of an answer; the least is the best."""
    return sum(problem.costs.get(n, 0) for n in true), len(true), sorted(true, reverse=True)
