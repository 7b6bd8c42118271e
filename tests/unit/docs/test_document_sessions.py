"""What the documents show is what happens: their files are written, their sessions run, the output compared.

A block under `<!-- file: NAME -->` is a file. A block of the language `console` is a session: `$ ` begins a
command, what follows is its output, on both streams. A line `...` stands for any lines, and `...` in a line for
any text; a number of bytes, libraries, steps or % stands for any number, blanks for any blanks. Sessions of the
language `sh` are not run: they need a terminal, or much time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.boot.command import environment
from tests.unit.docs.documents import ROOT, blocks, written

LIMIT = 240  # seconds; a command that reaches it hangs


@dataclass(frozen=True)
class Command:
    """A command of a session, and the output that the document shows."""

    line: int
    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """A file that the document shows."""

    name: str
    text: str


def steps(document: str) -> Iterator[File | Command]:
    """What a reader does, in order."""
    lines = document.splitlines()
    for block in blocks(document):
        above = lines[block.line - 3] if block.line >= 3 else ""
        if name := re.fullmatch(r"<!-- file: (\S+) -->", above.strip()):
            yield File(name[1], block.text)
        elif block.language == "console":
            yield from _commands(block.text, block.line)


def _commands(text: str, line: int) -> Iterator[Command]:
    current: list[str] = []
    start = line
    for number, said in enumerate([*text.splitlines(), "$ "], line):
        if said.startswith("$ "):
            if current:
                yield Command(start, current[0][2:], tuple(current[1:]))
            current, start = [said], number
        elif current and current[-1].endswith("\\"):
            current[-1] += f"\n{said}"
        else:
            current.append(said)


def matches(shown: tuple[str, ...], output: str) -> bool:
    """Whether the output is what is shown."""
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "..." else f"{_line(line)}\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in output.splitlines())) is not None


def _line(shown: str) -> str:
    """Counts and columns may differ, and what stands for anything is anything."""
    numbers = re.split(r"[\d,.]*\d(?= bytes| libraries| steps|%)", shown.rstrip())
    return r"[\d,.]*\d".join(".*".join(map(_words, part.split("..."))) for part in numbers)


def _words(shown: str) -> str:
    return r"\s+".join(map(re.escape, re.split(r"\s+", shown)))


def perform(document: str, folder: Path) -> list[str]:
    """Does what the document says; returns what differs."""
    wrong = []
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for step in steps(document):
        if isinstance(step, File):
            (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / step.name).write_text(step.text)
            continue
        done = subprocess.run(
            ["bash", "-c", step.text],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT,
            env={**environment(), "PATH": path},
            check=False,
        )
        if not matches(step.shown, done.stdout):
            wrong.append(f"line {step.line}: {step.text}\n{done.stdout}")
    return wrong


TOLD = [file for file in written() if "```console" in file.read_text(encoding="utf-8")]


@pytest.mark.boot
@pytest.mark.parametrize("file", TOLD, ids=lambda f: str(f.relative_to(ROOT)))
def test_sessions_are_what_happens(file: Path, tmp_path: Path) -> None:
    wrong = perform(file.read_text(encoding="utf-8"), tmp_path)
    assert not wrong, "\n".join(wrong)


DOCUMENT = """
<!-- file: folder/greeting.txt -->
```text
hello
```

```console
$ cat folder/greeting.txt
hello
$ printf 'one\\ntwo\\nthree\\n'; \\
    echo 12,345  bytes, 1.5% >&2
one
...
99 bytes, 30%
$ true
```

```sh
exit 1
```
"""


def test_a_session_is_performed(tmp_path: Path) -> None:
    assert perform(DOCUMENT, tmp_path) == []
    assert (tmp_path / "folder" / "greeting.txt").read_text() == "hello\n"


def test_what_differs_is_told_with_its_line(tmp_path: Path) -> None:
    (wrong,) = perform(DOCUMENT.replace("hello\n$", "hallo\n$"), tmp_path)
    assert wrong == "line 8: cat folder/greeting.txt\nhello\n"
    assert len(perform(DOCUMENT.replace("...\n", "two\n"), tmp_path)) == 1
    assert len(perform(DOCUMENT.replace("$ true", "$ echo more"), tmp_path)) == 1
