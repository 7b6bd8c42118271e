"""A server in an image, started as a user does and asked by clients of the host."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.boot.command import environment
from tests.boot.wire import built

LIMIT = 120
"""Seconds after which a server that does not answer never will."""


@dataclass(frozen=True)
class Server:
    """Where a server answers, and what its image has said so far: console and messages in one file."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]
    host: str = "127.0.0.1"
    by_passt: bool = False
    """Its packets are carried by passt, as those of a process are."""

    @property
    def url(self) -> str:
        """The beginning of its URLs."""
        return f"http://{self.host}:{self.port}"

    @property
    def said(self) -> str:
        """The console's text."""
        return self.log.read_text(errors="replace")

    def connect(self, *, timeout: float = 30.0) -> socket.socket:
        """A connection to it."""
        return socket.create_connection((self.host, self.port), timeout)


Ready = Callable[[Server], bool]
"""Asks the server something; whether it answered."""


def free_port() -> int:
    """A port of the host that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    recipe: str | Path, target: str, guest_port: int, ready: Ready, *words: str, cwd: Path, udp: bool = False
) -> Iterator[Server]:
    """Builds and runs a recipe until the end of the block. A server that crashes meanwhile is an error. With `udp` the
    same port is there for datagrams, too."""
    built(recipe, target, cwd=cwd)
    port = free_port()
    log = cwd / f"served-{port}.log"
    command = [sys.executable, "-m", "unilith.cli.main", "run", str(recipe), "--target", target, "--quiet"]
    datagrams = ["-p", f"{port}:{guest_port}/udp"] if udp else []
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "-p", f"{port}:{guest_port}", *datagrams, *words],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment(),
        )
    with answering(Server(port, log, process, by_passt=target.startswith("process")), ready) as server:
        yield server


@contextlib.contextmanager
def answering(server: Server, ready: Ready) -> Iterator[Server]:
    """Waits for a server that was started, and ends it after the block."""
    try:
        _wait(server, ready)
        yield server
        assert server.process.poll() is None, (
            f"the server ended with {server.process.returncode}: {server.said}"
        )
        assert "panic:" not in server.said, server.said
    finally:
        server.process.terminate()
        server.process.wait()


def _wait(server: Server, ready: Ready) -> None:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        assert server.process.poll() is None, f"ended with {server.process.returncode}: {server.said}"
        with contextlib.suppress(OSError):
            if ready(server):
                return
        time.sleep(0.05)
    raise AssertionError(f"no answer within {LIMIT} s: {server.said}")
