"""The other end of an image's network cable: frames go in and out as they are, by a pair of datagram sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.boot.command import LIMIT, RECIPES, environment, unilith

OUR_MAC = bytes.fromhex("020000000001")
OUR_IP = bytes([10, 0, 2, 2])
GUEST_MAC = bytes.fromhex("525400123456")
GUEST_IP = bytes([10, 0, 2, 15])
BROADCAST = b"\xff" * 6

# Far beyond what any answer takes: a limit that is reached means that there is none.
SILENCE = 30.0


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(kind: int, payload: bytes, *, to: bytes = GUEST_MAC) -> bytes:
    return to + OUR_MAC + struct.pack(">H", kind) + payload


def arp_request() -> bytes:
    payload = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + OUR_MAC + OUR_IP + bytes(6) + GUEST_IP
    return ethernet(0x0806, payload, to=BROADCAST)


def ipv4(protocol: int, payload: bytes, *, identifier: int = 0) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), identifier, 0, 64, protocol, 0)
    addresses = OUR_IP + GUEST_IP
    return head[:10] + struct.pack(">H", checksum(head + addresses)) + addresses + payload


def udp(port: int, data: bytes, *, source: int = 5555) -> bytes:
    """A frame that holds a datagram to the guest."""
    head = struct.pack(">HHH", source, port, 8 + len(data))
    pseudo = OUR_IP + GUEST_IP + struct.pack(">HH", 17, 8 + len(data))
    total = checksum(pseudo + head + b"\0\0" + data) or 0xFFFF
    return ethernet(0x0800, ipv4(17, head + struct.pack(">H", total) + data))


def datagram(frame: bytes) -> bytes:
    """What a datagram from the guest holds; everything around it must be right."""
    assert frame[:14] == OUR_MAC + GUEST_MAC + b"\x08\x00", frame.hex()
    whole = struct.unpack(">H", frame[16:18])[0]
    ip = frame[14 : 14 + whole]
    assert ip[0] == 0x45 and checksum(ip[:20]) == 0 and ip[9] == 17, frame.hex()
    assert ip[12:20] == GUEST_IP + OUR_IP, frame.hex()
    segment = ip[20:]
    assert struct.unpack(">H", segment[4:6])[0] == len(segment), frame.hex()
    pseudo = ip[12:20] + struct.pack(">HH", 17, len(segment))
    assert checksum(pseudo + segment) == 0, frame.hex()
    return segment[8:]


@dataclass
class Wire:
    """A cable with a running image at its other end."""

    socket: socket.socket
    process: subprocess.Popen[str]

    def send(self, frame: bytes) -> None:
        self.socket.send(frame)

    def receive(self) -> bytes:
        return self.socket.recv(1 << 16)

    def ask(self, port: int, data: bytes) -> bytes:
        """One datagram and its answer."""
        self.send(udp(port, data))
        return datagram(self.receive())

    def exchange(self, frames: list[bytes], window: int) -> list[bytes]:
        """Sends all, at most ``window`` of them unanswered; the answers in the order in which they came."""
        answers: list[bytes] = []
        for number, frame in enumerate(frames):
            while number - len(answers) >= window:
                answers.append(self.receive())
            self.send(frame)
        while len(answers) < len(frames):
            answers.append(self.receive())
        return answers

    def ended(self) -> tuple[int, str]:
        """Waits for the end; status and console."""
        out, errors = self.process.communicate(timeout=SILENCE)
        return self.process.returncode, out + errors


Greeting = Callable[[Wire], None]


def built(recipe: str | Path, target: str, *words: str, cwd: Path) -> Path:
    """Builds an image; its build folder."""
    name = RECIPES / recipe if (RECIPES / recipe).is_dir() else recipe
    done = unilith("build", "--quiet", "--json", name, "--target", target, *words, cwd=cwd)
    assert done.status == 0, done
    return Path(json.loads(done.console.splitlines()[-1])["image"]).parent


@contextlib.contextmanager
def sockets(folder: Path) -> Iterator[tuple[socket.socket, Path, Path]]:
    """Our end of a cable, and the names of both ends. Names of sockets are short: they stand below /tmp."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="wire-", dir="/tmp") as name:
        theirs, ours = Path(name) / "guest", Path(name) / "peer"
        end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with end:
            end.bind(str(ours))
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            end.settimeout(SILENCE)
            yield end, theirs, ours


@contextlib.contextmanager
def plugged(command: list[str], end: socket.socket, theirs: Path, cwd: Path) -> Iterator[Wire]:
    """Starts what has the other end, and waits until it is there."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment(),
    )
    try:
        until = time.monotonic() + LIMIT
        while True:
            try:
                end.connect(str(theirs))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until, "nobody has taken the other end"
                time.sleep(0.005)
        yield Wire(end, process)
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def connected(
    recipe: str,
    target: str,
    *words: str,
    address: str = "",
    greeting: Greeting | None = None,
    seconds: int = 120,
    cwd: Path,
) -> Iterator[Wire]:
    """Runs an image as a user does, on a cable of ours. It is ready when this begins, as its ``greeting`` has found.
    An image with a stack is told its ``address``, for there is nobody whom it could ask."""
    name = RECIPES / recipe if (RECIPES / recipe).is_dir() else recipe
    with sockets(cwd) as (end, theirs, ours):
        command = [sys.executable, "-m", "unilith.cli.main", "run", "--quiet", str(name), "--target", target]
        place = f"dgram={theirs}:{ours}" + (f",ip={address}" if address else "")
        command += ["--timeout", str(seconds), "--net", place, *words]
        with plugged(command, end, theirs, cwd) as wire:
            (greeting or greet)(wire)
            yield wire


def greet(wire: Wire) -> None:
    """Asks who has the address until there is an answer, and drops the answers to all but the last question."""
    wire.socket.settimeout(0.05)
    until = time.monotonic() + SILENCE
    while True:
        assert wire.process.poll() is None, wire.process.communicate()
        assert time.monotonic() < until, "the guest does not answer"
        with contextlib.suppress(TimeoutError, ConnectionRefusedError):
            wire.send(arp_request())
            wire.receive()
            break
    wire.socket.settimeout(SILENCE)
    wire.send(udp(7, b"greeting"))
    while (frame := wire.receive())[12:14] == b"\x08\x06":
        assert frame[28:32] == GUEST_IP and frame[22:28] == GUEST_MAC, frame.hex()
    assert datagram(frame) == b"greeting"
