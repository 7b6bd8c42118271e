"""A loaded Kconfig tree as a `Problem`: its answers are exactly the .config files that stand by themselves.

Such a .config says for every symbol the value that the symbol has when the file is loaded. For a bool
symbol s that no choice contains, with V = a prompt is visible, R = selected, and D = the first default
that applies, or an imply: R -> s; s -> V or R or D; D and not V -> s. A tristate symbol obeys these
twice, for "at least m" and for "y". A choice in y mode has exactly one visible member on. The answer
with the fewest true variables switches the fewest symbols on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kconfiglib import AND, BOOL, OR, TRISTATE, Choice, expr_str

from unilith.demand.facts import Origin
from unilith.errors import Where
from unilith.resolver.formula import FALSE, TRUE, AtMostOne, Formula, Var
from unilith.resolver.kconfig_terms import Terms, both, either, negate, operands
from unilith.resolver.kconfig_values import Values
from unilith.resolver.problem import Kind, Problem, Statement

_MODES = (BOOL, TRISTATE)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The tree as statements, and how to read an answer. ``given`` says of symbols with a prompt, outside
    choices, when they are on without being set or selected."""

    kconf: Any
    statements: tuple[Statement, ...]
    values: Values
    given: Mapping[Any, Formula]

    def problem(self, *more: Statement) -> Problem:
        """The tree together with what is asked of it."""
        return Problem(self.statements + more)

    def read(self, true: frozenset[str] | set[str]) -> dict[str, str]:
        """The value of every bool and tristate symbol, and of every typed symbol that the answer fixes."""
        found: dict[str, str] = {}
        for symbol in self.kconf.unique_defined_syms:
            if symbol.orig_type in _MODES:
                on, yes = self.values.terms.pair(symbol)
                is_on = isinstance(on, Var) and on.name in true
                is_yes = isinstance(yes, Var) and yes.name in true
                found[symbol.name] = "y" if is_yes else "m" if is_on else "n"
        for symbol, outcomes in self.values.free.items():
            for value, holds in outcomes.items():
                if isinstance(holds, Var) and holds.name in true:
                    found[symbol.name] = value
        return found


def encode_tree(
    kconf: Any, extra: Mapping[str, Iterable[str]] | None = None, *, counted: bool = True
) -> Encoded:
    """The statements of ``kconf`` (a ``kconfiglib.Kconfig``). ``extra`` are values that requests may give to
    int, hex and string symbols. If symbols are not ``counted``, it costs nothing to have them on."""
    writer = _Writer(kconf, Values(kconf, extra or {}, "opt:" if counted else "aux:"))
    for choice in kconf.unique_choices:
        writer.choice(choice)
    for symbol in kconf.unique_defined_syms:
        if symbol.orig_type in _MODES:
            if symbol.choice:
                writer.member(symbol)
            else:
                writer.symbol(symbol)
    for name in extra or {}:
        writer.values.outcomes(kconf.syms[name])
    for symbol, formula, why in writer.values.rules:
        writer.say(formula, symbol, f"{symbol.name} {why}")
    return Encoded(kconf, tuple(writer.statements), writer.values, writer.given)


class _Writer:
    """Collects the statements of one tree."""

    def __init__(self, kconf: Any, values: Values) -> None:
        self.kconf = kconf
        self.values = values
        self.terms: Terms = values.terms
        self.pair = values.terms.pair
        self.statements: list[Statement] = []
        self.given: dict[Any, Formula] = {}
        self._texts: dict[int, str] = {}
        self._places: dict[tuple[str, int], Where] = {}

    def say(
        self, formula: Formula, item: Any, text: str, objects: tuple[str, ...] = (), node: Any = None
    ) -> None:
        """Adds a statement about ``item``, unless it is a matter of course."""
        if formula is TRUE:
            return
        node = node or item.nodes[0]
        key = (node.filename, node.linenr)
        where = self._places.get(key)
        if where is None:
            where = self._places[key] = Where(*key)
        subject = "" if item.__class__ is Choice else self.terms.variable(item)
        self.statements.append(Statement(formula, Kind.OPTION, Origin(text, where), subject, objects))

    def text(self, expression: Any) -> str:
        """An expression as it would be written."""
        known = self._texts.get(id(expression))
        if known is None:
            known = self._texts[id(expression)] = written(expression)
        return known

    # -- symbols outside choices --------------------------------------------------------------------

    def symbol(self, symbol: Any) -> None:
        on, yes = self.pair(symbol)
        tristate = on is not yes
        self._ordered(symbol, on, yes)
        visible, visible_yes = self.terms.visibility(symbol)
        selects = self._selects(symbol, symbol.rev_dep)
        for by, condition, (some, full) in selects:
            text = f"{by.name} selects {symbol.name}" + self._when(condition)
            node = _node_with(by, "selects", symbol)
            self.say(either(negate(some), on), by, text, (self.terms.variable(symbol),), node)
            if tristate and full is not FALSE:
                self.say(either(negate(full), yes), by, text, (self.terms.variable(symbol),), node)
        selected = either(*(some for _, _, (some, _) in selects))
        selected_yes = either(*(full for _, _, (_, full) in selects))
        given, given_yes = self._defaults(symbol, on, yes, visible)
        implied, implied_yes = self._implies(symbol, on, yes, visible)
        if tristate:
            self.say(
                either(self.terms.modules, negate(on), yes),
                symbol,
                f"{symbol.name} can be a module only with {self.kconf.modules.name}",
            )
            if implied_yes is not FALSE:
                self.say(
                    either(negate(implied_yes), negate(on), yes),
                    symbol,
                    f"{symbol.name} cannot be a module while it is implied as built in",
                )
        given = either(given, implied)
        if visible is not FALSE:
            self.given[symbol] = given
        self._depends(symbol, on, selected)
        if visible is not self.pair(symbol.direct_dep)[0]:
            self._sources(symbol, "on", either(negate(on), selected, visible, given), selected)
        if tristate:
            promoted = either(selected_yes, implied_yes, self.terms.no_modules)
            self._depends_yes(symbol, yes, selected, promoted)
            if visible_yes is not self.pair(symbol.direct_dep)[1]:
                given_yes = both(negate(visible), given_yes)
                self._sources(symbol, "y", either(negate(yes), promoted, visible_yes, given_yes), selected)

    def _ordered(self, symbol: Any, on: Formula, yes: Formula) -> None:
        if on is not yes:
            where = Where(symbol.nodes[0].filename, symbol.nodes[0].linenr)
            origin = Origin("y is more than m", where)
            self.statements.append(Statement(either(negate(yes), on), Kind.STRUCTURE, origin))

    def _depends(self, symbol: Any, on: Formula, selected: Formula) -> None:
        """Each dependency holds while ``symbol`` is on, unless it is ``selected``."""
        for part in operands(symbol.direct_dep, AND):
            text = f"{symbol.name} depends on {self.text(part)}{_unless(selected)}"
            self.say(either(negate(on), selected, self.pair(part)[0]), symbol, text, self._names(part))

    def _depends_yes(self, symbol: Any, yes: Formula, selected: Formula, promoted: Formula) -> None:
        """A dependency that is m allows m at most, unless ``symbol`` is ``promoted``. One that cannot be m
        was dealt with already, if nothing selects the symbol."""
        for part in operands(symbol.direct_dep, AND):
            some, full = self.pair(part)
            if some is not full or selected is not FALSE:
                text = f"{symbol.name} can be y only if {self.text(part)} is{_unless(selected)}"
                self.say(either(negate(yes), promoted, full), symbol, text, self._names(part))

    def _sources(self, symbol: Any, value: str, formula: Formula, selected: Formula) -> None:
        """Something makes the symbol what it is: a visible prompt, a default, a select or an imply."""
        prompts = [self.text(node.prompt[1]) for node in symbol.nodes if node.prompt]
        if prompts:
            source = f"its prompt is visible ({' || '.join(prompts)}){_unless(selected)}"
        else:
            source = "something switches it on, for it has no prompt"
        self.say(formula, symbol, f"{symbol.name} is {value} only if {source}")

    def _defaults(self, symbol: Any, on: Formula, yes: Formula, visible: Formula) -> tuple[Formula, Formula]:
        """States the defaults, and returns when one of them gives at least m, and y."""
        earlier: Formula = TRUE
        found: list[Formula] = []
        found_yes: list[Formula] = []
        for value, condition in symbol.defaults:
            (some, full), (applies, fully) = self.pair(value), self.pair(condition)
            gives = both(earlier, applies, some)
            gives_yes = gives if on is yes else both(earlier, fully, full)
            found.append(gives)
            found_yes.append(gives_yes)
            if gives is not FALSE:
                hidden = ", having no visible prompt" if visible is not FALSE else ""
                text = f"{symbol.name} defaults to {self.text(value)}{self._when(condition)}{hidden}"
                node = _node_with(symbol, "defaults", value, condition)
                objects = self._names(condition)
                self.say(either(visible, negate(gives), on), symbol, text, objects, node)
                if on is not yes and gives_yes is not FALSE:
                    self.say(either(visible, negate(gives_yes), yes), symbol, text, objects, node)
            earlier = both(earlier, negate(applies))
            if earlier is FALSE:
                break
        return either(*found), either(*found_yes)

    def _implies(self, symbol: Any, on: Formula, yes: Formula, visible: Formula) -> tuple[Formula, Formula]:
        """States the implies, and returns when one of them gives at least m, and when one says y. An imply
        counts only while the symbol's own dependencies are not n."""
        allowed = self.pair(symbol.direct_dep)[0]
        found: list[Formula] = []
        found_yes: list[Formula] = []
        for by, condition, (some, full) in self._selects(symbol, symbol.weak_rev_dep):
            text = f"{by.name} implies {symbol.name}{self._when(condition)}"
            node = _node_with(by, "implies", symbol)
            found.append(both(allowed, some))
            found_yes.append(full)
            for gives, holds in ((some, on), (full, yes)) if on is not yes else ((some, on),):
                self.say(
                    either(visible, negate(both(allowed, gives)), holds),
                    by,
                    text,
                    (self.terms.variable(symbol),),
                    node,
                )
        return either(*found), either(*found_yes)

    def _selects(self, symbol: Any, reverse: Any) -> list[tuple[Any, Any, tuple[Formula, Formula]]]:
        """The parts of a reverse dependency: who, on what condition, and with what value."""
        found = []
        if reverse is self.kconf.n:
            return []
        for part in operands(reverse, OR):
            by, condition = (part[1], part[2]) if part.__class__ is tuple else (part, self.kconf.y)
            value = self.pair(part)
            if value[0] is not FALSE:
                found.append((by, condition, value))
        return found

    # -- choices ------------------------------------------------------------------------------------

    def member(self, symbol: Any) -> None:
        """A symbol in a choice: selects, implies and defaults mean nothing to it."""
        on, yes = self.pair(symbol)
        choice, name = symbol.choice, choice_name(symbol.choice)
        _mode, mode_yes = self.pair(choice)
        visible, visible_yes = self.terms.visibility(symbol)
        can_be, can_be_yes = self.terms.visibility(choice)
        if choice.orig_type is BOOL:
            can_be_yes = can_be
        text = f"{symbol.name} can be chosen only if its prompt is visible"
        self.say(either(negate(on), visible), symbol, text)
        self.say(
            either(negate(on), can_be), symbol, f"{symbol.name} is part of {name}, which must be visible"
        )
        if on is yes:
            self.say(
                either(negate(on), mode_yes), symbol, f"{symbol.name} is part of {name}, which must be on"
            )
            if choice.orig_type is TRISTATE:
                full = either(can_be_yes, self.terms.no_modules)
                self.say(either(negate(on), full), symbol, f"{name} can be y")
            return
        self._ordered(symbol, on, yes)
        is_module = both(on, negate(yes))
        # While modules are off, a visibility of m counts as y; but a choice in y mode hides such a member.
        self.say(either(negate(yes), visible_yes), symbol, text)
        self.say(either(negate(yes), mode_yes), symbol, f"{symbol.name} is part of {name}, which must be y")
        self.say(either(negate(yes), can_be_yes, self.terms.no_modules), symbol, f"{name} can be y")
        why = f"{symbol.name} can be a module only while {name} is m"
        self.say(either(negate(is_module), self.terms.modules), symbol, why)
        self.say(either(negate(is_module), negate(mode_yes)), symbol, why)
        self.say(either(negate(is_module), negate(visible_yes)), symbol, why)

    def choice(self, choice: Any) -> None:
        """Exactly one visible member of a choice in y mode is y."""
        members = [s for s in choice.syms if s.choice is choice and s.orig_type in _MODES]
        if not members or choice.orig_type not in _MODES:
            return
        name = choice_name(choice)
        mode_yes = self.pair(choice)[1]
        chosen = [self.pair(s)[1] for s in members]
        objects = tuple(self.terms.variable(s) for s in members)
        self.say(AtMostOne(tuple(chosen)), choice, f"at most one member of {name} is chosen", objects)
        for symbol in members:
            on, yes = self.pair(symbol)
            visible = self.terms.visibility(symbol)[0 if on is yes else 1]
            self.say(
                either(negate(mode_yes), negate(visible), *chosen),
                choice,
                f"one member of {name} is chosen while {symbol.name} can be",
                objects,
            )

    # -- words --------------------------------------------------------------------------------------

    def _when(self, condition: Any) -> str:
        return "" if condition is self.kconf.y else f" if {self.text(condition)}"

    def _names(self, expression: Any) -> tuple[str, ...]:
        if expression.__class__ is tuple:
            return ()
        return (
            ()
            if expression.__class__ is Choice or expression.is_constant
            else (self.terms.variable(expression),)
        )


def choice_name(choice: Any) -> str:
    """A choice as people know it: by its prompt."""
    for node in choice.nodes:
        if node.prompt:
            return f'the choice "{node.prompt[0]}"'
    return f"the choice {choice.name}" if choice.name else "a choice without a prompt"


_PLACE = re.compile(r"\S+ (selects|implies|depends on|defaults to) \W*(\w+)")
_KEYWORD = {"selects": "select", "implies": "imply", "depends on": "depends", "defaults to": "default"}


def place(statement: Statement) -> tuple[str, str]:
    """The keyword of the property that a statement comes from, and a name in it, for a search of its line;
    two empty strings if it comes from a whole definition. The words are those that `_Writer` puts down."""
    found = _PLACE.match(statement.origin.text)
    return (_KEYWORD[found[1]], found[2]) if found else ("", "")


def written(expression: Any) -> str:
    """An expression as it would be written in a Kconfig file."""
    return str(expr_str(expression, _word))


def _word(item: Any) -> str:
    if item.__class__ is Choice:
        return choice_name(item)
    if item.is_constant and item.name not in ("n", "m", "y"):
        return f'"{item.name}"'
    return str(item.name)


def _node_with(symbol: Any, properties: str, *parts: Any) -> Any:
    """The definition of ``symbol`` that a property comes from: it matters where there are several."""
    if len(symbol.nodes) == 1:
        return symbol.nodes[0]
    for node in symbol.nodes:
        for entry in getattr(node, properties):
            if all(any(e is p for e in entry) for p in parts):
                return node
    return symbol.nodes[0]


def _unless(selected: Formula) -> str:
    return " unless it is selected" if selected is not FALSE else ""
