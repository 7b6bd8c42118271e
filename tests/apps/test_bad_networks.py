"""A web server behind a network that loses, doubles and reorders packets: every byte arrives all the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.apps.http_client import GET
from tests.apps.lossy_wire import Harm, badly_served
from tests.apps.served import Server

pytestmark = pytest.mark.boot

RECIPE = Path(__file__).parents[2] / "recipes" / "httpd"
CONTENT = bytes(range(256)) * 1200


@pytest.fixture(scope="module")
def recipe(workshop: Path) -> Path:
    """httpd with a file of 300 KB."""
    copy = workshop / "bad-networks"
    shutil.copytree(RECIPE, copy)
    (copy / "files" / "www" / "file.bin").write_bytes(CONTENT)
    return copy


def ready(server: Server) -> bool:
    """Asked again soon: a question that came too early is lost."""
    with server.connect(timeout=0.5) as connection:
        connection.sendall(GET % b"/")
        return connection.recv(100).startswith(b"HTTP/1.1 200")


def fetches(server: Server, path: str, times: int) -> None:
    """As often, each time on a connection of its own."""
    for _ in range(times):
        words = ["curl", "--silent", "--show-error", "--max-time", "100", server.url + path]
        got = subprocess.run(words, capture_output=True, check=False)
        assert got.returncode == 0, got.stderr
        assert got.stdout == CONTENT if path == "/file.bin" else got.stdout.startswith(b"<"), path


HARMS = [
    pytest.param(Harm(lost=0.01), 4, id="lost-1%"),
    pytest.param(Harm(twice=0.1, late=0.1), 4, id="twice-and-late-10%"),
    pytest.param(Harm(lost=0.1), 2, id="lost-10%", marks=pytest.mark.full),
    pytest.param(Harm(0.1, 0.1, 0.1), 20, id="all-10%", marks=pytest.mark.full),
]


@pytest.mark.parametrize(("harm", "times"), HARMS)
def test_every_byte_arrives(recipe: Path, workshop: Path, harm: Harm, times: int) -> None:
    with badly_served(recipe, "qemu-x86_64", 80, ready, harm, cwd=workshop) as (server, switch):
        fetches(server, "/file.bin", times)
        fetches(server, "/", 2 * times)
        assert switch.harmed >= 5
