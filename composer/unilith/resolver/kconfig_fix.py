"""The smallest change to a configuration of a foreign Kconfig tree that gives somebody what they ask for.

A change is a line that a user has to edit. What a select raises, what can no longer be set, and what
follows from defaults changes by itself and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kconfiglib import BOOL, OR, TRISTATE

from unilith.errors import Where
from unilith.resolver.conflict import conflict
from unilith.resolver.encode import encode
from unilith.resolver.formula import TRUE, Formula, Var
from unilith.resolver.kconfig_encode import Encoded, encode_tree
from unilith.resolver.kconfig_fewest import fewest
from unilith.resolver.kconfig_request import Request, demands
from unilith.resolver.kconfig_solve import (
    Configuration,
    Conflict,
    Setting,
    asked_for,
    assign,
    check_same,
    held,
    held_now,
    in_reading_order,
    meaningful,
    pairs,
    typed_values,
)
from unilith.resolver.kconfig_terms import Pair, Terms, both, either, negate, operands
from unilith.resolver.problem import Kind, Problem, Statement

_MODES = (BOOL, TRISTATE)


@dataclass(frozen=True, slots=True)
class Change:
    """What has to become of a setting. ``where`` is the line that sets it, if one does."""

    name: str
    before: str
    after: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """The changes, in the tree's order, and the configuration that results from them."""

    changes: tuple[Change, ...]
    configuration: Configuration


def fix(kconf: Any, request: Request, settings: Iterable[Setting]) -> Fix | Conflict:
    """The smallest change to ``settings`` that makes ``request`` possible, or why nothing does."""
    kept = meaningful(kconf, settings)
    encoded = encode_tree(kconf, typed_values(kconf, [*request.sets, *pairs(kept)]), counted=False)
    chosen = {kconf.syms[s.name].choice: s.name for s in kept if s.value == "y"}
    chosen.pop(None, None)
    asked = asked_for(kconf, request)
    switched = {kconf.syms[name].choice for name in asked} - {None}
    free = [s for s in kept if s.name not in asked]
    edits = _edits(encoded, free, asked, set(chosen), switched)
    problem = Problem((*encoded.statements, *demands(encoded, request), *edits))
    encoding = encode(problem)
    true = fewest(problem, encoding)
    if true is None:
        return Conflict(in_reading_order(conflict(problem, encoding)))
    edited = {name.removeprefix(_EDIT) for name in true if name.startswith(_EDIT)}
    edited |= {member.name for c, was in chosen.items() if was in edited for member in c.syms}
    edited |= asked | {member.name for c in switched for member in c.syms}
    return _carry_out(encoded, kept, encoded.read(true), edited)


# -- what counts ---------------------------------------------------------------------------------------

_EDIT = "edit:"  # begins the variable that says that a symbol has to be edited


def _edits(
    encoded: Encoded, kept: list[Setting], asked: set[str], chosen: set[Any], switched: set[Any]
) -> list[Statement]:
    """Each symbol keeps its setting (or, without one, does not exceed its default) unless it is edited.

    What is ``asked`` for is no question, and choices that are ``switched`` for its sake are free.
    """
    found: list[Statement] = []
    kconf = encoded.kconf
    optimistic = _Optimistic(kconf, encoded.values.relation, encoded.values.terms.prefix)
    for setting, statement in zip(kept, held(encoded, kept), strict=True):
        symbol = kconf.syms[setting.name]
        if symbol.choice in switched or (symbol.choice in chosen and setting.value != "y"):
            continue  # to choose another member is one edit, and the member chosen before stands for it
        if symbol.choice and not symbol.choice.is_optional and setting.value == "n":
            continue  # nobody chose here: the choice's default is what counts
        excuses = _excuses(encoded, optimistic, symbol, setting.value)
        formula = either(statement.formula, *excuses, Var(_EDIT + symbol.name))
        found.append(Statement(formula, Kind.STRUCTURE, statement.origin, statement.subject))
    known = asked | {s.name for s in kept}
    for symbol, given in encoded.given.items():
        if symbol.name not in known:
            absent = negate(encoded.values.terms.pair(symbol)[0])
            excuses = _excuses(encoded, optimistic, symbol, "n")
            formula = either(absent, *excuses, given, Var(_EDIT + symbol.name))
            found.append(Statement(formula, Kind.STRUCTURE, encoded.statements[0].origin))
    for choice in kconf.unique_choices:
        if not choice.is_optional and choice not in chosen and choice not in switched:
            for symbol, picked in _picked(encoded, choice):
                absent = negate(encoded.values.terms.pair(symbol)[1])
                formula = either(absent, picked, Var(_EDIT + symbol.name))
                found.append(Statement(formula, Kind.STRUCTURE, encoded.statements[0].origin))
    return found


def _picked(encoded: Encoded, choice: Any) -> list[tuple[Any, Formula]]:
    """For each member, when the choice falls to it by default: its first default that can be chosen, else its
    first member that can."""
    terms = encoded.values.terms
    candidates = [*choice.defaults, *((symbol, encoded.kconf.y) for symbol in choice.syms)]
    found: dict[Any, list[Formula]] = {symbol: [] for symbol in choice.syms if symbol.choice is choice}
    earlier: Formula = TRUE
    for symbol, condition in candidates:
        if symbol in found:
            applies = both(terms.pair(condition)[0], terms.visibility(symbol)[0])
            found[symbol].append(both(earlier, applies))
            earlier = both(earlier, negate(applies))
    return [(symbol, either(*formulas)) for symbol, formulas in found.items()]


class _Optimistic(Terms):
    """Choices have the largest mode that they can have: a member that was given up does not hide itself."""

    def _choice(self, choice: Any) -> Pair:
        return self.visibility(choice)


def _excuses(encoded: Encoded, optimistic: Terms, symbol: Any, value: str) -> list[Formula]:
    """When a symbol loses ``value`` without anybody's doing: it cannot be set to it, or is raised."""
    terms = encoded.values.terms
    visible, visible_yes = (optimistic if symbol.choice else terms).visibility(symbol)
    if symbol.orig_type not in _MODES or value == "n":
        excuses = [negate(visible)]
    elif value == "m":
        excuses = [negate(visible), terms.no_modules]
    else:
        excuses = [negate(either(visible_yes, both(visible, terms.no_modules)))]
    if symbol.rev_dep is not encoded.kconf.n and not symbol.choice and value in ("n", "m"):
        excuses += [terms.pair(part)[value == "m"] for part in operands(symbol.rev_dep, OR)]
    if value == "m" and symbol.weak_rev_dep is not encoded.kconf.n and not symbol.choice:
        excuses += [terms.pair(part)[1] for part in operands(symbol.weak_rev_dep, OR)]  # m becomes y then
    return excuses


# -- carrying it out -----------------------------------------------------------------------------------


def _carry_out(encoded: Encoded, kept: list[Setting], meant: dict[str, str], edited: set[str]) -> Fix:
    """Edits the settings, and leaves everything else to the tree's defaults where that is good enough.

    Where it is not (a choice that appears has a default that will not do), as few of the values that differ
    from the defaults are set as well; these changes start from the default.
    """
    kconf = encoded.kconf
    assign(kconf, dict(pairs(kept)))
    was = held_now(kconf).values
    wanted = {name: meant[name] for name in edited if name in meant}
    settings = dict(pairs(kept)) | wanted

    def succeeds(values: dict[str, str]) -> bool:
        _settle(kconf, values)
        return all(kconf.syms[name].str_value == value for name, value in wanted.items())

    if not succeeds(settings):
        natural = held_now(kconf).values
        assign(kconf, dict(pairs(kept)) | meant)
        check_same(meant, held_now(kconf).values)
        extra = {
            s.name: meant[s.name]
            for s in kconf.unique_defined_syms
            if s.visibility
            and s.name in meant
            and natural[s.name] != meant[s.name]
            and not (s.choice and meant[s.name] == "n")  # another member says so
        }
        if succeeds(settings | extra):
            for name in [n for n in extra if n not in settings]:
                value = extra.pop(name)
                if not succeeds(settings | extra):
                    extra[name] = value
            _settle(kconf, settings | extra)
        else:
            assign(kconf, dict(pairs(kept)) | meant)
        was = {**was, **{name: natural[name] for name in extra}}
        wanted |= extra
    configuration = held_now(kconf)
    before = {s.name: s for s in kept}
    changes = []
    for symbol in kconf.unique_defined_syms:
        if symbol.name in wanted:
            setting = before.get(symbol.name, Setting(symbol.name, was[symbol.name]))
            after = configuration.values[symbol.name]
            if after != setting.value:
                changes.append(Change(symbol.name, setting.value, after, setting.where))
    return Fix(tuple(changes), configuration)


def _settle(kconf: Any, values: dict[str, str]) -> None:
    """Sets ``values``, and then everything else to what it became: that is what a .config states. (A default
    of y on a symbol that a user may only make m is not what it was, once stated.)"""
    assign(kconf, values)
    for _ in range(len(values) + 1):
        stated = dict(held_now(kconf).values)
        assign(kconf, stated)
        if held_now(kconf).values == stated:
            return
