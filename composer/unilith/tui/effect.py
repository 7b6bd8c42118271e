"""What is different between two answers, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unilith.catalog.catalog import Catalog
from unilith.resolver.conditions import library_variable
from unilith.resolver.problem import Statement
from unilith.resolver.selection import library_names
from unilith.tui.answer import Answer


@dataclass(frozen=True, slots=True)
class Change:
    """A library that comes or goes. ``bytes`` is what the image gains (negative: loses) by it; ``why`` are clauses,
    the last of which is the immediate reason."""

    name: str
    bytes: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptionChange:
    """An option whose value is another; an empty value is that of an option that is not in the image."""

    name: str
    old: str
    new: str
    why: str


@dataclass(frozen=True, slots=True)
class Effect:
    """The way from one answer to another. ``shifted`` are the bytes by which libraries that stay grow or shrink."""

    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    options: tuple[OptionChange, ...]
    shifted: int

    @property
    def bytes(self) -> int:
        """What the image gains in all."""
        return sum(c.bytes for c in (*self.added, *self.removed)) + self.shifted

    @property
    def names(self) -> frozenset[str]:
        """The libraries that come or go."""
        return frozenset(c.name for c in (*self.added, *self.removed))

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.options)


def effect(catalog: Catalog, old: Answer, new: Answer) -> Effect:
    """Everything that is different in ``new``."""
    came = [n for n in new.names if n not in old.libraries]
    went = [n for n in old.names if n not in new.libraries]
    stays = [n for n in new.names if n in old.libraries]
    return Effect(
        added=tuple(Change(n, new.weights[n], new.libraries[n].chain) for n in came),
        removed=tuple(Change(n, -old.weights[n], (_why_gone(old, new, n),)) for n in went),
        options=tuple(_options(catalog, old, new)),
        shifted=sum(new.weights[n] - old.weights[n] for n in stays),
    )


def bytes_text(number: int) -> str:
    """`+1,024 bytes`."""
    return f"{number:+,} byte{'' if abs(number) == 1 else 's'}" if number else "no byte more or less"


def _options(catalog: Catalog, old: Answer, new: Answer) -> Iterator[OptionChange]:
    """Options of libraries in both, and those that were asked for; the rest follows from what comes and goes."""
    for name in sorted({*old.options, *new.options}):
        before, after = old.options.get(name, ""), new.options.get(name, "")
        asked = new.choices.settings.get(name)
        both = name in old.options and name in new.options
        if before == after or not (both or asked is not None or name in old.choices.settings):
            continue
        if asked is not None:
            why = "you set it"
        elif name in old.choices.settings:
            why = f"{_source(new, name)} again" if name in new.options else "its library is out"
        else:
            why = f"follows from others ({catalog.options[name].where})"
        yield OptionChange(name, before, after, why)


def _source(answer: Answer, option: str) -> str:
    return "the recipe's value" if option in answer.settings else "its default"


def _why_gone(old: Answer, new: Answer, name: str) -> str:
    if name in new.choices.forbid:
        return f"you forbid {name}"
    variable = library_variable(name)
    now = new.resolved.solution.true
    last = old.libraries[name].reason
    for statement in _needing(old, variable):
        needer = library_names([statement.subject])
        if needer and needer[0] not in new.libraries:
            return f"only {needer[0]} needed it, which is out"
        heirs = [n for n in library_names(o for o in statement.objects if o in now) if n not in old.libraries]
        if heirs:
            return f"{heirs[0]} takes its place: {statement.origin}"
    if name in old.choices.want:
        return f"you no longer want {name}"
    return f"nothing needs it any more; it was in because {last}" if last else "nothing needs it any more"


def _needing(answer: Answer, variable: str) -> list[Statement]:
    """The statements that brought a library in, the one that its reason names first."""
    true = answer.resolved.solution.true
    found = [
        s
        for s in answer.resolved.problem.statements
        if variable in s.objects and variable != s.subject and (not s.subject or s.subject in true)
    ]
    reason = answer.libraries[library_names([variable])[0]].reason
    return sorted(found, key=lambda s: str(s.origin) != reason)
