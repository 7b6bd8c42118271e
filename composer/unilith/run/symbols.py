"""Makes a crash report readable: an address gets its function, file and line.

The console's bytes pass through unchanged and undelayed. Only the end of a line of the form
`  at 0x0000000000100abc` that follows a line with `panic:` in it gets something put before it: what the
application had begun to print may stand before that. A line `  image moved by 0x...` says how far addresses are
from those that the image was linked for, and `  processor 1` begins another backtrace.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

PANIC = b"panic:"
_AT = re.compile(rb"  at 0x([0-9a-f]{1,16})")
_MOVED = re.compile(rb"  image moved by 0x([0-9a-f]{1,16})")
_PROCESSOR = re.compile(rb"  processor [0-9]+")
_LONGEST = len("  image moved by 0x") + 16

Lookup = Callable[[int, bool], str]
"""Address, and whether it is a return address -> what stands there; nothing if it is unknown."""


class CrashFilter:
    """A filter of the console's bytes; `lookup` is asked only after a crash has begun."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.line = bytearray()  # the line that is not yet ended, as far as it may matter
        self.tail = b""  # its last bytes so far: `panic:` may be cut anywhere
        self.panics = False  # that line has it
        self.crashed = False
        self.first = True
        self.moved = 0

    def __call__(self, data: bytes) -> bytes:
        if not self.crashed and not self.panics and PANIC not in self.tail + data:
            self._remember(data.rpartition(b"\n")[2], fresh=b"\n" in data)
            return data
        pieces: list[bytes] = []
        for part in re.split(rb"(\r?\n)", data):
            if part in (b"\n", b"\r\n"):
                pieces += [self._addition(), part]
                self._forget()
            else:
                pieces.append(part)
                self._remember(part, fresh=False)
        return b"".join(pieces)

    def _remember(self, part: bytes, *, fresh: bool) -> None:
        if fresh:
            self._forget()
        self.panics = self.panics or PANIC in self.tail + part
        self.tail = (self.tail + part)[1 - len(PANIC) :]
        # One byte more than matters, so that a longer line is seen to be one.
        self.line += part[: max(0, _LONGEST + 1 - len(self.line))]

    def _forget(self) -> None:
        self.line.clear()
        self.tail, self.panics = b"", False

    def _addition(self) -> bytes:
        line = bytes(self.line.removesuffix(b"\r"))
        if self.panics:
            self.crashed, self.first, self.moved = True, True, 0
            return b""
        if self.crashed and (moved := _MOVED.fullmatch(line)):
            self.moved = int(moved[1], 16)
            return b""
        if _PROCESSOR.fullmatch(line):
            self.first = True
        match = _AT.fullmatch(line) if self.crashed else None
        if match is None:
            return b""
        # The first address is that of the instruction itself, the others are where calls return to.
        returns, self.first = not self.first, False
        found = self.lookup((int(match[1], 16) - self.moved) % (1 << 64), returns)
        return f" {found}".encode() if found else b""


class DebugFile:
    """Looks addresses up in an ELF with symbols; it is opened when first asked."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.tables: object | None = None

    def __call__(self, address: int, returns: bool) -> str:
        # A damaged or missing file must not spoil the report, whatever the reader of it raises.
        try:
            from unilith.run.debug_tables import DebugTables

            if self.tables is None:
                self.tables = DebugTables(self.file)
            assert isinstance(self.tables, DebugTables)
            return self.tables.describe(address, returns=returns)
        except Exception:
            return ""
