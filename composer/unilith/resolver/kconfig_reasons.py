"""Why each symbol is on in a configuration that kconfiglib holds: one sentence, the nearest cause first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kconfiglib import AND, BOOL, OR, TRISTATE, Choice, expr_value

from unilith.resolver.kconfig_encode import choice_name, written
from unilith.resolver.kconfig_terms import operands

_MODES = (BOOL, TRISTATE)


def reasons(kconf: Any, asked: Iterable[str]) -> dict[str, str]:
    """A reason for every bool and tristate symbol that is on. ``asked`` are the symbols that were wanted."""
    on = [s for s in kconf.unique_defined_syms if s.orig_type in _MODES and s.tri_value]
    wanted = set(asked)
    users = _users(sorted(on, key=lambda s: s.name not in wanted))
    return {s.name: _reason(kconf, s, wanted, users) for s in on}


def _reason(kconf: Any, symbol: Any, wanted: set[str], users: dict[Any, str]) -> str:
    if symbol.name in wanted:
        return "wanted"
    if symbol.choice:
        return f"one member of {choice_name(symbol.choice)} has to be chosen"
    for by in _active(kconf, symbol.rev_dep):
        return f"{by.name} selects it"
    if not symbol.visibility:
        for by in _active(kconf, symbol.weak_rev_dep):
            return f"{by.name} implies it"
        for value, condition in symbol.defaults:
            if expr_value(condition):
                when = "" if condition is kconf.y else f" if {written(condition)}"
                return f"it has no visible prompt and defaults to {written(value)}{when}"
    if symbol in users:
        return f"{users[symbol]} depends on it"
    for target, condition in symbol.selects:
        if target in users and target.tri_value and expr_value(condition):
            return f"it selects {target.name}, which {users[target]} depends on"
    return "with it, fewer options are on than without"


def _active(kconf: Any, reverse: Any) -> list[Any]:
    if reverse is kconf.n:
        return []
    parts = (p for p in operands(reverse, OR) if expr_value(p))
    return [p[1] if p.__class__ is tuple else p for p in parts]


def _users(on: list[Any]) -> dict[Any, str]:
    """For symbols that one of ``on`` depends on: the name of the first that does."""
    found: dict[Any, str] = {}
    for symbol in on:
        for part in operands(symbol.direct_dep, AND):
            for choice in operands(part, OR):
                for needed in operands(choice, AND):
                    if needed.__class__ is not tuple and needed.__class__ is not Choice and needed.nodes:
                        found.setdefault(needed, symbol.name)
    return found
