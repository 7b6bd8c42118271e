"""`unilith lock`, `verify`, `diff`, `graph`: selections as files."""

from __future__ import annotations

from pathlib import Path

from unilith.catalog.costs import library_costs, read_costs
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.cli.resolve import answer_for, answer_to, demand_for
from unilith.demand.facts import FactKind
from unilith.errors import UserError
from unilith.pipeline.lock import lock_file, read_lock, unmet
from unilith.pipeline.request import Request
from unilith.pipeline.resolve import question_of, with_options
from unilith.resolver.check import check_certificate
from unilith.resolver.difference import diff
from unilith.resolver.explain_text import diff_text
from unilith.resolver.lockfile import to_text
from unilith.resolver.selection import Selection
from unilith.resolver.statements import problem_for


def lock_and_print(request: Request, *, check: bool, update: bool, verbosity: int) -> bool:
    """Writes the lock of a recipe and a target; with ``check`` only says whether it still fits.

    An existing lock that still fits stays as it is unless ``update`` asks for a new decision.
    """
    asked = question_of(request, demand_for(request, verbosity))
    file = lock_file(asked.demand)
    if file.is_file() and not update:
        missing = unmet(asked, read_lock(file))
        if missing or check:
            print("\n".join(missing) if missing else f"{file} fits.")
            return not missing
        print(f"{file} fits; --update decides anew.")
        return True
    if check:
        raise UserError("there is no lock", where=file, hint=f"`unilith lock {request.recipe}` writes one.")
    resolution = with_options(asked, answer_to(asked).selection)
    file.write_text(to_text(resolution.selection), encoding="utf-8")
    print(file)
    return True


def verify_and_print(file: Path, libraries: tuple[Path, ...]) -> bool:
    """Checks a lock's certificate against the catalog, without the solver; prints what is wrong."""
    selection = read_lock(file)
    catalog = load_catalog(find_places(libraries).libraries)
    target = catalog.target(selection.target)
    calls = {fact.name for fact in selection.facts if fact.kind is FactKind.SYSCALL}
    costs = library_costs(catalog, read_costs(catalog, target.arch), calls)
    problem = problem_for(
        catalog, selection.facts, target, selection.choices, costs=costs, options=selection.options
    )
    wrong = check_certificate(problem, selection.variables, selection.certificate)
    for sentence in wrong:
        print(f"{file}: {sentence}")
    if not wrong:
        steps = len(selection.certificate.steps)
        print(
            f"{file}: right and smallest. Every statement holds for its {len(selection.libraries)} libraries, and "
            f"{steps} steps prove that nothing below {selection.certificate.bytes:,} bytes satisfies them."
        )
    return not wrong


def diff_and_print(a: str, b: str, target: str, libraries: tuple[Path, ...], verbosity: int) -> None:
    """Prints what leads from one selection to the other; each is a lock file or a recipe."""
    print(
        diff_text(
            diff(_selection(a, target, libraries, verbosity), _selection(b, target, libraries, verbosity)),
            a,
            b,
        )
    )


def _selection(what: str, target: str, libraries: tuple[Path, ...], verbosity: int) -> Selection:
    """A lock file's selection, or a recipe's; `RECIPE@TARGET` names another target."""
    if what.endswith(".lock") and Path(what).is_file():
        return read_lock(Path(what))
    recipe, _, other = what.partition("@")
    asked, answer = answer_for(Request(recipe, other or target, libraries=libraries), verbosity)
    return with_options(asked, answer.selection).selection


def graph_and_print(request: Request, *, output: Path | None, verbosity: int) -> None:
    """Prints the selection as DOT, or writes `.dot` or `.svg`."""
    from unilith.report.graph import graph_of
    from unilith.report.graph_dot import dot_text
    from unilith.report.graph_svg import svg_text

    asked, answer = answer_for(request, verbosity)
    graph = graph_of(asked.demand.catalog, answer.selection, asked.demand.app_bytes)
    if output is None:
        print(dot_text(graph))
        return
    makers = {".dot": dot_text, ".svg": svg_text}
    if output.suffix not in makers:
        raise UserError(f"`{output}` has no ending that says what to draw", hint="Name it .svg or .dot.")
    try:
        output.write_text(makers[output.suffix](graph), encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=output) from e
    print(output)
