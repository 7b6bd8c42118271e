"""Pages over the menu: text to read, and the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from unilith.tui.about import about_library, about_option
from unilith.tui.find import Hit, HitKind, find
from unilith.tui.model import Model


class TextPage(ModalScreen[None]):
    """Lines to read; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,space,question_mark", "dismiss(None)", "Close"),
        Binding("j", "line(1)", show=False),
        Binding("k", "line(-1)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self.heading = title
        self.lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Text(self.heading), classes="title")
            with VerticalScroll(classes="text"):
                yield Static(Text("\n".join(self.lines)), id="text")
            yield Static(Text("Arrows scroll   Esc closes"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_line(self, direction: int) -> None:
        """Scrolls by a line."""
        self.query_one(VerticalScroll).scroll_relative(y=direction, animate=False)


class SearchPage(ModalScreen[Hit | None]):
    """Finds libraries, interfaces and options as one types, hidden ones too; ends with the place to jump to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("ctrl+f,f1", "about", "Help", priority=True),
    ]

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.hits: tuple[Hit, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="page"):
            yield Static(Text("Search libraries, interfaces and options, hidden ones too"), classes="title")
            yield Input(placeholder="words or regular expressions", id="query")
            yield OptionList(id="hits")
            yield Static("", id="place")
            yield Static(Text("Enter jumps there   F1 explains   Esc closes"), classes="keys")

    def on_mount(self) -> None:
        self.query_one("#hits", OptionList).can_focus = False
        self.query_one(Input).focus()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Looks again."""
        self.hits = find(self.model, event.value)
        listed = self.query_one(OptionList)
        listed.set_options([_line(hit) for hit in self.hits])
        listed.highlighted = 0 if self.hits else None
        self._show_place()

    @on(Input.Submitted)
    def jump(self) -> None:
        """Ends with the highlighted hit."""
        if self.current is not None:
            self.dismiss(self.current)

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """Ends with the hit that was clicked on."""
        self.dismiss(self.hits[event.option_index])

    @property
    def current(self) -> Hit | None:
        """The highlighted hit."""
        index = self.query_one(OptionList).highlighted
        return self.hits[index] if index is not None and index < len(self.hits) else None

    def action_move(self, steps: int) -> None:
        """Moves the highlight."""
        listed = self.query_one(OptionList)
        if self.hits:
            listed.highlighted = max(0, min(len(self.hits) - 1, (listed.highlighted or 0) + steps))
            self._show_place()

    def action_about(self) -> None:
        """Explains the highlighted hit."""
        hit = self.current
        if hit is not None:
            about = about_option if hit.kind is HitKind.OPTION else about_library
            self.app.push_screen(TextPage(hit.name, about(self.model, hit.name)))

    def _show_place(self) -> None:
        hit = self.current
        text = f"{hit.symbol}  {hit.where}" if hit else "nothing found" if self.query_one(Input).value else ""
        self.query_one("#place", Static).update(Text(text))


def _line(hit: Hit) -> Text:
    text = Text(f"{hit.name:<28} {hit.kind:<10} ", style="" if hit.shown else "dim")
    text.append(f"{'' if hit.shown else 'hidden  '}{hit.value}  {hit.text}")
    return text
