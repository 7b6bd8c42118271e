"""Locks: selections kept beside the recipe, so that a build takes what was decided and never solves."""

from __future__ import annotations

from pathlib import Path

from unilith.errors import UserError
from unilith.pipeline.demand import Demand
from unilith.pipeline.request import Request
from unilith.pipeline.resolve import Question, Resolution, question_of, with_options
from unilith.resolver.formula import holds
from unilith.resolver.lockfile import from_text
from unilith.resolver.problem import Kind
from unilith.resolver.selection import Selection
from unilith.resolver.statements import problem_for


def lock_file(demand: Demand) -> Path:
    """Where the lock of a recipe and a target stands: `<recipe>/<target>.lock`."""
    return demand.recipe.folder / f"{demand.target.name}.lock"


def read_lock(file: Path) -> Selection:
    """The selection in a lock file."""
    try:
        return from_text(file.read_text(encoding="utf-8"), str(file))
    except OSError as e:
        raise UserError(
            f"cannot be read: {e.strerror}", where=file, hint="`unilith lock RECIPE` writes a lock."
        ) from e


def locked_resolution(request: Request, demand: Demand) -> Resolution | None:
    """The selection of the recipe's lock; None if it has none, or if this request makes choices of its own.

    A lock that no longer answers the demand is a `UserError` that says what it misses: nothing is chosen
    behind the user's back.
    """
    file = lock_file(demand)
    if request.want or request.forbid or request.options or not file.is_file():
        return None
    selection = read_lock(file)
    question = question_of(request, demand)
    if missing := unmet(question, selection):
        raise UserError(
            "the lock no longer fits: " + "; ".join(missing),
            where=file,
            hint=f"`unilith lock {demand.recipe.name} --target {demand.target.name} --update` decides anew.",
        )
    resolution = with_options(question, selection)
    if dict(selection.options) != dict(resolution.selection.options):
        raise UserError(
            "the lock's option values are no longer those of the recipe and the libraries",
            where=file,
            hint=f"`unilith lock {demand.recipe.name} --target {demand.target.name} --update` decides anew.",
        )
    return resolution


def unmet(question: Question, selection: Selection) -> list[str]:
    """The statements of today's problem that a selection does not satisfy, in people's words."""
    demand = question.demand
    gone = [name for name in selection.names if name not in demand.catalog.manifests]
    if gone:
        return [f"there is no library {name} any more" for name in gone]
    options = question.options(frozenset(selection.names)).symbols
    problem = problem_for(
        demand.catalog, demand.facts, demand.target, question.rules, costs=question.costs, options=options
    )
    true = selection.variables
    return [
        str(s.origin)
        for s in problem.statements
        if s.kind not in (Kind.STRUCTURE, Kind.OPTION) and not holds(s.formula, true)
    ]
