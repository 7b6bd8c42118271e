"""A program in a terminal of its own: keys go in, and what stands on the screen can be looked at.

Understands of a terminal's language what Textual writes: text, moves of the cursor, and clearing; colours and modes
are passed over.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from unicodedata import east_asian_width

_SEQUENCE = re.compile(
    rb"\x1b\[(?P<intro>[<=>?]?)(?P<numbers>[0-9;:]*)[ -/]*(?P<final>[@-~])"
    rb"|\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]*[0-OQ-Z\\`-~]"
)


class Screen:
    """A grid of characters that follows a terminal's output."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self._pending = b""

    @property
    def text(self) -> str:
        """What is seen, without blanks at the ends of lines."""
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, data: bytes) -> None:
        """Takes output; what is incomplete waits for more."""
        data = self._pending + data
        place = 0
        while place < len(data):
            if data[place] == 0x1B:
                found = _SEQUENCE.match(data, place)
                if found is None:
                    break
                self._command(found)
                place = found.end()
            else:
                end = data.find(b"\x1b", place)
                end = len(data) if end < 0 else end
                try:
                    text = data[place:end].decode()
                except UnicodeDecodeError as e:
                    if e.end < end - place:
                        raise
                    text = data[place : place + e.start].decode()
                    end = place + e.start
                    self._write(text)
                    place = end
                    break
                self._write(text)
                place = end
        self._pending = data[place:]

    def _command(self, found: re.Match[bytes]) -> None:
        final = found["final"]
        if final is None or found["intro"]:
            return
        numbers = [int(n) for n in found["numbers"].replace(b":", b";").split(b";") if n]
        if final in (b"H", b"f"):
            row, column = [*numbers, 1, 1][:2] if numbers else (1, 1)
            self.row, self.column = min(row, self.rows) - 1, min(column, self.columns) - 1
        elif final == b"J":
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        elif final == b"K":
            self.cells[self.row][self.column :] = [" "] * (self.columns - self.column)

    def _write(self, text: str) -> None:
        for char in text:
            if char == "\r":
                self.column = 0
            elif char == "\n":
                self.row = min(self.row + 1, self.rows - 1)
            elif char == "\b":
                self.column = max(0, self.column - 1)
            elif char.isprintable() and self.column < self.columns:
                self.cells[self.row][self.column] = char
                self.column += 2 if east_asian_width(char) in "WF" else 1


class Terminal:
    """A program that runs in ``folder``. ``seconds`` bounds every wait: generous, for it ends only what never would."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        columns: int = 110,
        rows: int = 34,
        seconds: float = 60,
    ) -> None:
        self.screen = Screen(columns, rows)
        self.seconds = seconds
        self.status: int | None = None
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(command[0], [*command], {**environment})
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, keys: str) -> None:
        """Presses keys."""
        os.write(self.file, keys.encode())

    def wait_for(self, text: str, *, gone: bool = False) -> None:
        """Until ``text`` stands on the screen, or no longer does."""
        end = time.monotonic() + self.seconds
        while (text in self.screen.text) == gone:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{text!r} {'stays' if gone else 'never came'}:\n{self.screen.text}")

    def wait(self) -> int:
        """Until the program ends; its exit status."""
        end = time.monotonic() + self.seconds
        while self._read(end - time.monotonic()):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def close(self) -> None:
        """Ends a program that is still there."""
        if self.status is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.file)

    def _read(self, seconds: float) -> bool:
        """Takes output; False when it has ended or does not come in time."""
        ready, _, _ = select.select([self.file], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self.file, 65536)
        except OSError:  # Linux says so when the last writer is gone
            return False
        self.screen.feed(data)
        return bool(data)
