"""A guest at the other end of a stream socket, on which packets follow each other: an image that is a process."""

from __future__ import annotations

import contextlib
import selectors
import socket

from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.packets import HEADER_SIZE, Header, read_header

LONGEST = 1 << 16
"""Bytes of data in a packet of the guest."""
SPACE = 4096 - HEADER_SIZE
"""Bytes of data in one for the guest (libs/net/vsock-device/include/vsock_device.h)."""
BLOCK = 1 << 18


class StreamGuest(Guest):
    """The socket's own buffers are the queues."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connection.setblocking(False)
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.packet = bytearray(SPACE)

    def start(self, selector: selectors.BaseSelector) -> None:
        self.selector = selector
        selector.register(self.connection, selectors.EVENT_READ, self._ready)

    def space(self) -> list[memoryview] | None:
        return None if len(self.outgoing) >= BLOCK else [memoryview(self.packet)]

    def send(self, header: Header) -> None:
        self.outgoing += header.packed()
        self.outgoing += self.packet[: header.length]

    def flush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.outgoing:
                try:
                    sent = self.connection.send(self.outgoing)
                except (BrokenPipeError, ConnectionResetError):
                    # It has ended; what it sent before may still be there to be read.
                    sent = len(self.outgoing)
                del self.outgoing[:sent]
        self._listen()

    def _listen(self) -> None:
        wanted = (0 if self.held() else selectors.EVENT_READ) | (
            selectors.EVENT_WRITE if self.outgoing else 0
        )
        if self.selector.get_key(self.connection).events != wanted:
            # A selector takes no descriptor that is watched for nothing.
            self.selector.modify(self.connection, wanted or selectors.EVENT_WRITE, self._ready)

    def _ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self.flush()
            if len(self.outgoing) < BLOCK:
                self.room()
        if events & selectors.EVENT_READ:
            try:
                data = self.connection.recv(BLOCK)
            except BlockingIOError:
                return
            except ConnectionResetError:
                data = b""
            if not data:
                raise GuestGone("the image has ended")
            self.incoming += data
            self._take_packets()
        self._listen()

    def drain(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while data := self.connection.recv(BLOCK):
                self.incoming += data
                self._take_packets()

    def _take_packets(self) -> None:
        at = 0
        with memoryview(bytes(self.incoming)) as view:
            while len(view) - at >= HEADER_SIZE:
                header = read_header(view[at:])
                if header.length > LONGEST:
                    raise GuestGone("the image sends what is no packet")
                end = at + HEADER_SIZE + header.length
                if end > len(view):
                    break
                self.received(header, [view[at + HEADER_SIZE : end]])
                at = end
        del self.incoming[:at]
