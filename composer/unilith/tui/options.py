"""The options of a catalog as a menu shows them: one kconfiglib tree, brought to a state and then read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import kconfiglib

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.model import Arch
from unilith.catalog.yaml_nodes import shown
from unilith.errors import Where
from unilith.kconfig.tree import Kconfig, refusal

_WRITTEN = 2  # kconfiglib's value of y, and of a condition that holds


class Form(StrEnum):
    """How an entry is shown and changed."""

    BOOL = "bool"
    NUMBER = "int"
    HEX = "hex"
    STRING = "string"
    MEMBER = "member"  # one of a choice
    HEADING = "heading"  # a menu, a comment, or a choice above its members


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an option menu. ``name`` is empty for a heading, ``depth`` counts from 0 for the indentation.

    A hidden entry is one that Kconfig does not show now: ``needs`` is the condition that does not hold, or empty
    where it can never be set.
    """

    name: str
    prompt: str
    value: str
    form: Form
    depth: int
    hidden: bool
    needs: str


@dataclass(frozen=True, slots=True)
class Details:
    """All there is to say about an option; ``range`` and ``default`` are what holds now, as text."""

    name: str
    prompt: str
    help: str
    type: str
    value: str
    range: str
    default: str
    needs: str
    where: Where


@dataclass(frozen=True, slots=True)
class Unmet:
    """An option that does not have the value that somebody asked for, and why."""

    name: str
    value: str
    why: str


class OptionTree:
    """The tree in one state at a time; every question names the state that it is about."""

    def __init__(self, catalog: Catalog, kconf: Kconfig, arch: Arch) -> None:
        self._catalog = catalog
        self._kconf = kconf
        self._arch = arch
        self._state: tuple[frozenset[str], tuple[tuple[str, str], ...]] | None = None

    def values(self, selected: Collection[str], settings: Mapping[str, str]) -> dict[str, str]:
        """The value of every option of the selected libraries."""
        self._bring(selected, settings)
        options = self._catalog.options.values()
        return {o.name: str(self._kconf.syms[o.name].str_value) for o in options if o.library in selected}

    def symbols(self, selected: Collection[str], settings: Mapping[str, str]) -> dict[str, str]:
        """The value of every option, for the conditions of manifests."""
        self._bring(selected, settings)
        return {name: str(self._kconf.syms[name].str_value) for name in self._catalog.options}

    def unmet(self, selected: Collection[str], settings: Mapping[str, str]) -> list[Unmet]:
        """The settings that Kconfig does not take as they are."""
        self._bring(selected, settings)
        found = []
        for name, value in sorted(settings.items()):
            symbol = self._kconf.syms[name]
            if symbol.str_value != value:
                found.append(Unmet(name, value, str(refusal(symbol, value))))
        return found

    def entries(
        self, library: str, selected: Collection[str], settings: Mapping[str, str]
    ) -> tuple[Entry, ...]:
        """The options of one library, in the order of its Kconfig file."""
        self._bring(selected, settings)
        node = self._kconf.syms[self._catalog.get(library).symbol].nodes[0]
        return tuple(_below(node, 0))

    def details(self, name: str, selected: Collection[str], settings: Mapping[str, str]) -> Details:
        """What help says about an option."""
        self._bring(selected, settings)
        symbol = self._kconf.syms[name]
        node = symbol.nodes[0]
        unset = {n: v for n, v in settings.items() if n != name}
        value = str(symbol.str_value)
        limits = next(
            (f"{low.str_value} to {high.str_value}" for low, high, c in symbol.ranges if _holds(c)), ""
        )
        needs = _condition(node)
        text, prompt = (node.help or "").strip(), _prompt(node)
        self._bring(selected, unset)
        return Details(
            name=name,
            prompt=prompt,
            help=text,
            type=str(kconfiglib.TYPE_TO_STR[symbol.orig_type]),
            value=value,
            range=limits,
            default=str(symbol.str_value),
            needs=needs,
            where=Where(shown(Path(node.filename)), node.linenr),
        )

    def lacking(self, name: str, selected: Collection[str], settings: Mapping[str, str]) -> tuple[str, ...]:
        """The symbols that do not hold and that the visibility of an option speaks of, sorted."""
        self._bring(selected, settings)
        conditions = [node.prompt[1] for node in self._kconf.syms[name].nodes if node.prompt]
        items = {item for condition in conditions for item in kconfiglib.expr_items(condition)}
        return tuple(
            sorted(
                i.name
                for i in items
                if isinstance(i, kconfiglib.Symbol) and not i.is_constant and i.str_value == "n"
            )
        )

    def rivals(self, name: str) -> tuple[str, ...]:
        """The other members of the choice that an option belongs to."""
        choice = self._kconf.syms[name].choice
        return tuple(s.name for s in choice.syms if s.name != name) if choice is not None else ()

    def dotconfig(self, selected: Collection[str], settings: Mapping[str, str]) -> str:
        """The whole `.config`."""
        self._bring(selected, settings)
        return self._kconf.dotconfig()

    def _bring(self, selected: Collection[str], settings: Mapping[str, str]) -> None:
        """Brings the tree to a state."""
        state = (frozenset(selected), tuple(sorted(settings.items())))
        if state == self._state:
            return
        kconf = self._kconf
        self._state = None
        kconf.unset_values()
        for name in sorted(selected):
            kconf.syms[self._catalog.get(name).symbol].set_value("y")
        kconf.syms[ARCH_SYMBOLS[self._arch]].set_value("y")
        for name, value in state[1]:
            kconf.syms[name].set_value(value)
        self._state = state


def _below(parent: Any, depth: int) -> Iterator[Entry]:
    node = parent.list
    while node:
        yield _entry(node, depth)
        if node.list:
            yield from _below(node, depth + 1)
        node = node.next


def _entry(node: Any, depth: int) -> Entry:
    item = node.item
    hidden = not (node.prompt and _holds(node.prompt[1]))
    needs = _condition(node) if hidden else ""
    if not isinstance(item, kconfiglib.Symbol):
        return Entry("", _prompt(node), "", Form.HEADING, depth, hidden, needs)
    form = Form.MEMBER if item.choice else Form(kconfiglib.TYPE_TO_STR[item.orig_type])
    return Entry(item.name, _prompt(node), str(item.str_value), form, depth, hidden, needs)


def _prompt(node: Any) -> str:
    return str(node.prompt[0]) if node.prompt else ""


def _condition(node: Any) -> str:
    """What must hold for the entry to be shown, without the library that it belongs to."""
    if not node.prompt:
        return ""
    text = str(kconfiglib.expr_str(node.prompt[1]))
    return "" if text == "y" else text


def _holds(condition: Any) -> bool:
    return bool(kconfiglib.expr_value(condition) == _WRITTEN)
