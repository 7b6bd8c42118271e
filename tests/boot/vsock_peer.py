"""The host's end of a vsock device in the hands of a test: whole connections, or single packets, true or false."""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.packets import HOST, STREAM, Header, Operation

LIMIT = 60.0
"""Seconds: far more than anything here takes."""
CID = 3
BUFFER = 1 << 18


@contextmanager
def running(image: Path, uds: Path, *args: str) -> Iterator[subprocess.Popen[bytes]]:
    """`unilith run` with the host's end at ``uds``; its console is the standard output of the process."""
    command = [sys.executable, "-m", "unilith.cli.main", "run", str(image / "image.json")]
    command += ["--vsock-uds", str(uds), "--timeout", str(LIMIT)]
    with subprocess.Popen(
        [*command, *(("--", *args) if args else ())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def line(process: subprocess.Popen[bytes]) -> str:
    """The next line of the console."""
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


def rest(process: subprocess.Popen[bytes]) -> str:
    """What the console says until the end, and the status it ended with."""
    output, _ = process.communicate(timeout=LIMIT)
    return f"{output.decode()}status {process.returncode}"


def listening(path: Path, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A server of the host."""
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(str(path))
    server.listen(8)
    server.settimeout(LIMIT)
    return server


def connect(uds: Path, port: int) -> socket.socket:
    """A client of a port of the image."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(LIMIT)
    client.connect(str(uds))
    client.sendall(b"CONNECT %d\n" % port)
    said = bytearray()
    while not said.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            client.close()
            raise ConnectionRefusedError(port)
        said += byte
    assert said.startswith(b"OK ")
    return client


class Peer:
    """Packets as the test wants them. ``port`` is the host's end of whatever it sends."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.selector = selectors.DefaultSelector()
        self.packets: list[tuple[Header, bytes]] = []
        self.gone = False
        guest.received = lambda header, data: self.packets.append((header, b"".join(data)[: header.length]))
        guest.room = lambda: None
        guest.held = lambda: False
        guest.start(self.selector)

    def turn(self, timeout: float = 0.05) -> None:
        """Lets the guest say something."""
        try:
            for key, events in self.selector.select(timeout):
                key.data(events)
        except GuestGone:
            self.gone = True

    def until(self, wanted: Callable[[], bool]) -> None:
        """Turns until something is so."""
        end = time.monotonic() + LIMIT
        while not wanted():
            assert time.monotonic() < end, self.packets
            if self.gone:
                time.sleep(0.02)
            else:
                self.turn()

    def send(
        self, operation: int, *, guest_port: int, port: int = 9999, data: bytes = b"", **fields: int
    ) -> None:
        """A packet; ``fields`` are those of `Header` that are to be something else."""
        header = Header(HOST, CID, port, guest_port, len(data), STREAM, operation, 0, BUFFER, 0)
        header = header._replace(**fields)
        self.until(lambda: self.guest.space() is not None)
        space = self.guest.space()
        assert space is not None
        for part in space:
            count = min(len(part), len(data))
            part[:count], data = data[:count], data[count:]
        self.guest.send(header)
        self.guest.flush()

    def take(self, operation: int, port: int | None = None) -> tuple[Header, bytes]:
        """The next packet with that operation (to that port); those before it are forgotten."""

        def found() -> int | None:
            return next(
                (
                    i
                    for i, (header, _) in enumerate(self.packets)
                    if header.operation == operation and port in (None, header.destination_port)
                ),
                None,
            )

        self.until(lambda: found() is not None)
        at = found()
        assert at is not None
        packet = self.packets[at]
        del self.packets[: at + 1]
        return packet

    def connect(self, guest_port: int, port: int, **fields: int) -> None:
        """A connection to the image, once it listens."""
        while True:
            self.send(Operation.REQUEST, guest_port=guest_port, port=port, **fields)
            self.until(lambda: any(h.destination_port == port for h, _ in self.packets))
            at = next(i for i, (h, _) in enumerate(self.packets) if h.destination_port == port)
            header, _ = self.packets.pop(at)
            if header.operation == Operation.RESPONSE:
                return
            assert header.operation == Operation.RST
            time.sleep(0.02)


def process_image(image: Path, descriptor: int, args: Sequence[str]) -> list[str]:
    """The command of a process image whose vsock device is a descriptor."""
    command = [str(image / "image.elf"), "--memory", "8M"]
    return [*command, "--parameter", f"vsock.fd={descriptor}", "--", *args]


def answer(socket_: socket.socket, size: int) -> bytes:
    """Exactly ``size`` bytes, or as many as there are until the end."""
    data = bytearray()
    while len(data) < size:
        part = socket_.recv(min(1 << 16, size - len(data)))
        if not part:
            break
        data += part
    return bytes(data)


def pattern(size: int) -> bytes:
    """The bytes that tests/boot/recipes/vsock sends."""
    # The pattern repeats when the product does, modulo 2**24: after 2**24 bytes.
    period = bytes(((at * 2654435761) >> 16) & 0xFF for at in range(min(size, 1 << 20)))
    assert size <= len(period)
    return period[:size]
