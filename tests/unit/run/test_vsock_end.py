"""What an image sent before its end reaches who reads it, however the end is heard of."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from unilith.run.vsock.bridge import Bridge
from unilith.run.vsock.guest import GuestGone
from unilith.run.vsock.guest_stream import StreamGuest
from unilith.run.vsock.packets import HOST, STREAM, Header, Operation

CID = 3
PORT = 1000
SENT = bytes(range(256)) * 1024  # no more than it has credit for
PIECE = 32768


def packet(operation: Operation, data: bytes = b"") -> bytes:
    """What an image says to the server at `PORT`; it promises room for 64 KiB."""
    return Header(CID, HOST, 5000, PORT, len(data), STREAM, operation, 0, 1 << 16, 0).packed() + data


def read_all(server: socket.socket, read: bytearray) -> None:
    client, _ = server.accept()
    with client:
        while data := client.recv(PIECE):
            read += data


@pytest.mark.parametrize("answered", [False, True])
def test_all_of_it_is_carried(tmp_path: Path, answered: bool) -> None:
    """`answered`: the bridge has something to tell an image that is not there any more."""
    ours, image = socket.socketpair()
    read = bytearray()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{tmp_path}/vsock_{PORT}")
        server.listen()
        reader = threading.Thread(target=read_all, args=[server, read])
        reader.start()
        bridge = Bridge(StreamGuest(ours), tmp_path / "vsock", CID)
        with image:
            image.sendall(packet(Operation.REQUEST))
            bridge.turn(1)
            for at in range(0, len(SENT), PIECE):
                # As much as the socket holds stays there unread.
                image.sendall(packet(Operation.RW, SENT[at : at + PIECE]))
                if at + 4 * PIECE < len(SENT):
                    bridge.turn(1)
            image.sendall(packet(Operation.SHUTDOWN))
        if answered:
            for connection in bridge.connections.values():
                bridge.answer(connection.header(Operation.CREDIT_UPDATE))
            bridge.say()
        bridge.finish(60)
        reader.join()
    assert bytes(read) == SENT


def test_a_reader_that_does_not_read_is_not_waited_for(tmp_path: Path) -> None:
    ours, image = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{tmp_path}/vsock_{PORT}")
        server.listen()
        bridge = Bridge(StreamGuest(ours), tmp_path / "vsock", CID)
        with image:
            image.sendall(packet(Operation.REQUEST))
            for _ in range(0, len(SENT), PIECE):
                image.sendall(packet(Operation.RW, SENT[:PIECE]))
                bridge.turn(1)
        bridge.finish(0.05)
        assert not bridge.connections


def test_its_end_is_heard_of(tmp_path: Path) -> None:
    ours, image = socket.socketpair()
    bridge = Bridge(StreamGuest(ours), tmp_path / "vsock", CID)
    image.close()
    with pytest.raises(GuestGone):
        bridge.turn(1)
    bridge.close()
