"""SQLite and Redis on disks that are full or fail: they say so, and what was promised before is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.apps import test_redis_aof as redis
from tests.apps import test_sqlite as sqlite
from tests.apps.redis_client import RedisError
from tests.boot.disk_faults import failing
from tests.boot.power_cuts import files_of, start
from tests.boot.wire import built

from unilith.image.description import ImageDescription
from unilith.image.ext4 import make_ext4
from unilith.run.disks import Disk

pytestmark = pytest.mark.boot

TARGET = "microvm-x86_64"
# Anywhere in a run: what fails first is a write of the file system's journal, of a file, or a barrier.
FAULTS = [
    ("flush_to_disk", 30),
    pytest.param("flush_to_disk", 31, marks=pytest.mark.full),
    *(pytest.param("write_aio", after, marks=pytest.mark.full) for after in range(60, 68)),
]


@pytest.fixture(scope="module")
def shell(workshop: Path) -> ImageDescription:
    return ImageDescription.read(built("sqlite", TARGET, cwd=workshop) / "image.json")


@pytest.fixture(scope="module")
def server(workshop: Path) -> ImageDescription:
    return ImageDescription.read(built("redis-aof", TARGET, cwd=workshop) / "image.json")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A disk that is soon full."""
    disk = tmp_path / "disk.img"
    make_ext4(disk, 8 << 20, "data")
    return disk


def test_sqlite_on_a_full_disk(shell: ImageDescription, small: Path, tmp_path: Path) -> None:
    rows = sqlite.script("delete", 1, 3)
    more = (
        "create table filler(content blob);\n"
        "insert into filler values(zeroblob(1000000));\n"
        "insert into filler values(zeroblob(9000000));\n"
        "select 'still ' || count(*) from t;\n"
        "drop table filler;\n"
        f"insert into t values(4, '{sqlite.text_of(4)}');\n"
        "select 'committed 4';\n"
    )
    said = start(shell, Disk(small, "data"), tmp_path, args=sqlite.ARGS, stdin=f"{rows}{more}.quit\n").ended()
    assert "database or disk is full" in said and "still 3" in said and "panic:" not in said, said
    assert "disk I/O error" not in said, said
    assert sqlite.check(sqlite.rows(small, tmp_path), 4, 4) == 4


@pytest.mark.parametrize(("event", "after"), FAULTS)
def test_sqlite_on_a_disk_that_fails(
    shell: ImageDescription, small: Path, tmp_path: Path, event: str, after: int
) -> None:
    faults = failing(tmp_path / "faults", event, after)
    # A shell that stops at the first error, or it would go on to report.
    sql = f".bail on\n{sqlite.script('delete', 1, 60)}"
    machine = start(shell, Disk(small, "data", faults=faults), tmp_path, args=sqlite.ARGS, stdin=sql)
    said = machine.ended()
    assert "disk I/O error" in said and "panic:" not in said, said
    reported = machine.reported("committed")
    assert 0 < reported < 60
    sqlite.check(sqlite.rows(small, tmp_path), reported, reported + 1)


def test_redis_on_a_full_disk(server: ImageDescription, small: Path, tmp_path: Path) -> None:
    """It goes on: what is there can be read, writes are refused."""
    options = ("--appendfsync", "everysec")
    with redis.running(server, Disk(small, "data"), tmp_path, *options) as (machine, client):
        assert client.ask("SET", "first", "one") == b"OK"
        with pytest.raises(RedisError, match="MISCONF Errors writing to the AOF file: No space left"):
            for number in range(100):
                client.ask("SET", f"k{number}", bytes(200_000))
        assert client.ask("GET", "first") == b"one"
        machine.cut()
        assert "panic:" not in machine.said
    files_of(small, tmp_path)
    with redis.running(server, Disk(small, "data"), tmp_path, *options) as (_, client):
        assert client.ask("GET", "first") == b"one"


@pytest.mark.parametrize(("event", "after"), FAULTS)
def test_redis_on_a_disk_that_fails(
    server: ImageDescription, small: Path, tmp_path: Path, event: str, after: int
) -> None:
    """With `appendfsync always` it ends rather than answer what it cannot keep."""
    faults = failing(tmp_path / "faults", event, after)
    with redis.running(server, Disk(small, "data", faults=faults), tmp_path) as (machine, client):
        redis.send(client, 1, 60)
        last = redis.answered_at_last(client)
        said = machine.ended()
    assert "the AOF fsync policy is 'always'" in said and "Exiting" in said and "panic:" not in said, said
    assert last <= redis.records_in(files_of(small, tmp_path)) <= 60
