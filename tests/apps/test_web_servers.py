"""httpd and nginx in images, asked by curl, ab, wrk and by sockets that behave badly."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.apps.accounted import accounted, at_rest, connected
from tests.apps.http_cases import CASES, churns, loads, put_content, serves_many_at_once
from tests.apps.http_client import answers
from tests.apps.served import Server, serving
from tests.boot.account import accounts
from tests.boot.command import TARGETS

pytestmark = pytest.mark.boot

RECIPES = Path(__file__).parents[2] / "recipes"
MEMORY = "64M"
"""The files are in memory, and one of them is large."""
SERVERS = [(name, target) for name in ("httpd", "nginx") for target in TARGETS]
MANY = 3000
"""Connections at once."""


def with_content(name: str, folder: Path) -> Path:
    """The catalog's recipe with the cases' files in its root file system."""
    copy = folder / name
    if not copy.exists():
        shutil.copytree(RECIPES / name, copy)
        put_content(copy / "files" / "www")
    return copy


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Server]:
    """A web server in an image."""
    name, target = request.param
    recipe = with_content(name, workshop)
    with serving(recipe, target, 80, answers("/small.txt"), "--memory", MEMORY, cwd=workshop) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_web_server(server: Server, case: Callable[[Server], None]) -> None:
    case(server)


@pytest.mark.full
def test_connections_without_end(server: Server) -> None:
    """More than the client has ports, which are 28,000 or so; passt resets one in a hundred thousand (`loads`)."""
    churns(server, 5000 if server.by_passt else 30000)


@pytest.mark.full
def test_load(server: Server) -> None:
    loads(server, 20000)


def for_many(name: str, folder: Path) -> Path:
    """A copy of a recipe that may have more than the usual 1,024 connections. nginx closes those that rest when a 16th
    of its own are left, or when they have rested for more than 75 s."""
    recipe = accounted(name, folder, FD_TABLE_LIMIT=2 * MANY)
    put_content(recipe / "files" / "www")
    if name == "nginx":
        file = recipe / "files" / "etc" / "nginx.conf"
        text = file.read_text()
        more = text.replace("worker_connections 1024;", f"worker_connections {MANY + MANY // 8};")
        more = more.replace("sendfile on;", "sendfile on;\n    keepalive_timeout 1h;")
        assert more.count("\n") == text.count("\n") + 1 and "1024" not in more, text
        file.write_text(more)
    return recipe


@pytest.mark.full
@pytest.mark.parametrize(("name", "target"), SERVERS)
def test_thousands_at_once(workshop: Path, name: str, target: str) -> None:
    """All are asked while all are open, and the same again: what they held is given back, to the last packet. (nginx
    at rest has now more and now fewer pages from the C library; test_soak.py looks at those.)"""
    folder = workshop / "many"
    recipe = for_many(name, folder)
    with serving(recipe, target, 80, answers("/small.txt"), "--memory", MEMORY, cwd=folder) as server:
        left = [at_rest(server)]
        for _ in range(2):
            serves_many_at_once(server, MANY, lambda: connected(server, MANY))
            left.append(at_rest(server))
        assert all((held.listeners, held.sockets) == (1, 1) for held in left), left
        if name == "httpd":
            # A heap that so many have used is not always in the same pieces again.
            took = left[1].pages - min(held.pages for held in accounts(server.said))
            assert left[2].pages >= left[1].pages - took // 5, (left, took)
