"""httpd and nginx in images, asked by curl, ab, wrk and by sockets that behave badly."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.apps.http_cases import CASES, churns, loads, put_content, serves_many_at_once
from tests.apps.http_client import answers
from tests.apps.served import Server, serving
from tests.boot.command import TARGETS

pytestmark = pytest.mark.boot

RECIPES = Path(__file__).parents[2] / "recipes"
MEMORY = "64M"
"""The files are in memory, and one of them is large."""


def with_content(name: str, folder: Path) -> Path:
    """The catalog's recipe with the cases' files in its root file system."""
    copy = folder / name
    if not copy.exists():
        shutil.copytree(RECIPES / name, copy)
        put_content(copy / "files" / "www")
    return copy


@pytest.fixture(scope="module", params=[(name, target) for name in ("httpd", "nginx") for target in TARGETS])
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
def test_a_thousand_at_once(server: Server) -> None:
    serves_many_at_once(server, 1000)


@pytest.mark.full
def test_load(server: Server) -> None:
    loads(server, 20000)
