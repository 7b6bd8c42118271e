"""What an image's stack says it holds (option LWIP_ACCOUNT), second by second."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Held:
    """One line of the account."""

    connections: int
    listeners: int
    segments: int
    datagram_ends: int
    sockets: int
    reassembled: int
    references: int
    buffers: int
    blocks: int
    pages: int

    @property
    def at_rest(self) -> bool:
        """Nobody is connected, and nothing is under way."""
        kept = self.segments, self.reassembled, self.references, self.buffers, self.blocks
        return self.connections == 0 and not any(kept) and self.sockets == self.listeners + self.datagram_ends


_LINE = re.compile(
    r"lwip: (\d+) connections, (\d+) listeners, (\d+) segments, (\d+) ends of UDP, (\d+) sockets, (\d+) reassembled, "
    r"(\d+) references, (\d+) buffers, (\d+) blocks; (\d+) pages free"
)


def accounts(text: str) -> list[Held]:
    """All lines of the account in what an image has printed."""
    return [Held(*map(int, match.groups())) for match in _LINE.finditer(text)]


class Console:
    """Reads what an image prints, as it comes."""

    def __init__(self, stream: IO[str]) -> None:
        self.lines: list[str] = []
        self._stream = stream
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()

    def held(self, fine: Callable[[Held], bool], seconds: float, meanwhile: Callable[[], object]) -> Held:
        """What the stack holds, once that is ``fine``: from now on, and not what it held before. ``meanwhile`` lets
        packets come and go: those on their way to somebody who does not listen are held, too."""
        end = time.monotonic() + seconds
        seen, last = len(self.lines), None
        while time.monotonic() < end:
            meanwhile()
            with self._news:
                self._news.wait(0.2)
                lines, seen = self.lines[seen:], len(self.lines)
            for match in filter(None, map(_LINE.match, lines)):
                last = Held(*map(int, match.groups()))
                if fine(last):
                    return last
        raise AssertionError(f"after {seconds} s the stack holds {last}; {''.join(self.lines[-5:])}")
