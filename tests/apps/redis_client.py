"""A client of Redis, which sends commands without waiting for the answers of earlier ones, if it is asked to."""

from __future__ import annotations

import socket
from typing import Self

from tests.apps.served import Server

Value = int | bytes | None | list["Value"]


class RedisError(Exception):
    """The server's own words."""


class Client:
    """Speaks RESP, the protocol of Redis, over one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream = connection.makefile("rb")

    @classmethod
    def to(cls, host: str, port: int, *, timeout: float) -> Self:
        """A connection of its own, which nothing but `close` ends."""
        return cls(socket.create_connection((host, port), timeout))

    def close(self) -> None:
        self.stream.close()
        self.connection.close()

    def send(self, *commands: tuple[str | bytes, ...]) -> None:
        """Sends commands at once."""
        out = bytearray()
        for command in commands:
            words = [word.encode() if isinstance(word, str) else word for word in command]
            out += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)
        self.connection.sendall(out)

    def answer(self) -> Value:
        """The next answer."""
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError(f"the connection ended after {line!r}")
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return rest
            case b":":
                return int(rest)
            case b"$" if rest == b"-1":
                return None
            case b"$":
                return self.stream.read(int(rest) + 2)[:-2]
            case b"*":
                return [self.answer() for _ in range(int(rest))]
        raise RedisError(rest.decode())

    def ask(self, *words: str | bytes) -> Value:
        """One command and its answer."""
        self.send(words)
        return self.answer()


def ready(server: Server) -> bool:
    """Whether it answers PING."""
    with server.connect(timeout=2.0) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(100) == b"+PONG\r\n"
