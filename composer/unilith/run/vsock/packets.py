"""Packets of a vsock device (virtio 1.2, section 5.10.6)."""

from __future__ import annotations

import enum
import struct
from typing import NamedTuple

HOST = 2
"""The host's context identifier (5.10.4)."""
STREAM, SEQPACKET = 1, 2
SHUT_RECEIVE, SHUT_SEND = 1, 2
END_OF_MESSAGE = 1

_HEADER = struct.Struct("<QQIIIHHIII")
HEADER_SIZE = _HEADER.size


class Operation(enum.IntEnum):
    """What a packet says."""

    REQUEST = 1
    RESPONSE = 2
    RST = 3
    SHUTDOWN = 4
    RW = 5
    CREDIT_UPDATE = 6
    CREDIT_REQUEST = 7


class Header(NamedTuple):
    """`struct virtio_vsock_hdr`."""

    source_cid: int
    destination_cid: int
    source_port: int
    destination_port: int
    length: int
    type: int
    operation: int
    flags: int
    buffer: int
    forward: int

    def packed(self) -> bytes:
        """Its bytes."""
        return _HEADER.pack(*self)


def read_header(data: bytes | bytearray | memoryview) -> Header:
    """The header at the start of `data`, which is long enough."""
    return Header(*_HEADER.unpack_from(data))
