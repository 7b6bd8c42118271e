"""An image that is a process behind a tap: the host's own TCP and UDP are at the other end."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.apps.tap import tap
from tests.boot.command import RECIPES, environment
from tests.boot.wire import SILENCE, built

pytestmark = [pytest.mark.boot, pytest.mark.full]

TARGET = "process-x86_64"


def answer(address: str, words: bytes) -> bytes:
    """What port 7 says to a datagram; asked again until it says something."""
    end = time.monotonic() + SILENCE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        while True:
            assert time.monotonic() < end, "no answer"
            try:
                asking.sendto(words, (address, 7))
                return asking.recv(2048)
            except TimeoutError:
                continue


def test_packets_go_both_ways(workshop: Path) -> None:
    built("wired", TARGET, cwd=workshop)
    with tap() as card:
        words = [
            str(RECIPES / "wired"),
            "--target",
            TARGET,
            "--quiet",
            "--net",
            f"tap={card.name},{card.place}",
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "unilith.cli.main", "run", *words], cwd=workshop, env=environment()
        )
        try:
            assert answer(card.guest, b"by a datagram") == b"by a datagram"
            with socket.create_connection((card.guest, 7), SILENCE) as connection:
                sent = bytes(range(256)) * 2000
                got = bytearray()
                for at in range(0, len(sent), 4096):
                    connection.sendall(sent[at : at + 4096])
                    while len(got) < at + len(sent[at : at + 4096]):
                        got += connection.recv(1 << 16)
                assert got == sent
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"end", (card.guest, 9))
            assert process.wait(SILENCE) == 0
        finally:
            process.kill()
            process.wait()
