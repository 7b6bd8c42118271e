"""Redis in images, asked by redis-cli, redis-benchmark and a client of its protocol."""

from __future__ import annotations

import contextlib
import csv
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apps.accounted import accounted, at_rest, connected
from tests.apps.redis_client import Client, RedisError, ready
from tests.apps.served import Server, serving
from tests.boot.account import accounts
from tests.boot.command import TARGETS

pytestmark = pytest.mark.boot


@pytest.fixture(scope="module", params=TARGETS)
def server(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Server]:
    """Redis in an image."""
    with serving("redis", request.param, 6379, ready, cwd=workshop) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A connection to an empty database."""
    with server.connect() as connection:
        made = Client(connection)
        assert made.ask("FLUSHALL") == b"OK"
        yield made


def cli(server: Server, *words: str) -> str:
    """What redis-cli says."""
    command = ["redis-cli", "-h", server.host, "-p", str(server.port), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_redis_cli(server: Server, client: Client) -> None:
    assert cli(server, "SET", "greeting", "hello") == "OK\n"
    assert cli(server, "GET", "greeting") == "hello\n"
    assert "redis_version:7.0.15" in cli(server, "INFO", "server")
    assert client.ask("GET", "greeting") == b"hello"


def test_every_kind_of_value(client: Client) -> None:
    assert client.ask("APPEND", "s", b"\0\xff") == 2 and client.ask("GETRANGE", "s", "1", "1") == b"\xff"
    assert client.ask("INCRBYFLOAT", "f", "10.5") == b"10.5" and client.ask("INCR", "n") == 1
    assert client.ask("RPUSH", "l", "a", "b", "c") == 3 and client.ask("LRANGE", "l", "0", "-1") == [
        b"a",
        b"b",
        b"c",
    ]
    assert client.ask("SADD", "set", "x", "y") == 2 and client.ask("SISMEMBER", "set", "x") == 1
    assert client.ask("HSET", "h", "one", "1", "two", "2") == 2 and client.ask("HGET", "h", "two") == b"2"
    assert client.ask("ZADD", "z", "2", "b", "1", "a") == 2 and client.ask("ZRANGE", "z", "0", "-1") == [
        b"a",
        b"b",
    ]
    assert client.ask("SETBIT", "bits", "7", "1") == 0 and client.ask("BITCOUNT", "bits") == 1
    assert client.ask("PFADD", "hll", *map(str, range(100))) == 1 and client.ask("PFCOUNT", "hll") == 100
    assert client.ask("GEOADD", "g", "13.361389", "38.115556", "Palermo") == 1
    entry = client.ask("XADD", "stream", "1-1", "field", "value")
    assert entry == b"1-1" and client.ask("XLEN", "stream") == 1
    assert client.ask("DBSIZE") == 11
    with pytest.raises(RedisError, match="WRONGTYPE"):
        client.ask("GET", "l")


def test_expiry_transactions_and_scripts(client: Client) -> None:
    assert client.ask("SET", "short", "x", "PX", "30") == b"OK"
    time.sleep(0.1)
    assert client.ask("GET", "short") is None
    client.send(("MULTI",), ("INCR", "n"), ("INCR", "n"), ("EXEC",))
    assert [client.answer() for _ in range(4)] == [b"OK", b"QUEUED", b"QUEUED", [1, 2]]
    script = "local t = {} for i = 1, 10 do t[i] = redis.call('INCRBY', KEYS[1], ARGV[1]) end return t"
    assert client.ask("EVAL", script, "1", "sum", "3") == [3 * i for i in range(1, 11)]
    assert client.ask("EVAL", "return cjson.encode({1,2})", "0") == b"[1,2]"


def test_who_waits_is_woken(server: Server, client: Client) -> None:
    with server.connect() as connection, server.connect() as listening:
        waiting, subscriber = Client(connection), Client(listening)
        waiting.send(("BLPOP", "queue", "20"))
        assert subscriber.ask("SUBSCRIBE", "news") == [b"subscribe", b"news", 1]
        assert client.ask("PUBLISH", "news", "now") == 1
        assert subscriber.answer() == [b"message", b"news", b"now"]
        assert client.ask("LPUSH", "queue", "job") == 1
        assert waiting.answer() == [b"queue", b"job"]


def test_large_values_and_long_pipelines(client: Client) -> None:
    large = bytes(range(256)) * 8192
    assert client.ask("SET", "large", large) == b"OK" and client.ask("GET", "large") == large
    for begin in range(0, 5000, 500):
        client.send(*(("SET", f"k{n}", str(n)) for n in range(begin, begin + 500)))
        assert [client.answer() for _ in range(500)] == [b"OK"] * 500
    client.send(*(("GET", f"k{n}") for n in range(0, 5000, 10)))
    assert [client.answer() for _ in range(500)] == [str(n).encode() for n in range(0, 5000, 10)]


def test_what_needs_a_second_process_is_refused(client: Client) -> None:
    for command in ("BGSAVE", "BGREWRITEAOF"):
        with pytest.raises(RedisError, match="ERR"):
            client.ask(command)
    assert client.ask("PING") == b"PONG"


def test_connections_come_and_go(server: Server, client: Client) -> None:
    for number in range(200):
        with server.connect() as connection:
            assert Client(connection).ask("ECHO", str(number)) == str(number).encode()
    clients = client.ask("INFO", "clients")
    assert isinstance(clients, bytes) and int(clients.partition(b"connected_clients:")[2].split()[0]) < 10


def test_nonsense_ends_a_connection_and_nothing_else(server: Server, client: Client) -> None:
    for nonsense in (
        b"*1000000000\r\n",
        b"*1\r\n$99999999999\r\n",
        b"*-5\r\nx\r\n",
        b"\x16\x03\x01" * 100 + b"\r\n",
    ):
        with server.connect(timeout=10.0) as connection:
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    assert client.ask("PING") == b"PONG"


def benchmark(server: Server, requests: int, *words: str) -> dict[str, float]:
    """redis-benchmark's requests per second by test; its errors are an error."""
    command = [
        "redis-benchmark",
        "-h",
        server.host,
        "-p",
        str(server.port),
        "-n",
        str(requests),
        "--csv",
        *words,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0 and "rror" not in said.stdout + said.stderr, said
    rows = list(csv.DictReader(said.stdout.splitlines()))
    return {row["test"]: float(row["rps"]) for row in rows}


def test_redis_benchmark(server: Server) -> None:
    # Every test that redis-benchmark knows; it stops at the first error.
    assert len(benchmark(server, 300, "-c", "10")) >= 18
    piped = benchmark(server, 2000, "-c", "10", "-P", "16", "-t", "set,get,incr,lpush,zadd")
    assert piped.keys() >= {"SET", "GET", "INCR", "LPUSH", "ZADD"}


@pytest.mark.full
def test_redis_benchmark_for_long(server: Server) -> None:
    # More clients at a time than QEMU's user networking lets wait are lost before an image hears of them.
    benchmark(server, 10000, "-c", "10")
    benchmark(server, 200000, "-c", "10", "-P", "32", "-t", "set,get", "-r", "10000", "-d", "100")


@pytest.mark.full
def test_thousands_of_connections(workshop: Path) -> None:
    """3,000 that are open at once, and as many again: what they held is given back, to the last packet."""
    recipe = accounted("redis", workshop)
    with serving(recipe, "qemu-x86_64", 6379, ready, "--memory", "128M", cwd=workshop) as server:
        left = [at_rest(server)]
        for _ in range(2):
            with contextlib.ExitStack() as stack:
                opened: list[Client] = []
                for _ in range(3000):
                    # QEMU's user networking accepts two connections at a time: each has to answer before the next.
                    opened.append(Client(server.connect()))
                    stack.callback(opened[-1].close)
                    assert opened[-1].ask("PING") == b"PONG"
                for number, client in enumerate(opened):
                    client.send(("ECHO", str(number)))
                assert [client.answer() for client in opened] == [str(n).encode() for n in range(len(opened))]
                connected(server, len(opened))
            left.append(at_rest(server))
        assert all((held.listeners, held.sockets) == (1, 1) for held in left), left
        # A heap that so many have used is not always in the same pieces again.
        took = left[1].pages - min(held.pages for held in accounts(server.said))
        assert left[2].pages >= left[1].pages - took // 10, (left, took)
