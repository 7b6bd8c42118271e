"""Connections between a guest and Unix sockets of the host."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from unilith.run.vsock.connection import Connection
from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.packets import (
    HOST,
    SEQPACKET,
    STREAM,
    Header,
    Operation,
)

ANSWERS_HELD = 256
"""Answers that wait for room before the guest is no longer listened to."""
COMMAND_LONGEST = 32
CONNECTIONS_MOST = 4096
FIRST_PORT = 1 << 30
"""Ports of the host's end, as Firecracker has them: from here."""
BACKLOG = 128


class Bridge:
    """Carries data between ``guest`` and Unix sockets: clients of ``path``, and servers at ``path_PORT``."""

    def __init__(self, guest: Guest, path: Path, cid: int, listener: socket.socket | None = None) -> None:
        self.guest = guest
        self.path = path
        self.cid = cid
        self.selector = selectors.DefaultSelector()
        self.connections: dict[tuple[int, int, int], Connection] = {}
        self.answers: deque[Header] = deque()
        self.waiting: set[Connection] = set()
        """Connections whose sockets have data for which the guest had no room."""
        self.next_port = FIRST_PORT
        guest.received = self.received
        guest.room = self.room
        guest.held = lambda: len(self.answers) >= ANSWERS_HELD
        guest.start(self.selector)
        self.listener = listener or listen(path)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ, self._client)

    def run(self) -> None:
        """Works until the guest has gone (`GuestGone`)."""
        while True:
            self.turn(None)

    def turn(self, timeout: float | None) -> None:
        """Handles what is ready; waits for it at most ``timeout`` seconds."""
        for key, events in self.selector.select(timeout):
            now = self.selector.get_map().get(key.fd)
            if now is not None and now.data == key.data:  # not taken away by what came before it
                key.data(events)
        self.say()
        # Who waited for answers to be sent, and not for the guest.
        if self.waiting and not self.answers and self.guest.space() is not None:
            self.room()

    def finish(self, patience: float) -> None:
        """The guest has ended: what it has sent still goes to who reads it, for at most ``patience`` seconds."""
        self.listener.close()
        with contextlib.suppress(GuestGone):
            self.guest.drain()
        for connection in list(self.connections.values()):
            connection.guest_gone()
        self.selector.close()
        self.selector = selectors.DefaultSelector()  # for nothing but what is still to be written
        for connection in self.connections.values():
            connection.watched = 0
            connection.watch()
        end = time.monotonic() + patience
        while self.connections and (left := end - time.monotonic()) > 0:
            for key, events in self.selector.select(left):
                key.data(events)
        self.close()

    def close(self) -> None:
        """Ends all connections."""
        for connection in list(self.connections.values()):
            connection.drop()
        self.listener.close()
        self.selector.close()

    # To the guest.

    def answer(self, header: Header) -> None:
        """A packet without data, sent as soon as there is room, in the order of the calls."""
        self.answers.append(header)

    def say(self) -> None:
        """Sends the answers for which there is room."""
        while self.answers and self.guest.space() is not None:
            self.guest.send(self.answers.popleft())
        self.guest.flush()

    def room(self) -> None:
        """The guest can take packets again."""
        self.say()
        waiting, self.waiting = self.waiting, set()
        for connection in waiting:
            connection.pump()
            connection.watch()
        self.guest.flush()

    def _refuse(self, header: Header) -> None:
        if header.operation != Operation.RST:
            self.answer(
                Header(
                    HOST,
                    self.cid,
                    header.destination_port,
                    header.source_port,
                    0,
                    header.type,
                    Operation.RST,
                    0,
                    0,
                    0,
                )
            )

    # From the guest.

    def received(self, header: Header, data: Sequence[memoryview]) -> None:
        """A packet of the guest."""
        if header.source_cid != self.cid or header.destination_cid != HOST:
            return
        connection = self.connections.get((header.source_port, header.destination_port, header.type))
        if connection is not None:
            connection.received(header, data)
        elif header.operation == Operation.REQUEST and header.type in (STREAM, SEQPACKET):
            self._request(header)
        else:
            self._refuse(header)

    def _request(self, header: Header) -> None:
        kind = socket.SOCK_STREAM if header.type == STREAM else socket.SOCK_SEQPACKET
        server = socket.socket(socket.AF_UNIX, kind)
        server.setblocking(False)
        try:
            server.connect(f"{self.path}_{header.destination_port}")
        except OSError:
            server.close()
            self._refuse(header)
            return
        connection = Connection(self, server, header.source_port, header.destination_port, header.type)
        connection.begin(header)
        self.answer(connection.header(Operation.RESPONSE))

    # From the host.

    def _client(self, _: int) -> None:
        with contextlib.suppress(BlockingIOError):
            client, _address = self.listener.accept()
            if len(self.connections) >= CONNECTIONS_MOST:
                client.close()
                return
            client.setblocking(False)
            said = bytearray()
            self.selector.register(client, selectors.EVENT_READ, lambda _: self._command(client, said))

    def _command(self, client: socket.socket, said: bytearray) -> None:
        """`CONNECT port`: byte by byte, for what stands behind it is the guest's."""
        try:
            while not said.endswith(b"\n") and len(said) < COMMAND_LONGEST:
                byte = client.recv(1)
                if not byte:
                    break
                said += byte
        except BlockingIOError:
            return
        except OSError:
            said.clear()
        self.selector.unregister(client)
        words = said.decode("ascii", "replace").split()
        if not said.endswith(b"\n") or len(words) != 2 or words[0] != "CONNECT" or not words[1].isdigit():
            client.close()
            return
        self.next_port = self.next_port + 1 if self.next_port < 2**31 else FIRST_PORT
        connection = Connection(self, client, int(words[1]) & 0xFFFFFFFF, self.next_port, STREAM)
        self.answer(connection.header(Operation.REQUEST))


def listen(path: Path) -> socket.socket:
    """A listening socket at ``path``; one that nobody listens at any more is replaced. Raises `OSError`."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.connect(str(path))
            raise FileExistsError(17, "somebody listens there already", str(path))
        if path.is_socket():
            path.unlink()
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
