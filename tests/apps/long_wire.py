"""A bad network for packets that are longer than it carries: of the segments that a long packet stands for, some get
lost, come twice or late, and what is left goes on in packets as long as may be. So neither card does anything that it
would not do on a tap, and neither TCP gets anything that it would not get behind a bad network.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.apps.lossy_wire import HELD, Harm
from tests.apps.tap import Tap, cable, frames, tap

HEADER = struct.Struct("<BBHHHH")
"""virtio 1.2, 5.1.6: flags, kind, length of all headers, bytes of a segment, where the checksum begins, and where in
there it is put."""
ETHERNET, IPV6 = 14, 0x86DD
FIN, PSH = 0x01, 0x08


@dataclass(frozen=True)
class Long:
    """A frame that stands for segments of TCP."""

    header: tuple[int, ...]
    headers: bytes
    payload: bytes

    @property
    def count(self) -> int:
        """Segments that it stands for."""
        return -(-len(self.payload) // self.header[3])

    def part(self, first: int, last: int) -> bytes:
        """A frame of the segments from `first` on that ends in front of `last`."""
        flags, kind, _, size, start, at = self.header
        data = self.payload[first * size : last * size]
        headers = bytearray(self.headers)
        change = len(data) - len(self.payload)
        if struct.unpack_from("!H", headers, 12)[0] == IPV6:
            _add(headers, ETHERNET + 4, change)
        else:
            _add(headers, ETHERNET + 2, change)
            _add(headers, ETHERNET + 4, first)
            struct.pack_into("!H", headers, ETHERNET + 10, 0)
            words = struct.unpack_from(f"!{(start - ETHERNET) // 2}H", headers, ETHERNET)
            struct.pack_into("!H", headers, ETHERNET + 10, 0xFFFF - _folded(sum(words)))
        # What stands there is the sum of the pseudo-header alone, with the length in it.
        before = struct.unpack_from("!H", headers, start + at)[0]
        struct.pack_into("!H", headers, start + at, _folded(before + change + 0xFFFF))
        sequence = struct.unpack_from("!I", headers, start + 4)[0] + first * size
        struct.pack_into("!I", headers, start + 4, sequence & 0xFFFFFFFF)
        if last < self.count:
            headers[start + 13] &= ~(FIN | PSH) & 0xFF
        if len(data) <= size:
            kind, size = 0, 0
        return HEADER.pack(flags, kind, len(headers), size, start, at) + headers + data


def _add(headers: bytearray, at: int, change: int) -> None:
    value = struct.unpack_from("!H", headers, at)[0]
    struct.pack_into("!H", headers, at, (value + change) & 0xFFFF)


def _folded(total: int) -> int:
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def long_frame(frame: bytes) -> Long | None:
    """Takes a frame with virtio's header apart, if it stands for more than one segment."""
    header = HEADER.unpack_from(frame)
    if header[1] == 0:
        return None
    start = header[4]
    rest = frame[HEADER.size :]
    behind = start + (rest[start + 12] >> 4) * 4
    return Long(header, rest[:behind], rest[behind:])


class LongSwitch(threading.Thread):
    """Carries frames between two descriptors, the first on the image's side."""

    def __init__(self, ends: tuple[int, int]) -> None:
        super().__init__(daemon=True)
        self.harm = Harm()
        self.harmed = 0
        self.long = [0, 0]
        """Frames of more than one segment: those of the image, and those for it."""
        self.chance = random.Random(7)
        self._ends = ends
        self._late: list[tuple[float, int, bytes]] = []
        self._ending, self._ended = socket.socketpair()

    def run(self) -> None:
        """Carries until `stop`."""
        sources = [*self._ends, self._ended.fileno()]
        while True:
            wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else None
            readable, _, _ = select.select(sources, [], [], wait)
            if sources[2] in readable:
                return
            while self._late and self._late[0][0] <= time.monotonic():
                _, to, frame = self._late.pop(0)
                os.write(self._ends[to], frame)
            for source in readable:
                which = sources.index(source)
                self._carry(1 - which, os.read(source, 1 << 17))

    def _carry(self, to: int, frame: bytes) -> None:
        whole = long_frame(frame)
        if whole is None:
            self._one(to, frame, self._befalls())
            return
        self.long[1 - to] += 1
        first = 0
        for number in range(whole.count):
            befalls = self._befalls()
            if befalls:
                if first < number:
                    os.write(self._ends[to], whole.part(first, number))
                self._one(to, whole.part(number, number + 1), befalls)
                first = number + 1
        if first < whole.count:
            os.write(self._ends[to], whole.part(first, whole.count))

    def _befalls(self) -> str:
        kind = self.chance.random()
        for name in ("lost", "late", "twice"):
            kind -= getattr(self.harm, name)
            if kind < 0:
                return name
        return ""

    def _one(self, to: int, frame: bytes, befalls: str) -> None:
        self.harmed += befalls != ""
        if befalls == "late":
            self._late.append((time.monotonic() + HELD, to, frame))
        elif befalls != "lost":
            os.write(self._ends[to], frame)
        if befalls == "twice":
            os.write(self._ends[to], frame)

    def stop(self) -> None:
        """Ends it."""
        self._ending.send(b".")
        self.join()


@contextlib.contextmanager
def long_wire() -> Iterator[tuple[Tap, Tap, LongSwitch]]:
    """The image's tap, the host's with the addresses of both ends, and what is between them."""
    with (
        tap() as host,
        cable() as (image, end),
        frames(end, long=True) as near,
        frames(host, long=True) as far,
    ):
        switch = LongSwitch((near, far))
        switch.start()
        try:
            yield image, host, switch
        finally:
            switch.stop()
