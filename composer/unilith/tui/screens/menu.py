"""The menu itself: levels of rows, what the highlighted row means, and the keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from unilith.tui.about import about_library, about_option, changes
from unilith.tui.answer import Answer, Impossible
from unilith.tui.effect import bytes_text
from unilith.tui.find import Hit, HitKind
from unilith.tui.model import Model, Proposal
from unilith.tui.rows import Row, RowKind, State, group_of, group_rows, library_row, library_rows, option_rows
from unilith.tui.screens.dialogs import ConsequenceDialog, InputDialog
from unilith.tui.screens.drawn import HELP, KEYS, drawn
from unilith.tui.screens.files import FileKeys
from unilith.tui.screens.pages import SearchPage, TextPage
from unilith.tui.ways import ways_out


class Place(StrEnum):
    """What a level lists."""

    GROUPS = "groups"
    GROUP = "group"
    OPTIONS = "options"


@dataclass(slots=True)
class Level:
    """One menu on the way from the first one; ``name`` is a group's or a library's."""

    place: Place
    name: str = ""
    highlighted: int = 0


class MenuScreen(FileKeys):
    """Menus, one inside another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "press", show=False),
        Binding("y", "switch(True)", show=False),
        Binding("n", "switch(False)", show=False),
        Binding("u,delete", "take_back", show=False),
        Binding("slash", "search", show=False),
        Binding("question_mark,f1", "help", show=False),
        Binding("c", "changes", show=False),
        Binding("a", "hidden", show=False),
        Binding("s", "save", show=False),
        Binding("o", "load", show=False),
        Binding("d", "defconfig", show=False),
        Binding("f", "full", show=False),
        Binding("r", "recipe", show=False),
        Binding("right,l", "open", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("left,h,backspace", "back(False)", show=False),
        Binding("escape", "back(True)", show=False),
        Binding("q,ctrl+q,ctrl+c", "leave", show=False, priority=False),
    ]

    def __init__(self, model: Model, file: Path, loaded: Path | None = None) -> None:
        super().__init__(model, file)
        self.loaded = loaded
        self.levels = [Level(Place.GROUPS)]
        self.rows: tuple[Row, ...] = ()
        self.hidden = False
        self._leaving = False  # the last key was an Esc in the first menu
        self._tried: set[str] = set()  # rows as they are drawn now
        self._looking = False  # a step of looking ahead is under way

    # -- what is seen --------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static("", id="path")
            yield Static("", id="total")
        yield OptionList(id="menu")
        yield Static("", id="detail")
        yield Static("", id="status")
        yield Static(Text(KEYS), id="keys", classes="keys")

    def on_mount(self) -> None:
        self.show()
        self.query_one("#menu", OptionList).focus()
        if self.loaded is not None:
            self.load(self.loaded, self.model.choices)

    @property
    def level(self) -> Level:
        """The menu that is open."""
        return self.levels[-1]

    @property
    def row(self) -> Row | None:
        """The highlighted row."""
        index = self.query_one("#menu", OptionList).highlighted
        return self.rows[index] if index is not None and index < len(self.rows) else None

    def show(self, status: str = "") -> None:
        """Draws everything anew; the highlight stays where the level has it."""
        model, level = self.model, self.level
        if level.place is Place.GROUPS:
            self.rows = group_rows(model)
        elif level.place is Place.GROUP:
            self.rows = library_rows(model, level.name)
        else:
            self.rows = option_rows(model, level.name, hidden=self.hidden)
        self._leaving = False
        menu = self.query_one("#menu", OptionList)
        highlighted = level.highlighted
        menu.set_options([Option(drawn(row), disabled=row.kind is RowKind.HEADING) for row in self.rows])
        menu.highlighted = min(highlighted, len(self.rows) - 1) if self.rows else None
        recipe, target = model.subject.recipe.name, model.subject.target.name
        path = " > ".join([f"{recipe} for {target}", *(each.name for each in self.levels[1:])])
        self.query_one("#path", Static).update(Text(path))
        difference = model.answer.total - model.base.total
        total = f"{model.answer.total:,} bytes predicted"
        if difference or model.choices:
            total += f" ({difference:+,} by {len(model.choices)} of your choices)"
        self.query_one("#total", Static).update(Text(f"{total}{' *' if model.unsaved else ''}"))
        self.say(status)
        self._detail()
        self._tried.clear()
        self.call_after_refresh(self._look_ahead)

    def say(self, text: str) -> None:
        """The line above the keys."""
        self.query_one("#status", Static).update(Text(text))

    def _look_ahead(self) -> None:
        """Tries to switch on what is seen and off, a row at a time between two keys, and marks what is impossible."""
        if not self._looking:
            self._looking = True
            self.call_later(self._look_at_one)

    def _look_at_one(self) -> None:
        self._looking = False
        menu = self.query_one("#menu", OptionList)
        first = round(menu.scroll_y)
        for index in range(first, min(first + menu.size.height, len(self.rows))):
            row = self.rows[index]
            if row.kind is RowKind.LIBRARY and row.state is State.OFF and row.name not in self._tried:
                self._tried.add(row.name)
                if not self.model.possible(row.name):
                    new = library_row(self.model, self.model.catalog.get(row.name), impossible=True)
                    self.rows = (*self.rows[:index], new, *self.rows[index + 1 :])
                    menu.replace_option_prompt_at_index(index, drawn(new))
                self._look_ahead()
                return

    @on(OptionList.OptionHighlighted)
    def moved(self, event: OptionList.OptionHighlighted) -> None:
        """Another row is highlighted."""
        self.level.highlighted = event.option_index
        self._leaving = False
        self._detail()
        self.call_after_refresh(self._look_ahead)

    def _detail(self) -> None:
        row, lines = self.row, [""]
        if row is None:
            lines = ["There is nothing here; `a` shows what is hidden."] if not self.hidden else [""]
        elif row.kind is RowKind.LIBRARY:
            selected = self.model.answer.libraries.get(row.name)
            lines = [row.note]
            if selected is not None:
                lines.append(f"In, because {selected.reason}")
            lines.append(f"Space: {self.model.outlook(row.name)}")
        elif row.kind is RowKind.OPTION:
            details = about_option(self.model, row.name)
            lines = [f"{row.name}  {details[2]}", details[4], *details[5:7]]
        self.query_one("#detail", Static).update(Text("\n".join(lines)))

    # -- moving --------------------------------------------------------------------------------------

    def on_screen_suspend(self) -> None:
        """Whatever comes between two Esc, they do not leave."""
        self._leaving = False

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        """Enter: into a menu, or the change that a row without one allows."""
        row = self.row
        if row is None:
            return
        if row.kind is RowKind.GROUP:
            self._descend(Level(Place.GROUP, row.name))
        elif row.kind is RowKind.LIBRARY and row.opens:
            self._descend(Level(Place.OPTIONS, row.name))
        else:
            self.action_press()

    def _descend(self, level: Level) -> None:
        self.levels.append(level)
        self.show()

    def action_move(self, steps: int) -> None:
        """The keys of vi."""
        menu = self.query_one("#menu", OptionList)
        if steps > 0:
            menu.action_cursor_down()
        else:
            menu.action_cursor_up()

    def action_back(self, may_leave: bool) -> None:
        """One menu up; in the first one, a second Esc leaves."""
        if len(self.levels) > 1:
            self.levels.pop()
            self.show()
        elif may_leave and self._leaving:
            self.action_leave()
        elif may_leave:
            self._leaving = True
            self.say("Esc again leaves")

    # -- changing ------------------------------------------------------------------------------------

    def action_press(self) -> None:
        """Space."""
        row = self.row
        if row is None or row.kind is RowKind.HEADING:
            return
        if row.kind is RowKind.GROUP:
            self.action_open()
        elif row.kind is RowKind.LIBRARY:
            self._take(self.model.toggle(row.name), row.name)
        elif row.state is State.NONE:
            self._edit(row)
        else:
            on = row.state in (State.WANTED, State.CHOSEN)
            value = "y" if not on or row.state is State.CHOSEN else "n"
            self._take(self.model.set_option(row.name, value), row.name)

    def action_switch(self, on: bool) -> None:
        """The keys y and n."""
        row = self.row
        if row is None:
            return
        if row.kind is RowKind.LIBRARY:
            self._take(self.model.switch(row.name, on), row.name)
        elif row.kind is RowKind.OPTION and row.state is not State.NONE:
            self._take(self.model.set_option(row.name, "y" if on else "n"), row.name)

    def action_take_back(self) -> None:
        """Leaves the highlighted library to the resolver, the highlighted option to its default."""
        row = self.row
        if row is not None and row.kind in (RowKind.LIBRARY, RowKind.OPTION):
            self._take(self.model.leave(row.name), row.name)

    def _edit(self, row: Row) -> None:
        details = about_option(self.model, row.name)

        def entered(value: str | None) -> None:
            if value is not None:
                self._take(self.model.set_option(row.name, value), row.name)

        self.app.push_screen(InputDialog(f"{row.name}: {row.label}", row.value, details[5]), entered)

    def _take(self, proposal: Proposal, name: str) -> None:
        """A step that concerns only what it names is taken at once; any other is shown first."""
        outcome = proposal.outcome
        if isinstance(outcome, Impossible):
            self.ask(proposal, ConsequenceDialog(proposal, ways_out(self.model, outcome)))
            return
        changed = proposal.effect
        assert changed is not None
        if changed.names <= {name} and {o.name for o in changed.options} <= {name}:
            self._accept(proposal.title, outcome, name)
        else:
            self.ask(proposal, ConsequenceDialog(proposal))

    def ask(self, proposal: Proposal, dialog: ConsequenceDialog) -> None:
        def answered(outcome: Answer | None) -> None:
            if outcome is None:
                self.say("Nothing was changed")
            else:
                self._accept(proposal.title, outcome)

        self.app.push_screen(dialog, answered)

    def _accept(self, title: str, outcome: Answer, name: str = "") -> None:
        changed = self.model.accept(outcome)
        status = f"Done: {title}, {bytes_text(changed.bytes)}"
        if not changed and name in outcome.libraries:
            status = f"Done: {title}. It stays in, because {outcome.libraries[name].reason}"
        self.show(status)

    # -- looking -------------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Finds anything by name or text, and goes there."""

        def found(hit: Hit | None) -> None:
            if hit is not None:
                self._jump(hit)

        self.app.push_screen(SearchPage(self.model), found)

    def _jump(self, hit: Hit) -> None:
        if not hit.library:
            self.say(f"Nothing provides {hit.name}")
            return
        self.levels = [Level(Place.GROUPS), Level(Place.GROUP, group_of(self.model, hit.library))]
        wanted = hit.library
        if hit.kind is HitKind.OPTION:
            self.levels.append(Level(Place.OPTIONS, hit.library))
            self.hidden = self.hidden or not hit.shown
            wanted = hit.name
        self.show()
        menu = self.query_one("#menu", OptionList)
        menu.highlighted = next((i for i, row in enumerate(self.rows) if row.name == wanted), 0)

    def action_help(self) -> None:
        """Everything about the highlighted row."""
        row = self.row
        if row is not None and row.kind is RowKind.LIBRARY:
            self.app.push_screen(TextPage(row.name, about_library(self.model, row.name)))
        elif row is not None and row.kind is RowKind.OPTION:
            self.app.push_screen(TextPage(row.name, about_option(self.model, row.name)))
        else:
            self.app.push_screen(TextPage("Keys and marks", HELP))

    def action_changes(self) -> None:
        """What is different from the recipe alone, and why."""
        lines = [f"you want {n}" for n in self.model.choices.want]
        lines += [f"you forbid {n}" for n in self.model.choices.forbid]
        lines += [f"you set {n}={v}" for n, v in self.model.choices.options]
        lines = lines or ["You have chosen nothing yet."]
        self.app.push_screen(TextPage("What changed, and why", [*lines, "", *changes(self.model.changes)]))

    def action_hidden(self) -> None:
        """Shows or hides options that Kconfig hides."""
        self.hidden = not self.hidden
        self.show("Hidden options are shown" if self.hidden else "Hidden options are not shown")
