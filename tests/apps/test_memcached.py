"""memcached in images: its text protocol, command by command, and the tests that come with its source."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apps.served import Server, serving
from tests.boot.command import TARGETS

pytestmark = pytest.mark.boot


class Client:
    """Speaks the text protocol (memcached's doc/protocol.txt) over one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream = connection.makefile("rb")

    def line(self) -> str:
        """The next line of an answer."""
        raw = self.stream.readline()
        if not raw.endswith(b"\r\n"):
            raise ConnectionError(f"the connection ended after {raw!r}")
        return raw[:-2].decode()

    def ask(self, text: str | bytes) -> str:
        """A command and the first line of its answer."""
        self.connection.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")
        return self.line()

    def store(
        self, verb: str, key: str, value: bytes, *, flags: int = 0, expires: int = 0, more: str = ""
    ) -> str:
        """A command that carries a value."""
        head = f"{verb} {key} {flags} {expires} {len(value)}{more}\r\n".encode()
        return self.ask(head + value)

    def get(self, keys: str, verb: str = "get") -> dict[str, tuple[bytes, int, int]]:
        """What is stored under the keys: value, flags, and with `gets` the number for cas."""
        found = {}
        line = self.ask(f"{verb} {keys}")
        while line != "END":
            word, key, flags, length, *unique = line.split()
            assert word == "VALUE", line
            value = self.stream.read(int(length) + 2)
            found[key] = (value[:-2], int(flags), int(unique[0]) if unique else 0)
            line = self.line()
        return found


def ready(server: Server) -> bool:
    """Whether it says its version."""
    with server.connect(timeout=2.0) as connection:
        connection.sendall(b"version\r\n")
        return connection.recv(100).startswith(b"VERSION")


@pytest.fixture(scope="module", params=TARGETS)
def server(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Server]:
    """memcached in an image."""
    with serving("memcached", request.param, 11211, ready, cwd=workshop) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A connection to an empty cache."""
    with server.connect() as connection:
        made = Client(connection)
        assert made.ask("flush_all") == "OK"
        yield made


def test_version(client: Client) -> None:
    assert client.ask("version") == "VERSION 1.6.18"


def test_set_get_and_flags(client: Client) -> None:
    assert client.store("set", "a", b"one", flags=4294967295) == "STORED"
    assert client.store("set", "b", b"\0\r\n\xff", flags=7) == "STORED"
    assert client.get("a b missing") == {"a": (b"one", 4294967295, 0), "b": (b"\0\r\n\xff", 7, 0)}
    assert client.store("set", "empty", b"") == "STORED" and client.get("empty")["empty"][0] == b""


def test_add_replace_append_prepend(client: Client) -> None:
    assert client.store("replace", "k", b"x") == "NOT_STORED"
    assert client.store("append", "k", b"x") == "NOT_STORED"
    assert client.store("add", "k", b"mid") == "STORED" and client.store("add", "k", b"no") == "NOT_STORED"
    assert client.store("append", "k", b">") == "STORED" and client.store("prepend", "k", b"<") == "STORED"
    assert client.get("k")["k"][0] == b"<mid>"
    assert client.store("replace", "k", b"new") == "STORED" and client.get("k")["k"][0] == b"new"


def test_cas(client: Client) -> None:
    assert client.store("cas", "k", b"x", more=" 1") == "NOT_FOUND"
    client.store("set", "k", b"first")
    unique = client.get("k", "gets")["k"][2]
    assert client.store("cas", "k", b"second", more=f" {unique}") == "STORED"
    assert client.store("cas", "k", b"third", more=f" {unique}") == "EXISTS"
    assert client.get("k")["k"][0] == b"second"


def test_incr_and_decr(client: Client) -> None:
    assert client.ask("incr n 1") == "NOT_FOUND"
    client.store("set", "n", b"18446744073709551615")
    assert client.ask("incr n 1") == "0" and client.ask("incr n 41") == "41"
    assert client.ask("decr n 100") == "0"
    client.store("set", "n", b"text")
    assert client.ask("incr n 1").startswith("CLIENT_ERROR")


def test_delete_touch_and_expiry(client: Client) -> None:
    assert client.ask("delete k") == "NOT_FOUND" and client.ask("touch k 10") == "NOT_FOUND"
    client.store("set", "k", b"x")
    assert client.ask("touch k 100") == "TOUCHED" and client.ask("delete k") == "DELETED"
    assert client.get("k") == {}
    client.store("set", "gone", b"x", expires=-1)
    client.store("set", "short", b"x", expires=1)
    assert client.get("gone") == {} and "short" in client.get("short")
    time.sleep(2.2)
    assert client.get("short") == {}


def test_noreply_and_pipelines(client: Client) -> None:
    commands = "".join(f"set k{n} {n} 0 2 noreply\r\nv{n % 10}\r\n" for n in range(300))
    client.connection.sendall(commands.encode())
    found = client.get(" ".join(f"k{n}" for n in range(90)))
    assert found == {f"k{n}": (f"v{n % 10}".encode(), n, 0) for n in range(90)}


def test_meta_commands(client: Client) -> None:
    assert client.ask(b"ms key 5 T90 F3\r\nvalue") == "HD"
    assert client.ask("mg key v f t").startswith("VA 5 f3 t")
    assert client.line() == "value"
    assert client.ask("mg other v") == "EN" and client.ask("md key") == "HD" and client.ask("mn") == "MN"


def test_limits_and_errors(client: Client, server: Server) -> None:
    assert client.ask("nonsense") == "ERROR"
    assert client.ask("get " + "k" * 251).startswith("CLIENT_ERROR")
    assert client.ask("set k 0 0 x").startswith("CLIENT_ERROR")
    large = b"x" * (1 << 20)
    with server.connect() as connection:
        assert Client(connection).store("set", "large", large).startswith("SERVER_ERROR")
    assert client.store("set", "large", large[:-1000]) == "STORED"
    assert client.get("large")["large"][0] == large[:-1000]
    assert client.store("set", "k", b"still here") == "STORED"


def test_old_values_make_room(client: Client) -> None:
    value = bytes(100_000)
    for number in range(400):
        assert client.store("set", f"big{number}", value) == "STORED"
    assert client.get("big399")["big399"][0] == value and client.get("big0") == {}


def test_statistics_and_connections(server: Server, client: Client) -> None:
    for number in range(200):
        with server.connect() as connection:
            assert Client(connection).store("set", f"c{number}", b"x") == "STORED"
    statistics = {}
    line = client.ask("stats")
    while line != "END":
        _, name, value = line.split(" ", 2)
        statistics[name] = value
        line = client.line()
    assert statistics["version"] == "1.6.18" and int(statistics["cmd_set"]) >= 200
    assert int(statistics["total_connections"]) >= 200 and int(statistics["curr_connections"]) < 20


# Those of its tests (t/ in its source) that use one server as it starts by default, and skip nothing.
THEIRS = (
    "binary-get",
    "bogus-commands",
    "cas",
    "flags",
    "getandtouch",
    "incrdecr",
    "issue_104",
    "issue_108",
    "issue_14",
    "issue_152",
    "issue_192",
    "issue_29",
    "issue_3",
    "issue_41",
    "issue_68",
    "issue_70",
    "line-lengths",
    "malicious-commands",
    "multiversioning",
    "noreply",
    "quit",
    "stats-detail",
    "strtol-testing",
    "touch",
)
SLOW = ("getandtouch", "issue_14", "issue_41", "issue_68", "touch")


@pytest.fixture(scope="module")
def their_folder(workshop: Path) -> Path:
    """Where their tests are run: they ask a program beside them what it can do, and are told of a server that runs."""
    from unilith.catalog.roots import find_places, find_recipe
    from unilith.demand.recipe import read_recipe
    from unilith.upstream.cache import cache_folder
    from unilith.upstream.tree import source_tree

    recipe = read_recipe(find_recipe("memcached", find_places()))
    assert recipe.upstream is not None
    tree = source_tree(recipe.upstream, recipe.folder, cache=cache_folder())
    folder = workshop / "their-tests"
    folder.mkdir()
    (folder / "t").symlink_to(tree / "t")
    program = folder / "memcached-debug"
    program.write_text("#!/bin/sh\necho '-s, --unix-socket'\n")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.full if n in SLOW else ()) for n in THEIRS]
)
def test_their_own(server: Server, client: Client, their_folder: Path, name: str) -> None:
    assert client.ask("stats reset") == "RESET"
    words = ["perl", f"-I{their_folder}/t/lib", f"t/{name}.t"]
    env = {**os.environ, "T_MEMD_USE_DAEMON": f"{server.host}:{server.port}"}
    done = subprocess.run(words, cwd=their_folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ok 1" in done.stdout, done
