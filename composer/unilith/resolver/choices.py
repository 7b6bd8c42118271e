"""What the user and the recipe decide themselves, as rules that say where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from unilith.demand.facts import Fact, FactKind, Origin
from unilith.demand.recipe import Recipe
from unilith.errors import Where


class RuleKind(StrEnum):
    """What a rule does with its name."""

    WANT = "want"  # a library or interface must be in
    FORBID = "forbid"  # a library must not be in; of an interface, no provider
    FORBID_LICENCE = "forbid-licence"  # a shell pattern over SPDX names
    STUB = "stub"  # a system call may be answered with ENOSYS
    SET = "set"  # an option has a value


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision. ``value`` is an option's value as Kconfig writes it (y, n, 5, 0x10, text).

    ``origin.text`` is a clause: "the recipe forbids net.stack".
    """

    kind: RuleKind
    name: str
    origin: Origin
    value: str = ""


def rules_of(
    recipe: Recipe,
    *,
    want: Iterable[str] = (),
    forbid: Iterable[str] = (),
    settings: Mapping[str, str] | None = None,
) -> tuple[Rule, ...]:
    """The recipe's rules and those of the command line, which overrides the recipe's option values."""
    settings = settings or {}
    rules = [
        Rule(RuleKind.FORBID, name, _of(recipe, f"the recipe forbids {name}", "forbid"))
        for name in recipe.forbid.libraries
    ]
    rules += [
        Rule(RuleKind.FORBID_LICENCE, name, _of(recipe, f"the recipe forbids the licence {name}", "forbid"))
        for name in recipe.forbid.licenses
    ]
    rules += [
        Rule(RuleKind.STUB, call, _of(recipe, f"the recipe lets {call} be a stub", f"stub.{number}", "stub"))
        for number, call in enumerate(recipe.stub)
    ]
    for symbol, value in recipe.options.items():
        if symbol not in settings:
            text = option_text(value)
            origin = _of(recipe, f"the recipe sets {symbol}={text}", f"options.{symbol}", "options")
            rules.append(Rule(RuleKind.SET, symbol, origin, text))
    rules += [Rule(RuleKind.WANT, name, Origin(f"you want {name}")) for name in want]
    rules += [Rule(RuleKind.FORBID, name, Origin(f"you forbid {name}")) for name in forbid]
    rules += [
        Rule(RuleKind.SET, symbol, Origin(f"you set {symbol}={value}"), value)
        for symbol, value in sorted(settings.items())
    ]
    return tuple(dict.fromkeys(rules))


def needs_of(recipe: Recipe, interfaces: Iterable[str]) -> tuple[Fact, ...]:
    """The recipe's ``needs`` as facts; ``interfaces`` are the names that are interfaces and not libraries."""
    known = set(interfaces)
    return tuple(
        Fact(
            FactKind.INTERFACE if ref.name in known else FactKind.LIBRARY,
            ref.name,
            _of(recipe, f"{recipe.name} needs {ref.name}", f"needs.{number}", "needs"),
            ref.when,
        )
        for number, ref in enumerate(recipe.needs)
    )


def option_text(value: bool | int | str) -> str:
    """An option's value as Kconfig writes it."""
    if isinstance(value, bool):
        return "y" if value else "n"
    return str(value)


def _of(recipe: Recipe, text: str, *fields: str) -> Origin:
    line = next((recipe.lines[f] for f in fields if f in recipe.lines), 0)
    return Origin(text, Where(f"{recipe.folder.name or recipe.name}/{recipe.file.name}", line))
