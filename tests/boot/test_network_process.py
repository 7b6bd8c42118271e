"""The network device of a process: frames through a descriptor that somebody hands over."""

from __future__ import annotations

import contextlib
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.boot.wire import SILENCE, arp_request, built, datagram, udp

pytestmark = pytest.mark.boot

ECHO, STORE, CONTROL = 7, 4000, 4001


@dataclass
class Line:
    """Our end of the socket, and the process at the other."""

    socket: socket.socket
    process: subprocess.Popen[str]

    def send(self, *frames: bytes) -> None:
        self.socket.sendall(b"".join(struct.pack(">I", len(frame)) + frame for frame in frames))

    def receive(self) -> bytes:
        length = struct.unpack(">I", self.socket.recv(4, socket.MSG_WAITALL))[0]
        return self.socket.recv(length, socket.MSG_WAITALL)

    def ended(self) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=SILENCE)
        return self.process.returncode, out, errors


@contextlib.contextmanager
def started(workshop: Path, kind: int, *words: str) -> Iterator[Line]:
    """An image on a socket; `{fd}` in `words` is the descriptor that it gets."""
    image = built("udp-kv", "process-x86_64", cwd=workshop) / "image.elf"
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    with ours, theirs:
        theirs.setblocking(kind == socket.SOCK_STREAM)
        ours.settimeout(SILENCE)
        process = subprocess.Popen(
            [image, *(word.format(fd=theirs.fileno()) for word in words)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        theirs.close()
        try:
            yield Line(ours, process)
        finally:
            process.kill()
            process.wait()


def test_frames_on_a_stream(workshop: Path) -> None:
    with started(workshop, socket.SOCK_STREAM, "--net-fd", "{fd}") as line:
        line.send(arp_request())
        assert line.receive()[12:14] == b"\x08\x06"
        for length in (0, 1, 100, 1472):
            line.send(udp(ECHO, bytes(length)))
            assert datagram(line.receive()) == bytes(length)
        # Many in one piece, and one in many pieces.
        line.send(*(udp(ECHO, b"%04d" % i + bytes(i)) for i in range(500)))
        assert [int(datagram(line.receive())[:4]) for _ in range(500)] == list(range(500))
        # Longer than the network carries, as passt sends them: those alone are lost.
        line.send(*(udp(ECHO, bytes(length)) for length in (1473, 40_000, 65_507, 65_507, 3)))
        assert datagram(line.receive()) == bytes(3)
        frame = udp(STORE, b"set slow words")
        for byte in struct.pack(">I", len(frame)) + frame:
            line.socket.sendall(bytes([byte]))
        assert datagram(line.receive()) == b"stored"
        line.send(udp(CONTROL, b"quit"))
        assert line.ended() == (0, "udp-kv: ready\n", "")


def test_both_sides_write_and_nobody_reads(workshop: Path) -> None:
    """As passt does, which waits until all of a frame is written: the image loses frames, but not a tenth of a second
    with each."""
    with started(workshop, socket.SOCK_STREAM, "--net-fd", "{fd}") as line:
        line.send(*(udp(ECHO, b"%04d" % i + bytes(1400)) for i in range(2000)))
        numbers = []
        while -1 not in numbers:
            numbers.append(int(datagram(line.receive())[:4]))
            line.send(udp(ECHO, b"-001"))
        assert numbers[:-1] == sorted(set(numbers[:-1])) and len(numbers) < 2000
        line.send(udp(CONTROL, b"quit"))
        assert line.ended() == (0, "udp-kv: ready\n", "")


def test_frames_that_come_one_by_one(workshop: Path) -> None:
    """As a tap gives them."""
    with started(workshop, socket.SOCK_DGRAM, "--parameter", "net.tap={fd}", "--", "10.0.2.15") as line:
        for i in range(200):
            line.socket.send(udp(ECHO, b"%04d" % i))
            assert datagram(line.socket.recv(2000)) == b"%04d" % i
        for length in (1, 13, 1515, 1516, 4000):
            line.socket.send(bytes(length))
        line.socket.send(udp(ECHO, b"still there"))
        assert datagram(line.socket.recv(2000)) == b"still there"
        line.socket.send(udp(CONTROL, b"quit"))
        assert line.ended() == (0, "udp-kv: ready\n", "")


@pytest.mark.parametrize(
    "rubbish", [b"", b"\0\0\0\x0d" + bytes(13), b"\xff\xff\xff\xff", b"\0\1\0\x0e" + bytes(65_550)]
)
def test_the_other_side_goes_away_or_mad(workshop: Path, rubbish: bytes) -> None:
    """Nothing more can come: an image that waits for it alone ends by itself."""
    with started(workshop, socket.SOCK_STREAM, "--net-fd", "{fd}") as line:
        line.send(udp(ECHO, b"once"))
        assert datagram(line.receive()) == b"once"
        if rubbish:
            line.socket.sendall(rubbish)
        else:
            line.socket.shutdown(socket.SHUT_RDWR)
        status, _, errors = line.ended()
        assert (status, errors) == (1, "")


def test_no_descriptor_and_a_wrong_one(workshop: Path) -> None:
    image = built("udp-kv", "process-x86_64", cwd=workshop) / "image.elf"
    for words in ([], ["--net-fd", "x"], ["--net-fd", "-1"], ["--parameter", "net.tap="]):
        done = subprocess.run([image, *words], capture_output=True, text=True, timeout=SILENCE, check=False)
        assert (done.returncode, done.stdout) == (1, "udp-kv: no network device\n"), done
    done = subprocess.run(
        [image, "--net-fd", "77"], capture_output=True, text=True, timeout=SILENCE, check=False
    )
    assert done.returncode == 1 and done.returncode != -signal.SIGSYS, done
    done = subprocess.run([image, "--net-fd"], capture_output=True, text=True, timeout=SILENCE, check=False)
    assert done.returncode == 125 and "--net-fd" in done.stderr, done
