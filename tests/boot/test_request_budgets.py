"""What a request costs a server, in instructions of the whole guest: exact enough to be a budget.

docs/performance.md tells where they go; `python -m tests.boot.test_request_budgets RECIPE` prints it anew.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.apps.served import free_port
from tests.boot.counting import Counted, by_function
from tests.boot.forwarded import forwarded
from tests.boot.monitor import Monitor
from tests.boot.wire import built

pytestmark = pytest.mark.boot

REQUESTS = 20


@dataclass(frozen=True)
class Budget:
    """A request on a connection that is kept, and the most instructions that it may take: a fifth more than it
    takes today."""

    recipe: str
    port: int
    request: bytes
    instructions: int
    datagrams: bool = False
    """Whether it is asked by UDP."""

    @property
    def name(self) -> str:
        """The recipe's, and what is asked of it where there are several."""
        return self.recipe if self.port in (80, 6379) else f"{self.recipe}-{self.port}"


HTTP = b"GET /index.html HTTP/1.1\r\nHost: t\r\n\r\n"
BUDGETS = (
    Budget("httpd", 80, HTTP, 14_900),
    Budget("nginx", 80, HTTP, 26_100),
    Budget("redis", 6379, b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", 15_600),
    # What a stack and sockets cost, and what it gains to do without: the same echo of 64 bytes.
    Budget("udp-kv", 7, bytes(64), 2_300, datagrams=True),
    Budget("udp-kv", 4000, b"get a key", 2_100, datagrams=True),
    Budget("wired", 7, bytes(64), 7_000, datagrams=True),
)


@contextlib.contextmanager
def started(recipe: str, forward: int | str, folder: Path) -> Iterator[tuple[Counted, int, Path]]:
    """The recipe's image in a machine; its monitor, its port on the host, which leads to `forward`, and its build
    folder."""
    from unilith.image.description import ImageDescription

    image = built(recipe, "qemu-x86_64", cwd=folder)
    port = free_port()
    words = forwarded(ImageDescription.read(image / "image.json"), f"{port}:{forward}", 64 << 20)
    monitor = image / "monitor"
    monitor.unlink(missing_ok=True)
    # Names of sockets are short: QEMU is told one that is relative to where it is started.
    words += ["-qmp", "unix:monitor,server=on,wait=off"]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=image)
    try:
        with contextlib.chdir(image):
            yield Counted(Monitor(Path("monitor")), image), port, image
    finally:
        process.kill()
        process.wait()


def connected(port: int, request: bytes, *, datagrams: bool = False) -> socket.socket:
    """A socket by which it has answered once."""
    for _ in range(600):
        with contextlib.suppress(OSError):
            kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
            connection = socket.socket(socket.AF_INET, kind)
            connection.settimeout(1.0)
            connection.connect(("127.0.0.1", port))
            connection.sendall(request)
            if connection.recv(65536):
                if not datagrams:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(60.0)
                return connection
        time.sleep(0.1)
    raise AssertionError("no answer")


def counts(budget: Budget, folder: Path) -> tuple[float, Counter[str]]:
    """Instructions a request, and those of each function for all `REQUESTS`. The least of three counts is taken, as
    the clock ticks now and then."""
    with (
        started(budget.recipe, f"{budget.port}{'/udp' if budget.datagrams else ''}", folder) as (
            counted,
            port,
            image,
        ),
        connected(port, budget.request, datagrams=budget.datagrams) as connection,
    ):

        def ask(times: int = REQUESTS) -> None:
            for _ in range(times):
                connection.sendall(budget.request)
                assert connection.recv(65536)

        ask(50)
        least = min((counted.during(ask) for _ in range(3)), key=Counter.total)
        return least.total() / REQUESTS, by_function(least, image / "image.debug")


@pytest.mark.parametrize(
    "budget",
    [
        pytest.param(b, id=b.name, marks=() if b.recipe in ("httpd", "nginx") else pytest.mark.full)
        for b in BUDGETS
    ],
)
def test_a_request_keeps_within_its_instructions(workshop: Path, budget: Budget) -> None:
    taken, where = counts(budget, workshop)
    assert taken > 1000, "nothing was counted"
    assert taken <= budget.instructions, where.most_common(20)


def main() -> None:
    """Prints the instructions of a request by function."""
    budget = next(b for b in BUDGETS if sys.argv[1] in (b.recipe, b.name))
    taken, where = counts(budget, Path.cwd())
    print(f"{budget.name}: {taken:,.0f} instructions a request")
    for name, count in where.most_common(40):
        print(f"{count / REQUESTS:8,.0f} {name}")


if __name__ == "__main__":
    main()
