"""The other end of a cable by IPv6: neighbours, a router, pings, and a connection."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable

from tests.boot.peer import ACK, FIN, MSS, PSH, SYN, Peer
from tests.boot.wire import GUEST_MAC, OUR_MAC, checksum

ICMP6, UDP, TCP = 58, 17, 6
PING, PONG, SOLICITATION, ADVERTISEMENT, ROUTER = 128, 129, 135, 136, 134
"""RFC 4443 and 4861."""
ALL_NODES = ipaddress.IPv6Address("ff02::1").packed
OURS = ipaddress.IPv6Address("fe80::1").packed
IDENTIFIER = bytes([GUEST_MAC[0] ^ 2]) + GUEST_MAC[1:3] + b"\xff\xfe" + GUEST_MAC[3:]
GUEST = b"\xfe\x80" + bytes(6) + IDENTIFIER
"""The address that it has by itself (RFC 4291, appendix A)."""


def packet(protocol: int, payload: bytes, at: int, *, to: bytes = GUEST, source: bytes = OURS) -> bytes:
    """A packet of IPv6, whose payload's sum is put in ``at`` its place."""
    payload = payload[:at] + b"\0\0" + payload[at + 2 :]
    pseudo = source + to + struct.pack("!IxxxB", len(payload), protocol)
    payload = payload[:at] + struct.pack("!H", checksum(pseudo + payload) or 0xFFFF) + payload[at + 2 :]
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255) + source + to + payload


def advertisement(prefix: bytes, *, valid: int = 3600, preferred: int = 3600, bits: int = 64) -> bytes:
    """What a router says of a network whose addresses its members make themselves (RFC 4861, 4.2 and 4.6.2)."""
    head = struct.pack("!BBHBBHII", ROUTER, 0, 0, 64, 0, 1800, 0, 0)
    option = struct.pack("!BBBBIII", 3, 4, bits, 0xC0, valid, preferred, 0) + prefix
    return packet(ICMP6, head + b"\x01\x01" + OUR_MAC + option, 2, to=ALL_NODES)


class Peer6(Peer):
    """Our end of the cable."""

    def wait6(self, wanted: Callable[[bytes], bool], seconds: float) -> bytes:
        """The next packet of IPv6 that is ``wanted``; questions for our address are answered meanwhile."""

        def fine(frame: bytes) -> bool:
            if frame[12:14] != b"\x86\xdd":
                return False
            if (
                frame[20] == ICMP6
                and frame[54] == SOLICITATION
                and frame[62:78] == OURS
                and any(frame[22:38])
            ):
                said = struct.pack("!BBHI", ADVERTISEMENT, 0, 0, 0x60000000) + OURS + b"\x02\x01" + OUR_MAC
                self.send(packet(ICMP6, said, 2, to=frame[22:38]), 0x86DD)
            return wanted(frame[14 : 54 + int(struct.unpack("!H", frame[18:20])[0])])

        return self.frame(fine, seconds)[14:]

    def ask6(self, asking: bytes, wanted: Callable[[bytes], bool]) -> bytes:
        """Sends it, again every now and then, until what is ``wanted`` comes."""
        return self.repeat(lambda: self.send(asking, 0x86DD), lambda seconds: self.wait6(wanted, seconds))

    def ping6(self, to: bytes = GUEST) -> None:
        """The image answers a ping with what it said."""
        said = struct.pack("!BBHHH", PING, 0, 0, 5, 6) + b"payload of a ping"
        got = self.ask6(packet(ICMP6, said, 2, to=to), lambda p: p[6] == ICMP6 and p[40] == PONG)
        assert got[8:24] == to and got[44 : 40 + len(said)] == said[4:]

    def datagram6(self, words: bytes) -> None:
        """Port 7 sends it back."""
        said = struct.pack("!HHHH", 5555, 7, 8 + len(words), 0) + words
        got = self.ask6(
            packet(UDP, said, 6), lambda p: p[6] == UDP and p[40:44] == struct.pack("!HH", 7, 5555)
        )
        assert got[48 : 48 + len(words)] == words

    def echo6(self, words: bytes) -> None:
        """A whole connection to port 7."""
        self.port += 1
        me = self.port

        def segment(sequence: int, acknowledged: int, flags: int, data: bytes = b"") -> bytes:
            options = MSS if flags & SYN else b""
            offset = (5 + len(options) // 4) << 4
            head = struct.pack("!HHIIBBHHH", me, 7, sequence, acknowledged, offset, flags, 65535, 0, 0)
            return packet(TCP, head + options + data, 16)

        def mine(flags: int) -> Callable[[bytes], bool]:
            return lambda p: p[6] == TCP and p[42:44] == struct.pack("!H", me) and p[53] & flags == flags

        began = self.ask6(segment(1000, 0, SYN), mine(SYN | ACK))
        theirs = 1 + int(struct.unpack("!I", began[44:48])[0])
        self.ask6(segment(1001, theirs, ACK | PSH, words), lambda p: mine(ACK)(p) and p[60:] == words)
        theirs += len(words)
        self.ask6(segment(1001 + len(words), theirs, ACK | FIN), mine(FIN))
        self.send(segment(1002 + len(words), theirs + 1, ACK), 0x86DD)

    def serves6(self) -> None:
        """It answers by IPv6."""
        self.ping6()
        self.datagram6(b"still there?")
        self.echo6(b"still there, too?")
