"""A stack behind a card, seen from the other end of its cable: addresses by DHCP and by IPv6's routers, links that come
and go, and what TCP offers and keeps."""

from __future__ import annotations

import contextlib
import ipaddress
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boot.card import CARD, machine
from tests.boot.dhcp_server import (
    ACK,
    DISCOVER,
    NAK,
    OFFER,
    RELEASE,
    REQUEST,
    SERVER,
    WANTED,
    DhcpServer,
    option,
)
from tests.boot.monitor import Monitor
from tests.boot.peer import ACK as ACKNOWLEDGED
from tests.boot.peer import PSH, RST, SYN, datagram_to, ip, tcp
from tests.boot.peer6 import ICMP6, IDENTIFIER, PING, PONG, SOLICITATION, Peer6, advertisement, packet
from tests.boot.wire import GUEST_IP, OUR_IP, SILENCE, connected

pytestmark = pytest.mark.boot

MTU = 1400
CONTROL = 9
SHORT, LONG = 8, 86400
"""Seconds of a lease."""


class Host(DhcpServer, Peer6):
    """Whoever is at the other end."""

    monitor: Monitor

    def told(self, question: bytes) -> list[str]:
        """What the image says of itself, by lines."""
        said = ip(17, datagram_to(CONTROL, question))
        answer = self.ask(said, lambda p: p[9] == 17 and p[20:22] == struct.pack("!H", CONTROL))
        return answer[28:].decode().splitlines()

    def interface(self) -> set[str]:
        """What it says of its card."""
        lines = [line.split() for line in self.told(b"interfaces")]
        return {word for line in lines if line[0] == "eth0" for word in line}

    def begin(self, options: bytes) -> tuple[bytes, int, int]:
        """A connection to port 7, up to the answer to its SYN: that segment, and the next numbers of both sides."""
        self.port += 1
        syn = ip(6, tcp(self.port, 7, 1000, 0, SYN, options=options))
        answer = self.ask(syn, lambda p: p[9] == 6 and p[22:24] == struct.pack("!H", self.port))
        return answer[20:], 1001, 1 + int(struct.unpack("!I", answer[24:28])[0])

    def segment(self, seconds: float) -> bytes:
        """The next one of that connection."""
        return self.wait(lambda p: p[9] == 6 and p[22:24] == struct.pack("!H", self.port), seconds)[20:]


def options(segment: bytes) -> dict[int, bytes]:
    """The options of a segment of TCP."""
    found, at, end = {}, 20, (segment[12] >> 4) * 4
    while at < end and segment[at] != 0:
        if segment[at] == 1:
            at += 1
            continue
        found[segment[at]] = segment[at + 2 : at + segment[at + 1]]
        at += segment[at + 1]
    return found


@pytest.fixture(scope="module")
def newcomer(workshop: Path) -> Iterator[Host]:
    """The other end of an image that is to ask for its address."""
    card = CARD["qemu-x86_64"] + f",host_mtu={MTU}"
    with (
        machine(workshop, "qemu-x86_64", card, recipe="wired", greeting=lambda _: None) as (wire, control),
        Monitor(control) as monitor,
    ):
        host = Host(wire)
        host.monitor = monitor
        yield host
        host.send(ip(17, datagram_to(CONTROL, b"end")))
        wire.process.wait(SILENCE)


@pytest.fixture(scope="module")
def host(newcomer: Host) -> Host:
    """The other end of an image that has its address, whichever test is the first."""
    if not newcomer.given:
        newcomer.give(LONG)
        newcomer.greet()
    return newcomer


def test_an_address_is_asked_for(newcomer: Host) -> None:
    host = newcomer
    asked = host.asked(DISCOVER)
    sound = host.message(asked, OFFER, option(SERVER, OUR_IP), option(51, b"\0\0\0\4"))
    for length in range(0, len(sound) - 1, 7):
        host.put(sound[:length])
    host.put(host.message(asked, OFFER, option(SERVER, OUR_IP), number=asked.number + 1))
    host.put(host.message(asked, OFFER, b"\x33\xff"))
    host.put(host.message(asked, OFFER))  # of nobody
    host.put(host.message(asked, ACK, option(SERVER, OUR_IP)))  # of what was not asked for
    host.answer(asked, OFFER, LONG)
    asked = host.asked(REQUEST)
    assert (asked.options[WANTED], asked.options[SERVER]) == (GUEST_IP, OUR_IP)
    host.put(host.message(asked, NAK, option(SERVER, OUR_IP)))
    host.give(LONG)
    host.greet()
    assert {"eth0", "running", "10.0.2.15"} <= host.interface()
    assert host.told(b"servers") == ["nameserver 10.0.2.2", "nameserver 10.0.2.3"]


def linked_again(host: Host, seconds: int) -> None:
    """The link goes and comes; the image asks whether it may keep its address."""
    asked = None
    for _ in range(15):
        host.monitor("set_link", name="card", up=False)
        time.sleep(0.05)  # the image may miss a link that comes back at once: then it goes again
        host.monitor("set_link", name="card", up=True)
        with contextlib.suppress(TimeoutError):
            asked = host.asked(REQUEST, seconds=2.0)
            break
    assert asked is not None
    assert asked.options[WANTED] == GUEST_IP
    host.answer(asked, ACK, seconds)
    host.greet()


def test_a_link_comes_and_goes(host: Host) -> None:
    linked_again(host, LONG)
    host.serves()
    assert "running" in host.interface()


@pytest.mark.full
def test_an_address_is_kept_and_given_up(host: Host) -> None:
    """Half of the time is over: the server is asked. When it is silent, everybody is, and when nobody answers, there is
    no address any more."""
    linked_again(host, SHORT)
    asked = host.asked(REQUEST)
    assert asked.has == GUEST_IP and WANTED not in asked.options
    host.answer(asked, ACK, SHORT)
    asked_for = []
    while (asked := host.asked(REQUEST, RELEASE, DISCOVER)).kind == REQUEST:
        asked_for.append(asked.to)
    assert OUR_IP in asked_for and asked_for[-1] == b"\xff" * 4
    # The server is told at the end, and asked anew.
    assert asked.kind == RELEASE
    host.give(LONG)
    host.greet()
    host.serves()


def test_what_a_connection_is_offered(host: Host) -> None:
    """Segments as the card's MTU allows, windows of more than 64 KiB, selective acknowledgements."""
    wanted = bytes.fromhex("020405b4 0402 01030307 01".replace(" ", ""))
    segment, _, _ = host.begin(wanted)
    offered = options(segment)
    assert struct.unpack("!H", offered[2]) == (MTU - 40,)
    assert 4 in offered and 1 <= offered[3][0] <= 14
    # Who does not ask for these things does not get them.
    segment, _, _ = host.begin(b"")
    assert set(options(segment)) == {2}


def test_holes_are_told(host: Host) -> None:
    _, mine, theirs = host.begin(bytes.fromhex("020405b404020101"))
    port, words = host.port, b"first, second and third"
    host.send(ip(6, tcp(port, 7, mine, theirs, ACKNOWLEDGED)))
    host.send(ip(6, tcp(port, 7, mine + 7, theirs, ACKNOWLEDGED | PSH, words[7:])))
    hole = host.segment(SILENCE)
    while 5 not in options(hole):
        hole = host.segment(SILENCE)
    assert struct.unpack("!I", hole[8:12]) == (mine,)
    assert struct.unpack("!II", options(hole)[5]) == (mine + 7, mine + len(words))
    host.send(ip(6, tcp(port, 7, mine, theirs, ACKNOWLEDGED | PSH, words[:7])))
    got = b""
    while len(got) < len(words):
        segment = host.segment(SILENCE)
        if struct.unpack("!I", segment[4:8])[0] == theirs + len(got):
            got += segment[(segment[12] >> 4) * 4 :]
    assert got == words
    host.send(ip(6, tcp(port, 7, mine + len(words), theirs + len(words), RST)))


@pytest.mark.full
def test_a_silent_peer_is_asked_and_given_up(host: Host) -> None:
    _, mine, theirs = host.begin(bytes.fromhex("020405b4"))
    port = host.port
    answer = ip(6, tcp(port, 7, mine, theirs, ACKNOWLEDGED))
    host.send(answer)
    began = time.monotonic()
    probe = host.segment(SILENCE)
    assert struct.unpack("!I", probe[4:8]) == (theirs - 1,) and not probe[13] & RST
    host.send(answer)
    for _ in range(2):
        probe = host.segment(SILENCE)
        assert struct.unpack("!I", probe[4:8]) == (theirs - 1,) and not probe[13] & RST
    assert host.segment(SILENCE)[13] & RST
    assert time.monotonic() - began > 2.5  # a second each, from the answer on, less a tick or two
    host.serves()


def test_neighbours_and_routers_of_ipv6(host: Host) -> None:
    host.serves6()
    prefix = bytes.fromhex("fd00007700000000") + bytes(8)
    mine = prefix[:8] + IDENTIFIER
    host.send(advertisement(prefix), 0x86DD)
    # It asks whether somebody has the address already (RFC 4862, 5.4), from no address.
    host.wait6(
        lambda p: p[6] == ICMP6 and p[40] == SOLICITATION and p[48:64] == mine and not any(p[8:24]), SILENCE
    )
    host.ping6(mine)
    assert {"fd00:77::5054:ff:fe12:3456", "fe80::5054:ff:fe12:3456"} <= host.interface()


@pytest.mark.full
def test_addresses_of_the_command_line(workshop: Path) -> None:
    """Of both kinds; who is not on the link is answered by the gateway that was named."""
    mine, stranger = (ipaddress.IPv6Address(text).packed for text in ("fd00:99::2", "2001:db8::9"))
    address = "10.0.2.15/24,ip6=fd00:99::2/64,gateway6=fe80::1"
    with connected(
        "wired", "microvm-x86_64", address=address, greeting=lambda w: Host(w).greet(), cwd=workshop
    ) as wire:
        host = Host(wire)
        host.serves6()
        host.ping6(mine)
        assert "fd00:99::2" in host.interface()
        said = struct.pack("!BBHHH", PING, 0, 0, 5, 6)
        host.ask6(
            packet(ICMP6, said, 2, to=mine, source=stranger),
            lambda p: p[24:40] == stranger and p[8:24] == mine and p[40] == PONG,
        )
        host.send(ip(17, datagram_to(CONTROL, b"end")))
        assert wire.ended()[0] == 0
