"""A guest whose vsock device is in another program, which leaves its queues to us (vhost-user).

The messages are those of QEMU's document "Vhost-user Protocol"; the other program is the front end.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import selectors
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.packets import HEADER_SIZE, Header, read_header
from unilith.run.vsock.virtqueue import Chain, Memory, QueueError, Region, Virtqueue

RECEIVE, TRANSMIT = 0, 1
"""The device's queues (5.10.2), as the driver calls them; the third is the front end's own."""

EVENT_INDEX = 1 << 29
PROTOCOL_FEATURES = 1 << 30
VERSION_1 = 1 << 32
FEATURES = EVENT_INDEX | PROTOCOL_FEATURES | VERSION_1

REPLY_ACK, CONFIG = 1 << 3, 1 << 9
_REPLY, _NEED_REPLY, _VERSION = 1 << 2, 1 << 3, 1
_NO_DESCRIPTOR = 1 << 8
_LONGEST = 4096
_MOST_DESCRIPTORS = 8
_HEADER = struct.Struct("=III")

BATCH = 256
"""Packets of the guest that are looked at in one go."""


@dataclass(slots=True)
class Ring:
    """What the front end has said about a queue; `queue` once it runs."""

    size: int = 0
    places: tuple[int, int, int] = (0, 0, 0)
    base: int = 0
    kick: int = -1
    call: int = -1
    enabled: bool = False
    queue: Virtqueue | None = None


@contextlib.contextmanager
def _the_guests_fault() -> Iterator[None]:
    """A queue that cannot be so is the end of its guest."""
    try:
        yield
    except QueueError as e:
        raise GuestGone(f"the guest's queue: {e}") from e


class QueueGuest(Guest):
    """The back end of a vhost-user-vsock device."""

    def __init__(self, front: socket.socket, cid: int) -> None:
        self.front = front
        self.cid = cid
        self.features = 0
        self.memory = Memory(())
        self.rings = (Ring(), Ring())
        self.pending: Chain | None = None
        self.deaf = False

    def start(self, selector: selectors.BaseSelector) -> None:
        self.selector = selector
        selector.register(self.front, selectors.EVENT_READ, self._message)

    # Packets.

    def space(self) -> list[memoryview] | None:
        queue = self.rings[RECEIVE].queue
        if queue is None:
            return None
        if self.pending is None:
            self.pending = self._take(queue)
            if self.pending is None:
                return None
        first, *rest = self.pending.writable
        return [first[HEADER_SIZE:], *rest] if len(first) > HEADER_SIZE else rest

    def _take(self, queue: Virtqueue) -> Chain | None:
        with _the_guests_fault():
            chain = queue.take()
            if chain is None and queue.listen():
                chain = queue.take()
        if chain is not None and (not chain.writable or len(chain.writable[0]) < HEADER_SIZE):
            raise GuestGone("the guest's queue: no room for a packet's header")
        return chain

    def send(self, header: Header) -> None:
        queue, chain = self.rings[RECEIVE].queue, self.pending
        if queue is None or chain is None:
            return
        chain.writable[0][:HEADER_SIZE] = header.packed()
        self.pending = None
        queue.give(chain.head, HEADER_SIZE + header.length)

    def flush(self) -> None:
        self._interrupt(self.rings[RECEIVE])
        if self.deaf and not self.held():
            self.deaf = False
            if self.rings[TRANSMIT].kick >= 0:
                os.eventfd_write(self.rings[TRANSMIT].kick, 1)

    def _interrupt(self, ring: Ring) -> None:
        if ring.queue is not None and ring.queue.interrupts() and ring.call >= 0:
            os.eventfd_write(ring.call, 1)

    def _kicked(self, index: int) -> None:
        ring = self.rings[index]
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(ring.kick)
        if ring.queue is None:
            return
        if index == RECEIVE:
            self.room()
        else:
            self._transmitted(ring, ring.queue)

    def _transmitted(self, ring: Ring, queue: Virtqueue) -> None:
        with _the_guests_fault():
            for _ in range(BATCH):
                if self.held():
                    self.deaf = True
                    break
                if not self._next_packet(queue) and not queue.listen():
                    break
            else:
                # There may be more: others have their turn first.
                os.eventfd_write(ring.kick, 1)
        self._interrupt(ring)

    def _next_packet(self, queue: Virtqueue) -> bool:
        chain = queue.take()
        if chain is None:
            return False
        self._hand_on(chain)
        queue.give(chain.head, 0)
        return True

    def _hand_on(self, chain: Chain) -> None:
        if not chain.readable or sum(map(len, chain.readable)) < HEADER_SIZE:
            return
        first, *rest = chain.readable
        if len(first) < HEADER_SIZE:
            joined = memoryview(b"".join(chain.readable))
            first, rest = joined, []
        header = read_header(first)
        data = [part for part in (first[HEADER_SIZE:], *rest) if part]
        if sum(map(len, data)) >= header.length:
            self.received(header, data)

    def drain(self) -> None:
        queue = self.rings[TRANSMIT].queue
        if queue is None:
            return
        with _the_guests_fault():
            while self._next_packet(queue):
                pass

    # Messages of the front end.

    def _message(self, _: int) -> None:
        data, descriptors, _, _ = socket.recv_fds(self.front, _HEADER.size, _MOST_DESCRIPTORS)
        if len(data) < _HEADER.size:
            raise GuestGone("the machine has ended")
        request, flags, size = _HEADER.unpack(data)
        if size > _LONGEST:
            raise GuestGone(f"a message of {size} bytes")
        body = self.front.recv(size, socket.MSG_WAITALL) if size else b""
        answer = self._handle(request, body, descriptors)
        if answer is None and flags & _NEED_REPLY:
            answer = struct.pack("=Q", 0)
        if answer is not None:
            self.front.sendall(_HEADER.pack(request, _VERSION | _REPLY, len(answer)) + answer)

    def _handle(self, request: int, body: bytes, descriptors: list[int]) -> bytes | None:
        match request:
            case 1:  # GET_FEATURES
                return struct.pack("=Q", FEATURES)
            case 2:  # SET_FEATURES
                (self.features,) = struct.unpack("=Q", body)
                if not self.features & PROTOCOL_FEATURES:
                    for ring in self.rings:
                        ring.enabled = True
            case 15:  # GET_PROTOCOL_FEATURES
                return struct.pack("=Q", REPLY_ACK | CONFIG)
            case 5:  # SET_MEM_TABLE
                self._set_memory(body, descriptors)
            case 24:  # GET_CONFIG
                offset, size, flags = struct.unpack_from("=III", body)
                held = struct.pack("<Q", self.cid)[offset : offset + size]
                return struct.pack("=III", offset, size, flags) + held.ljust(size, b"\0")
            case 17:  # GET_QUEUE_NUM
                return struct.pack("=Q", len(self.rings))
            case 8 | 9 | 10 | 11 | 12 | 13 | 14 | 18:
                return self._about_ring(request, body, descriptors)
            case _:  # SET_OWNER, SET_PROTOCOL_FEATURES and what is of no concern here
                for descriptor in descriptors:
                    os.close(descriptor)
        return None

    def _set_memory(self, body: bytes, descriptors: list[int]) -> None:
        (count, _) = struct.unpack_from("=II", body)
        if count != len(descriptors):
            raise GuestGone("a table of memory without its descriptors")
        regions = []
        for number, descriptor in enumerate(descriptors):
            guest, size, program, offset = struct.unpack_from("=QQQQ", body, 8 + 32 * number)
            mapping = mmap.mmap(descriptor, offset + size)
            os.close(descriptor)
            view = memoryview(mapping)[offset:]
            regions.append(Region(guest, program, size, view, mapping))
        self.memory = Memory(regions)
        for ring in self.rings:
            if ring.queue is not None:
                self._begin(ring, ring.queue.taken)

    def _about_ring(self, request: int, body: bytes, descriptors: list[int]) -> bytes | None:
        if request in (12, 13, 14):
            (word,) = struct.unpack("=Q", body)
            index, descriptor = word & 0xFF, -1 if word & _NO_DESCRIPTOR else (descriptors or [-1])[0]
            self._set_descriptor(request, index, descriptor)
            return None
        index, number = struct.unpack_from("=II", body)
        if index >= len(self.rings):
            return None
        ring = self.rings[index]
        match request:
            case 8:  # SET_VRING_NUM
                ring.size = number
            case 9:  # SET_VRING_ADDR
                _, _, descriptors_at, used, available, _ = struct.unpack("=IIQQQQ", body)
                ring.places = (descriptors_at, available, used)
            case 10:  # SET_VRING_BASE
                ring.base = number
            case 11:  # GET_VRING_BASE, which stops it
                if index == TRANSMIT:
                    self.drain()
                base = ring.queue.taken if ring.queue else ring.base
                if index == RECEIVE and self.pending is not None:
                    base, self.pending = (base - 1) & 0xFFFF, None
                ring.queue = None
                self._set_descriptor(12, index, -1)
                return struct.pack("=II", index, base)
            case 18:  # SET_VRING_ENABLE
                ring.enabled = number == 1
        return None

    def _set_descriptor(self, request: int, index: int, descriptor: int) -> None:
        ring = self.rings[index] if index < len(self.rings) else None
        if ring is None or request == 14:
            if descriptor >= 0:
                os.close(descriptor)
            return
        if request == 13:  # SET_VRING_CALL
            if ring.call >= 0:
                os.close(ring.call)
            ring.call = descriptor
            return
        if ring.kick >= 0:  # SET_VRING_KICK
            self.selector.unregister(ring.kick)
            os.close(ring.kick)
        ring.kick = descriptor
        if descriptor >= 0:
            os.set_blocking(descriptor, False)
            self._begin(ring, ring.base)
            self.selector.register(descriptor, selectors.EVENT_READ, lambda _: self._kicked(index))
            # What was there before it was told of.
            os.eventfd_write(descriptor, 1)

    def _begin(self, ring: Ring, start: int) -> None:
        try:
            ring.queue = Virtqueue(
                self.memory, ring.size, ring.places, start, event_index=bool(self.features & EVENT_INDEX)
            )
        except QueueError as e:
            raise GuestGone(f"a queue of the guest: {e}") from e
