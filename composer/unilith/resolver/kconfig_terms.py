"""Kconfig expressions as formulas.

An expression has one of three values, n < m < y. It becomes two formulas, ``Pair``: "at least m" and
"is y". A bool symbol X is the variable ``opt:X``; a tristate one has ``opt:X`` (it is m or y) and
``aux:X=y`` beside it. Expressions that kconfiglib shares stay shared: they become one formula object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kconfiglib import AND, BOOL, NOT, OR, TRISTATE, Choice, Symbol

from unilith.resolver.formula import FALSE, TRUE, And, Formula, Not, Or, Var

Pair = tuple[Formula, Formula]  # (at least m, is y); the second implies the first
NEVER: Pair = (FALSE, FALSE)
ALWAYS: Pair = (TRUE, TRUE)


def both(*operands: Formula) -> Formula:
    """The conjunction, simplified as far as a glance at the operands allows."""
    kept: list[Formula] = []
    for operand in operands:
        if operand is FALSE:
            return FALSE
        if operand is not TRUE and not any(operand is k for k in kept):
            kept.append(operand)
    return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else TRUE


def either(*operands: Formula) -> Formula:
    """The disjunction, simplified as far as a glance at the operands allows."""
    kept: list[Formula] = []
    for operand in operands:
        if operand is TRUE:
            return TRUE
        if operand is not FALSE and not any(operand is k for k in kept):
            kept.append(operand)
    return Or(tuple(kept)) if len(kept) > 1 else kept[0] if kept else FALSE


def negate(formula: Formula) -> Formula:
    """The negation; of a negation, what was negated."""
    if formula is TRUE:
        return FALSE
    if formula is FALSE:
        return TRUE
    return formula.operand if isinstance(formula, Not) else Not(formula)


def operands(expression: Any, operator: Any) -> Iterator[Any]:
    """The operands of nested ``operator``s, in order. Not recursive: a symbol may be selected by hundreds."""
    pending = [expression]
    while pending:
        item = pending.pop()
        if item.__class__ is tuple and item[0] is operator:
            pending += (item[2], item[1])
        else:
            yield item


class Terms:
    """Formulas for the expressions of one Kconfig tree.

    ``relation`` gives the formula of a comparison; comparisons need values, which are another module's.
    ``prefix`` begins the names of variables: ``opt:``, or ``aux:`` where symbols are not to be counted.
    """

    def __init__(
        self, kconf: Any, relation: Callable[[tuple[Any, Any, Any]], Formula], prefix: str = "opt:"
    ) -> None:
        self._relation = relation
        self.prefix = prefix
        self._known: dict[int, Pair] = {
            id(kconf.n): NEVER,
            id(kconf.m): (TRUE, FALSE),
            id(kconf.y): ALWAYS,
        }
        self.modules: Formula = FALSE
        if kconf.modules.nodes and kconf.modules.orig_type in (BOOL, TRISTATE):
            self.modules = Var(self.variable(kconf.modules))
            self._known[id(kconf.modules)] = (self.modules, self.modules)
        self.no_modules = negate(self.modules)

    def variable(self, symbol: Any) -> str:
        """The variable that is true if ``symbol`` (bool or tristate) is not n."""
        return f"{self.prefix}{symbol.name}"

    def pair(self, expression: Any) -> Pair:
        """The value of ``expression``."""
        known = self._known.get(id(expression))
        if known is None:
            known = self._known[id(expression)] = self._compute(expression)
        return known

    def _compute(self, expression: Any) -> Pair:
        if expression.__class__ is tuple:
            operator = expression[0]
            if operator is AND or operator is OR:
                join = both if operator is AND else either
                left, right = self.pair(expression[1]), self.pair(expression[2])
                on = join(left[0], right[0])
                same = left[0] is left[1] and right[0] is right[1]
                return (on, on if same else join(left[1], right[1]))
            if operator is NOT:
                on, yes = self.pair(expression[1])
                absent = negate(on)
                return (absent if on is yes else negate(yes), absent)
            truth = self._relation(expression)
            return (truth, truth)
        if expression.__class__ is Choice:
            return self._choice(expression)
        return self._symbol(expression)

    def _symbol(self, symbol: Symbol) -> Pair:
        if symbol.is_constant or not symbol.nodes or symbol.orig_type not in (BOOL, TRISTATE):
            return NEVER  # in a logical context, everything else is n
        on = Var(self.variable(symbol))
        if symbol.orig_type is BOOL or self.modules is FALSE:
            return (on, on)
        return (on, Var(f"aux:{symbol.name}=y"))

    def _choice(self, choice: Choice) -> Pair:
        """The mode. A .config cannot state it: it follows from the members, and is at least m if it must."""
        on, _yes = self.visibility(choice)
        members = [self.pair(s) for s in choice.syms if s.choice is choice]
        any_on, any_yes = either(*(m[0] for m in members)), either(*(m[1] for m in members))
        if choice.orig_type is BOOL:
            return (any_on, any_on) if choice.is_optional else (on, on)
        if choice.orig_type is not TRISTATE:
            return NEVER if choice.is_optional else (on, FALSE)
        if choice.is_optional:
            return (any_on, any_yes)
        return (on, either(any_yes, both(self.no_modules, on)))

    def visibility(self, item: Any) -> Pair:
        """The largest value that a user may give to a symbol outside choices, or to a choice, before
        m becomes y where there is no m."""
        prompts = [self.pair(node.prompt[1]) for node in item.nodes if node.prompt]
        return pair_either(prompts)


def pair_either(pairs: Iterable[Pair]) -> Pair:
    """The larger value."""
    found = list(pairs)
    on = either(*(p[0] for p in found))
    return (on, on if all(p[0] is p[1] for p in found) else either(*(p[1] for p in found)))
