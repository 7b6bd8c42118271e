"""Writes frames that no sane peer would send, made by Scapy: run by Debian's Python, which has it.

    python3 scapy_packets.py GUEST_MAC OUR_MAC GUEST_IP OUR_IP

Each frame on standard output is preceded by its length, 32 bits in network order. They are the same in every run,
but for a time stamp or two, where PYTHONHASHSEED is.
"""

from __future__ import annotations

import random
import struct
import sys
from collections.abc import Iterator
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP  # type: ignore[import-not-found]
from scapy.layers.dns import DNS, DNSQR, DNSRR  # type: ignore[import-not-found]
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment  # type: ignore[import-not-found]
from scapy.layers.inet6 import (  # type: ignore[import-not-found]
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
)
from scapy.layers.l2 import ARP, Ether  # type: ignore[import-not-found]
from scapy.packet import Raw, fuzz  # type: ignore[import-not-found]

LONGEST = 1500
"""Bytes of a frame's payload."""


class Maker:
    """Packets from us to the guest."""

    def __init__(self, guest_mac: str, our_mac: str, guest: str, ours: str) -> None:
        self.ether = Ether(src=our_mac, dst=guest_mac)
        self.everybody = Ether(src=our_mac, dst="33:33:00:00:00:01")
        self.ip = IP(src=ours, dst=guest)
        self.ours, self.guest = ours, guest
        self.ipv6 = IPv6(src="fe80::1", dst="ff02::1", hlim=255)

    def lengths(self) -> Iterator[Any]:
        """Fields of length that do not fit, at every layer."""
        for ihl in range(16):
            yield self.ether / IP(src=self.ours, dst=self.guest, ihl=ihl) / TCP(dport=7, flags="S")
        for said in (0, 1, 19, 20, 27, 28, 41, 1499, 1500, 65535):
            yield self.ether / IP(src=self.ours, dst=self.guest, len=said) / UDP(dport=7) / (b"x" * 20)
            yield self.ether / self.ip / UDP(dport=7, len=said) / (b"x" * 20)
            yield self.everybody / IPv6(src="fe80::1", dst="ff02::1", plen=said) / ICMPv6EchoRequest()
        for offset in range(16):
            yield self.ether / self.ip / TCP(dport=7, flags="S", dataofs=offset)

    def options(self) -> Iterator[Any]:
        """Options of TCP and IP: as many as fit, of lengths that do not, and of all kinds."""
        flood = [("NOP", None)] * 40, [("MSS", 0)] * 10, [("WScale", 255)] * 13, [("SAckOK", b"")] * 20
        acks = [("SAck", (1, 2, 3, 4, 5, 6, 7, 8))], [("Timestamp", (0, 0))] * 4
        for options in (*flood, *acks):
            for flags in ("S", "A", "SA"):
                yield self.ether / self.ip / TCP(dport=7, flags=flags, options=options)
        for kind in range(256):
            yield self.ether / self.ip / TCP(dport=7, flags="S", options=[(kind, b"x" * (kind % 37))])
            option = Raw(struct.pack("BB", kind, kind % 41) + b"\0\0")
            yield self.ether / IP(src=self.ours, dst=self.guest, options=[option]) / ICMP()

    def fragments(self) -> Iterator[Any]:
        """Fragments that overlap, lack an end, come twice and backwards, of IPv4 and IPv6."""
        for number in range(40):
            ip = IP(src=self.ours, dst=self.guest, id=number)
            parts = fragment(ip / ICMP() / (b"x" * 3000), fragsize=200 + 8 * number)
            for part in (*reversed(parts), *parts[1::2]):
                yield self.ether / part
            yield (
                self.ether
                / IP(src=self.ours, dst=self.guest, id=number, frag=8190, flags="MF")
                / (b"y" * 1400)
            )
            yield self.ether / IP(src=self.ours, dst=self.guest, id=number, frag=1, proto=17) / (b"z" * 9)
        for number in range(60):
            for offset, more in ((0, 1), (number, 1), (8191, 0), (1, 0), (0, 0)):
                head = IPv6ExtHdrFragment(offset=offset, m=more, id=number, nh=58)
                yield self.everybody / self.ipv6 / head / (b"w" * (8 * (number % 20) + number % 2))

    def beginnings(self) -> Iterator[Any]:
        """SYNs from everywhere, to which nobody will answer."""
        chance = random.Random(1)
        for _ in range(1500):
            ip = IP(src=f"10.0.2.{chance.randrange(16, 250)}", dst=self.guest)
            options = [("MSS", chance.getrandbits(16)), ("WScale", chance.getrandbits(8)), ("SAckOK", b"")]
            sequence = chance.getrandbits(32)
            yield self.ether / ip / TCP(sport=chance.getrandbits(16), dport=7, seq=sequence, options=options)

    def neighbours(self) -> Iterator[Any]:
        """Discovery of neighbours and routers, by ARP and IPv6, whose options lie."""
        for said in range(9):
            option = ICMPv6NDOptSrcLLAddr(len=said)
            yield self.everybody / self.ipv6 / ICMPv6ND_RA() / option
            yield self.everybody / self.ipv6 / ICMPv6ND_NS(tgt="fe80::2") / option
            yield self.everybody / self.ipv6 / ICMPv6ND_NA(tgt="fe80::1", S=1, O=1) / option
            yield self.everybody / self.ipv6 / ICMPv6ND_RA(routerlifetime=0) / ICMPv6NDOptMTU(mtu=said)
        for length in range(0, 256, 5):
            prefix = ICMPv6NDOptPrefixInfo(prefixlen=length, prefix="fd00::", validlifetime=length)
            yield self.everybody / self.ipv6 / ICMPv6ND_RA(routerlifetime=0) / prefix
        for hardware, protocol in ((0, 0), (6, 0), (255, 255), (6, 16)):
            for op in range(4):
                who = {"hwsrc": self.ether.src, "psrc": self.ours, "pdst": self.guest}
                yield self.ether / ARP(hwlen=hardware, plen=protocol, op=op, **who)

    def headers(self) -> Iterator[Any]:
        """Chains of IPv6's extension headers."""
        for count in (1, 2, 10, 40):
            chain: Any = self.ipv6
            for _ in range(count):
                chain = chain / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)])
            yield self.everybody / chain / ICMPv6EchoRequest()
        for length in range(0, 256, 3):
            yield self.everybody / self.ipv6 / IPv6ExtHdrHopByHop(len=length) / ICMPv6EchoRequest()
            yield self.everybody / self.ipv6 / IPv6ExtHdrRouting(len=length, segleft=length) / UDP(dport=7)

    def answers(self) -> Iterator[Any]:
        """What DNS and DHCP would say to somebody who has asked, but nobody did."""
        name = b"\xc0\x0c" * 50  # a name that points at itself (RFC 1035, 4.1.4)
        for number in range(0, 1 << 16, 1 << 10):
            question = DNS(
                id=number, qr=1, ancount=65535, qd=DNSQR(qname="a.b"), an=DNSRR(rrname="a.b", rdata="1.2.3.4")
            )
            yield self.ether / self.ip / UDP(sport=53, dport=49152 + number % 16384) / question
            yield (
                self.ether
                / self.ip
                / UDP(sport=53, dport=49152 + number % 16384)
                / Raw(bytes(question)[:12] + name)
            )
        for option in range(256):
            offer = BOOTP(op=2, xid=option) / DHCP(
                options=[("message-type", 2), (option, b"x" * (option % 50)), "end"]
            )
            yield self.ether / self.ip / UDP(sport=67, dport=68) / offer

    def noise(self) -> Iterator[Any]:
        """Every field of every header by chance, but for the addresses."""
        for kind in (TCP, UDP, ICMP):
            for _ in range(150):
                yield self.ether / self.ip / fuzz(kind())
                yield self.ether / IP(
                    bytes(fuzz(IP(src=self.ours, dst=self.guest, version=4, proto=6)) / fuzz(TCP(dport=7)))
                )
        for kind in (ICMPv6ND_RA, ICMPv6ND_NS, ICMPv6EchoRequest):
            for _ in range(50):
                yield self.everybody / self.ipv6 / fuzz(kind())


def main() -> None:
    """Writes them all."""
    random.seed(1)
    maker = Maker(*sys.argv[1:])
    for kind in (
        maker.lengths,
        maker.options,
        maker.fragments,
        maker.beginnings,
        maker.neighbours,
        maker.headers,
        maker.answers,
        maker.noise,
    ):
        for packet in kind():
            frame = bytes(packet)[: 14 + LONGEST]
            sys.stdout.buffer.write(struct.pack("!I", len(frame)) + frame)


if __name__ == "__main__":
    main()
