"""Memory and arguments as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.run.options import command_line, memory_bytes, memory_text


@pytest.mark.parametrize(
    ("text", "size"),
    [("1152K", 1152 << 10), ("16M", 16 << 20), ("1g", 1 << 30), ("4096", 4096), (" 2M ", 2 << 20)],
)
def test_memory(text: str, size: int) -> None:
    assert memory_bytes(text) == size


@pytest.mark.parametrize("text", ["", "K", "0", "0M", "-1M", "1.5M", "1MB", "1 M", "16T", "99999999G", "١٢M"])
def test_what_is_no_amount_of_memory(text: str) -> None:
    with pytest.raises(UserError, match="is not an amount of memory"):
        memory_bytes(text)


@given(size=st.integers(1, 1 << 40))
def test_the_text_of_an_amount_says_the_same(size: int) -> None:
    assert memory_bytes(memory_text(size)) == size


def split(line: str) -> list[str]:
    """The rule of docs/architecture.md, written down once more: blanks, quotes, backslashes inside quotes."""
    words: list[str] = []
    word, begun, quoted, escaped = "", False, False, False
    for byte in line + " ":
        if escaped:
            word, escaped = word + byte, False
        elif quoted and byte == "\\":
            escaped = True
        elif byte == '"':
            quoted, begun = not quoted, True
        elif byte == " " and not quoted:
            words += [word] if begun else []
            word, begun = "", False
        else:
            word, begun = word + byte, True
    assert not quoted
    return words


@given(
    args=st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20), max_size=8
    )
)
def test_any_arguments_come_back(args: list[str]) -> None:
    assert split(command_line(args)) == ["--", *args]


def test_parameters_stand_before_the_arguments() -> None:
    parameters = ["net.ip=10.0.2.15/24", "name=two words"]
    assert split(command_line(["x"], parameters)) == [*parameters, "--", "x"]
    # Without arguments there is no `--`, so that the recipe's own hold.
    assert split(command_line(None, parameters)) == parameters


def test_the_command_line_has_limits() -> None:
    assert command_line(None) == ""
    assert command_line([]) == "--"
    assert len(command_line(["a" * 4092])) == 4095
    with pytest.raises(UserError, match="4096 bytes"):
        command_line(["a" * 4093])
    with pytest.raises(UserError, match="too long"):
        command_line(["ü" * 2100])
    with pytest.raises(UserError, match="NUL"):
        command_line(["a\0b"])
