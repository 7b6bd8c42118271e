"""A server of names (RFC 1035) that tells the truth, lies, or says nothing, as the name wants that is asked for."""

from __future__ import annotations

import random
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

A, CNAME, PTR, AAAA = 1, 5, 12, 28
TRUNCATED, NO_SUCH_NAME, FAILED = 0x0200, 3, 2
"""Bits of a header's second word (RFC 1035, 4.1.1)."""
QUESTION = b"\xc0\x0c"
"""The name that was asked for, as a pointer to it (RFC 1035, 4.1.4)."""
FOUR = "192.0.2.%d"
SIX = "2001:db8::%d"


@dataclass(frozen=True)
class Said:
    """A datagram of the server's, or of somebody who would like to be it."""

    data: bytes
    port: int = 53
    stranger: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked for."""

    number: int
    name: str
    kind: int
    asked: bytes

    @staticmethod
    def read(packet: bytes) -> Question:
        """One question, which must be well formed."""
        number, flags, *counts = struct.unpack("!6H", packet[:12])
        assert flags & 0xFF8F == 0x0100 and counts[0] == 1 and counts[1:3] == [0, 0], packet.hex()
        at, labels = 12, []
        while length := packet[at]:
            labels.append(packet[at + 1 : at + 1 + length].decode())
            at += 1 + length
        kind, internet = struct.unpack("!HH", packet[at + 1 : at + 5])
        assert internet == 1, packet.hex()
        return Question(number, ".".join(labels).lower(), kind, packet[12 : at + 5])

    def answer(self, *records: bytes, flags: int = 0, number: int | None = None, count: int = -1) -> bytes:
        """A packet with these answers; it may claim another number of them."""
        said = self.number if number is None else number
        head = (said, 0x8180 | flags, 1, len(records) if count < 0 else count, 0, 0)
        return struct.pack("!6H", *head) + self.asked + b"".join(records)

    def address(self, last: int, name: bytes = QUESTION) -> bytes:
        """The record of an address of the kind that is asked for."""
        if self.kind == A:
            return record(name, A, socket.inet_aton(FOUR % last))
        return record(name, AAAA, socket.inet_pton(socket.AF_INET6, SIX % last))


def encoded(name: str) -> bytes:
    """A name as labels."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(name: bytes, kind: int, data: bytes, *, length: int | None = None) -> bytes:
    """A record; it may claim another length."""
    return name + struct.pack("!HHIH", kind, 1, 60, len(data) if length is None else length) + data


def _truth(q: Question) -> list[Said]:
    return [Said(q.answer(q.address(1)))]


def _alias(q: Question) -> list[Said]:
    middle, end = encoded("middle.test"), encoded("end.test")
    return [Said(q.answer(record(QUESTION, CNAME, middle), record(middle, CNAME, end), q.address(2, end)))]


def _round(q: Question) -> list[Said]:
    chain = [record(QUESTION, CNAME, encoded("x.test")), record(encoded("x.test"), CNAME, q.asked[:-4])]
    return [Said(q.answer(*chain))]


def _truncated(q: Question) -> list[Said]:
    """It says that there would be more, by TCP."""
    return [Said(q.answer(*(q.address(last) for last in range(1, 4)), flags=TRUNCATED))]


def _too_long(q: Question) -> list[Said]:
    """More than the 512 bytes of RFC 1035, 4.2.1, and no word of it."""
    return [Said(q.answer(*(q.address(last) for last in range(1, 60))))]


def _noise(q: Question) -> list[Said]:
    """With the right number, so that it is taken for an answer."""
    chance = random.Random(q.kind)
    noise = [struct.pack("!H", q.number) + chance.randbytes(chance.randrange(600)) for _ in range(20)]
    whole = q.answer(record(QUESTION, CNAME, encoded("x.test")), q.address(1, encoded("x.test")))
    for _ in range(20):
        wrong = bytearray(whole)
        wrong[chance.randrange(12, len(wrong))] = chance.randrange(256)
        noise.append(bytes(wrong))
    return list(map(Said, noise))


def _wrong_length(q: Question) -> list[Said]:
    """Addresses of three bytes and of 20."""
    wrong = [record(QUESTION, q.kind, bytes(3)), record(QUESTION, q.kind, bytes(20))]
    return [Said(q.answer(*wrong, q.address(4)))]


ANSWERS: dict[str, Callable[[Question], list[Said]]] = {
    "a.test": _truth,
    "alias.test": _alias,
    "round.test": _round,
    "four.test": lambda q: _truth(q) if q.kind == A else [Said(q.answer())],
    "nothing.test": lambda q: [Said(q.answer())],
    "missing.test": lambda q: [Said(q.answer(flags=NO_SUCH_NAME))],
    "failing.test": lambda q: [Said(q.answer(flags=FAILED))],
    "silent.test": lambda q: [],
    "truncated.test": _truncated,
    "too-long.test": _too_long,
    "noise.test": _noise,
    # What is to be passed over, then the truth.
    "number.test": lambda q: [Said(q.answer(q.address(9), number=q.number ^ 0x5555)), *_truth(q)],
    "port.test": lambda q: [Said(q.answer(q.address(9)), port=54), *_truth(q)],
    "stranger.test": lambda q: [Said(q.answer(q.address(9)), stranger=True), *_truth(q)],
    "short.test": lambda q: [*(Said(q.answer()[:n]) for n in range(4)), *_truth(q)],
    "twice.test": lambda q: _truth(q) * 2,
    # What is taken for an answer, and must not be believed.
    "loop.test": lambda q: [Said(q.answer(record(b"\xc0\x2a", CNAME, b"\xc0\x2a")))],
    "loops.test": lambda q: [Said(q.answer(record(QUESTION, CNAME, b"\xc0\x00")))],
    "beyond.test": lambda q: [Said(q.answer(record(b"\xff\xff", CNAME, b"\xff\xff")))],
    "count.test": lambda q: [Said(q.answer(q.address(3), count=0xFFFF))],
    "over-the-end.test": lambda q: [Said(q.answer(record(QUESTION, q.kind, bytes(4), length=0xFFFF)))],
    "length.test": _wrong_length,
    "1.2.0.192.in-addr.arpa": lambda q: [Said(q.answer(record(QUESTION, PTR, encoded("a.test"))))],
    "2.2.0.192.in-addr.arpa": lambda q: [Said(q.answer(record(QUESTION, PTR, b"\xc0\x0c" * 9)))],
    "3.2.0.192.in-addr.arpa": lambda q: [Said(q.answer(record(QUESTION, PTR, encoded("bad name"))))],
}


@dataclass
class NameServer:
    """Of two servers, the first says nothing of second.test, and both are deaf to the first questions for lost.test."""

    asked: Counter[str] = field(default_factory=Counter)

    def said(self, packet: bytes, server: int) -> list[Said]:
        """What server 0 or 1 says to a question. All but the one for second.test come from the first."""
        question = Question.read(packet)
        self.asked[question.name] += 1
        if question.name == "second.test":
            return _truth(question) if server == 1 else []
        if server == 1:
            return []
        if question.name == "lost.test":
            return _truth(question) if self.asked[question.name] > 4 else []  # two kinds, two servers
        return ANSWERS[question.name](question)
