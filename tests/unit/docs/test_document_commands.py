"""Every command line in the documents is one that `unilith` accepts; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.docs.documents import ROOT, command_lines, written
from typer.main import get_command

from unilith.cli.main import app

TOP: Any = get_command(app)


def complaint(words: Sequence[str]) -> str:
    """What is wrong with a command line, or nothing."""
    command, name, rest = TOP, "unilith", list(words)
    while getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"{name} has no command {rest[0]}"
        name, command = f"{name} {rest[0]}", command.commands[rest.pop(0)]
    if getattr(command, "commands", None):
        return "" if rest in (["--help"], ["-h"], ["--version"]) else f"{name} lacks a command"
    if "--help" in rest or "-h" in rest:
        return ""
    try:
        command.make_context(name, rest)
    except Exception as e:  # whatever the library raises, it refuses the words
        if type(e).__name__ in (
            "NoSuchOption",
            "MissingParameter",
            "BadParameter",
            "UsageError",
            "BadOptionUsage",
        ):
            return f"{name}: {e}"
        raise
    return ""


@pytest.mark.parametrize("file", written(), ids=lambda f: str(f.relative_to(ROOT)))
def test_commands_in_documents_parse(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    generated_usage = file == ROOT / "docs/reference/commands.md"
    wrong = [
        f"{line.line}: {found}"
        for line in command_lines(text)
        if not (generated_usage and "[OPTIONS]" in line.words)
        if (found := complaint(line.words))
    ]
    assert wrong == []


def test_the_documents_show_commands() -> None:
    shown = {
        words.words[0] for file in written() for words in command_lines(file.read_text(encoding="utf-8"))
    }
    assert {"build", "run", "size", "list", "lib", "recipe"} <= shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("unilith build hello", ""),
        ("unilith lib check heap-bump", ""),
        ("unilith run lua -- /main.lua --not-ours", ""),
        ("unilith --version", ""),
        ("unilith bild hello", "unilith has no command bild"),
        ("unilith lib", "unilith lib lacks a command"),
    ],
)
def test_what_is_accepted(line: str, expected: str) -> None:
    assert complaint(line.split()[1:]) == expected


@pytest.mark.parametrize(
    "line", ["unilith build hello --tagret x", "unilith build", "unilith run hello --memory"]
)
def test_what_is_refused(line: str) -> None:
    assert complaint(line.split()[1:])


def test_command_lines_are_found() -> None:
    text = (
        "```\n$ unilith build hello --json | tail -1\nunilith is a word of this output:\nmake test\n"
        "unilith run lua    # a remark\nunilith lib show heap     in help texts\n```\n"
        "unilith build outside\n```yaml\nunilith run nothing\n```\n"
    )
    found = [(line.line, *line.words) for line in command_lines(text)]
    assert found == [
        (2, "build", "hello", "--json"),
        (3, "is", "a", "word", "of", "this", "output:"),
        (5, "run", "lua"),
        (6, "lib", "show", "heap"),
    ]
