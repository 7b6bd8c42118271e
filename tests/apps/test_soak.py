"""Servers that have run for long: they hold no more than at their beginning, and a connection costs what it did.

`UNILITH_SOAK_ROUNDS` says how many rounds of mixed traffic there are: 40 take some two minutes, 5,000 some hours.
`UNILITH_SOAK_MINUTES` adds rounds until they have taken so long. What a server held is in the test's output (`-rP`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.apps import http_cases as cases
from tests.apps.accounted import accounted, at_rest
from tests.apps.http_client import answers
from tests.apps.redis_client import Client
from tests.apps.redis_client import ready as redis_ready
from tests.apps.served import Server, serving
from tests.apps.test_redis import benchmark
from tests.boot.account import Held, accounts
from tests.boot.test_request_budgets import connected, started

pytestmark = [pytest.mark.boot, pytest.mark.full]

ROUNDS = int(os.environ.get("UNILITH_SOAK_ROUNDS", "40"))
MINUTES = float(os.environ.get("UNILITH_SOAK_MINUTES", "0"))
WARM = 10
"""Rounds until a server, its heap and the stack's lists of what is used again have grown to what such traffic takes."""
AT_A_TIME = 3
REMEMBERED = 512
"""Ended connections (LWIP_TIME_WAIT), each for a minute."""
PAGES = 64
"""So many may be gone for good: the heap's parts are not always the same ones. A round has some 540 connections, so
that a dozen bytes of each of them in 40 rounds are noticed."""
REDIS_PAGES = 256
"""Its malloc gives memory back by 64 pages, of which one object keeps all."""
REDIS_BYTES = 4096
"""Of what redis itself counts, which is the same to the byte after each round."""

ONCE = b"GET /index.html HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
COUNTED = 20

MIXED: tuple[Callable[[Server], None], ...] = (
    cases.gets_files,
    cases.keeps_connections,
    cases.answers_a_pipeline,
    cases.waits_for_slow_clients,
    cases.waits_for_many_slow_clients,
    cases.waits_for_slow_readers,
    cases.sends_large_files,
    cases.answers_a_half_closed_connection,
    cases.stands_resets,
    cases.stands_resets,
    cases.refuses_what_is_no_request,
    cases.churns,
    cases.serves_many_at_once,
)


def rounds() -> Iterator[int]:
    """The rounds' numbers."""
    end = time.monotonic() + 60 * MINUTES
    for number in itertools.count():
        if number >= ROUNDS and time.monotonic() >= end:
            return
        yield number


def tells(server: Server, count: int, before: Held, after: Held) -> None:
    """Says what came out, for who has let it run for long."""
    lines = accounts(server.said)
    print(f"{count} rounds; at rest before: {before}; at rest after: {after}")
    print(
        f"of {len(lines)} seconds' accounts, at most {max(held.connections for held in lines)} connections, "
        f"{max(held.buffers for held in lines)} buffers, {max(held.blocks for held in lines)} blocks; "
        f"at least {min(held.pages for held in lines)} pages free"
    )


def a_round(server: Server, number: int) -> None:
    """All kinds of clients in an order of this round's own, some at a time."""
    order = random.Random(number).sample(MIXED, len(MIXED))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in [pool.submit(case, server) for case in order]:
            done.result()


@pytest.mark.parametrize(("name", "target"), [("httpd", "qemu-x86_64"), ("nginx", "microvm-x86_64")])
def test_nothing_is_lost_in_a_long_time(workshop: Path, name: str, target: str) -> None:
    recipe = accounted(name, workshop)
    cases.put_content(recipe / "files" / "www")
    with serving(recipe, target, 80, answers("/small.txt"), "--memory", "64M", cwd=workshop) as server:
        for number in range(WARM):
            a_round(server, number)
        before = at_rest(server)
        count = 0
        for number in rounds():
            a_round(server, WARM + number)
            count += 1
        after = at_rest(server)
        tells(server, count, before, after)
        assert (after.listeners, after.sockets) == (before.listeners, before.sockets) == (1, 1)
        assert after.pages >= before.pages - PAGES, (before, after)
        most = max(held.connections for held in accounts(server.said))
        assert 0 < most <= REMEMBERED + 300, most


def breaks_off(server: Server) -> None:
    """Clients that go in the middle of an answer, of a command, or before they have said anything."""
    for words in (b"", b"*2\r\n$3\r\nGE", b"LRANGE many 0 -1\r\n" * 20):
        for _ in range(5):
            with server.connect() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, cases.RESET)
                connection.sendall(words)


def test_redis_holds_nothing_after_a_long_time(workshop: Path) -> None:
    recipe = accounted("redis", workshop)
    with serving(recipe, "microvm-x86_64", 6379, redis_ready, "--memory", "64M", cwd=workshop) as server:
        with contextlib.closing(Client(server.connect())) as client:
            # Redis remembers the last 128 commands that took it 10 ms: on a busy machine, half a megabyte of ours.
            assert client.ask("CONFIG", "SET", "slowlog-log-slower-than", "-1") == b"OK"

        def in_use() -> int:
            with contextlib.closing(Client(server.connect())) as client:
                assert client.ask("FLUSHALL") == b"OK"
                said = client.ask("INFO", "memory")
            assert isinstance(said, bytes)
            return int(said.partition(b"used_memory:")[2].split()[0])

        def serves(numbers: Iterable[int]) -> tuple[int, Held, int]:
            count = 0
            for _ in numbers:
                with contextlib.closing(Client(server.connect())) as client:
                    assert client.ask("FLUSHALL") == b"OK"
                    client.ask("RPUSH", "many", *("x" * 100 for _ in range(500)))
                breaks_off(server)
                assert benchmark(server, 400, "-c", "40", "-t", "set,get,lpush,lrange_100,mset").keys()
                assert benchmark(server, 2000, "-c", "10", "-P", "16", "-t", "set,get", "-k", "1").keys()
                assert benchmark(server, 100, "-c", "5", "-t", "ping", "-k", "0").keys()
                count += 1
            held = at_rest(server)
            return count, held, in_use()

        in_use()  # redis begins a table of how long a command takes when it is first asked: INFO, too
        _, before, used_before = serves(range(WARM))
        count, after, used_after = serves(rounds())
        tells(server, count, before, after)
        print(f"redis counted {used_before} bytes, and then {used_after}")
        assert (after.listeners, after.sockets) == (before.listeners, before.sockets) == (1, 1)
        assert after.pages >= before.pages - REDIS_PAGES, (before, after)
        assert used_after <= used_before + REDIS_BYTES


def churn(port: int, connections: int) -> None:
    """Connections that come, ask once, and are ended by the server, who has to remember them."""
    for number in range(connections):
        with socket.create_connection(("127.0.0.1", port), 30.0) as connection:
            connection.sendall(ONCE)
            got = b""
            while piece := connection.recv(65536):
                got += piece
        assert got.startswith(b"HTTP/1.1 200"), (number, got)


@pytest.mark.parametrize("name", ["httpd", "nginx"])
def test_a_connection_costs_what_it_did(workshop: Path, name: str) -> None:
    """In instructions of the whole guest, once the first connections have been forgotten and after 30,000 more. The
    clock's ticks are among them, and come the more often the slower the machine is."""
    with started(name, 80, workshop) as (counted, port, _):

        def cost() -> int:
            return min(counted.during(lambda: churn(port, COUNTED)).total() for _ in range(3))

        connected(port, ONCE).close()
        churn(port, 2 * REMEMBERED)
        early = cost()
        churn(port, 30000)
        late = cost()
    assert early > 10_000 * COUNTED, "too few to be true"
    assert late <= 1.5 * early, (early, late)
