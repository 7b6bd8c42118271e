"""Redis with its append-only file on a disk: what it has answered is there after the machine was cut off."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apps.redis_client import Client, RedisError
from tests.apps.served import free_port
from tests.boot.block_stream import read_stream
from tests.boot.disk_faults import FAULTS, failing
from tests.boot.power_cuts import LIMIT, Machine, disks_at_flushes, files_of, start
from tests.boot.wire import built

from unilith.image.description import ImageDescription
from unilith.image.ext4 import make_ext4
from unilith.run.disks import Disk

pytestmark = pytest.mark.boot

KEYS = 200
"""A record goes to one of so many keys, in turn."""
AHEAD = 40
"""Records that are on their way when the machine is cut off."""


@pytest.fixture(scope="session", params=["microvm-x86_64"])
def image(request: pytest.FixtureRequest, workshop: Path) -> ImageDescription:
    return ImageDescription.read(built("redis-aof", request.param, cwd=workshop) / "image.json")


@contextlib.contextmanager
def running(
    image: ImageDescription, disk: Disk, place: Path, *options: str
) -> Iterator[tuple[Machine, Client]]:
    """A machine that has loaded what is on the disk, until the end of the block, and a connection to it."""
    port = free_port()
    args = ["/etc/redis.conf", *options]
    machine = start(image, disk, place, args=args, ports=[f"{port}:6379"])
    try:
        machine.wait_until(lambda: "Ready to accept connections" in machine.said)
        with contextlib.closing(Client.to("127.0.0.1", port, timeout=LIMIT)) as client:
            yield machine, client
    finally:
        machine.cut()


def value(number: int) -> bytes:
    """What a record holds: known from its number, and often longer than a sector."""
    return random.Random(number).randbytes(number * 7919 % 900)


def send(client: Client, first: int, count: int) -> None:
    """Records, each a transaction: its value, and how many there are."""
    for number in range(first, first + count):
        client.send(("MULTI",), ("SET", f"k{number % KEYS}", value(number)), ("INCR", "count"), ("EXEC",))


def answered(client: Client) -> int:
    """The number of the record that the next answers are for."""
    said = [client.answer() for _ in range(4)]
    match said:
        case [b"OK", b"QUEUED", b"QUEUED", [b"OK", int(number)]]:
            return number
    raise AssertionError(said)


def answered_at_last(client: Client) -> int:
    """The last record that there is an answer for, of a machine that was cut off; 0: there is none."""
    last = 0
    with contextlib.suppress(OSError):
        while True:
            last = answered(client)
    return last


def check(client: Client, least: int, most: int) -> int:
    """That the records up to one are there, whole, and no other; which one it is."""
    count = int(str(client.ask("INCRBY", "count", "0")))
    assert least <= count <= most, f"{least} were answered, {count} are there"
    there = client.ask("MGET", *(f"k{key}" for key in range(KEYS)))
    wanted: list[bytes | None] = [None] * KEYS
    for number in range(max(1, count - KEYS + 1), count + 1):
        wanted[number % KEYS] = value(number)
    assert there == wanted
    return count


def cuts(image: ImageDescription, place: Path, number: int, seed: int) -> Iterator[int]:
    """Cuts a machine off again and again; the next one finds what was answered. Gives how many records there are."""
    source = random.Random(seed)
    disk = place / "disk.img"
    make_ext4(disk, 32 << 20, "data")
    least = most = 0
    for _ in range(number):
        with running(image, Disk(disk, "data"), place) as (machine, client):
            there = check(client, least, most)
            yield there
            wanted = source.randrange(1, 30)
            least, most = there, there + wanted + AHEAD
            send(client, there + 1, wanted + AHEAD)
            for _ in range(wanted):
                least = answered(client)
            time.sleep(source.random() * 0.03)
            machine.cut()
            least = max(least, answered_at_last(client))
        files_of(disk, place)
    with running(image, Disk(disk, "data"), place) as (machine, client):
        yield check(client, least, most)


def test_what_was_answered_survives_cuts(image: ImageDescription, tmp_path: Path) -> None:
    counts = list(cuts(image, tmp_path, 3, seed=1))
    assert len(counts) == 4 and counts == sorted(set(counts))


@pytest.mark.full
def test_what_was_answered_survives_150_cuts(image: ImageDescription, tmp_path: Path) -> None:
    counts = list(cuts(image, tmp_path, 150, seed=2))
    assert len(counts) == 151 and counts == sorted(set(counts))


def commands_of(content: bytes) -> Iterator[list[bytes]]:
    """The whole commands in an append-only file."""
    at = 0

    def line() -> bytes:
        nonlocal at
        end = content.index(b"\r\n", at)
        found, at = content[at:end], end + 2
        return found

    with contextlib.suppress(ValueError):
        while at < len(content):
            words = []
            for _ in range(int(line().removeprefix(b"*"))):
                size = int(line().removeprefix(b"$"))
                words.append(content[at : at + size])
                if content[at + size : at + size + 2] != b"\r\n":
                    return
                at += size + 2
            yield words


def records_in(folder: Path) -> int:
    """How many records whole transactions in the append-only file hold; they are the first ones."""
    count = 0
    for file in sorted((folder / "appendonlydir").glob("*.incr.aof")):
        pending: list[list[bytes]] = []
        for command in commands_of(file.read_bytes()):
            pending = [] if command == [b"MULTI"] else [*pending, command]
            if command == [b"EXEC"]:
                count += 1
                key = b"k%d" % (count % KEYS)
                assert pending[:-1] == [[b"SET", key, value(count)], [b"INCR", b"count"]]
    return count


def replayed(image: ImageDescription, place: Path, records: int, points: int, seed: int) -> None:
    """Looks at the disk as it was after any flush, and between flushes with any of the writes since missing: it must
    hold what was answered until then."""
    source = random.Random(seed)
    empty, disk, record = place / "empty.img", place / "disk.img", place / "record"
    make_ext4(empty, 32 << 20, "data")
    shutil.copyfile(empty, disk)
    record.touch()
    written_at = {}
    with running(image, Disk(disk, "data", record=record), place) as (_, client):
        sent = 0
        while sent < records:
            count = source.randrange(1, 4)
            send(client, sent + 1, count)
            for number in range(sent + 1, sent + count + 1):
                assert answered(client) == number
                written_at[number] = record.stat().st_size
            sent += count
        with contextlib.suppress(ConnectionError):
            client.ask("SHUTDOWN")
    changes = read_stream(record)
    for end, _ in disks_at_flushes(changes, empty, disk, points, source):
        there = changes[end - 1].end
        answered_by_then = max((number for number, at in written_at.items() if at <= there), default=0)
        assert answered_by_then <= records_in(files_of(disk, place)) <= sent


def test_any_flush_of_a_recorded_run_has_what_was_answered(image: ImageDescription, tmp_path: Path) -> None:
    replayed(image, tmp_path, records=15, points=8, seed=3)


@pytest.mark.full
def test_every_flush_of_a_recorded_run_has_what_was_answered(image: ImageDescription, tmp_path: Path) -> None:
    replayed(image, tmp_path, records=100, points=10**6, seed=4)


@pytest.mark.full
def test_what_is_written_every_second(image: ImageDescription, tmp_path: Path) -> None:
    """By another thread, without another command."""
    empty, disk, record = tmp_path / "empty.img", tmp_path / "disk.img", tmp_path / "record"
    make_ext4(empty, 32 << 20, "data")
    shutil.copyfile(empty, disk)
    record.touch()
    options = ("--appendfsync", "everysec")

    def is_flushed() -> bool:
        changes = read_stream(record)
        written = [i for i, change in enumerate(changes) if value(1) in change.data]
        return bool(written) and sum(change.is_flush for change in changes[written[0] :]) >= 2

    with running(image, Disk(disk, "data", record=record), tmp_path, *options) as (machine, client):
        send(client, 1, 1)
        assert answered(client) == 1
        machine.wait_until(is_flushed)
    assert records_in(files_of(disk, tmp_path)) == 1


def test_what_needs_a_second_process_is_refused(image: ImageDescription, tmp_path: Path) -> None:
    """Also the rewriting of the append-only file; the server goes on with the present one."""
    disk = tmp_path / "disk.img"
    make_ext4(disk, 32 << 20, "data")
    with running(image, Disk(disk, "data"), tmp_path) as (machine, client):
        for first, command in ((1, "BGREWRITEAOF"), (2, "BGSAVE")):
            with pytest.raises(RedisError, match="ERR"):
                client.ask(command)
            send(client, first, 1)
            assert answered(client) == first
        assert client.ask("SAVE") == b"OK"
    assert "Can't rewrite append only file in background: fork: Function not implemented" in machine.said
    assert records_in(files_of(disk, tmp_path)) == 2


def test_a_full_disk(image: ImageDescription, small: Path, tmp_path: Path) -> None:
    """It goes on: what is there can be read, writes are refused."""
    options = ("--appendfsync", "everysec")
    with running(image, Disk(small, "data"), tmp_path, *options) as (machine, client):
        assert client.ask("SET", "first", "one") == b"OK"
        with pytest.raises(RedisError, match="MISCONF Errors writing to the AOF file: No space left"):
            for number in range(100):
                client.ask("SET", f"k{number}", bytes(200_000))
        assert client.ask("GET", "first") == b"one"
        machine.cut()
        assert "panic:" not in machine.said
    files_of(small, tmp_path)
    with running(image, Disk(small, "data"), tmp_path, *options) as (_, client):
        assert client.ask("GET", "first") == b"one"


@pytest.mark.parametrize(("event", "after"), FAULTS)
def test_a_disk_that_fails(
    image: ImageDescription, small: Path, tmp_path: Path, event: str, after: int
) -> None:
    """With `appendfsync always` it ends rather than answer what it cannot keep."""
    faults = failing(tmp_path / "faults", event, after)
    with running(image, Disk(small, "data", faults=faults), tmp_path) as (machine, client):
        last = 0
        with contextlib.suppress(ConnectionError):
            for number in range(1, 101):
                send(client, number, 1)
                last = answered(client)
        said = machine.ended()
    assert "the AOF fsync policy is 'always'" in said and "Exiting" in said and "panic:" not in said, said
    assert last <= records_in(files_of(small, tmp_path)) <= last + 1
