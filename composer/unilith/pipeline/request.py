"""What a user asks for when building, and how the build tells what it is doing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from unilith import __version__

DEFAULT_TARGET = "qemu-x86_64"


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that decides the result, apart from the content of files."""

    recipe: str
    target: str = DEFAULT_TARGET
    output: Path | None = None
    libraries: tuple[Path, ...] = ()
    want: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    cc: str = "gcc"
    launcher: str = ""

    @property
    def key(self) -> str:
        """Equal for equal requests of one version of the composer, whatever the current folder."""
        said = [__version__, asdict(self)]
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


class Reporter(Protocol):
    """Hears of the work as it is done; decides what of it is shown."""

    def step(self, text: str) -> None:
        """A piece of work begins: "compile musl 1.2.3"."""

    def progress(self, done: int, total: int, text: str) -> None:
        """A long piece of work has come so far."""

    def note(self, text: str) -> None:
        """Something that the user should know and that is not an error."""

    def tool_output(self, text: str) -> None:
        """What a tool printed, for those who want it."""


@dataclass(slots=True)
class Silent:
    """Shows nothing, keeps the notes."""

    notes: list[str] = field(default_factory=list)

    def step(self, text: str) -> None:
        """Nothing to show."""

    def progress(self, done: int, total: int, text: str) -> None:
        """Nothing to show."""

    def note(self, text: str) -> None:
        """Kept."""
        self.notes.append(text)

    def tool_output(self, text: str) -> None:
        """Nothing to show."""
