"""A firewall between a stack and its card: what its rules name passes, and answers to it, and nothing else."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import run
from tests.boot.peer import SYN, Peer, datagram_to, echo_request, ip, tcp
from tests.boot.wire import connected

pytestmark = pytest.mark.boot

RULES = "in tcp 7; in udp 7-9 10.0.2.0/30; in udp 7-9 10.0.2.200"
STRANGER = bytes([10, 0, 2, 77])


def is_silent(peer: Peer, packet: bytes, answers: Callable[[bytes], bool]) -> None:
    """Nothing comes back, and what is asked behind it is answered."""
    peer.send(packet)
    with contextlib.suppress(TimeoutError):
        found = peer.wait(answers, 0.1)
        raise AssertionError(f"passed: {found.hex()}")
    peer.echo(b"still there")


def test_what_no_rule_names_is_dropped(workshop: Path) -> None:
    words = ["--want", "firewall", "--set", f"FIREWALL_RULES={RULES}"]
    with connected(
        "wired",
        "qemu-x86_64",
        *words,
        address="10.0.2.15/24",
        greeting=lambda w: Peer(w).greet(),
        cwd=workshop,
    ) as wire:
        peer = Peer(wire)
        peer.echo(b"by the first rule")
        is_silent(peer, ip(1, echo_request(1)), lambda p: p[9] == 1)
        is_silent(peer, ip(6, tcp(5000, 8, 1, 0, SYN)), lambda p: p[22:24] == struct.pack("!H", 5000))
        is_silent(peer, ip(17, datagram_to(10, b"x")), lambda p: p[9] in (1, 17))
        # Nobody has begun this one.
        is_silent(peer, ip(6, tcp(5001, 7, 1, 1, 16, b"x")), lambda p: p[22:24] == struct.pack("!H", 5001))
        # To a port that is open, but not to him.
        peer.send(ip(17, datagram_to(7, b"from a stranger"), source=STRANGER))
        said = peer.ask(ip(17, datagram_to(9, b"filter")), lambda p: p[20:22] == struct.pack("!H", 9))
        incoming, outgoing, *rules = said[28:].decode().splitlines()
        assert incoming.startswith("in: ") and incoming.endswith(" 5 dropped"), said
        assert outgoing.startswith("out: ") and int(outgoing.split()[1]) > 10, said
        begun, texts = zip(*(rule.split(" begun by: ") for rule in rules), strict=True)
        assert "; ".join(texts) == RULES
        # Five connections; greetings and the question, from two ends of ours to two of the image.
        assert tuple(map(int, begun)) == (5, 2, 0), said
        peer.send(ip(17, datagram_to(9, b"end")))
        assert wire.ended()[0] == 0


def test_rules_that_are_none_are_shown(workshop: Path) -> None:
    words = ["--want", "firewall", "--set", "FIREWALL_RULES=in tcp 80; in tcp 80x"]
    ran = run("wired", "qemu-x86_64", "--quiet", *words, "--net", "none", cwd=workshop)
    assert ran.status == 126 and 'FIREWALL_RULES has no rule in "in tcp 80x"' in ran.console, ran
