"""menuconfig as a Textual application: one menu and what is pushed over it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from unilith.tui.model import Model
from unilith.tui.screens.menu import MenuScreen


class MenuApp(App[None]):
    """Runs until the user leaves. ``file`` is where the choices are saved; ``loaded`` is read first, if given."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave", show=False)]
    CSS = """
    #top { height: 1; background: $primary; color: $text; }
    #path { width: 1fr; padding: 0 1; }
    #total { width: auto; padding: 0 1; text-style: bold; }
    OptionList { border: none; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #menu { height: 1fr; }
    #detail { height: 5; border-top: solid $primary; padding: 0 1; }
    #status { height: 1; padding: 0 1; color: $warning; }
    .keys { height: auto; padding: 0 1; color: $text-muted; }
    .title { padding: 0 1; text-style: bold; }
    ModalScreen { align: center middle; }
    .dialog { width: 90%; max-width: 110; height: auto; max-height: 90%; border: solid $primary; }
    .dialog .text { height: auto; max-height: 40vh; padding: 0 1; }
    .dialog Static { padding: 0 1; }
    .dialog OptionList { height: auto; max-height: 30vh; margin: 1 0 0 0; }
    .page { width: 96%; height: 94%; border: solid $primary; }
    .page .text { height: 1fr; padding: 0 1; }
    .page OptionList { height: 1fr; }
    #wrong { color: $error; }
    """

    def __init__(self, model: Model, file: Path, loaded: Path | None = None) -> None:
        super().__init__()
        self.animation_level = "none"
        self.model = model
        self.menu = MenuScreen(model, file, loaded)

    def on_mount(self) -> None:
        self.push_screen(self.menu)

    def action_leave(self) -> None:
        """Never without the question."""
        if self.screen is self.menu:
            self.menu.action_leave()
