"""A card that cuts packets up (a tap of the host's kernel) gets long ones, and what they carry arrives as it is."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.apps.http_client import answers
from tests.apps.long_wire import LongSwitch, long_wire
from tests.apps.lossy_wire import Harm
from tests.apps.served import Server, answering
from tests.apps.tap import Tap, tap
from tests.boot.command import environment
from tests.boot.wire import built

pytestmark = pytest.mark.boot

BOTH_WAYS = Path(__file__).parents[1] / "boot" / "recipes" / "both-ways"
RECIPE = Path(__file__).parents[2] / "recipes" / "httpd"
CONTENT = b"".join(struct.pack("!Q", number) for number in range(100_000))
MTU = 1500
GUEST_SIX = "fe80::5054:ff:fe12:3456"
"""Of QEMU's first card (RFC 4291, appendix A)."""


def test_long_packets_carry_what_was_sent(workshop: Path) -> None:
    recipe = workshop / "large-packets"
    shutil.copytree(RECIPE, recipe)
    (recipe / "files" / "www" / "file.bin").write_bytes(CONTENT)
    built(recipe, "qemu-x86_64", cwd=workshop)
    log = workshop / "large.log"
    command = [
        sys.executable,
        "-m",
        "unilith.cli.main",
        "run",
        str(recipe),
        "--target",
        "qemu-x86_64",
        "--quiet",
    ]
    with tap() as card, log.open("wb") as out:
        command += ["--net", f"tap={card.name},{card.place}"]
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        process = subprocess.Popen(command, cwd=workshop, env=environment(), **streams)
        with answering(Server(80, log, process, host=card.guest), answers()) as server:
            words = ["curl", "--silent", "--show-error", "--max-time", "100", server.url + "/file.bin"]
            got = subprocess.run(words, capture_output=True, check=False)
            assert got.returncode == 0, got.stderr
            assert got.stdout == CONTENT
            assert card.mean_length() > 2 * MTU


@dataclass(frozen=True)
class Echo:
    """An image that sends back what it gets, and the wire to it."""

    host: Tap
    switch: LongSwitch

    def connect(self, version: int, timeout: float) -> socket.socket:
        """A connection by the one IP or the other."""
        if version == 4:
            return socket.create_connection((self.host.guest, 7), timeout)
        connection = socket.socket(socket.AF_INET6)
        connection.settimeout(timeout)
        connection.connect((GUEST_SIX, 7, 0, socket.if_nametoindex(self.host.name)))
        return connection

    def sends_back(self, version: int, data: bytes) -> bool:
        """Whether all comes back as it was; both directions are full at once."""
        with self.connect(version, 100) as connection:
            writer = threading.Thread(target=_send, args=(connection, data))
            writer.start()
            got = b"".join(iter(lambda: connection.recv(1 << 16), b""))
            writer.join()
        return got == data


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def echo(workshop: Path) -> Iterator[Echo]:
    built(BOTH_WAYS, "qemu-x86_64", cwd=workshop)
    log = workshop / "both-ways.log"
    with long_wire() as (image, host, switch), log.open("wb") as out:
        command = [sys.executable, "-m", "unilith.cli.main", "run", str(BOTH_WAYS), "--target", "qemu-x86_64"]
        command += ["--quiet", "--net", f"tap={image.name},{host.place}"]
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        process = subprocess.Popen(command, cwd=workshop, env=environment(), **streams)
        made = Echo(host, switch)

        def ready(server: Server) -> bool:
            for version in (4, 6):
                made.connect(version, 0.5).close()
            return True

        with answering(Server(7, log, process, host=host.guest), ready):
            yield made


HARMS = [
    pytest.param(Harm(), id="none"),
    pytest.param(Harm(lost=0.01), id="lost-1%"),
    pytest.param(Harm(lost=0.1), id="lost-10%", marks=pytest.mark.full),
    pytest.param(Harm(twice=0.1), id="twice-10%", marks=pytest.mark.full),
    pytest.param(Harm(late=0.1), id="late-10%", marks=pytest.mark.full),
    pytest.param(Harm(0.05, 0.05, 0.05), id="all-5%", marks=pytest.mark.full),
]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("harm", HARMS)
def test_long_packets_both_ways(echo: Echo, harm: Harm, version: int) -> None:
    long, harmed = list(echo.switch.long), echo.switch.harmed
    echo.switch.harm = harm
    assert echo.sends_back(version, CONTENT)
    echo.switch.harm = Harm()
    # Of the image's, and for it.
    assert all(now - before >= 10 for now, before in zip(echo.switch.long, long, strict=True))
    assert harm == Harm() or echo.switch.harmed - harmed >= 5
