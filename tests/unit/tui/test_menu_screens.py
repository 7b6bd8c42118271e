"""The screens, driven by keys without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.unit.tui.conftest import MakeModel
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from unilith.pipeline.choices_file import Choices
from unilith.tui.app import MenuApp
from unilith.tui.model import Model
from unilith.tui.rows import State
from unilith.tui.screens.dialogs import ConsequenceDialog, InputDialog, LeaveDialog
from unilith.tui.screens.pages import SearchPage, TextPage

Act = Callable[["Hand"], Awaitable[None]]


class Hand:
    """Presses keys and looks at the screen."""

    def __init__(self, app: MenuApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.press(*("space" if c == " " else c for c in text))

    async def go(self, *names: str) -> None:
        """From wherever to a row, by Enter through the rows before."""
        while len(self.app.menu.levels) > 1:
            await self.press("escape")
        for depth, name in enumerate(names):
            menu = self.app.menu.query_one("#menu", OptionList)
            menu.highlighted = [row.name for row in self.app.menu.rows].index(name)
            await self.pilot.pause()
            if depth + 1 < len(names):
                await self.press("enter")

    @property
    def text(self) -> str:
        """What the screen on top shows, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def static(self, name: str) -> str:
        """A text of the menu, wherever a line would break."""
        return str(self.app.menu.query_one(name, Static).render())

    def top(self, name: str) -> str:
        """A text of what lies over the menu."""
        return str(self.app.screen.query_one(name, Static).render())


@pytest.fixture
def drive(tmp_path: Path) -> Callable[..., MenuApp]:
    def run(
        model: Model,
        act: Act,
        *,
        file: Path | None = None,
        loaded: Path | None = None,
        size: tuple[int, int] = (120, 40),
    ) -> MenuApp:
        app = MenuApp(model, file or tmp_path / "choices.config", loaded)

        async def main() -> None:
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                await act(Hand(app, pilot))

        asyncio.run(main())
        return app

    return run


Drive = Callable[..., MenuApp]


def test_the_total_follows_what_is_switched_on(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        assert "app for pc-x86_64" in hand.static("#path")
        assert hand.static("#total") == "5,750 bytes predicted"
        await hand.go("net", "lwip")
        assert "switch on lwip: +92,500 bytes, brings in virtio-net" in hand.text
        await hand.press("space")
        assert isinstance(hand.app.screen, ConsequenceDialog)
        assert "Comes in: virtio-net  +2,500 bytes" in hand.text
        assert "lwip requires net.device (" in hand.top("#text")
        await hand.press("enter")
        assert model.choices == Choices(want=("lwip",))
        assert hand.static("#total") == "98,250 bytes predicted (+92,500 by 1 of your choices) *"
        assert "[*] lwip" in hand.text

    drive(model, act)


def test_a_step_that_is_not_confirmed_changes_nothing(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("net", "lwip")
        await hand.press("space", "escape")
        assert hand.static("#status") == "Nothing was changed"
        assert model.choices == Choices()
        await hand.press("space", "down", "enter")
        assert model.choices == Choices()

    drive(model, act)


def test_what_concerns_only_itself_is_done_at_once(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("observe", "tracer")
        await hand.press("space")
        assert model.choices == Choices(want=("tracer",))
        assert hand.static("#status") == "Done: switch on tracer, +700 bytes"
        await hand.go("memory", "bump")
        await hand.press("y")
        assert model.choices.want == ("bump", "tracer")
        await hand.press("u")
        assert model.choices.want == ("tracer",)
        assert "It stays in, because app needs heap" in hand.static("#status")

    drive(model, act)


def test_what_is_needed_shows_what_would_break(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("base", "strings")
        await hand.press("n")
        assert isinstance(hand.app.screen, ConsequenceDialog)
        assert "Cannot switch off strings" in hand.text
        assert "boot requires string, which only strings provides (" in hand.top("#text")
        assert "libraries: boot, pc" in hand.text
        assert "No choice of yours is to blame" in hand.text
        await hand.press("enter")
        assert model.choices == Choices()

    drive(model, act)


def test_a_way_out_is_taken_with_enter(make_model: MakeModel, drive: Drive) -> None:
    model = make_model(choices=Choices(want=("tlsf",)))

    async def act(hand: Hand) -> None:
        await hand.go("observe", "tracer")
        await hand.press("space")
        assert "Cannot switch on tracer" in hand.text
        assert "take back `you want tlsf`  (-950 bytes)" in hand.text
        await hand.press("enter")
        assert model.choices == Choices(want=("tracer",))

    drive(model, act)


def test_what_is_impossible_gets_its_mark_without_being_asked(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("drivers", "virtio-net")
        for _ in range(20):
            await hand.pilot.pause()
        assert {row.name: row.state for row in hand.app.menu.rows} == {
            "tap": State.IMPOSSIBLE,
            "virtio-net": State.OFF,
        }
        assert "[!] tap" in hand.text and "[ ] virtio-net" in hand.text

    drive(model, act)


def test_options_are_edited_and_checked(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("memory", "bump", "BUMP_SIZE")
        assert "(64) Bytes of a block" in hand.text
        await hand.press("enter")
        assert isinstance(hand.app.screen, InputDialog)
        await hand.press("backspace", "backspace", "8", "enter")
        assert "BUMP_SIZE cannot be 8: it must be between 16 and 4096" in hand.text
        await hand.press("escape", "enter", "backspace", "backspace", *"128", "enter")
        assert "Option BUMP_DERIVED: 64 -> 128" in hand.text
        await hand.press("enter")
        assert model.answer.options["BUMP_SIZE"] == "128"
        assert "(128) Bytes of a block  (set by you)" in hand.text
        await hand.go("memory", "bump", "BUMP_BEST")
        await hand.press("space")
        await hand.press("enter")
        assert "(X) best" in hand.text
        await hand.go("memory", "bump", "BUMP_CHECKS")
        await hand.press("space")
        assert "[*] Check every block" in hand.text
        await hand.press("space")
        assert "[ ] Check every block" in hand.text

    drive(model, act)


def test_hidden_options_appear_with_a(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("memory", "bump", "BUMP_SIZE")
        assert "Level of checks" not in hand.text
        await hand.press("a")
        assert "(3) Level of checks" in hand.text or "() Level of checks" in hand.text
        assert "hidden: needs BUMP_CHECKS && LIB_TRACE" in hand.text

    drive(model, act)


def test_search_jumps_to_a_hidden_option(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.press("slash")
        assert isinstance(hand.app.screen, SearchPage)
        await hand.type("level check")
        assert "BUMP_LEVEL" in hand.text and "hidden" in hand.text
        assert hand.top("#place").endswith("libs/memory/bump/Kconfig:12")
        await hand.press("f1")
        assert isinstance(hand.app.screen, TextPage)
        assert "Depends on: BUMP_CHECKS && LIB_TRACE && LIB_BUMP" in hand.text
        await hand.press("escape", "enter")
        row = hand.app.menu.row
        assert row is not None and row.name == "BUMP_LEVEL"
        assert [level.name for level in hand.app.menu.levels] == ["", "memory", "bump"]
        await hand.press("slash", *"nowhere", "enter")
        assert hand.static("#status") == "Nothing provides nowhere"

    drive(model, act)


def test_search_moves_through_its_hits(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.press("slash", "enter")
        assert isinstance(hand.app.screen, SearchPage)
        await hand.type("bump_")
        await hand.press("down", "down", "up", "enter")
        row = hand.app.menu.row
        assert row is not None and row.name == "BUMP_CHECKS"

    drive(model, act)


def test_help_and_changes(make_model: MakeModel, drive: Drive) -> None:
    model = make_model(choices=Choices(want=("lwip",)))

    async def act(hand: Hand) -> None:
        await hand.press("question_mark")
        assert "impossible as things stand" in hand.text
        await hand.press("escape")
        await hand.go("net", "lwip")
        await hand.press("question_mark")
        assert "libs/net/lwip/manifest.yaml:1, licence MIT" in hand.top("#text")
        await hand.press("q", "c")
        assert "you want lwip" in hand.text
        assert "Comes in: virtio-net  +2,500 bytes" in hand.text
        assert "In all: +92,500 bytes" in hand.text
        await hand.press("escape", "r")
        assert "needs: [lwip]" in hand.text

    drive(model, act)


def test_saving_and_leaving_asks_nothing_more(model: Model, drive: Drive, tmp_path: Path) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("observe", "tracer")
        await hand.press("space", "s")
        assert isinstance(hand.app.screen, InputDialog)
        await hand.press("enter")
        assert "Saved in" in hand.static("#status")
        assert not hand.static("#total").endswith("*")
        await hand.press("q")

    app = drive(model, act)
    assert app._exit
    assert "CONFIG_LIB_TRACER=y" in (tmp_path / "choices.config").read_text()


@pytest.mark.parametrize(
    ("answer", "leaves", "saves"), [("y", True, True), ("n", True, False), ("escape", False, False)]
)
def test_leaving_with_unsaved_choices_asks(
    model: Model, drive: Drive, tmp_path: Path, answer: str, leaves: bool, saves: bool
) -> None:
    async def act(hand: Hand) -> None:
        await hand.go("observe", "tracer")
        await hand.press("space", "escape", "escape")
        assert hand.static("#status") == "Esc again leaves"
        await hand.press("escape")
        assert isinstance(hand.app.screen, LeaveDialog)
        await hand.press(answer)
        assert hand.app._exit == leaves

    drive(model, act)
    assert (tmp_path / "choices.config").exists() == saves


def test_only_two_escapes_in_a_row_leave(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.press("escape", "down", "escape")
        assert not hand.app._exit
        await hand.press("c", "escape", "escape")
        assert not hand.app._exit
        await hand.press("escape")
        assert hand.app._exit

    drive(model, act)


def test_loading_shows_what_cannot_be_and_the_ways_out(model: Model, drive: Drive, tmp_path: Path) -> None:
    good, bad, wrong = tmp_path / "good", tmp_path / "bad", tmp_path / "wrong"
    good.write_text("CONFIG_LIB_TRACER=y\n")
    bad.write_text("CONFIG_LIB_TRACER=y\nCONFIG_LIB_TLSF=y\n")
    wrong.write_text("CONFIG_LIB_TLFS=y\n")

    async def load(hand: Hand, file: Path) -> None:
        await hand.press("o")
        hand.app.screen.query_one("#value").value = str(file)  # type: ignore[attr-defined]
        await hand.press("enter")

    async def act(hand: Hand) -> None:
        await load(hand, good)
        assert model.choices == Choices(want=("tracer",))
        await load(hand, bad)
        assert "tracer conflicts with tlsf" in hand.text
        await hand.press("escape")
        await load(hand, wrong)
        assert "wrong:1: there is no library or option `LIB_TLFS`" in hand.top("#text")
        await hand.press("escape")
        assert model.choices == Choices(want=("tracer",))

    drive(model, act)


def test_a_saved_file_is_taken_at_the_start(model: Model, drive: Drive, tmp_path: Path) -> None:
    file = tmp_path / "mine.config"
    file.write_text("CONFIG_LIB_TRACER=y\n")

    async def act(hand: Hand) -> None:
        assert hand.static("#status") == f"Loaded {file}"
        assert model.choices == Choices(want=("tracer",))
        assert not model.unsaved
        await hand.press("d")
        hand.app.screen.query_one("#value").value = str(tmp_path / "defconfig")  # type: ignore[attr-defined]
        await hand.press("enter", "f")
        hand.app.screen.query_one("#value").value = str(tmp_path / "full")  # type: ignore[attr-defined]
        await hand.press("enter")

    drive(model, act, file=file, loaded=file)
    assert "CONFIG_LIB_TRACER=y" in (tmp_path / "defconfig").read_text()
    assert "CONFIG_LIB_STRINGS=y" in (tmp_path / "full").read_text()


def test_a_file_that_cannot_be_written_is_said(model: Model, drive: Drive, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")

    async def act(hand: Hand) -> None:
        await hand.go("observe", "tracer")
        await hand.press("space", "q", "y")
        assert "cannot be written" in hand.static("#status")
        assert not hand.app._exit

    drive(model, act, file=tmp_path / "plain" / "choices.config")


def test_keys_of_vi_and_the_arrows_move(model: Model, drive: Drive) -> None:
    async def act(hand: Hand) -> None:
        await hand.press("j", "j", "k", "l")
        assert [level.name for level in hand.app.menu.levels] == ["", "base"]
        await hand.press("h", "down", "right")
        assert [level.name for level in hand.app.menu.levels] == ["", "drivers"]
        await hand.press("left", "up")
        assert hand.app.menu.row is not None and hand.app.menu.row.name == "base"

    drive(model, act)


def test_on_a_small_terminal_the_answers_stay_in_sight(make_model: MakeModel, drive: Drive) -> None:
    model = make_model("string", choices=Choices.of([], ["bump", "tlsf"], {}))

    async def act(hand: Hand) -> None:
        await hand.go("net", "lwip")
        await hand.press("space")
        assert "Cannot switch on lwip" in hand.text
        assert "take back `you forbid bump`" in hand.text
        assert "Leave everything as it is" in hand.text
        await hand.press("escape")
        await hand.go("memory", "bump")
        assert "[-] bump" in hand.text
        assert "q leave" in hand.text

    drive(model, act, size=(80, 24))
