"""HTTP at the level of bytes: what curl would never send, and answers taken apart."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from tests.apps.served import Ready, Server

GET = b"GET %s HTTP/1.1\r\nHost: test\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int
    fields: dict[str, str]
    body: bytes


class Broken(Exception):
    """The connection ended in the middle of an answer, or before it."""


class Reader:
    """Takes answers off a connection, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.rest = b""

    def answer(self, *, head: bool = False) -> Answer:
        """The next one; of HEAD there is no body."""
        while b"\r\n\r\n" not in self.rest:
            self._more()
        raw, _, self.rest = self.rest.partition(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = 0 if head else int(fields.get("content-length", "0"))
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return Answer(int(first.split()[1]), fields, body)

    def ends(self) -> bool:
        """Whether the server closes without another byte."""
        try:
            return self.rest == b"" and self.connection.recv(1) == b""
        except ConnectionResetError:
            return True

    def _more(self) -> None:
        got = self.connection.recv(1 << 16)
        if not got:
            raise Broken(self.rest)
        self.rest += got


def ask(server: Server, request: bytes, *, head: bool = False) -> Answer:
    """One request on a connection of its own."""
    with server.connect() as connection:
        connection.sendall(request)
        return Reader(connection).answer(head=head)


def answers(path: str = "/") -> Ready:
    """A test of readiness: this path is answered with 200."""

    def ready(server: Server) -> bool:
        try:
            with server.connect(timeout=2.0) as connection:
                connection.sendall(GET % path.encode())
                return Reader(connection).answer().status == 200
        except Broken:
            return False

    return ready
