"""Ways out of what is impossible: smallest changes after which the user's last step could be taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from unilith.demand.facts import Origin
from unilith.pipeline.choices_file import Choices
from unilith.resolver.choices import Rule, RuleKind
from unilith.resolver.problem import Kind, Statement
from unilith.resolver.selection import Resolved
from unilith.resolver.statements import STUB
from unilith.tui.answer import Answer, Impossible
from unilith.tui.effect import effect
from unilith.tui.model import Model

_ATTEMPTS = 60  # resolutions; with more, a menu would hesitate
_MOST = 3  # choices that one way out takes back
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class WayOut:
    """``text`` says what to change, ``bytes`` what the image then gains compared with the present one.

    ``outcome`` is there where the menu itself can do it; otherwise it is for the user to edit a file.
    """

    text: str
    bytes: int
    outcome: Answer | None


def ways_out(model: Model, impossible: Impossible) -> tuple[WayOut, ...]:
    """Each was tried. What takes least back comes first, then what takes fewest bytes."""
    step = _new(model.choices, impossible.choices)
    found = list(_taking_back(model, impossible, step))
    for unmet in impossible.unmet:
        found += _switching_on(model, impossible.choices, unmet.name)
    if not found:
        found = [*_elsewhere(model, impossible)]
    return tuple(found[:_SHOWN])


Decision = tuple[str, str]  # "want", "forbid" or "set", and of what


def _decisions(choices: Choices) -> set[Decision]:
    return {
        *(("want", n) for n in choices.want),
        *(("forbid", n) for n in choices.forbid),
        *(("set", n) for n, _ in choices.options),
    }


def _new(old: Choices, new: Choices) -> set[Decision]:
    """The decisions of the user's last step, which a way out must keep."""
    before = old.settings
    fresh = _decisions(new) - _decisions(old)
    return fresh | {("set", n) for n, v in new.options if n in before and before[n] != v}


def _clause(choices: Choices, decision: Decision) -> str:
    verb, name = decision
    return f"you set {name}={choices.settings[name]}" if verb == "set" else f"you {verb} {name}"


def _without(choices: Choices, dropped: frozenset[Decision]) -> Choices:
    for verb, name in dropped:
        choices = choices.unsetting(name) if verb == "set" else choices.leaving(name)
    return choices


def _blamed(impossible: Impossible, step: set[Decision]) -> Iterator[Decision]:
    """The user's earlier choices among the statements that cannot hold together."""
    statements = [s for s in impossible.statements if s.kind is Kind.CHOICE]
    named = {u.name for u in impossible.unmet}
    for decision in sorted(_decisions(impossible.choices) - step):
        clause = _clause(impossible.choices, decision)
        said = any(_speaks_of(statement, clause) for statement in statements)
        if said or (decision[0] == "set" and decision[1] in named):
            yield decision


def _taking_back(model: Model, impossible: Impossible, step: set[Decision]) -> list[WayOut]:
    """Smallest sets of earlier choices without which the step is possible."""
    pending: list[tuple[frozenset[Decision], Impossible]] = [(frozenset(), impossible)]
    found: list[tuple[frozenset[Decision], WayOut]] = []
    seen: set[frozenset[Decision]] = set()
    while pending and len(seen) < _ATTEMPTS:
        dropped, refused = pending.pop(0)
        if len(dropped) >= _MOST:
            continue
        for decision in _blamed(refused, step):
            more = dropped | {decision}
            if more in seen or any(known <= more for known, _ in found):
                continue
            seen.add(more)
            outcome = model.attempt(_without(impossible.choices, more))
            if isinstance(outcome, Impossible):
                pending.append((more, outcome))
                continue
            clauses = " and ".join(f"`{_clause(impossible.choices, d)}`" for d in sorted(more))
            found.append((more, _way(model, f"take back {clauses}", outcome)))
    ordered = sorted(found, key=lambda item: (len(item[0]), item[1].bytes, item[1].text))
    return [way for _, way in ordered]


def _switching_on(model: Model, choices: Choices, option: str) -> list[WayOut]:
    """What an option that is not visible depends on, switched on too."""
    catalog = model.catalog
    names = model.answer.names
    owner = catalog.options[option].library
    lacking = model.options.lacking(option, {*names, owner}, choices.settings)
    steps: list[tuple[str, Choices]] = []
    for symbol in lacking:
        manifest = catalog.by_symbol(symbol)
        if manifest is None and symbol in catalog.options:
            steps.append((f"set {symbol}=y too", choices.setting(symbol, "y")))
        elif manifest is not None and manifest.name in catalog.interfaces:
            givers = dict.fromkeys(m.name for m, _ in catalog.providers(manifest.name))
            steps += [(f"switch on {n} too", choices.wanting(n)) for n in givers if n in catalog.libraries]
        elif manifest is not None and manifest.name in catalog.libraries:
            steps.append((f"switch on {manifest.name} too", choices.wanting(manifest.name)))
    if len(steps) > 1:
        together = choices
        for _, one in steps:
            together = Choices.of(
                {*together.want, *one.want}, one.forbid, {**together.settings, **one.settings}
            )
        steps.append((" and ".join(text.removesuffix(" too") for text, _ in steps), together))
    found = []
    for text, one in steps:
        outcome = model.attempt(one)
        if isinstance(outcome, Answer):
            found.append(_way(model, text, outcome))
    return sorted(found, key=lambda way: way.bytes)


def _elsewhere(model: Model, impossible: Impossible) -> Iterator[WayOut]:
    """What only an edit of the recipe or another target of the same architecture can change."""
    rules = model.rules(impossible.choices)
    yield from chain.from_iterable(_without_rule(model, rules, s) for s in impossible.statements)
    if not any(s.kind in (Kind.TARGET, Kind.SUPPORT) for s in impossible.statements):
        return
    here = model.subject.target
    others = [t for t in model.catalog.targets.values() if t.arch == here.arch and t.name != here.name]
    for target in others:
        if isinstance(model.solve(rules, target), Resolved):
            yield WayOut(f"compose for {target.name} instead (--target {target.name})", 0, None)


def _without_rule(model: Model, rules: tuple[Rule, ...], statement: Statement) -> Iterator[WayOut]:
    recipe = f"{model.subject.recipe.name}/{model.subject.recipe.file.name}"
    if statement.subject.startswith(STUB):
        call = statement.subject.removeprefix(STUB)
        stub = Rule(RuleKind.STUB, call, Origin(f"the recipe lets {call} be a stub"))
        if isinstance(model.solve((*rules, stub)), Resolved):
            yield WayOut(f"let {call} be a stub: add it to `stub` in {recipe}", 0, None)
        return
    if statement.kind not in (Kind.CHOICE, Kind.LICENCE):
        return
    for rule in rules:
        if rule.origin.where is None or not _speaks_of(statement, rule.origin.text):
            continue
        if isinstance(model.solve([r for r in rules if r is not rule]), Resolved):
            yield WayOut(f"change a line: {rule.origin}", 0, None)


def _speaks_of(statement: Statement, clause: str) -> bool:
    """Whether a statement comes from a choice: its text is the choice's clause, and perhaps what follows from it."""
    text = statement.origin.text
    return text == clause or text.startswith(f"{clause},")


def _way(model: Model, text: str, outcome: Answer) -> WayOut:
    return WayOut(text, effect(model.catalog, model.answer, outcome).bytes, outcome)
