"""What people ask of a foreign Kconfig tree: the smallest configuration, why not, and the smallest change.

Whatever is answered was put back into kconfiglib first, which must read the same values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kconfiglib import BOOL, OR, STR_TO_TRI, TRISTATE

from unilith.demand.facts import Origin
from unilith.errors import Where
from unilith.resolver.conflict import conflict
from unilith.resolver.formula import Formula, Var, variables
from unilith.resolver.kconfig_encode import Encoded, Request, demands, encode_tree, known_symbol
from unilith.resolver.kconfig_terms import either, negate, operands
from unilith.resolver.problem import Kind, Problem, Statement
from unilith.resolver.solve import Refusal, solve

_MODES = (BOOL, TRISTATE)


class InternalError(Exception):
    """kconfiglib reads a configuration differently from what was meant: a bug of ours, not the user's."""


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


@dataclass(frozen=True, slots=True)
class Change:
    """What has to become of a setting."""

    name: str
    before: str
    after: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change: ``changes`` to symbols that a user sets, and the configuration that results."""

    changes: tuple[Change, ...]
    configuration: Configuration


def smallest(kconf: Any, request: Request) -> Configuration | Conflict:
    """The configuration with the fewest symbols on that ``request`` allows, or why there is none."""
    encoded = encode_tree(kconf, _typed_values(kconf, request.sets))
    problem = encoded.problem(*demands(encoded, request))
    answer = solve(problem, narrow=False)
    if isinstance(answer, Refusal):
        return Conflict(_in_reading_order(answer.statements))
    return confirm(encoded, answer.true)


def why_not(kconf: Any, request: Request, settings: Iterable[Setting] = ()) -> Conflict | None:
    """Why ``request`` cannot be had, or not beside ``settings``; None if it can."""
    asked = _asked(kconf, request)
    kept = [s for s in _meaningful(kconf, settings) if s.name not in asked]
    encoded = encode_tree(kconf, _typed_values(kconf, request.sets))
    problem = encoded.problem(*demands(encoded, request), *_held(encoded, kept))
    core = conflict(problem)
    return Conflict(_in_reading_order(core)) if core else None


def fix(kconf: Any, request: Request, settings: Iterable[Setting]) -> Fix | Conflict:
    """The smallest change to ``settings`` that makes ``request`` possible, or why nothing does.

    Only what a user would have to edit counts: not what is selected now, nor what cannot be set any more.
    """
    kept = _meaningful(kconf, settings)
    encoded = encode_tree(kconf, _typed_values(kconf, request.sets), counted=False)
    wanted = demands(encoded, request)
    chosen = {kconf.syms[s.name].choice for s in kept if s.value == "y"} - {None}
    given_up = {}
    edits = []
    for setting, statement in zip(kept, _held(encoded, kept), strict=True):
        symbol = kconf.syms[setting.name]
        if symbol.choice in chosen and setting.value != "y":
            continue  # choosing another member is one edit: the one that was chosen is counted
        edited = Var(f"edit:{symbol.name}")
        given_up[edited.name] = setting
        excuses = _excuses(encoded, symbol, setting.value)
        formula = either(statement.formula, *excuses, edited)
        edits.append(Statement(formula, Kind.STRUCTURE, statement.origin, statement.subject))
    answer = solve(Problem((*encoded.statements, *wanted, *edits)), narrow=False)
    if isinstance(answer, Refusal):
        return Conflict(_in_reading_order(answer.statements))
    configuration = confirm(encoded, answer.true)
    asked = _asked(kconf, request)
    before = {s.name: s for s in kept}
    changes = []
    for symbol in kconf.unique_defined_syms:
        name, old = symbol.name, before.get(symbol.name)
        moved = f"edit:{name}" in answer.true or (symbol.choice in chosen and symbol.tri_value == 2)
        after = configuration.values.get(name, "")
        if (moved or name in asked) and after != (old.value if old else "n"):
            changes.append(Change(name, old.value if old else "", after, old.where if old else None))
    return Fix(tuple(changes), configuration)


def _excuses(encoded: Encoded, symbol: Any, value: str) -> list[Formula]:
    """When a symbol loses ``value`` without anybody's doing: it cannot be set, or a select raises it."""
    terms = encoded.values.terms
    excuses = [negate(terms.visibility(symbol)[0])]
    if symbol.rev_dep is not encoded.kconf.n and not symbol.choice and value != "y":
        selects = [terms.pair(part)[value == "m"] for part in operands(symbol.rev_dep, OR)]
        excuses.append(either(*selects))
    return excuses


def current_settings(kconf: Any, where: Mapping[str, Where] | None = None) -> list[Setting]:
    """The values that ``kconf`` holds for the symbols that a user can set at this moment."""
    return [
        Setting(s.name, s.str_value, (where or {}).get(s.name))
        for s in kconf.unique_defined_syms
        if s.orig_type in _MODES and s.visibility and not (s.choice and s.choice.tri_value == 0)
    ]


def confirm(encoded: Encoded, true: frozenset[str]) -> Configuration:
    """Gives the answer to kconfiglib as a .config would, and compares what it makes of it."""
    kconf = encoded.kconf
    meant = encoded.read(true)
    assign(kconf, meant)
    read = {s.name: s.str_value for s in kconf.unique_defined_syms}
    check_same(meant, read)
    return Configuration(
        read, tuple(s.name for s in kconf.unique_defined_syms if s.orig_type in _MODES and s.tri_value)
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


def _typed_values(kconf: Any, sets: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in sets:
        symbol = known_symbol(kconf, name)
        if symbol.orig_type and symbol.orig_type not in _MODES:
            found.setdefault(symbol.name, []).append(value)
    return found


def _meaningful(kconf: Any, settings: Iterable[Setting]) -> list[Setting]:
    """Settings of symbols that exist and have a prompt: others come from elsewhere, or mean nothing."""
    found = []
    for setting in settings:
        symbol = kconf.syms.get(setting.name)
        if symbol is not None and symbol.orig_type in _MODES and any(n.prompt for n in symbol.nodes):
            found.append(setting)
    return found


def _asked(kconf: Any, request: Request) -> set[str]:
    names = (*request.want, *request.forbid, *(name for name, _ in request.sets))
    return {known_symbol(kconf, name).name for name in names}


def _held(encoded: Encoded, settings: list[Setting]) -> list[Statement]:
    """The settings as statements."""
    statements = demands(encoded, Request(sets=tuple((s.name, s.value) for s in settings)))
    return [
        replace(statement, origin=Origin(f"{setting.name} is set to {setting.value}", setting.where))
        for statement, setting in zip(statements, settings, strict=True)
    ]


def _in_reading_order(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
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
