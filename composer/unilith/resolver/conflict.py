"""Why nothing satisfies a problem: a smallest set of its statements that cannot hold together."""

from __future__ import annotations

from unilith.resolver.encode import DEFINITION, Encoding, encode
from unilith.resolver.engine import Engine
from unilith.resolver.problem import Kind, Problem, Statement

# What a person can do least about is dropped first, so that what remains speaks of manifests and choices.
_DROPPED_FIRST = (
    Kind.STRUCTURE,
    Kind.OPTION,
    Kind.SUPPORT,
    Kind.CARDINALITY,
    Kind.CONFLICT,
    Kind.LICENCE,
    Kind.REQUIRES,
    Kind.TARGET,
    Kind.DEMAND,
    Kind.CHOICE,
)
_ORDER = {kind: number for number, kind in enumerate(_DROPPED_FIRST)}


def conflict(problem: Problem, encoding: Encoding | None = None) -> tuple[Statement, ...]:
    """Statements that cannot hold together, none of which can be spared; empty if ``problem`` has an answer.

    They come in the problem's order.
    """
    encoding = encoding or encode(problem)
    statements = problem.statements
    first = encoding.top
    clauses = [
        clause if owner == DEFINITION else [*clause, -(first + 1 + owner)]
        for clause, owner in zip(encoding.clauses, encoding.owners, strict=True)
    ]
    order = sorted(range(len(statements)), key=lambda i: (_ORDER[statements[i].kind], -i))
    engine = Engine(clauses, first + len(statements))
    try:
        if engine.possible([first + 1 + i for i in order]):
            return ()
        found = set(engine.core())
        core = engine.minimal_core([first + 1 + i for i in order if first + 1 + i in found])
    finally:
        engine.close()
    return tuple(statements[i] for i in sorted(literal - first - 1 for literal in core))
