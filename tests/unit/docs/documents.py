"""The documents that people read, cut into what the tests look at."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PLACE = re.compile(r"(?:composer|docs|libs|platforms|recipes|tests)/[\w./-]+")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_ENDS_A_COMMAND = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "2>&1"}


@dataclass(frozen=True)
class Block:
    """A fenced block and the line that its text begins on."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class CommandLine:
    """A command line of a fenced block, without the prompt; ``words`` follow the program's name."""

    line: int
    words: tuple[str, ...]


def written() -> list[Path]:
    """Every document of the repository's own."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a document."""
    for match in _FENCE.finditer(text):
        yield Block(match["language"], match["text"], text.count("\n", 0, match.start("text")) + 1)


def prose(text: str) -> str:
    """The document without its fenced blocks and inline code."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))


def places(text: str) -> list[str]:
    """The files and folders of the repository that stand as code in a text, without those of fenced blocks."""
    words = (word for code in _CODE.findall(_FENCE.sub("", text)) for word in code.split())
    return [word for word in words if _PLACE.fullmatch(word)]


def links(text: str) -> list[str]:
    """Where the links and pictures of a document lead."""
    return _LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """The names by which a document's headings can be linked to."""
    found: dict[str, int] = {}
    names = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        kept = "".join(c for c in heading.replace("`", "").lower() if c.isalnum() or c in " -_")
        name = kept.replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def command_lines(text: str, program: str = "unilith") -> Iterator[CommandLine]:
    """Every call of ``program`` in the fenced blocks: after `$ `, or at the beginning of a line."""
    for block in blocks(text):
        if block.language not in ("", "sh", "console", "bash"):
            continue
        joined = block.text.replace("\\\n", "  ")
        for number, line in enumerate(joined.splitlines()):
            said = line.strip().removeprefix("$ ")
            if said.startswith(program + " "):
                yield CommandLine(block.line + number, _words(said)[1:])


def _words(line: str) -> tuple[str, ...]:
    """The words of the first command of a line; what follows two blanks is a remark, as in help texts."""
    line = re.split(r"\s{2,}(?=\S)", line)[0] if "  " in line and "#" not in line else line
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = []
    for word in lexer:
        if word in _ENDS_A_COMMAND:
            break
        words.append(word)
    return tuple(words)
