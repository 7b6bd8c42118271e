"""nginx in an image, serving a folder of the host by virtio-fs: what it does with files of its own, it does here."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.apps.http_cases import CASES, put_content
from tests.apps.http_client import answers
from tests.apps.served import Server, serving

pytestmark = [pytest.mark.boot, pytest.mark.full]


@pytest.fixture(scope="module")
def folder(workshop: Path) -> Path:
    """What is served."""
    www = workshop / "www"
    www.mkdir()
    put_content(www)
    return www


@pytest.fixture(scope="module")
def server(workshop: Path, folder: Path) -> Iterator[Server]:
    """The web server."""
    words = ("--share", str(folder), "--memory", "64M")
    with serving("nginx-virtiofs", "qemu-x86_64", 80, answers("/small.txt"), *words, cwd=workshop) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_web_server(server: Server, case: Callable[[Server], None]) -> None:
    case(server)


def test_what_the_host_adds_is_served(server: Server, folder: Path) -> None:
    for text in ("one", "another"):
        (folder / f"{text}.txt").write_text(text)
        with urllib.request.urlopen(f"{server.url}/{text}.txt", timeout=30) as answer:
            assert answer.read().decode() == text
