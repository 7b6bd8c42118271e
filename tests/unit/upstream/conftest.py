"""A small pinned source, and the places that serve it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.unit.upstream.served_sources import Repository, Served, make_tarball


@pytest.fixture
def tarball() -> bytes:
    """What the pin in most tests names."""
    return make_tarball(
        {"greet-1.0/greet.c": b"int greet(void)\n{\n    return 1;\n}\n", "greet-1.0/README": b"hello\n"}
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def served(tarball: bytes) -> Iterator[Served]:
    state = Served()
    state.content = tarball

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked += 1
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()
            self.wfile.write(state.content[: state.cut])

        def log_message(self, format: str, *args: object) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/greet-1.0.tar.gz"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Makes a Debian repository on the disk; returns the folder that stands for /etc/apt.

    The argument gives each version of the source package `greet` and the tarball that its record
    names; the file itself is put into the pool only once, as `greet_1.0.orig.tar.gz`.
    """

    def make(versions: dict[str, bytes]) -> Path:
        pool = tmp_path / "repository"
        pool.mkdir()
        records = []
        for version, content in versions.items():
            orig = f"greet_{version.split('-')[0]}.orig.tar.gz"
            (pool / orig).write_bytes(content)
            dsc = f"greet_{version}.dsc"
            (pool / dsc).write_text(f"Source: greet\nVersion: {version}\n")
            rows = [(pool / name).read_bytes() for name in (dsc, orig)]
            sums = "".join(
                f"\n {hashlib.sha256(data).hexdigest()} {len(data)} {name}"
                for data, name in zip(rows, (dsc, orig), strict=True)
            )
            md5 = "".join(
                f"\n {hashlib.md5(data).hexdigest()} {len(data)} {name}"
                for data, name in zip(rows, (dsc, orig), strict=True)
            )
            records.append(
                f"Package: greet\nBinary: greet\nVersion: {version}\nArchitecture: any\nFormat: 1.0\n"
                f"Maintainer: Nobody <nobody@localhost>\nDirectory: .\nFiles:{md5}\nChecksums-Sha256:{sums}\n"
            )
        index = "\n".join(records).encode()
        (pool / "Sources").write_bytes(index)
        (pool / "Release").write_text(
            "Origin: test\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n"
            f" {hashlib.sha256(index).hexdigest()} {len(index)} Sources\n"
        )
        apt = tmp_path / "etc-apt"
        (apt / "sources.list.d").mkdir(parents=True)
        (apt / "sources.list").write_text(f"deb [trusted=yes] file:{pool} ./\n")
        return apt

    return make
