"""One connection of a guest, with a Unix socket at its other end."""

from __future__ import annotations

import contextlib
import select
import selectors
import socket
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from unilith.run.vsock.packets import (
    END_OF_MESSAGE,
    HOST,
    SEQPACKET,
    SHUT_RECEIVE,
    SHUT_SEND,
    Header,
    Operation,
)

if TYPE_CHECKING:
    from unilith.run.vsock.bridge import Bridge

BUFFER = 1 << 18
"""Bytes that the guest may send before the socket takes them."""
BOTH = SHUT_RECEIVE | SHUT_SEND
TURN = 32
"""Packets to the guest before others have their turn."""
_WRAP = 0xFFFFFFFF


class Connection:
    """`guest_port` and `port` are its two ends; it is not yet connected until the guest has answered, or asked."""

    def __init__(self, bridge: Bridge, client: socket.socket, guest_port: int, port: int, kind: int) -> None:
        self.bridge = bridge
        self.socket = client
        self.guest_port = guest_port
        self.port = port
        self.kind = kind
        self.connected = False
        self.ended = False  # the socket has said its last
        self.shut = 0  # what we have told the guest
        self.guest_shut = 0
        self.gone = False  # the guest has ended it: what it sent is still written
        self.peer_buffer = self.peer_forward = self.sent = 0
        self.received_bytes = self.forward = self.told = 0
        self.outgoing: deque[bytes] = deque()
        self.message = bytearray()  # of the guest, as far as it has come
        self.unsent = memoryview(b"")  # of a message for the guest
        self.watched = 0
        bridge.connections[self.key] = self

    @property
    def key(self) -> tuple[int, int, int]:
        """How it is found."""
        return self.guest_port, self.port, self.kind

    def header(self, operation: Operation, length: int = 0, flags: int = 0) -> Header:
        """A packet of this connection."""
        self.told = self.forward
        return Header(
            HOST, self.bridge.cid, self.port, self.guest_port, length, self.kind, operation, flags, BUFFER, self.forward
        )  # fmt: skip

    def begin(self, header: Header) -> None:
        """The guest is connected."""
        self.connected = True
        self._learn(header)
        self.watch()

    def _learn(self, header: Header) -> None:
        self.peer_buffer, self.peer_forward = header.buffer, header.forward

    def credit(self) -> int:
        """Bytes that the guest has room for."""
        return max(0, self.peer_buffer - ((self.sent - self.peer_forward) & _WRAP))

    # Packets of the guest.

    def received(self, header: Header, data: Sequence[memoryview]) -> None:
        """A packet of this connection."""
        operation = header.operation
        if operation == Operation.RST:
            self.guest_gone()
            return
        self._learn(header)
        if not self.connected:
            if operation == Operation.RESPONSE:
                self._accepted()
            else:
                self._refuse()
        elif operation == Operation.RW:
            self._take(header, data)
        elif operation == Operation.SHUTDOWN:
            self.guest_shut |= header.flags & BOTH
            self._finish()
        elif operation == Operation.CREDIT_REQUEST:
            self.bridge.answer(self.header(Operation.CREDIT_UPDATE))
        elif operation == Operation.REQUEST:
            self._refuse()
        self.watch()

    def _accepted(self) -> None:
        self.connected = True
        # A client that does not read its first line has room for it all the same.
        with contextlib.suppress(OSError):
            self.socket.send(f"OK {self.port}\n".encode())

    def _take(self, header: Header, data: Sequence[memoryview]) -> None:
        left = header.length
        self.received_bytes += left
        if self.received_bytes - self.forward > BUFFER:
            self._refuse()  # more than it was promised room for
            return
        for part in data:
            piece = part[:left]
            left -= len(piece)
            if self.kind == SEQPACKET:
                self.message += piece
            else:
                self._write(piece)
        if self.kind == SEQPACKET and header.flags & END_OF_MESSAGE:
            self._write(memoryview(bytes(self.message)))
            self.message.clear()
        self._tell_room()

    def _write(self, data: memoryview) -> None:
        """Writes at once what the socket takes, and keeps the rest."""
        sent = 0
        if not self.outgoing:
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                pass
            except OSError:
                self._deaf()
                sent = len(data)
        self.forward += sent
        if sent < len(data):
            self.outgoing.append(bytes(data[sent:]))

    def _deaf(self) -> None:
        """Nobody reads at the socket: the guest is told, and what it sends meanwhile is dropped."""
        self.forward += sum(map(len, self.outgoing))
        self.outgoing.clear()
        self._shut(BOTH)

    def _flush(self) -> None:
        while self.outgoing:
            try:
                sent = self.socket.send(self.outgoing[0])
            except BlockingIOError:
                break
            except OSError:
                self._deaf()
                break
            self.forward += sent
            if sent < len(self.outgoing[0]):
                self.outgoing[0] = self.outgoing[0][sent:]
            else:
                self.outgoing.popleft()
        self._tell_room()
        self._finish()

    def _tell_room(self) -> None:
        if self.forward - self.told >= BUFFER // 4 and not self.gone:
            self.bridge.answer(self.header(Operation.CREDIT_UPDATE))

    def _finish(self) -> None:
        """What the guest has shut is shut at the socket, when all that it sent has been written."""
        if self.outgoing:
            return
        if self.gone:
            self.drop()
        elif self.guest_shut == BOTH:
            self._refuse()
        elif self.guest_shut & SHUT_SEND:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    def guest_gone(self) -> None:
        """The guest says no more; what it sent is still written, and then it is the end."""
        self.gone = True
        self._finish()
        self.watch()

    def _refuse(self) -> None:
        """Ends it, and tells the guest so."""
        self.bridge.answer(self.header(Operation.RST))
        self.drop()

    def _shut(self, flags: int) -> None:
        if self.shut | flags != self.shut and not self.gone:
            self.shut |= flags
            self.bridge.answer(self.header(Operation.SHUTDOWN, flags=self.shut))

    def drop(self) -> None:
        """The end of it."""
        self.bridge.connections.pop(self.key, None)
        self.bridge.waiting.discard(self)
        self._watch(0)
        self.socket.close()

    # Data of the socket.

    def _ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush()
        if events & selectors.EVENT_READ and self.socket.fileno() >= 0:
            self.pump()
        self.watch()

    def pump(self) -> None:
        """Reads from the socket straight into the guest's memory."""
        for _ in range(TURN):
            if self.ended or not self.connected or self.socket.fileno() < 0:
                return
            credit = self.credit()
            if credit == 0:
                return
            space = None if self.bridge.answers else self.bridge.guest.space()
            if space is None:
                self.bridge.waiting.add(self)
                self.watch()
                return
            try:
                count = self._read(space, credit)
            except BlockingIOError:
                return
            except OSError:
                count = 0
            if count == 0:
                self._end_of_socket()
                return
            self.sent = (self.sent + count) & _WRAP
            flags = END_OF_MESSAGE if self.kind == SEQPACKET and not self.unsent else 0
            self.bridge.guest.send(self.header(Operation.RW, count, flags))

    def _read(self, space: list[memoryview], credit: int) -> int:
        if self.kind == SEQPACKET:
            return self._read_message(space, credit)
        if len(space) == 1:
            return self.socket.recv_into(space[0][:credit])
        room = []
        for part in space:
            room.append(part[:credit])
            credit -= len(room[-1])
        return self.socket.recvmsg_into([part for part in room if part])[0]

    def _read_message(self, space: list[memoryview], credit: int) -> int:
        """A message is read as a whole, and goes in parts."""
        if not self.unsent:
            self.unsent = memoryview(self.socket.recv(BUFFER))
        done = 0
        for part in space:
            count = min(len(part), credit - done, len(self.unsent))
            part[:count] = self.unsent[:count]
            self.unsent = self.unsent[count:]
            done += count
        return done

    def _end_of_socket(self) -> None:
        """A socket that was closed takes nothing more either; one of which half was shut does."""
        self.ended = True
        poll = select.poll()
        poll.register(self.socket, select.POLLOUT)
        closed = any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))
        self._shut(BOTH if closed else SHUT_SEND)

    # What the socket is watched for.

    def watch(self) -> None:
        """Watches for what can be handled now."""
        if self.bridge.connections.get(self.key) is not self:
            return
        wanted = selectors.EVENT_WRITE if self.outgoing else 0
        readable = self.connected and not self.ended and not self.gone and not self.guest_shut & SHUT_RECEIVE
        if readable and self not in self.bridge.waiting and self.credit() > 0:
            wanted |= selectors.EVENT_READ
        self._watch(wanted)

    def _watch(self, wanted: int) -> None:
        if wanted == self.watched:
            return
        selector = self.bridge.selector
        if not self.watched:
            selector.register(self.socket, wanted, self._ready)
        elif wanted:
            selector.modify(self.socket, wanted, self._ready)
        else:
            selector.unregister(self.socket)
        self.watched = wanted
