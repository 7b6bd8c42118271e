"""Split virtqueues in memory that is shared with a guest, seen from the device (virtio 1.2, section 2.7)."""

from __future__ import annotations

import mmap
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NEXT, _WRITE, _INDIRECT = 1, 2, 4
# In the machine's own order, so that a number is read and written by one access.
_DESCRIPTOR = struct.Struct("@QIHH")
_USED = struct.Struct("@II")


class QueueError(Exception):
    """The guest's driver breaks the rules; the text says how."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the guest's memory: where the guest has it, where the machine's program has it, and its bytes."""

    guest: int
    program: int
    size: int
    view: memoryview
    mapping: mmap.mmap


class Memory:
    """The guest's memory."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.regions = tuple(regions)

    def guest(self, address: int, size: int) -> memoryview:
        """Bytes by the guest's address."""
        for region in self.regions:
            at = address - region.guest
            if at >= 0 and at + size <= region.size:
                return region.view[at : at + size]
        raise QueueError(f"{size} bytes at {address:#x} are not in the guest's memory")

    def program(self, address: int, size: int) -> memoryview:
        """Bytes by the address that they have in the machine's program."""
        for region in self.regions:
            at = address - region.program
            if at >= 0 and at + size <= region.size:
                return region.view[at : at + size]
        raise QueueError(f"{size} bytes at {address:#x} are not in the shared memory")


@dataclass(slots=True)
class Chain:
    """A request: what the device reads, and what it writes."""

    head: int
    readable: list[memoryview]
    writable: list[memoryview]


_fence = threading.Lock()


def fence() -> None:
    """What was written before is seen before anything is read after: taking a lock orders memory."""
    with _fence:
        pass


class Virtqueue:
    """One queue. `event_index` is whether both sides say when they want to be told (2.7.7.2)."""

    def __init__(
        self, memory: Memory, size: int, places: tuple[int, int, int], start: int, *, event_index: bool
    ) -> None:
        descriptors, available, used = places
        self.memory = memory
        self.size = size
        self.descriptors = memory.program(descriptors, 16 * size)
        self.available = memory.program(available, 6 + 2 * size).cast("H")
        self.used = memory.program(used, 6 + 8 * size)
        self.used_numbers = self.used[: 4 + 8 * size].cast("H")
        self.used_event = self.used[4 + 8 * size :].cast("H")
        self.event_index = event_index
        self.taken = start
        self.done = self.used_numbers[1]
        self.told = self.done

    def waiting(self) -> int:
        """How many requests are there."""
        count = (self.available[1] - self.taken) & 0xFFFF
        if count > self.size:
            raise QueueError(f"{count} requests in a queue of {self.size}")
        return count

    def take(self) -> Chain | None:
        """The next request."""
        if self.available[1] == self.taken or self.waiting() == 0:
            return None
        head = self.available[2 + self.taken % self.size]
        self.taken = (self.taken + 1) & 0xFFFF
        chain = Chain(head, [], [])
        for address, length, flags in self._descriptors(head):
            if length == 0:
                continue
            part = self.memory.guest(address, length)
            if flags & _WRITE:
                chain.writable.append(part)
            elif chain.writable:
                raise QueueError("a part to read stands behind one to write")
            else:
                chain.readable.append(part)
        return chain

    def _descriptors(self, at: int) -> Iterator[tuple[int, int, int]]:
        for _ in range(self.size):
            if at >= self.size:
                raise QueueError(f"descriptor {at} of {self.size}")
            address, length, flags, following = _DESCRIPTOR.unpack_from(self.descriptors, 16 * at)
            if flags & _INDIRECT:
                raise QueueError("an indirect descriptor, which nobody agreed on")
            yield address, length, flags
            if not flags & _NEXT:
                return
            at = following
        raise QueueError("a request without an end")

    def give(self, head: int, written: int) -> None:
        """A request is done."""
        _USED.pack_into(self.used, 4 + 8 * (self.done % self.size), head, written)
        self.done = (self.done + 1) & 0xFFFF
        self.used_numbers[1] = self.done

    def interrupts(self) -> bool:
        """Whether the guest wants to be told of what is done since the last time it was asked."""
        fence()
        before, self.told = self.told, self.done
        if before == self.done:
            return False
        if self.event_index:
            event = self.available[2 + self.size]
            return (self.done - event - 1) & 0xFFFF < (self.done - before) & 0xFFFF
        return not self.available[0] & 1

    def listen(self) -> bool:
        """Wants to be told of the next request; whether there is one already."""
        if self.event_index:
            self.used_event[0] = self.taken
        else:
            self.used_numbers[0] = 0
        fence()
        return self.waiting() > 0
