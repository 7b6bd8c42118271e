"""The server httpd as a program of the host, with sanitizers: what it does wrong by itself shows here."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.apps.fuzzed import SANITIZED, fuzz
from tests.apps.http_cases import CASES, put_content
from tests.apps.http_client import answers
from tests.apps.served import Server, answering, free_port

HTTPD = Path(__file__).parents[2] / "recipes" / "httpd"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """httpd, which serves the cases' files."""
    folder = tmp_path_factory.mktemp("httpd")
    put_content(folder / "www")
    sources = sorted(map(str, HTTPD.glob("*.c")))
    root = f'-DROOT="{folder}/www"'
    flags = ["-fsanitize=address,undefined", "-Wno-unused-result", root]
    subprocess.run(["gcc", *SANITIZED, *flags, *sources, "-o", str(folder / "httpd")], check=True)
    port = free_port()
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([str(folder / "httpd"), str(port)], stdout=out, stderr=out)
    with answering(Server(port, log, process), answers("/hello")) as running:
        yield running
        assert "ERROR" not in running.said and "runtime error" not in running.said, running.said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_httpd(server: Server, case: Callable[[Server], None]) -> None:
    case(server)
    assert server.process.poll() is None, server.said


def test_the_parser(tmp_path: Path) -> None:
    program = tmp_path / "test"
    sources = [str(HTTPD / "tests/test_http_request.c"), str(HTTPD / "http_request.c")]
    subprocess.run(
        ["gcc", *SANITIZED, "-Werror", "-fsanitize=address,undefined", *sources, "-o", str(program)],
        check=True,
    )
    subprocess.run([program], check=True)


def test_the_parser_keeps_its_promises_whatever_comes(tmp_path: Path) -> None:
    target, sources = HTTPD / "tests/fuzz_http_request.c", (HTTPD / "http_request.c",)
    fuzz(target, sources, tmp_path, runs=50_000, longest=5000)
