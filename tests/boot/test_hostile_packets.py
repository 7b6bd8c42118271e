"""Packets that no sane peer would send: the image survives, serves on, and has lost no memory at its end."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.boot.account import Console, Held
from tests.boot.peer import ACK, FIN, MORE, RST, SYN, Peer, datagram_to, echo_request, ip, tcp
from tests.boot.peer6 import Peer6
from tests.boot.wire import GUEST_IP, GUEST_MAC, OUR_IP, OUR_MAC, SILENCE, Wire, connected

pytestmark = pytest.mark.boot


class Target(Peer6):
    """An image that is wronged, and what it says meanwhile."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        assert wire.process.stdout is not None
        self.console = Console(wire.process.stdout)
        self.begun: list[tuple[bytes, int, int]] = []

    def begin(self, source: bytes, port: int, sequence: int, options: bytes = b"") -> None:
        """A SYN, and then nothing."""
        self.begun.append((source, port, sequence))
        self.send(ip(6, tcp(port, 7, sequence, 0, SYN, source=source, options=options), source=source))

    def held(self, fine: Callable[[Held], bool], seconds: float) -> Held:
        """What the stack holds once that is ``fine``."""
        return self.console.held(fine, seconds, self.ping)

    def reset(self) -> None:
        """Takes back what was begun."""
        for source, port, sequence in self.begun:
            self.send(ip(6, tcp(port, 7, sequence + 1, 0, RST, source=source), source=source))
        self.begun.clear()


@pytest.fixture(scope="module", params=["qemu-x86_64"])
def peer(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Target]:
    """A booted image that echoes, at the other end; it must end well when all tests have passed."""
    how: dict[str, Any] = {"address": "10.0.2.15/24", "greeting": lambda w: Peer(w).greet(), "seconds": 600}
    with connected("echo", request.param, **how, cwd=workshop) as wire:
        target = Target(wire)
        yield target
        target.send(ip(17, datagram_to(7, b"end")))
        assert wire.process.wait(SILENCE) == 0, target.console.lines


def test_it_serves(peer: Target) -> None:
    peer.serves()
    peer.echo(bytes(range(256)) * 5)


def test_lengths_that_lie(peer: Target) -> None:
    whole = ip(6, tcp(4000, 7, 1, 0, SYN))
    for length in range(len(whole)):
        peer.send(whole[:length])  # cut short (and padded to a frame)
    for said in (0, 1, 19, 20, 21, 39, 60, 1500, 65535):
        peer.send(whole[:2] + struct.pack("!H", said) + whole[4:])
    for first in range(256):
        peer.send(bytes([first]) + whole[1:])  # version and header length
    for words in range(16):
        segment = tcp(4001, 7, 1, 0, SYN)
        peer.send(ip(6, segment[:12] + bytes([words << 4]) + segment[13:]))
    for said in (0, 1, 7, 8, 9, 100, 65535):
        datagram = datagram_to(7, b"hello", from_port=4002)
        peer.send(ip(17, datagram[:4] + struct.pack("!H", said) + datagram[6:]))
    peer.begun += [(OUR_IP, 4000, 1), (OUR_IP, 4001, 1)]
    peer.serves()


def test_options_of_all_kinds(peer: Target) -> None:
    chance = random.Random(1)
    for _ in range(500):
        options, port = chance.randbytes(chance.randrange(41)), chance.randrange(65536)
        peer.begin(OUR_IP, port, chance.getrandbits(32), options)
    for kind in range(256):
        for length in (0, 1, 2, 3, 40, 255):
            peer.begin(OUR_IP, 4100, kind, bytes([kind, length]))
    peer.serves()


def test_flags_of_all_kinds(peer: Target) -> None:
    for flags in range(64):
        peer.send(ip(6, tcp(4200, 7, flags * 1000, flags, flags, b"x" * (flags % 5))))
        peer.begun.append((OUR_IP, 4200, flags * 1000))
        peer.send(ip(6, tcp(4200, 81, flags * 1000, flags, flags)))
    peer.serves()


def test_fragments_that_overlap(peer: Target) -> None:
    data = echo_request(1) + bytes(1000)
    for number in range(50):
        peer.send(ip(1, data[:512], fragment=MORE, number=number))
        peer.send(ip(1, data[:512], fragment=MORE | 8, number=number))  # the same once more, elsewhere
        peer.send(ip(1, data[256:600], fragment=MORE | 32, number=number))
        peer.send(ip(1, data[:8], fragment=0x1FFF, number=number))  # beyond 64 KiB
    for number in range(100, 400):
        peer.send(ip(17, bytes(600), fragment=MORE, number=number))  # never completed
    chance = random.Random(2)
    for _ in range(500):
        peer.send(ip(6, chance.randbytes(chance.randrange(64)), fragment=chance.randrange(65536), number=7))
    peer.serves()


def test_a_flood_of_beginnings(peer: Target) -> None:
    """Nobody answers to what the image says: from each place one SYN, and then silence."""
    chance = random.Random(3)
    for _ in range(4000):
        source = bytes([10, 0, 2, chance.randrange(16, 250)])
        peer.begin(source, chance.randrange(65536), chance.getrandbits(32))
    peer.serves()


def test_a_flood_from_one_place(peer: Target) -> None:
    for number in range(4000):
        peer.begin(OUR_IP, 24000 + number, number)
    peer.serves()


def test_what_nobody_acknowledges_comes_again(peer: Target) -> None:
    """Not a packet goes to the image meanwhile: it must find out by itself that its card has sent what it held."""
    words = b"lost on the way"
    port, start = 23999, 1000

    def mine(packet: bytes) -> bool:
        return packet[9] == 6 and packet[22:24] == struct.pack("!H", port)

    def echoed(packet: bytes) -> bool:
        return mine(packet) and packet[40:] == words

    first = peer.ask(ip(6, tcp(port, 7, start, 0, SYN)), mine)
    theirs = 1 + struct.unpack("!I", first[24:28])[0]
    peer.ask(ip(6, tcp(port, 7, start + 1, theirs, ACK, words)), echoed)
    for _ in range(2):
        peer.wait(echoed, SILENCE)
    peer.send(ip(6, tcp(port, 7, start + 1 + len(words), theirs, RST | ACK)))
    peer.serves()


def test_strangers_in_a_connection(peer: Target) -> None:
    """Resets and data with wrong numbers, and ends that were never begun."""
    chance = random.Random(4)
    for _ in range(500):
        flags = chance.choice([RST, RST | ACK, FIN | ACK, ACK, SYN | ACK])
        numbers = chance.getrandbits(32), chance.getrandbits(32)
        peer.send(ip(6, tcp(peer.port, 7, *numbers, flags, chance.randbytes(9))))
    peer.serves()


def test_addresses_that_cannot_be(peer: Target) -> None:
    """From nobody, everybody, a group, and the image itself (by ARP as well)."""
    for source in (b"\0" * 4, b"\xff" * 4, bytes([224, 0, 0, 1]), bytes([127, 0, 0, 1]), GUEST_IP):
        for payload, protocol in ((tcp(5, 7, 1, 0, SYN, source=source), 6), (echo_request(2), 1)):
            peer.send(ip(protocol, payload, source=source))
        arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + bytes(6) + source + bytes(6) + GUEST_IP
        peer.send(arp, 0x0806)
    peer.serves()


def test_noise(peer: Target) -> None:
    chance = random.Random(5)
    sound = [ip(6, tcp(4300, 7, 5, 6, ACK, b"data")), ip(1, echo_request(3))]
    sound.append(ip(17, datagram_to(9, b"data", from_port=4300)))
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + bytes(6) + OUR_IP + bytes(6) + OUR_IP
    for _ in range(2000):
        packet = bytearray(chance.choice([*sound, arp]))
        for _ in range(chance.randrange(1, 5)):
            packet[chance.randrange(len(packet))] = chance.randrange(256)
        peer.send(bytes(packet), 0x0806 if len(packet) == len(arp) else 0x0800)
    for kind in (0, 100, 0x0800, 0x0806, 0x86DD, 0x8100, 0xFFFF):
        for _ in range(50):
            peer.send(chance.randbytes(chance.randrange(1500)), kind)
    peer.serves()


def frames_of_scapy() -> Iterator[bytes]:
    """What `scapy_packets.py` writes; Debian's Python has Scapy."""
    words = ["/usr/bin/python3", str(Path(__file__).with_name("scapy_packets.py"))]
    words += [mac.hex(":") for mac in (GUEST_MAC, OUR_MAC)]
    words += [".".join(map(str, address)) for address in (GUEST_IP, OUR_IP)]
    made = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "0"}, check=False)
    assert made.returncode == 0, made.stderr.decode()
    rest = memoryview(made.stdout)
    while rest:
        length = int.from_bytes(rest[:4])
        yield bytes(rest[4 : 4 + length])
        rest = rest[4 + length :]


def test_what_scapy_makes(peer: Target) -> None:
    """Lengths, options, fragments, floods, neighbours, chains of headers, and answers to questions nobody asked."""
    sent = 0
    for frame in frames_of_scapy():
        peer.wire.send(frame.ljust(60, b"\0"))
        sent += 1
        tcp_at = 14 + 4 * (frame[14] & 15)
        if frame[12:14] == b"\x08\0" and frame[23] == 6 and len(frame) >= tcp_at + 20:
            port, _, sequence = struct.unpack_from("!HHI", frame, tcp_at)
            peer.begun.append((frame[26:30], port, sequence))
        if sent % 1000 == 0:
            peer.serves()
    assert sent > 4000
    peer.serves()


def test_nothing_is_lost(peer: Target) -> None:
    """Fragments wait for the others for 15 s; all else ends at once."""
    peer.reset()
    held = peer.held(lambda h: h.connections + h.segments == 0 and h.buffers + h.blocks <= 200, SILENCE)
    assert (held.listeners, held.datagram_ends, held.sockets) == (1, 1, 2) and held.reassembled <= 32


@pytest.mark.full
def test_nothing_is_lost_in_the_end(peer: Target) -> None:
    """What the stack and its heap keep for the next flood is kept once: pages are counted after the first."""
    peer.serves6()
    left = [after_a_flood(peer) for _ in range(4)]
    assert min(left[1:]) >= left[0] - 16, left


def after_a_flood(peer: Target) -> int:
    """Begins connections and datagrams without end; the free pages once nothing of that is left."""
    for number in range(20000):
        peer.begin(OUR_IP, 24000 + number, number)
    for number in range(20000):
        peer.send(ip(17, bytes(600), fragment=MORE, number=number))
    peer.serves()
    peer.reset()
    return peer.held(lambda h: h.at_rest, 60.0).pages
