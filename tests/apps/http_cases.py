"""What every web server has to stand: each case is a function of a server that serves `content()`."""

from __future__ import annotations

import contextlib
import hashlib
import random
import re
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.apps.http_client import GET, Answer, Broken, Reader, ask
from tests.apps.served import Server

LARGE = 10 << 20
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection (socket(7))


def large_bytes() -> bytes:
    """The content of /large.bin, the same everywhere."""
    return random.Random(5).randbytes(LARGE)


def put_content(www: Path) -> None:
    """Writes what the cases ask for."""
    (www / "sub").mkdir(parents=True, exist_ok=True)
    (www / "small.txt").write_text("0123456789abcdef")
    (www / "empty.txt").write_bytes(b"")
    (www / "sub" / "index.html").write_text("<p>below</p>\n")
    (www / "large.bin").write_bytes(large_bytes())


def curl(server: Server, path: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """What curl gets."""
    command = ["curl", "--silent", "--show-error", "--max-time", "60", *words, server.url + path]
    return subprocess.run(command, capture_output=True, check=False)


def gets_files(server: Server) -> None:
    """Files, folders, types, what is not there."""
    got = curl(server, "/small.txt", "--write-out", "|%{http_code}|%{content_type}")
    assert got.stdout.startswith(b"0123456789abcdef|200|text/plain"), got
    assert curl(server, "/empty.txt", "--write-out", "%{http_code}").stdout == b"200"
    assert curl(server, "/sub/").stdout == b"<p>below</p>\n"
    assert curl(server, "/missing", "--output", "/dev/null", "--write-out", "%{http_code}").stdout == b"404"
    path = "/sub/../../../small.txt"
    assert curl(server, path, "--path-as-is", "--write-out", "%{http_code}").stdout[-3:] in (b"200", b"400")


def head_has_no_body(server: Server) -> None:
    """HEAD, and the connection stays in step behind it."""
    with server.connect() as connection:
        reader = Reader(connection)
        connection.sendall(b"HEAD /small.txt HTTP/1.1\r\nHost: t\r\n\r\n" + GET % b"/small.txt")
        first, second = reader.answer(head=True), reader.answer()
    assert (first.status, first.fields["content-length"]) == (200, "16")
    assert (second.status, second.body) == (200, b"0123456789abcdef")


def gives_ranges(server: Server) -> None:
    """Ranges of bytes (RFC 9110, section 14)."""

    def part(which: str) -> Answer:
        return ask(server, b"GET /small.txt HTTP/1.1\r\nHost: t\r\nRange: bytes=%s\r\n\r\n" % which.encode())

    assert (part("2-4").status, part("2-4").body) == (206, b"234")
    assert part("2-4").fields["content-range"] == "bytes 2-4/16"
    assert part("12-").body == b"cdef" and part("-3").body == b"def" and part("14-99").body == b"ef"
    refused = part("16-")
    assert (refused.status, refused.fields["content-range"]) == (416, "bytes */16")
    assert part("5-2").status in (200, 416)


def keeps_connections(server: Server) -> None:
    """curl asks three times and connects once."""
    format_ = ["--write-out", "%{num_connects} "]
    got = curl(
        server, "/small.txt", *format_, "-o", "/dev/null", *[server.url + "/sub/", "-o", "/dev/null"] * 2
    )
    assert got.stdout.split() == [b"1", b"0", b"0"], got


def answers_a_pipeline(server: Server) -> None:
    """Requests that come at once are answered in their order."""
    paths = [b"/small.txt", b"/sub/", b"/missing", b"/empty.txt"] * 25
    with server.connect() as connection:
        connection.sendall(b"".join(GET % path for path in paths))
        reader = Reader(connection)
        got = [reader.answer() for _ in paths]
    assert [a.status for a in got] == [200, 200, 404, 200] * 25
    assert [a.body for a in got[::4]] == [b"0123456789abcdef"] * 25


def waits_for_slow_clients(server: Server) -> None:
    """A request of single bytes; others are served meanwhile."""
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in GET % b"/small.txt":
            connection.sendall(bytes([byte]))
            time.sleep(0.002)
        assert ask(server, GET % b"/sub/").status == 200
        assert Reader(connection).answer().body == b"0123456789abcdef"


def sends_large_files(server: Server) -> None:
    """10 MiB, twice on one connection, and a piece from the middle."""
    digest = hashlib.sha256(large_bytes()).digest()
    with server.connect(timeout=60.0) as connection:
        connection.sendall(GET % b"/large.bin" * 2)
        reader = Reader(connection)
        for _ in range(2):
            assert hashlib.sha256(reader.answer().body).digest() == digest
    middle = curl(server, "/large.bin", "--range", "5000000-5099999")
    assert middle.stdout == large_bytes()[5000000:5100000]


def waits_for_slow_readers(server: Server) -> None:
    """A client that takes its time gets every byte, and the others are served meanwhile."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connection.settimeout(60.0)
        connection.connect((server.host, server.port))
        connection.sendall(b"GET /large.bin HTTP/1.1\r\nHost: t\r\nRange: bytes=0-3000000\r\n\r\n")
        got = bytearray()

        def take(size: int) -> None:
            piece = connection.recv(size)
            assert piece, f"the end after {len(got)} bytes"
            got.extend(piece)

        while len(got) < 300_000:
            take(20_000)
            time.sleep(0.02)
        assert ask(server, GET % b"/small.txt").status == 200
        head = got.index(b"\r\n\r\n") + 4
        while len(got) < head + 3_000_001:
            take(1 << 16)
    assert got[head:] == large_bytes()[:3_000_001], "other bytes"


def answers_a_half_closed_connection(server: Server) -> None:
    """Who has said everything and closed that direction still gets the answer; who has said half of it or nothing gets
    the end. In the middle of a long answer nginx takes such a client for gone: any end will do."""
    with server.connect() as connection:
        connection.sendall(GET % b"/small.txt")
        connection.shutdown(socket.SHUT_WR)
        reader = Reader(connection)
        assert reader.answer().body == b"0123456789abcdef"
        assert reader.ends()
    for words in (GET % b"/large.bin", b"GET /small.txt HTTP/1.1\r\nHost", b""):
        with server.connect() as connection:
            connection.sendall(words)
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(1 << 16):  # it may say what is wrong
                    pass
    assert ask(server, GET % b"/small.txt").status == 200


def waits_for_many_slow_clients(server: Server, clients: int = 50) -> None:
    """So many have said half of a request; others are served, and then they are."""
    request = GET % b"/small.txt"
    with contextlib.ExitStack() as all_of_them:
        slow = []
        for _ in range(clients):
            slow.append(all_of_them.enter_context(server.connect()))
            slow[-1].sendall(request)  # as in `serves_many_at_once`
            assert Reader(slow[-1]).answer().status == 200
            slow[-1].sendall(request[:20])
        for _ in range(5):
            assert ask(server, GET % b"/sub/").status == 200
        for connection in reversed(slow):
            connection.sendall(request[20:])
            assert Reader(connection).answer().body == b"0123456789abcdef"


def stands_resets(server: Server) -> None:
    """Clients that vanish in the middle of an answer or of a request."""
    for request in (GET % b"/large.bin", b"GET /sm", b""):
        for _ in range(10):
            connection = server.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.sendall(request)
            if request.endswith(b"\r\n\r\n"):
                connection.recv(1000)
            time.sleep(0.01)  # so that the server has heard of it before it is gone
            connection.close()
    assert ask(server, GET % b"/small.txt").status == 200


def refuses_what_is_no_request(server: Server) -> None:
    """Nonsense gets an error or the end of the connection, never a hang; the server goes on."""
    nonsense = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
        b"GET / HTTP/9.9\r\nHost: t\r\n\r\n",
    ]
    for request in nonsense:
        with server.connect(timeout=20.0) as connection:
            try:
                connection.sendall(request)
                answer = Reader(connection).answer()
            except (Broken, ConnectionResetError, BrokenPipeError):
                continue
            assert 400 <= answer.status <= 505, (request[:40], answer)
    assert ask(server, GET % b"/small.txt").status == 200


def churns(server: Server, connections: int = 300) -> None:
    """Connections that come, ask once and go."""
    for number in range(connections):
        answer = ask(server, b"GET /small.txt HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        assert answer.body == b"0123456789abcdef", number


def serves_many_at_once(
    server: Server, connections: int = 100, while_open: Callable[[], object] = lambda: None
) -> None:
    """As many open connections, which all ask at the same moment."""
    opened = []
    try:
        for _ in range(connections):
            # QEMU's user networking accepts two connections at a time; one that was answered has been accepted.
            opened.append(server.connect())
            opened[-1].sendall(GET % b"/empty.txt")
            assert Reader(opened[-1]).answer().status == 200
        while_open()
        for connection in opened:
            connection.sendall(GET % b"/small.txt")
        got = [Reader(connection).answer().body for connection in opened]
    finally:
        for connection in opened:
            connection.close()
    assert got == [b"0123456789abcdef"] * connections


def loads(server: Server, requests: int = 2000) -> None:
    """ab with and without keep-alive, and wrk: no error of any kind.

    Debian 12's passt resets about one in a hundred thousand connections that a server closes, with no such packet to
    or from the image: through it, ab keeps its connections.
    """
    for words in (["-k"],) if server.by_passt else (["-k"], []):
        command = ["ab", "-q", *words, "-n", str(requests), "-c", "10", "-s", "60", f"{server.url}/small.txt"]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said
        assert re.search(rf"Complete requests:\s+{requests}\n", said.stdout), said.stdout
        assert re.search(r"Failed requests:\s+0\n", said.stdout), said.stdout
        assert "Non-2xx" not in said.stdout, said.stdout
    command = ["wrk", "-t", "1", "-c", "10", "-d", "1", f"{server.url}/small.txt"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0 and re.search(r"[1-9]\d* requests in", said.stdout), said
    assert "Socket errors" not in said.stdout and "Non-2xx" not in said.stdout, said.stdout


CASES: tuple[Callable[[Server], None], ...] = (
    gets_files,
    head_has_no_body,
    gives_ranges,
    keeps_connections,
    answers_a_pipeline,
    waits_for_slow_clients,
    waits_for_many_slow_clients,
    sends_large_files,
    waits_for_slow_readers,
    answers_a_half_closed_connection,
    stands_resets,
    refuses_what_is_no_request,
    churns,
    serves_many_at_once,
    loads,
)
