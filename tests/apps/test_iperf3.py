"""iperf3 measures images: its server in the guest, unmodified, and Debian's client."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apps.served import LIMIT, Server, serving
from tests.boot.command import most_telling

pytestmark = pytest.mark.boot

PORT = 5201
BLOCK = 1 << 17
DATAGRAM = 1000
LISTENS = "Server listening on"
BEGUN = "local 10.0.2.15 port"


def waited(server: Server, text: str, count: int) -> None:
    """Until the server has said something so often: between two tests it does not listen for a moment."""
    end = time.monotonic() + LIMIT
    while server.said.count(text) < count:
        assert server.process.poll() is None and time.monotonic() < end, server.said
        time.sleep(0.05)


def ready(server: Server) -> bool:
    """Whether it says that it listens."""
    return LISTENS in server.said


@pytest.fixture(scope="module", params=most_telling("microvm-x86_64"))
def server(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Server]:
    """An image that one client after the other measures."""
    with serving("iperf3", request.param, PORT, ready, cwd=workshop, udp=True) as running:
        yield running


def client(server: Server, *words: str) -> list[str]:
    """The client's command line."""
    return ["iperf3", "--json", "-c", server.host, "-p", str(server.port), *words]


def measured(server: Server, *words: str) -> dict[str, Any]:
    """What a client says at the end of a test; the server listens again then."""
    before = server.said.count(LISTENS)
    done = subprocess.run(client(server, *words), capture_output=True, text=True, timeout=LIMIT, check=False)
    said: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0 and "error" not in said, (done, server.said)
    waited(server, LISTENS, before + 1)
    end: dict[str, Any] = said["end"]
    return end


def by_tcp(server: Server, *words: str, streams: int) -> None:
    """What has come was sent. The server ends a test when the client does, whatever is still on its way."""
    end = measured(server, "-t", "1", "-l", str(BLOCK), "-P", str(streams), *words)
    assert len(end["streams"]) == streams
    for stream in end["streams"]:
        assert 0 <= stream["receiver"]["bytes"] <= stream["sender"]["bytes"] > 0, end
    assert 0 < end["sum_received"]["bytes"] <= end["sum_sent"]["bytes"], end


@pytest.mark.parametrize("streams", [1, 4])
@pytest.mark.parametrize("direction", ["up", "down"])
def test_tcp(server: Server, direction: str, streams: int) -> None:
    by_tcp(server, *(["-R"] if direction == "down" else []), streams=streams)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_udp(server: Server, direction: str) -> None:
    wanted = 200 * DATAGRAM
    words = [
        "-u",
        "-b",
        "8M",
        "-l",
        str(DATAGRAM),
        "-n",
        str(wanted),
        *(["-R"] if direction == "down" else []),
    ]
    end = measured(server, *words)
    for stream in (stream["udp"] for stream in end["streams"]):
        # Datagrams may get lost on the way, but are neither made nor counted twice.
        assert 0 <= stream["lost_packets"] < stream["packets"], end
        assert stream["bytes"] == stream["packets"] * DATAGRAM and stream["out_of_order"] == 0, end
    assert end["sum"]["bytes"] >= wanted / 2, end


@pytest.mark.parametrize("direction", ["up", "down"])
def test_killed_client(server: Server, direction: str) -> None:
    """Connections that break off full of data leave the next client all it needs."""
    words = ["-t", "600", "-P", "4", *(["-R"] if direction == "down" else [])]
    begun, listens = server.said.count(BEGUN), server.said.count(LISTENS)
    with subprocess.Popen(client(server, *words), stdout=subprocess.DEVNULL) as killed:
        waited(server, BEGUN, begun + 4)
        assert killed.poll() is None, server.said
        killed.kill()
    waited(server, LISTENS, listens + 1)
    by_tcp(server, *words[4:], streams=1)
