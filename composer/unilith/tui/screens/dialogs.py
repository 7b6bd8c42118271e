"""Questions to the user: what a step would bring, a value, and whether to save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from unilith.tui.about import consequence, way_text
from unilith.tui.answer import Answer
from unilith.tui.effect import bytes_text
from unilith.tui.model import Proposal
from unilith.tui.ways import WayOut


class ConsequenceDialog(ModalScreen[Answer | None]):
    """Shows what a step brings with it, or why it is impossible with the ways out; ends with what to accept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n", "dismiss(None)", "Leave it"),
        Binding("y", "first", "Do it"),
        Binding("pageup,ctrl+b", "scroll(-1)", show=False),
        Binding("pagedown,ctrl+f", "scroll(1)", show=False),
    ]

    def __init__(self, proposal: Proposal, ways: Sequence[WayOut] = ()) -> None:
        super().__init__()
        self.proposal = proposal
        self.ways = ways
        self.actions: list[tuple[str, Answer | None]] = []
        if isinstance(proposal.outcome, Answer) and proposal.effect is not None:
            text = f"Yes, {proposal.title}  ({bytes_text(proposal.effect.bytes)})"
            self.actions.append((text, proposal.outcome))
        self.actions += [(way_text(way), way.outcome) for way in ways if way.outcome is not None]
        self.actions.append(("Leave everything as it is", None))

    def compose(self) -> ComposeResult:
        possible = isinstance(self.proposal.outcome, Answer)
        title = f"To {self.proposal.title}" if possible else f"Cannot {self.proposal.title}"
        lines = consequence(self.proposal)
        elsewhere = [way.text for way in self.ways if way.outcome is None]
        if elsewhere:
            lines += ["", "It would be possible, if you", *(f"  {text}" for text in elsewhere)]
        elif not possible and not any(way.outcome for way in self.ways):
            lines += ["", "No choice of yours is to blame, so taking one back does not help."]
        with Vertical(classes="dialog"):
            yield Static(Text(title), classes="title")
            with VerticalScroll(classes="text", can_focus=False):
                yield Static(Text("\n".join(lines)), id="text")
            if not possible and len(self.actions) > 1:
                yield Static(Text("Ways out:"), classes="title")
            yield OptionList(*(Text(text) for text, _ in self.actions), id="actions")

    def on_mount(self) -> None:
        self.query_one("#actions", OptionList).focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """An action was picked."""
        self.dismiss(self.actions[event.option_index][1])

    def action_first(self) -> None:
        """The first action: the step itself, or the best way out."""
        self.dismiss(self.actions[0][1])

    def action_scroll(self, direction: int) -> None:
        """Scrolls the explanation by a page."""
        area = self.query_one(VerticalScroll)
        if direction > 0:
            area.scroll_page_down(animate=False)
        else:
            area.scroll_page_up(animate=False)


class InputDialog(ModalScreen[str | None]):
    """Asks for one line of text. ``check`` returns what is wrong with it, or an empty string."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(
        self, title: str, value: str, hint: str = "", check: Callable[[str], str] | None = None
    ) -> None:
        super().__init__()
        self.heading = title
        self.value = value
        self.hint = hint
        self.check = check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self.heading), classes="title")
            if self.hint:
                yield Static(Text(self.hint))
            yield Input(self.value, id="value", select_on_focus=False)
            yield Static("", id="wrong")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Ends the dialog unless something is wrong."""
        wrong = self.check(event.value) if self.check else ""
        if wrong:
            self.query_one("#wrong", Static).update(Text(wrong))
        else:
            self.dismiss(event.value)


class LeaveDialog(ModalScreen[bool | None]):
    """Asks whether to save before leaving: True, False, or None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Save"),
        Binding("n", "dismiss(False)", "Leave"),
        Binding("escape,c", "dismiss(None)", "Stay"),
    ]

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text("Save your choices before leaving?"), classes="title")
            yield OptionList(
                Text(f"Yes, save them in {self.file} (y)"),
                Text("No, leave without saving (n)"),
                Text("Stay (Esc)"),
            )

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """An answer was picked."""
        self.dismiss((True, False, None)[event.option_index])
