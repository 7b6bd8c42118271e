"""What somebody asks of a foreign Kconfig tree, in names and values, and as statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kconfiglib import BOOL, TRISTATE

from unilith.demand.facts import Origin
from unilith.errors import UserError
from unilith.resolver.formula import FALSE, Formula
from unilith.resolver.kconfig_encode import Encoded
from unilith.resolver.kconfig_terms import both, negate
from unilith.resolver.kconfig_values import valid
from unilith.resolver.problem import Kind, Statement

_MODES = (BOOL, TRISTATE)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of a tree. ``sets`` gives exact values: n, m, y, a number or a text."""

    want: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()


def demands(encoded: Encoded, request: Request) -> tuple[Statement, ...]:
    """What ``request`` asks for, as statements that ``fix`` may propose to give up.

    Raises ``UserError`` for names that the tree does not know and values that do not fit.
    """
    found = [_demand(encoded, name, "y", f"{name} is wanted") for name in request.want]
    found += [_demand(encoded, name, "n", f"{name} is forbidden") for name in request.forbid]
    found += [_demand(encoded, name, value, f"{name} is to be {value}") for name, value in request.sets]
    return tuple(found)


def _demand(encoded: Encoded, name: str, value: str, text: str) -> Statement:
    symbol = known_symbol(encoded.kconf, name)
    on, yes = encoded.values.terms.pair(symbol)
    formula: Formula
    if symbol.orig_type in _MODES:
        if value not in ("n", "m", "y") or (value == "m" and symbol.orig_type is BOOL):
            raise UserError(
                f'{symbol.name} cannot be "{value}"',
                hint="It is a bool: n or y." if symbol.orig_type is BOOL else "",
            )
        formula = {"n": negate(on), "m": FALSE if on is yes else both(on, negate(yes)), "y": yes}[value]
    elif not valid(symbol, value):
        raise UserError(f'{symbol.name} cannot be "{value}"', hint="It takes a number.")
    else:
        formula = encoded.values.outcomes(symbol).get(value, FALSE)
    subject = encoded.values.terms.variable(symbol)
    return Statement(formula, Kind.CHOICE, Origin(text), subject, (subject,), retractable=True)


def known_symbol(kconf: Any, name: str) -> Any:
    """The symbol of that name, with or without the tree's prefix."""
    symbol = kconf.syms.get(name)
    if (symbol is None or not symbol.nodes) and name.startswith(kconf.config_prefix):
        symbol = kconf.syms.get(name.removeprefix(kconf.config_prefix))
    if symbol is None or not symbol.nodes:
        from difflib import get_close_matches

        near = get_close_matches(name, [s.name for s in kconf.unique_defined_syms], 3, 0.75)
        raise UserError(
            f"the tree has no option {name}", hint=f"Did you mean {' or '.join(near)}?" if near else ""
        )
    return symbol
