"""Values of int, hex and string symbols, as far as anything depends on them.

A symbol without a prompt takes one of finitely many values, each under a condition: its first default
that applies, moved into its first range that applies. One with a prompt may take any value; enough of
them to tell all comparisons apart are considered (``pool``): the constants that it, or what it is
compared with, can equal, and for numbers their neighbours. ``aux:X=v`` says that X has the value v, and
``opt:X!=default`` that somebody had to set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kconfiglib import (
    BOOL,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    HEX,
    INT,
    LESS,
    LESS_EQUAL,
    NOT,
    STRING,
    TRISTATE,
    UNEQUAL,
    Symbol,
    expr_str,
)

from unilith.resolver.formula import FALSE, TRUE, AtMostOne, Formula, Var
from unilith.resolver.kconfig_terms import Terms, both, either, negate

Outcomes = dict[str, Formula]  # value -> when the symbol has it; exactly one holds
_BASE = {INT: 10, HEX: 16}
_TRI = {"n": 0, "m": 1, "y": 2}
_TYPED = (INT, HEX, STRING)


class Values:
    """What the typed symbols of one tree can be. ``extra`` are values that somebody wants to give."""

    def __init__(self, kconf: Any, extra: Mapping[str, Iterable[str]], prefix: str = "opt:") -> None:
        self.kconf = kconf
        self.terms = Terms(kconf, self.relation, prefix)
        self.rules: list[tuple[Any, Formula, str]] = []  # (symbol, what must hold, why)
        self.free: dict[Any, Outcomes] = {}  # symbols with a prompt: their value is part of the answer
        self._extra = extra
        self._outcomes: dict[Any, Outcomes] = {}
        self._relations: dict[tuple[Any, Any, Any], Formula] = {}
        self._pools = _pools(kconf, extra)

    def relation(self, expression: tuple[Any, Any, Any]) -> Formula:
        """When a comparison holds."""
        known = self._relations.get(expression)
        if known is None:
            operator, left, right = expression
            known = self._relations[expression] = either(
                *(
                    both(a_holds, b_holds)
                    for a, a_holds in self.outcomes(left).items()
                    for b, b_holds in self.outcomes(right).items()
                    if compare(operator, left.orig_type, a, right.orig_type, b)
                )
            )
        return known

    def outcomes(self, symbol: Any) -> Outcomes:
        """The values that ``symbol`` can have, and when it has each."""
        known = self._outcomes.get(symbol)
        if known is None:
            known = self._outcomes[symbol] = self._compute(symbol)
        return known

    def _compute(self, symbol: Any) -> Outcomes:
        if symbol.__class__ is not Symbol or symbol.orig_type in (BOOL, TRISTATE):
            if symbol in (self.kconf.n, self.kconf.m, self.kconf.y):
                return {symbol.name: TRUE}
            on, yes = self.terms.pair(symbol)
            found = {"n": negate(on), "m": FALSE if on is yes else both(on, negate(yes)), "y": yes}
            return {value: holds for value, holds in found.items() if holds is not FALSE}
        if symbol.is_constant or not symbol.nodes or symbol.orig_type not in _TYPED:
            return {symbol.name: TRUE}
        ranges = self._ranges(symbol)
        default = self._default(symbol, ranges)
        visible = self.terms.visibility(symbol)[0]
        if visible is FALSE:
            return default
        return self._chosen(symbol, default, ranges, visible)

    def _ranges(self, symbol: Any) -> list[tuple[Formula, int, int]]:
        """The ranges that can be in force, each with its condition; of none, no range applies."""
        found: list[tuple[Formula, int, int]] = []
        if symbol.orig_type not in _BASE:
            return found
        base = _BASE[symbol.orig_type]
        earlier: Formula = TRUE
        for low, high, condition in symbol.ranges:
            on = self.terms.pair(condition)[0]
            for a, a_holds in self.outcomes(low).items():
                for b, b_holds in self.outcomes(high).items():
                    applies = both(earlier, on, a_holds, b_holds)
                    if applies is not FALSE:
                        found.append((applies, _number(a, base) or 0, _number(b, base) or 0))
            earlier = both(earlier, negate(on))
        return found

    def _default(self, symbol: Any, ranges: list[tuple[Formula, int, int]]) -> Outcomes:
        """The value if nobody sets one."""
        plain: list[tuple[str, Formula]] = []
        earlier: Formula = TRUE
        for default, condition in symbol.defaults:
            on = self.terms.pair(condition)[0]
            plain += [(v, both(earlier, on, holds)) for v, holds in self.outcomes(default).items()]
            earlier = both(earlier, negate(on))
        plain.append(("", earlier))
        found: dict[str, list[Formula]] = {}
        unlimited = both(*(negate(applies) for applies, _, _ in ranges))
        for value, holds in plain:
            if not ranges:
                found.setdefault(value, []).append(holds)
                continue
            found.setdefault(value, []).append(both(holds, unlimited))
            for applies, low, high in ranges:
                found.setdefault(_clamped(symbol, value, low, high), []).append(both(holds, applies))
        outcomes = {value: either(*holds) for value, holds in found.items()}
        return {value: holds for value, holds in outcomes.items() if holds is not FALSE}

    def _chosen(
        self, symbol: Any, default: Outcomes, ranges: list[tuple[Formula, int, int]], visible: Formula
    ) -> Outcomes:
        candidates = dict.fromkeys(default)
        candidates.update(dict.fromkeys(v for v in self._pools.get(symbol, ()) if valid(symbol, v)))
        candidates.update(dict.fromkeys(v for v in self._extra.get(symbol.name, ()) if valid(symbol, v)))
        outcomes: Outcomes = {value: Var(f"aux:{symbol.name}={value}") for value in candidates}
        self.free[symbol] = outcomes
        self._claim(symbol, either(*outcomes.values()), "has a value")
        self._claim(symbol, AtMostOne(tuple(outcomes.values())), "has one value")
        unlimited = both(*(negate(applies) for applies, _, _ in ranges))
        changed = Var(f"{self.terms.variable(symbol)}!=default")
        for value, holds in outcomes.items():
            is_default = default.get(value, FALSE)
            number = _number(value, _BASE.get(symbol.orig_type, 0))
            allowed: Formula = TRUE
            if symbol.orig_type in _BASE:
                allowed = FALSE
                if number is not None:
                    inside = (a for a, low, high in ranges if low <= number <= high)
                    allowed = either(unlimited, *inside) if ranges else TRUE
            self._claim(
                symbol,
                either(negate(holds), is_default, both(visible, allowed)),
                f'can be "{value}" only if that is its default, or its prompt is visible'
                f" ({_prompts(symbol)}) and the value in range",
            )
            self._claim(
                symbol,
                either(visible, negate(is_default), holds),
                f'has its default "{value}" while its prompt is not visible',
            )
            self._claim(symbol, either(negate(holds), is_default, changed), "has to be set")
        return outcomes

    def _claim(self, symbol: Any, formula: Formula, why: str) -> None:
        if formula is not TRUE:
            self.rules.append((symbol, formula, why))


def compare(operator: Any, left_type: Any, left: str, right_type: Any, right: str) -> bool:
    """Whether a comparison of two values holds, by kconfiglib's rules: as numbers if both are, or as text."""
    order: int | None = None
    if not (left_type is STRING and right_type is STRING):
        a, b = _comparable(left_type, left), _comparable(right_type, right)
        if a is not None and b is not None:
            order = a - b
    if order is None:
        order = (left > right) - (left < right)
    return {
        EQUAL: order == 0,
        UNEQUAL: order != 0,
        LESS: order < 0,
        LESS_EQUAL: order <= 0,
        GREATER: order > 0,
        GREATER_EQUAL: order >= 0,
    }[operator]


def valid(symbol: Any, value: str) -> bool:
    """Whether a .config may give ``value`` to the typed ``symbol`` at all."""
    if symbol.orig_type not in _BASE:
        return True
    number = _number(value, _BASE[symbol.orig_type])
    return number is not None and (symbol.orig_type is INT or number >= 0)


def _comparable(type_: Any, value: str) -> int | None:
    if type_ in (BOOL, TRISTATE):
        return _TRI[value]
    return _number(value, _BASE.get(type_, 0))


def _number(value: str, base: int) -> int | None:
    try:
        return int(value, base)
    except ValueError:
        return None


def _clamped(symbol: Any, value: str, low: int, high: int) -> str:
    number = _number(value, _BASE[symbol.orig_type]) or 0
    bound = low if number < low else high if number > high else None
    if bound is None:
        return value
    return str(bound) if symbol.orig_type is INT else hex(bound)


def _prompts(symbol: Any) -> str:
    return " || ".join(expr_str(node.prompt[1]) for node in symbol.nodes if node.prompt)


# -- which values can make a difference ----------------------------------------------------------------


def _pools(kconf: Any, extra: Mapping[str, Iterable[str]]) -> dict[Any, list[str]]:
    """For each typed symbol that something depends on: values that tell all comparisons apart.

    Symbols that are compared with one another, or take values from one another, share their pool.
    """
    groups: dict[Any, set[Any]] = {}
    constants: dict[Any, dict[str, None]] = {}
    for left, right in _links(kconf, extra):
        sides = [s for s in (left, right) if s.nodes and s.orig_type in _TYPED]
        for side in sides:
            groups.setdefault(side, {side})
        if len(sides) == 2:
            _join(groups, *sides)
        elif sides:
            values = constants.setdefault(sides[0], {})
            values.update(dict.fromkeys(_spellings(right if sides[0] is left else left)))
    shared: dict[int, dict[str, None]] = {}
    for group in groups.values():
        if id(group) not in shared:
            pool = shared[id(group)] = {}
            for member in sorted(group, key=lambda s: str(s.name)):
                pool.update(constants.get(member, {}))
                pool.update(dict.fromkeys(extra.get(member.name, ())))
    return {symbol: _with_neighbours(symbol, shared[id(group)]) for symbol, group in groups.items()}


def _join(groups: dict[Any, set[Any]], left: Any, right: Any) -> None:
    a, b = groups[left], groups[right]
    if a is not b:
        a |= b
        for member in b:
            groups[member] = a


def _spellings(symbol: Any) -> tuple[str, ...]:
    """The values of something that is no typed symbol."""
    return ("n", "m", "y") if symbol.orig_type in (BOOL, TRISTATE) else (symbol.name,)


def _with_neighbours(symbol: Any, pool: Mapping[str, None]) -> list[str]:
    if symbol.orig_type is STRING:
        other = "other"
        while other in pool:
            other += "-"
        return [*pool, other]
    base = _BASE[symbol.orig_type]
    written = str if base == 10 else hex
    found: dict[int, str] = {}
    for value in pool:
        number = _number(value, base)
        if number is not None:
            found[number] = value
    for number in list(found):
        for near in (number - 1, number + 1):
            if near >= 0 or base == 10:
                found.setdefault(near, written(near))
    return list(found.values())


def _links(kconf: Any, extra: Mapping[str, Iterable[str]]) -> Iterator[tuple[Any, Any]]:
    """Pairs of symbols (constants among them) of which one's value matters to the other."""
    pending = [s for s in kconf.unique_defined_syms if s.name in extra and s.orig_type in _TYPED]
    for expression in _expressions(kconf):
        stack = [expression]
        while stack:
            item = stack.pop()
            if item.__class__ is not tuple:
                continue
            if item[0] in (EQUAL, UNEQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL):
                sides = [s for s in item[1:] if s.nodes and s.orig_type in _TYPED]
                if sides:
                    yield (item[1], item[2])
                    pending += sides
            elif item[0] is NOT:
                stack.append(item[1])
            else:
                stack += item[1:]
    done: set[Any] = set()
    while pending:
        symbol = pending.pop()
        if symbol in done:
            continue
        done.add(symbol)
        yield (symbol, symbol)
        sources = [d for d, _ in symbol.defaults] + [b for r in symbol.ranges for b in r[:2]]
        for source in sources:
            yield (symbol, source)
            if source.nodes and source.orig_type in _TYPED:
                pending.append(source)


def _expressions(kconf: Any) -> Iterator[Any]:
    """Every expression of the tree, each once."""
    seen: set[int] = set()
    for symbol in kconf.unique_defined_syms:
        found = [symbol.direct_dep]
        found += [node.prompt[1] for node in symbol.nodes if node.prompt]
        found += [c for _, c in symbol.defaults] + [d for d, _ in symbol.defaults]
        found += [c for _, c in symbol.selects] + [c for _, c in symbol.implies]
        found += [r[2] for r in symbol.ranges]
        for expression in found:
            if expression.__class__ is tuple and id(expression) not in seen:
                seen.add(id(expression))
                yield expression
    for choice in kconf.unique_choices:
        for node in choice.nodes:
            if node.prompt and node.prompt[1].__class__ is tuple:
                yield node.prompt[1]
        for _, condition in choice.defaults:
            if condition.__class__ is tuple:
                yield condition
