"""A server of addresses (RFC 2131) that a test plays, on an image's cable."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tests.boot.peer import Peer
from tests.boot.wire import BROADCAST, GUEST_IP, GUEST_MAC, OUR_IP, OUR_MAC, SILENCE, checksum

DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE = 1, 2, 3, 5, 6, 7
"""RFC 2132, 9.6."""
MASK, ROUTER, SERVERS, WANTED, LEASE, KIND, SERVER, END = 1, 3, 6, 50, 51, 53, 54, 255
"""Options of RFC 2132."""
COOKIE = bytes.fromhex("63825363")


@dataclass(frozen=True)
class Asked:
    """What an image says to a server of addresses."""

    kind: int
    number: int
    has: bytes
    to: bytes
    options: dict[int, bytes]


def option(code: int, value: bytes) -> bytes:
    """An option that has a length."""
    return bytes([code, len(value)]) + value


class DhcpServer(Peer):
    """Our end of the cable."""

    given = False
    """Whether the image got an address."""

    def asked(self, *kinds: int, seconds: float = SILENCE) -> Asked:
        """The next question of one of these kinds; what else comes is passed over, but for questions after us."""

        def fine(frame: bytes) -> bool:
            mine = frame[12:14] == b"\x08\0" and frame[23] == 17 and frame[36:38] == b"\0\x43"
            return mine and self._read(frame).kind in kinds

        return self._read(self.frame(fine, seconds))

    def _read(self, frame: bytes) -> Asked:
        message = frame[42 : 34 + struct.unpack("!H", frame[38:40])[0]]
        assert message[:3] == b"\x01\x01\x06" and message[28:34] == GUEST_MAC, message.hex()
        assert message[236:240] == COOKIE, message.hex()
        options, at = {}, 240
        while message[at] != END:
            length = message[at + 1]
            options[message[at]] = message[at + 2 : at + 2 + length]
            at += 2 + length if message[at] else 1
        number: int = struct.unpack("!I", message[4:8])[0]
        return Asked(options[KIND][0], number, message[12:16], frame[30:34], options)

    def message(self, asked: Asked, kind: int, *options: bytes, number: int | None = None) -> bytes:
        """What a server says to that."""
        head = struct.pack("!BBBBIHH", 2, 1, 6, 0, asked.number if number is None else number, 0, 0)
        theirs = b"\0" * 4 if kind == NAK else GUEST_IP
        head += bytes(4) + theirs + OUR_IP + bytes(4) + GUEST_MAC.ljust(16, b"\0") + bytes(64 + 128)
        return head + COOKIE + option(KIND, bytes([kind])) + b"".join(options) + bytes([END])

    def put(self, message: bytes) -> None:
        """Sends a message to everybody."""
        udp = struct.pack("!HHHH", 67, 68, 8 + len(message), 0)
        addresses = OUR_IP + b"\xff" * 4
        total = checksum(addresses + struct.pack("!HH", 17, 8 + len(message)) + udp + message) or 0xFFFF
        head = struct.pack("!BBHHHBBH", 0x45, 0, 28 + len(message), 1, 0, 64, 17, 0)
        head = head[:10] + struct.pack("!H", checksum(head + addresses)) + addresses
        packet = head + udp[:6] + struct.pack("!H", total) + message
        self.wire.send(BROADCAST + OUR_MAC + b"\x08\0" + packet)

    def answer(self, asked: Asked, kind: int, seconds: int) -> None:
        """An offer, or what was offered, for so many seconds."""
        said = option(SERVER, OUR_IP) + option(LEASE, struct.pack("!I", seconds))
        said += option(MASK, b"\xff\xff\xff\0") + option(ROUTER, OUR_IP)
        self.put(self.message(asked, kind, said, option(SERVERS, OUR_IP + b"\x0a\0\2\3")))

    def give(self, seconds: int) -> None:
        """All of it, from the image's first question."""
        self.answer(self.asked(DISCOVER), OFFER, seconds)
        self.answer(self.asked(REQUEST), ACK, seconds)
        self.given = True
