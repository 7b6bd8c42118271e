"""Explanations as sentences, the way a colleague would give them: each statement with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unilith.resolver.certificate import Certificate, Step
from unilith.resolver.difference import Changed, Difference
from unilith.resolver.explain import Alternative, Fix, Impossible, Possible, Why
from unilith.resolver.problem import Kind, Origin, Problem, Statement
from unilith.resolver.reasons import Link
from unilith.resolver.statements import STUB

_MOST_LISTED = 8  # of what comes in or goes out: more is a list that nobody reads


def why_text(problem: Problem, why: Why) -> str:
    """From the thing asked about back to the demand, one line a step."""
    if not why.chain:
        return f"{problem.name_of(why.variable)} is in, and no statement says why."
    lines = []
    steps = list(zip(why.chain, why.alternatives, strict=True))
    for number, (link, alternatives) in enumerate(reversed(steps)):
        start = f"{problem.name_of(link.target)} is in because"
        others = _others(problem, link, alternatives)
        lines.append(f"{'  ' * bool(number)}{start} {said(problem, link.statement)}{others}.")
    return "\n".join(lines)


def _others(problem: Problem, link: Link, alternatives: Sequence[Alternative]) -> str:
    if not link.alternatives:
        return ""
    everyone = sorted(problem.name_of(v) for v in (link.target, *link.alternatives))
    if not link.firm:
        return f"; of {_braces(everyone)}, more than one is in anyway"
    weighed = [a for a in alternatives if a.extra is not None]
    ruled_out = [a for a in alternatives if a.extra is None]
    said = [f"{problem.name_of(a.variable)} {_more(a.extra or 0)}" for a in weighed]
    said += [f"{problem.name_of(a.variable)} cannot be in ({_obstacle(problem, a)})" for a in ruled_out]
    verdict = "it is the best" if weighed else "it is the only one possible"
    return f", and of {_braces(everyone)} {verdict}: {', '.join(said)}"


def _more(extra: int) -> str:
    return f"would make the image {count(extra)} bytes larger" if extra else "would give as many bytes"


def _obstacle(problem: Problem, alternative: Alternative) -> str:
    """The one statement that says most: about the alternative itself or an option of it, else the first."""
    shown = [s for s in alternative.obstacle if s.kind is not Kind.STRUCTURE]
    own = [s for s in shown if s.subject == alternative.variable]
    own += [s for s in shown if s.owner == alternative.variable]
    pick = (own or shown)[:1]
    return said(problem, pick[0]) if pick else "the image is for one platform"


def why_not_text(problem: Problem, answer: Impossible | Possible, subject: str) -> str:
    """Why ``subject`` is not to be had and the way out; or what it would bring with it."""
    if isinstance(answer, Possible):
        if not answer.fix.on and not answer.fix.off:
            return f"{subject} is in the image."
        head = f"{subject} is possible; it is not in the image because nothing needs it."
        return "\n".join([head, *(f"  {line}" for line in _consequences(problem, answer.fix))])
    lines = [f"{subject} is not possible, because these cannot all hold:"]
    lines += statement_lines(problem, answer.statements)
    lines.append(fix_text(problem, answer.fix))
    return "\n".join(lines)


def statement_lines(problem: Problem, statements: Iterable[Statement]) -> list[str]:
    """The statements that a person should see, one a line, wishes before obstacles."""
    order = [Kind.DEMAND, Kind.CHOICE, Kind.REQUIRES]
    shown = [s for s in statements if s.kind is not Kind.STRUCTURE]
    shown.sort(key=lambda s: order.index(s.kind) if s.kind in order else len(order))
    return [f"  - {said(problem, s)}" for s in shown]


def said(problem: Problem, statement: Statement) -> str:
    """The statement with its file and line; a need that only one library can meet says which."""
    origin = statement.origin
    if statement.kind is Kind.REQUIRES and len(statement.objects) == 1:
        only = problem.name_of(statement.objects[0])
        if only not in origin.text.split():
            return str(Origin(f"{origin.text}, which only {only} provides", origin.where))
    return str(origin)


def fix_text(problem: Problem, fix: Fix | None) -> str:
    """The change, what comes with it, and the bytes."""
    if fix is None:
        return "No choice of yours stands in the way: it needs a change in the manifests named above."
    lines = ["The smallest change that makes it possible:" if fix.given_up else "It needs no other change:"]
    lines += [f"  - {_given_up(problem, s, fix)}" for s in fix.given_up]
    lines += [f"  {line}" for line in _consequences(problem, fix)]
    return "\n".join(lines)


def _given_up(problem: Problem, statement: Statement, fix: Fix) -> str:
    if statement.subject.startswith(STUB):
        call = statement.subject.removeprefix(STUB)
        return f"let {call} be a stub that returns ENOSYS: list it under `stub:` in the recipe"
    if statement.kind is Kind.TARGET:
        here = set(statement.objects)
        others = [problem.name_of(v) for v in fix.on if v not in here and _is_platform(problem, v)]
        if others:
            return f"choose a target of the platform {' or '.join(others)}; now {statement.origin}"
    return f"give this up: {statement.origin}"


def _is_platform(problem: Problem, variable: str) -> bool:
    return any(s.kind is Kind.STRUCTURE and variable in s.objects for s in problem.statements)


def _consequences(problem: Problem, fix: Fix) -> list[str]:
    lines = []
    for verb, variables in (("comes in", fix.on), ("goes out", fix.off)):
        known = [
            f"{problem.name_of(v)} ({count(problem.costs[v])} bytes)" for v in variables if v in problem.costs
        ]
        if known:
            rest = f" and {len(known) - _MOST_LISTED} more" if len(known) > _MOST_LISTED else ""
            lines.append(f"{verb}: {', '.join(known[:_MOST_LISTED])}{rest}")
    lines.append(f"in all {_signed(fix.extra)} bytes")
    return lines


def proof_text(problem: Problem, certificate: Certificate) -> str:
    """The certificate, a line a step: what is forced, and what is the cheapest of several."""
    lines = []
    for step in certificate.steps:
        names = [problem.name_of(v) for v in step.variables]
        grounds = [*step.because, *(_is_in(problem, certificate.steps[n]) for n in step.after)]
        what = f"{names[0]}: forced" if len(names) == 1 else f"one of {_braces(names)} is needed"
        lines.append(f"{what}, because {_and(grounds)}.")
    lines.append(f"Whatever meets all of this takes at least {count(certificate.bytes)} bytes.")
    return "\n".join(lines)


def _is_in(problem: Problem, step: Step) -> str:
    names = list(map(problem.name_of, step.variables))
    return f"{names[0]} is in" if len(names) == 1 else f"one of {_braces(names)} is in"


def diff_text(difference: Difference, a: str, b: str) -> str:
    """What leads from ``a`` to ``b`` (their names), with the reasons."""
    if difference.empty:
        return f"{a} and {b} are the same."
    lines = [f"From {a} to {b}: {_signed(difference.extra)} bytes."]
    for library in difference.added:
        lines.append(f"+ {library.name} ({count(library.bytes)} bytes): {library.reason}")
    for library in difference.removed:
        lines.append(
            f"- {library.name} ({count(library.bytes)} bytes), which was in because {library.reason}"
        )
    for old, new in difference.resized:
        lines.append(f"~ {old.name}: {count(old.bytes)} -> {count(new.bytes)} bytes")
    lines += _changed("interface", difference.interfaces)
    lines += _changed("system call", difference.syscalls)
    lines += _changed("option", difference.options)
    lines += [f"+ needed: {fact}" for fact in difference.facts_added]
    lines += [f"- no longer needed: {fact}" for fact in difference.facts_removed]
    return "\n".join(lines)


def _changed(what: str, changes: Iterable[Changed]) -> list[str]:
    return [f"~ {what} {c.name}: {c.before or 'not there'} -> {c.after or 'not there'}" for c in changes]


def count(number: int) -> str:
    """A number with thousands set apart, the same in every locale."""
    return f"{number:,}"


def _signed(number: int) -> str:
    return f"+{count(number)}" if number >= 0 else count(number)


def _braces(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else "{" + ", ".join(listed) + "}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
