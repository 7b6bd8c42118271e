"""`unilith resolve`, `why`, `why-not`, `fix`: what was chosen, and why."""

from __future__ import annotations

import json as json_format
from dataclasses import asdict
from pathlib import Path
from typing import Any

from unilith.catalog.roots import find_places
from unilith.cli.progress import Progress
from unilith.errors import UserError
from unilith.pipeline.demand import Demand, find_demand
from unilith.pipeline.request import Request
from unilith.pipeline.resolve import Question, question_of, refusal, with_options
from unilith.report.columns import columns
from unilith.resolver.conditions import library_variable
from unilith.resolver.explain import fixes, why, why_not
from unilith.resolver.explain_text import count, fix_text, proof_text, why_not_text, why_text
from unilith.resolver.questions import question
from unilith.resolver.selection import Refused, Resolved, Selection


def demand_for(request: Request, verbosity: int) -> Demand:
    """The demand of a request, with progress shown."""
    progress = Progress(verbosity)
    try:
        return find_demand(request, find_places(request.libraries), progress)
    finally:
        progress.close()


def answer_for(request: Request, verbosity: int) -> tuple[Question, Resolved]:
    """The resolver's answer; a refusal is an error that explains itself."""
    asked = question_of(request, demand_for(request, verbosity))
    return asked, answer_to(asked)


def answer_to(asked: Question) -> Resolved:
    """The resolver's answer to a question; a refusal is an error that explains itself."""
    answer = asked.select()
    if isinstance(answer, Refused):
        raise refusal(asked.demand, answer)
    return answer


def resolve_and_print(
    request: Request,
    *,
    json: bool,
    proof: bool,
    dotconfig: Path | None,
    defconfig: Path | None,
    verbosity: int,
) -> None:
    """Prints the selection as a table, or as JSON; writes Kconfig files on request."""
    asked, answer = answer_for(request, verbosity)
    resolution = with_options(asked, answer.selection)
    selection = resolution.selection
    if dotconfig is not None:
        _write(dotconfig, resolution.options.dotconfig)
    if defconfig is not None:
        from unilith.kconfig.defconfig import minimal_config

        _write(defconfig, minimal_config(asked.demand.catalog, resolution.options))
    if json:
        print(json_format.dumps(_plain(selection)))
    elif proof:
        print(proof_text(answer.problem, selection.certificate))
    else:
        print(selection_text(selection))


def selection_text(selection: Selection) -> str:
    """The table: library, bytes, reason."""
    rows = [("library", "bytes", "reason")]
    rows += [(lib.name, count(lib.bytes), lib.reason) for lib in selection.libraries]
    rows += [(f"({call})", "", "a stub: the recipe lets it be missing") for call in selection.stubs]
    total = f"{len(selection.libraries)} libraries, {count(selection.bytes)} bytes; nothing smaller would do"
    return f"{columns(rows, right=(1,))}\n{total} (--proof shows why)."


def why_and_print(request: Request, name: str, verbosity: int) -> None:
    """Prints the shortest chain from a demand to a library, or to what provides an interface or a system call."""
    asked, answer = answer_for(request, verbosity)
    catalog, selection = asked.demand.catalog, answer.selection
    if name in catalog.options:
        print(_why_option(asked, selection, name))
        return
    bindings = {b.name: b.providers for b in (*selection.interfaces, *selection.syscalls)}
    if name in bindings:
        if not bindings[name]:
            print(
                f"{name} is a stub: the recipe lets it be missing, and no library that is in implements it."
            )
            return
        print(f"{name} is provided by {', '.join(bindings[name])}.")
        names = bindings[name]
    else:
        catalog.get(name)
        names = (name,)
    for library in names:
        found = why(answer.problem, answer.solution, library_variable(library))
        if found is None:
            print(f"{library} is not in the image.")
            _print_why_not(asked, library)
        else:
            print(why_text(answer.problem, found))


def _why_option(asked: Question, selection: Selection, name: str) -> str:
    option = asked.demand.catalog.options[name]
    values = asked.options(frozenset(selection.names)).options
    rule = next((r for r in asked.rules if r.name == name), None)
    if name not in values:
        return f"{name} has no value: {option.library}, which it belongs to, is not in the image ({option.where})."
    reason = str(rule.origin) if rule else "this is its default"
    return f"{name} is {values[name] or 'empty'} because {reason} ({option.where})."


def why_not_and_print(request: Request, name: str, verbosity: int) -> None:
    """Prints why ``name`` (a library, an interface, or OPTION=VALUE) cannot be had, or what it would bring."""
    _print_why_not(question_of(request, demand_for(request, verbosity)), name)


def _print_why_not(asked: Question, name: str) -> None:
    problem, wants = _question(asked, name.split())
    print(why_not_text(problem, why_not(problem, wants), name))


def fix_and_print(request: Request, names: str, verbosity: int) -> bool:
    """Prints the smallest changes that make all of ``names`` possible together; false if there is none."""
    asked = question_of(request, demand_for(request, verbosity))
    problem, wants = _question(asked, names.split())
    ways = fixes(problem, wants)
    if not ways:
        print(fix_text(problem, None))
        return False
    for number, way in enumerate(ways, start=1):
        if len(ways) > 1:
            print(f"{number}.")
        print(fix_text(problem, way))
    return True


def _question(asked: Question, names: list[str]) -> Any:
    demand = asked.demand
    answer = asked.select()
    values = asked.options(frozenset(answer.selection.names)).symbols if isinstance(answer, Resolved) else {}
    return question(
        demand.catalog, demand.facts, demand.target, asked.rules, names, costs=asked.costs, options=values
    )


def _plain(selection: Selection) -> dict[str, object]:
    plain = asdict(selection)
    plain["stubs"] = list(selection.stubs)
    plain["facts"] = [
        {**fact, "origin": str(f.origin)} for fact, f in zip(plain["facts"], selection.facts, strict=True)
    ]
    del plain["certificate"]
    del plain["choices"]
    return plain


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=file) from e
