"""An image asks servers of names that the test plays: its C library takes what it should, and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.boot.name_server import FOUR, SIX, NameServer
from tests.boot.wire import GUEST_IP, GUEST_MAC, OUR_MAC, Wire, built, checksum, connected

pytestmark = pytest.mark.boot

SERVERS = (bytes([10, 0, 2, 2]), bytes([10, 0, 2, 3]))
STRANGER = bytes([10, 0, 2, 4])

TRUTH = " 192.0.2.1 2001:db8::1"
NONE = "Name does not resolve"
LONG = "x" * 70 + ".test"


def several(fours: int, sixes: int) -> str:
    """As many addresses of each kind, in the order in which they are printed."""
    return "".join(
        f" {text}"
        for form, most in ((FOUR, fours), (SIX, sixes))
        for text in sorted(form % n for n in range(1, most + 1))
    )


EXPECTED = {
    "localhost": "localhost 127.0.0.1 ::1",
    "a.test": "a.test" + TRUTH,
    "4:a.test": "a.test 192.0.2.1",
    "6:a.test": "a.test 2001:db8::1",
    "a": "a.test" + TRUTH,
    "alias.test": "end.test 192.0.2.2 2001:db8::2",
    "round.test": NONE,
    "four.test": "four.test 192.0.2.1",
    "6:four.test": NONE,
    "nothing.test": NONE,
    "missing.test": NONE,
    "second.test": "second.test" + TRUTH,
    "lost.test": "lost.test" + TRUTH,
    "truncated.test": "truncated.test" + several(3, 3),
    "too-long.test": "too-long.test" + several(30, 17),
    "noise.test": NONE,
    "number.test": "number.test" + TRUTH,
    "port.test": "port.test" + TRUTH,
    "stranger.test": "stranger.test" + TRUTH,
    "short.test": "short.test" + TRUTH,
    "twice.test": "twice.test" + TRUTH,
    "loop.test": NONE,
    "loops.test": NONE,
    "beyond.test": NONE,
    "count.test": NONE,
    "over-the-end.test": NONE,
    "length.test": NONE,
    "192.0.2.1": "a.test",
    "192.0.2.2": "2.2.0.192.in-addr.arpa",
    "192.0.2.3": "bad name",
    "a..test": NONE,
    LONG: NONE,
    "failing.test": "Try again",
    "silent.test": "Try again",
}
"""What Debian's musl 1.2.3 prints on Linux. It asks all servers at once and never asks by TCP: what a truncated answer
holds is taken."""


def said_by(host: bytes, port: int, to_port: int, data: bytes) -> bytes:
    """A frame with a datagram from that host to the guest."""
    length = 8 + len(data)
    datagram = struct.pack("!HHHH", port, to_port, length, 0) + data
    total = checksum(host + GUEST_IP + struct.pack("!HH", 17, length) + datagram) or 0xFFFF
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, host, GUEST_IP)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return GUEST_MAC + OUR_MAC + b"\x08\0" + head + datagram[:6] + struct.pack("!H", total) + data


def serve(wire: Wire, names: NameServer) -> None:
    """Plays all hosts of the network until the image has ended."""
    wire.socket.settimeout(0.1)
    while wire.process.poll() is None:
        try:
            frame = wire.receive()
        except (TimeoutError, ConnectionRefusedError):
            continue
        kind = frame[12:14]
        if kind == b"\x08\x06" and frame[20:22] == b"\0\1" and frame[38:42] in SERVERS:
            answer = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + OUR_MAC + frame[38:42] + GUEST_MAC + GUEST_IP
            wire.send(GUEST_MAC + OUR_MAC + kind + answer)
        elif kind == b"\x08\0" and frame[23] == 17 and frame[36:38] == b"\0\x35":
            port, _, length = struct.unpack("!HHH", frame[34:40])
            host = frame[30:34]
            for said in names.said(frame[42 : 34 + length], SERVERS.index(host)):
                wire.send(said_by(STRANGER if said.stranger else host, said.port, port, said.data))


@pytest.mark.parametrize("target", ["microvm-x86_64"])
def test_names_are_resolved_as_on_linux(workshop: Path, target: str) -> None:
    built("resolver", target, cwd=workshop)
    names = NameServer()
    address = "10.0.2.15/24,dns=10.0.2.2,dns=10.0.2.3"
    words = ("--", *EXPECTED)
    with connected(
        "resolver", target, *words, address=address, greeting=lambda _: None, cwd=workshop
    ) as wire:
        serve(wire, names)
        status, console = wire.ended()
    assert status == 0, console
    servers = "".join(f"nameserver 10.0.2.{last}\n" for last in (2, 3))
    assert console == servers + "".join(f"{name}: {said}\n" for name, said in EXPECTED.items()) + "done\n"
    assert not {"localhost", "a..test", LONG} & set(names.asked)
