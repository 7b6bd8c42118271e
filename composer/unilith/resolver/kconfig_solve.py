"""What people ask of a foreign Kconfig tree: the smallest configuration, and why not.

Whatever is answered was put back into kconfiglib first, which must read the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kconfiglib import BOOL, STR_TO_TRI, TRISTATE

from unilith.demand.facts import Origin
from unilith.errors import UserError, Where
from unilith.resolver.conflict import conflict
from unilith.resolver.encode import encode
from unilith.resolver.formula import variables
from unilith.resolver.kconfig_encode import Encoded, encode_tree
from unilith.resolver.kconfig_fewest import fewest
from unilith.resolver.kconfig_request import Request, demands, known_symbol
from unilith.resolver.kconfig_values import valid
from unilith.resolver.problem import Kind, Statement

_MODES = (BOOL, TRISTATE)


class InternalError(UserError):
    """kconfiglib reads a configuration differently from what was meant: a bug of ours, not the user's.

    It ends a command like a mistake of the user's: with a message, and exit status 70 (EX_SOFTWARE).
    """

    def __init__(self, message: str) -> None:
        super().__init__(
            f"internal error: {message}",
            hint="Nothing was written. This is a bug in unilith: please report it with the command and the tree.",
            exit_status=70,
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration that kconfiglib holds now, exactly as stated. ``values`` are those of all symbols;
    ``on`` names the bool and tristate ones that are not n, in the tree's order."""

    values: Mapping[str, str]
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that cannot hold together, none of which can be spared, from the request to its obstacle."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that somebody gave to a symbol before, and where."""

    name: str
    value: str
    where: Where | None = None


def smallest(kconf: Any, request: Request) -> Configuration | Conflict:
    """The configuration with the fewest symbols on that ``request`` allows, or why there is none."""
    encoded = encode_tree(kconf, typed_values(kconf, request.sets))
    problem = encoded.problem(*demands(encoded, request))
    encoding = encode(problem)
    true = fewest(problem, encoding)
    if true is None:
        return Conflict(in_reading_order(conflict(problem, encoding)))
    return confirm(encoded, true)


def why_not(kconf: Any, request: Request, settings: Iterable[Setting] = ()) -> Conflict | None:
    """Why ``request`` cannot be had, or not beside ``settings``; None if it can."""
    asked = asked_for(kconf, request)
    kept = [s for s in meaningful(kconf, settings) if s.name not in asked]
    encoded = encode_tree(kconf, typed_values(kconf, [*request.sets, *pairs(kept)]))
    problem = encoded.problem(*demands(encoded, request), *held(encoded, kept))
    core = conflict(problem)
    return Conflict(in_reading_order(core)) if core else None


def current_settings(kconf: Any, where: Mapping[str, Where] | None = None) -> list[Setting]:
    """The values that ``kconf`` holds for the symbols that a user can set at this moment."""
    return [
        Setting(s.name, s.str_value, (where or {}).get(s.name))
        for s in kconf.unique_defined_syms
        if s.orig_type and s.visibility
    ]


def confirm(encoded: Encoded, true: frozenset[str]) -> Configuration:
    """Gives the answer to kconfiglib as a .config would, and compares what it makes of it."""
    kconf = encoded.kconf
    meant = encoded.read(true)
    assign(kconf, meant)
    read = {s.name: s.str_value for s in kconf.unique_defined_syms}
    check_same(meant, read)
    return held_now(kconf)


def held_now(kconf: Any) -> Configuration:
    """What ``kconf`` is set to."""
    return Configuration(
        {s.name: s.str_value for s in kconf.unique_defined_syms},
        tuple(s.name for s in kconf.unique_defined_syms if s.orig_type in _MODES and s.tri_value),
    )


def check_same(meant: Mapping[str, str], read: Mapping[str, str]) -> None:
    """Raises ``InternalError`` where values differ."""
    wrong = [name for name, value in meant.items() if read.get(name) != value]
    if wrong:
        shown = ", ".join(f"{n} is {read.get(n)} and not {meant[n]}" for n in wrong[:5])
        raise InternalError(f"kconfiglib reads {len(wrong)} values differently: {shown}")


def assign(kconf: Any, values: Mapping[str, str]) -> None:
    """Sets ``values`` as loading them from a .config does, in place of whatever was set before."""
    warn, kconf.warn = kconf.warn, False
    try:
        kconf.unset_values()
        for name, value in values.items():
            symbol = kconf.syms[name]
            if symbol.choice and symbol.orig_type in _MODES and value != "n":
                symbol.choice.set_value(STR_TO_TRI[value])
            symbol.set_value(value)
    finally:
        kconf.warn = warn


def typed_values(kconf: Any, sets: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values for int, hex and string symbols among ``sets``, as ``encode_tree`` wants them."""
    found: dict[str, list[str]] = {}
    for name, value in sets:
        symbol = known_symbol(kconf, name)
        if symbol.orig_type and symbol.orig_type not in _MODES:
            found.setdefault(symbol.name, []).append(value)
    return found


def meaningful(kconf: Any, settings: Iterable[Setting]) -> list[Setting]:
    """Settings of symbols that exist and have a prompt: others come from elsewhere, or mean nothing."""
    found = []
    for setting in settings:
        symbol = kconf.syms.get(setting.name)
        if symbol is None or not symbol.orig_type or not any(n.prompt for n in symbol.nodes):
            continue
        if symbol.orig_type in _MODES or valid(symbol, setting.value):
            found.append(setting)
    return found


def pairs(settings: list[Setting]) -> list[tuple[str, str]]:
    """Names and values."""
    return [(s.name, s.value) for s in settings]


def asked_for(kconf: Any, request: Request) -> set[str]:
    """The symbols that ``request`` speaks of."""
    names = (*request.want, *request.forbid, *(name for name, _ in request.sets))
    return {known_symbol(kconf, name).name for name in names}


def held(encoded: Encoded, settings: list[Setting]) -> list[Statement]:
    """The settings as statements."""
    statements = demands(encoded, Request(sets=tuple(pairs(settings))))
    return [
        replace(statement, origin=Origin(f"{setting.name} is set to {setting.value}", setting.where))
        for statement, setting in zip(statements, settings, strict=True)
    ]


def in_reading_order(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """From what is asked, each statement after one that it has a symbol in common with."""
    waiting = [s for s in statements if s.kind is not Kind.STRUCTURE]
    mentioned = {id(s): {_symbol(v) for v in variables(s.formula)} for s in waiting}
    waiting.sort(key=lambda s: not s.retractable or s.origin.where is not None)
    reached: set[str] = set()
    ordered: list[Statement] = []
    while waiting:
        about = [s for s in waiting if _symbol(s.subject) in reached]
        touching = about or [s for s in waiting if mentioned[id(s)] & reached] or waiting
        chosen = touching[0]
        waiting.remove(chosen)
        ordered.append(chosen)
        reached |= mentioned[id(chosen)]
    return tuple(ordered)


def _symbol(name: str) -> str:
    """The symbol that a variable speaks of."""
    return name.partition(":")[2].partition("=")[0].removesuffix("!")
