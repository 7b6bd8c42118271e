"""Progress on standard error: one changing line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys


class Progress:
    """A `Reporter` for people. ``verbosity`` is -1 (quiet), 0 or 1 (verbose)."""

    def __init__(self, verbosity: int = 0) -> None:
        self._verbosity = verbosity
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = self._terminal and "NO_COLOR" not in os.environ
        self._open = False
        self._step = ""

    def step(self, text: str) -> None:
        """A piece of work begins."""
        self._step = text
        if self._verbosity < 0:
            return
        if self._verbosity > 0 or not self._terminal:
            self._line(text)
        else:
            self._transient(text)

    def progress(self, done: int, total: int, text: str) -> None:
        """A long piece of work has come so far."""
        if self._verbosity > 0:
            self._line(f"[{done}/{total}] {text}")
        elif self._verbosity == 0 and self._terminal:
            self._transient(f"{self._step} {done}/{total}")

    def note(self, text: str) -> None:
        """Shown unless --quiet."""
        if self._verbosity >= 0:
            mark = "\x1b[33mnote:\x1b[0m" if self._colour else "note:"
            self._line(f"{mark} {text}")

    def tool_output(self, text: str) -> None:
        """Shown with --verbose."""
        if self._verbosity > 0:
            self._line(text.rstrip("\n"))

    def close(self) -> None:
        """Takes the changing line away, so that what follows begins on a fresh one."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._open = False

    def _line(self, text: str) -> None:
        self.close()
        print(text, file=sys.stderr, flush=True)

    def _transient(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + text[:width])
        sys.stderr.flush()
        self._open = True
