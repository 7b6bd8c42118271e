"""menuconfig in a real terminal: what is seen, and what is saved, and that a build can take it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.tui.pseudo_terminal import Screen, Terminal

from unilith.cli.request import make_request

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "unilith.cli.main", "menuconfig", "bare"]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    environment = {
        **{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT / "composer"),
        "LANG": "C.UTF-8",
    }
    opened = Terminal(COMMAND, environment, tmp_path)
    yield opened
    opened.close()


def test_a_library_is_switched_on_saved_and_taken_by_a_build(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("bare for qemu-x86_64")
    terminal.wait_for("Memory")
    terminal.send("/")
    terminal.wait_for("Search libraries, interfaces and options")
    terminal.send("heap-tlsf")
    terminal.wait_for("LIB_HEAP_TLSF")
    terminal.send("\r")
    terminal.wait_for("bare for qemu-x86_64 > memory")
    terminal.wait_for("Space: switch on heap-tlsf")
    terminal.send(" ")
    terminal.wait_for("To switch on heap-tlsf")
    terminal.wait_for("Comes in: pages-list")
    terminal.wait_for("libs/memory/heap-tlsf/manifest.yaml:")
    terminal.send("\r")
    terminal.wait_for("[*] heap-tlsf")
    terminal.wait_for("by 1 of your choices")
    terminal.send("q")
    terminal.wait_for("Save your choices before leaving?")
    terminal.send("y")
    assert terminal.wait() == 0
    assert "Build with them: unilith build bare --config build/bare/qemu-x86_64/choices.config" in (
        terminal.screen.text
    )
    file = tmp_path / "build" / "bare" / "qemu-x86_64" / "choices.config"
    assert "CONFIG_LIB_HEAP_TLSF=y" in file.read_text().splitlines()
    request = make_request("bare", "qemu-x86_64", None, None, None, None, None, config=file)
    assert request.want == ("heap-tlsf",)


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "composer")}
    done = subprocess.run(
        COMMAND,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "menuconfig needs a terminal" in done.stderr


def test_the_screen_follows_the_terminals_language() -> None:
    screen = Screen(10, 3)
    screen.feed(b"\x1b[2;3Hab\x1b[1mc\x1b[0m\x1b[1;1Hd\x1b]0;title\x07e\x1b[?25")
    screen.feed("hf─".encode()[:-1])
    screen.feed("─".encode()[-1:])
    assert screen.text == "def─\n  abc\n"
    screen.feed(b"\x1b[2;4H\x1b[K")
    assert screen.text == "def─\n  a\n"
