"""Channels between programs of an image and of the host, by QEMU's virtio-serial devices."""

from __future__ import annotations

import random
import socket
import threading
from pathlib import Path

import pytest
from tests.boot.command import VIRTUAL
from tests.boot.machine import machine
from tests.boot.wire import built

pytestmark = pytest.mark.boot

MIB = 1 << 20
CARDS = {"qemu-x86_64": "virtio-serial-pci,disable-legacy=on", "microvm-x86_64": "virtio-serial-device"}
LIMIT = 30.0


def port(number: int, name: str = "") -> list[str]:
    """A port whose other end is a socket in the test's folder."""
    words = ["-chardev", f"socket,id=c{number},path={{folder}}/{number},server=on,wait=off"]
    named = f",name={name}" if name else ""
    return [*words, "-device", f"virtserialport,bus=serial.0,nr={number},chardev=c{number}{named}"]


def receive(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = connection.recv(65536)
        assert part, data
        data += part
    return bytes(data)


@pytest.mark.parametrize("target", VIRTUAL)
def test_bytes_go_both_ways(workshop: Path, target: str) -> None:
    """Two ports at a time, more than fits into any buffer; and one that is closed and opened by the host."""
    image = built("ports", target, cwd=workshop)
    files = ["/dev/virtio-ports/org.one", "/dev/vport0p2", "/dev/vport0p1", "/dev/virtio-ports/.hidden"]
    devices = ["-device", f"{CARDS[target]},id=serial", *port(1, "org.one"), *port(2), *port(3, ".hidden")]
    with machine(image, devices, memory=8 * MIB, args=files) as running:
        opened = running.wait_for("ready").splitlines()
        assert [line for line in opened if line.startswith("/dev")] == [
            "/dev/virtio-ports/org.one: open",
            "/dev/vport0p2: open",
            "/dev/vport0p1: Resource busy",
            "/dev/virtio-ports/.hidden: No such file or directory",
        ]
        connections = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for connection, name in zip(connections, ("1", "2", "1"), strict=True):
            connection.settimeout(LIMIT)
            if connection is not connections[2]:
                connection.connect(str(running.folder / name))
        words = [bytes(random.Random(i).choices(b"abcdefgh", k=150_000)) for i in range(2)]
        answers: list[bytes] = [b"", b""]

        def exchange(i: int) -> None:
            sender = threading.Thread(target=connections[i].sendall, args=(words[i],))
            sender.start()
            answers[i] = receive(connections[i], len(words[i]))
            sender.join()

        threads = [threading.Thread(target=exchange, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [word.upper() for word in words]
        connections[0].close()
        connections[2].connect(str(running.folder / "1"))
        connections[2].sendall(b"again")
        assert receive(connections[2], 5) == b"AGAIN"
        connections[1].sendall(b"end\n")
        assert receive(connections[1], 4) == b"bye\n"
        assert running.wait_for("bytes").splitlines()[-1] == "300005 bytes"
        running.process.wait(LIMIT)
        for connection in connections:
            connection.close()
