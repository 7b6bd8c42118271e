"""Another machine on an image's cable, made by hand: just enough of ARP, ICMP, UDP and TCP to see whether the image
still serves, and to send what no sane machine would."""

from __future__ import annotations

import contextlib
import random
import struct
import time
from collections.abc import Callable

from tests.boot.wire import GUEST_IP, GUEST_MAC, OUR_IP, OUR_MAC, SILENCE, Wire, checksum, ethernet

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MSS = struct.pack("!BBH", 2, 4, 1460)
"""The option of the same name (RFC 9293, 3.2)."""
MORE = 0x2000
"""More fragments follow (RFC 791, 3.1)."""

AGAIN = 0.2
"""Seconds until something is said again."""


def ip(protocol: int, payload: bytes, *, source: bytes = OUR_IP, fragment: int = 0, number: int = 1) -> bytes:
    """A packet of IPv4; ``fragment`` is the field of flags and offset."""
    words = (0x45, 0, 20 + len(payload), number, fragment, 64, protocol, 0, source, GUEST_IP)
    head = struct.pack("!BBHHHBBH4s4s", *words)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def _summed(protocol: int, segment: bytes, at: int, source: bytes) -> bytes:
    pseudo = source + GUEST_IP + struct.pack("!BBH", 0, protocol, len(segment))
    return segment[:at] + struct.pack("!H", checksum(pseudo + segment)) + segment[at + 2 :]


def datagram_to(port: int, data: bytes, *, from_port: int = 5555) -> bytes:
    """A datagram, as the payload of IP."""
    return _summed(17, struct.pack("!HHHH", from_port, port, 8 + len(data), 0) + data, 6, OUR_IP)


def tcp(
    from_port: int,
    port: int,
    sequence: int,
    acknowledged: int,
    flags: int,
    data: bytes = b"",
    *,
    options: bytes = b"",
    source: bytes = OUR_IP,
    window: int = 65535,
) -> bytes:
    """A segment, as the payload of IP; options are padded."""
    options += bytes(-len(options) % 4)
    offset = (5 + len(options) // 4) << 4
    numbers = (sequence % 2**32, acknowledged % 2**32)
    head = struct.pack("!HHIIBBHHH", from_port, port, *numbers, offset, flags, window, 0, 0)
    return _summed(6, head + options + data, 16, source)


def echo_request(number: int) -> bytes:
    """A ping, as the payload of IP."""
    body = struct.pack("!BBHHH", 8, 0, 0, 77, number) + b"payload of a ping"
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


class Peer:
    """Our end of the cable."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.port = 20000

    def send(self, packet: bytes, kind: int = 0x0800) -> None:
        """Something to the image, in a frame."""
        self.wire.send(ethernet(kind, packet).ljust(60, b"\0"))

    def answer_arp(self, frame: bytes) -> None:
        """Tells our address if that is what the frame asks for."""
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1" and frame[38:42] == OUR_IP:
            self.send(
                struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + OUR_MAC + OUR_IP + GUEST_MAC + GUEST_IP, 0x0806
            )

    def frame(self, wanted: Callable[[bytes], bool], seconds: float) -> bytes:
        """The next frame that is ``wanted``; questions for our address are answered meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.wire.socket.settimeout(left)
            with contextlib.suppress(ConnectionRefusedError):  # not there yet, or any more
                frame = self.wire.receive()
                self.answer_arp(frame)
                if wanted(frame):
                    return frame
        raise TimeoutError

    def wait(self, wanted: Callable[[bytes], bool], seconds: float) -> bytes:
        """The next packet of IP to us that is ``wanted``."""

        def packet(frame: bytes) -> bytes:
            whole: int = struct.unpack("!H", frame[16:18])[0]
            return frame[14 : 14 + whole]

        def fine(frame: bytes) -> bool:
            return frame[12:14] == b"\x08\0" and frame[30:34] == OUR_IP and wanted(packet(frame))

        return packet(self.frame(fine, seconds))

    def repeat(self, say: Callable[[], None], hear: Callable[[float], bytes]) -> bytes:
        """Says something, again every now and then, until there is an answer: a wire may lose packets."""
        for _ in range(int(SILENCE / AGAIN)):
            with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                say()
                return hear(AGAIN)
        raise AssertionError("the image does not answer")

    def ask(self, packet: bytes, wanted: Callable[[bytes], bool]) -> bytes:
        """Sends something until what is ``wanted`` comes."""
        return self.repeat(lambda: self.send(packet), lambda seconds: self.wait(wanted, seconds))

    def ping(self) -> None:
        """The image answers a ping with what it said."""
        request = echo_request(random.getrandbits(16))
        got = self.ask(ip(1, request), lambda p: p[9] == 1 and p[20] == 0 and p[24:28] == request[4:8])
        assert got[28:] == request[8:]

    def echo(self, words: bytes) -> None:
        """A whole connection to port 7, from SYN to the last ACK."""
        self.port += 1
        me, start = self.port, random.getrandbits(32)

        def mine(flags: int) -> Callable[[bytes], bool]:
            return lambda p: p[9] == 6 and p[22:24] == struct.pack("!H", me) and p[33] & flags == flags

        def segment(sequence: int, acknowledged: int, flags: int, data: bytes = b"") -> bytes:
            options = MSS if flags & SYN else b""
            return ip(6, tcp(me, 7, start + sequence, acknowledged, flags, data, options=options))

        theirs = 1 + int(struct.unpack("!I", self.ask(segment(0, 0, SYN), mine(SYN | ACK))[24:28])[0])
        said = segment(1, theirs, ACK | PSH, words)
        got = self.ask(said, lambda p: mine(ACK)(p) and p[40:] == words)
        assert not got[33] & RST
        theirs += len(words)
        self.ask(segment(1 + len(words), theirs, ACK | FIN), mine(FIN))
        self.send(segment(2 + len(words), theirs + 1, ACK))

    def greet(self) -> None:
        """Waits until its port 7 answers."""
        self.ask(ip(17, datagram_to(7, b"greeting")), lambda p: p[9] == 17 and p[28:] == b"greeting")

    def serves(self) -> None:
        """It answers to a ping and by TCP."""
        self.ping()
        self.echo(b"still there?")
