"""The menu's keys that read and write files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from unilith.errors import UserError
from unilith.pipeline.choices_file import Choices
from unilith.tui.answer import Impossible
from unilith.tui.model import Model, Proposal
from unilith.tui.saving import load, recipe_lines, save, save_everything
from unilith.tui.screens.dialogs import ConsequenceDialog, InputDialog, LeaveDialog
from unilith.tui.screens.pages import TextPage
from unilith.tui.ways import ways_out


class FileKeys(Screen[None]):
    """What `s`, `o`, `d`, `f`, `r` and `q` do. ``file`` is where choices are saved unless the user says otherwise."""

    def __init__(self, model: Model, file: Path) -> None:
        super().__init__()
        self.model = model
        self.file = file

    @abstractmethod
    def show(self, status: str = "") -> None:
        """Draws everything anew."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Tells the user something."""

    @abstractmethod
    def ask(self, proposal: Proposal, dialog: ConsequenceDialog) -> None:
        """Lets the user decide about a step."""

    def action_save(self) -> None:
        """Saves the choices."""

        def named(name: str | None) -> None:
            if name:
                self.write_choices(Path(name).expanduser())

        self.app.push_screen(InputDialog("Save your choices in", str(self.file)), named)

    def write_choices(self, file: Path) -> bool:
        """Saves; whether it worked."""
        try:
            save(self.model, file)
        except UserError as e:
            self.say(str(e))
            return False
        self.file = file
        self.show(f"Saved in {file}")
        return True

    def action_defconfig(self) -> None:
        """Saves the choices in another file."""
        self._export("Save your choices, as savedefconfig does, in", "defconfig", save)

    def action_full(self) -> None:
        """Saves the value of everything."""
        self._export("Save every library and option in", ".config", save_everything)

    def _export(self, title: str, name: str, write: Callable[[Model, Path], None]) -> None:
        def named(given: str | None) -> None:
            if not given:
                return
            try:
                write(self.model, Path(given).expanduser())
                self.show(f"Saved in {given}")
            except UserError as e:
                self.say(str(e))

        self.app.push_screen(InputDialog(title, name), named)

    def action_load(self) -> None:
        """Loads choices, or the whole `.config` of any Kconfig tool."""

        def named(name: str | None) -> None:
            if name:
                self.load(Path(name).expanduser())

        self.app.push_screen(InputDialog("Load choices from", str(self.file)), named)

    def load(self, file: Path, over: Choices | None = None) -> None:
        """Takes the choices of a file; ``over`` are some that come before the file's."""
        try:
            choices = load(self.model, file)
        except UserError as e:
            self.app.push_screen(TextPage("The file cannot be loaded", str(e).splitlines()))
            return
        wanted = over.over(choices) if over else choices
        proposal = self.model.propose(f"take the choices of {file}", wanted)
        if isinstance(proposal.outcome, Impossible):
            self.ask(proposal, ConsequenceDialog(proposal, ways_out(self.model, proposal.outcome)))
            return
        self.model.accept(proposal.outcome)
        if file == self.file:
            self.model.saved = choices
        self.show(f"Loaded {file}")

    def action_leave(self) -> None:
        """Leaves; asks first if there is something that no file has."""
        if not self.model.unsaved:
            self.app.exit()
            return

        def answered(saving: bool | None) -> None:
            if saving is False or (saving and self.write_choices(self.file)):
                self.app.exit()

        self.app.push_screen(LeaveDialog(str(self.file)), answered)

    def action_recipe(self) -> None:
        """The lines that would make the recipe choose the same."""
        lines = recipe_lines(self.model)
        file = self.model.subject.recipe.file
        page = [f"In {file} these lines choose the same:", "", *lines.splitlines()]
        self.app.push_screen(
            TextPage("Lines for the recipe", page if lines else ["You have chosen nothing."])
        )
