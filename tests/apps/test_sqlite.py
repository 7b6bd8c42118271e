"""SQLite in images: what its shell on the host sees in their disks, and what is left when the machine is cut off."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boot.block_stream import flush_points, read_stream
from tests.boot.command import unilith
from tests.boot.disk_faults import FAULTS, failing
from tests.boot.power_cuts import LIMIT, disks_at_flushes, files_of, start
from tests.boot.wire import built

from unilith.image.description import ImageDescription
from unilith.image.ext4 import make_ext4
from unilith.run.disks import Disk

pytestmark = pytest.mark.boot

MODES = ("delete", "truncate", "persist", "wal")
"""How SQLite keeps what a transaction changes until it is committed."""


ARGS = ["-batch", "/data/database"]


@pytest.fixture(scope="session", params=["microvm-x86_64"])
def image(request: pytest.FixtureRequest, workshop: Path) -> ImageDescription:
    return ImageDescription.read(built("sqlite", request.param, cwd=workshop) / "image.json")


def run_words(target: str, file: str) -> list[str]:
    """What runs the shell on a database, and builds it first where it is not built."""
    words = ["run", "sqlite", "--target", target, "--quiet", "--timeout", "60"]
    return [*words, "--", "-batch", file]


def text_of(number: int) -> str:
    """What is inserted: as long as it makes the database grow by pages, and known from the number."""
    return f"{number * 7919:0300}"


def script(mode: str, first: int, count: int) -> str:
    """Inserts, each a transaction and each reported when it is committed; before, what has survived."""
    lines = ["pragma locking_mode=exclusive;"] if mode == "wal" else []
    lines += [
        # Without "extra" nobody waits for the removal of a journal, by which a transaction is committed.
        "pragma synchronous=extra;",
        f"pragma journal_mode={mode};",
        "create table if not exists t(number integer primary key, content text);",
        "select 'found ' || count(*) || ' to ' || ifnull(max(number), 0) from t;",
    ]
    for number in range(first, first + count):
        lines.append(f"insert into t values({number}, '{text_of(number)}');")
        lines.append(f"select 'committed {number}';")
    return "\n".join(lines) + "\n"


def rows(disk: Path, place: Path) -> list[tuple[int, str]]:
    """What the host's SQLite finds on the disk."""
    database = files_of(disk, place) / "database"
    if not database.exists():
        return []
    asked = "pragma integrity_check; select number, content from t order by number;"
    done = subprocess.run(["sqlite3", database, asked], capture_output=True, text=True, check=False)
    if "no such table" in done.stderr:
        return []
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[0] == "ok", done.stdout[:2000] + done.stderr
    return [(int(number), content) for number, _, content in (line.partition("|") for line in lines[1:])]


def check(found: list[tuple[int, str]], reported: int, tried: int) -> int:
    """All that was reported is there, whole, and nothing that was never tried; how many there are."""
    assert found == [(number, text_of(number)) for number, _ in found]
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert reported <= len(found) <= tried, f"{reported} were reported, {len(found)} are there"
    return len(found)


@pytest.mark.parametrize("target", [pytest.param("process-x86_64", marks=pytest.mark.full), "microvm-x86_64"])
def test_a_database_in_memory(workshop: Path, target: str) -> None:
    sql = "create table t(a); insert into t values(1),(2),(40); select sum(a) from t;\n"
    for file in (":memory:", "/in-memory"):
        words = run_words(target, file)
        ran = unilith(*words, cwd=workshop, stdin=sql)
        assert ran.status == 0 and ran.console.split() == ["43"], ran


def test_a_disk_is_kept_and_the_host_reads_it(
    workshop: Path, image: ImageDescription, tmp_path: Path
) -> None:
    disk = workshop / ".unilith/disks/sqlite/data.img"
    disk.unlink(missing_ok=True)
    for first in (1, 21):
        words = run_words(image.target, "/data/database")
        ran = unilith(*words, cwd=workshop, stdin=script("delete", first, 20))
        assert ran.status == 0 and f"found {first - 1} to {first - 1}" in ran.console, ran
        check(rows(disk, tmp_path), first + 19, first + 19)


def cuts(image: ImageDescription, place: Path, number: int, seed: int) -> Iterator[int]:
    """Cuts a machine off again and again while it inserts into the same database; after each cut both the host and the
    next machine must find what was reported. Gives how many records there are."""
    source = random.Random(seed)
    disk = place / "disk.img"
    make_ext4(disk, 32 << 20, "data")
    there = 0
    for attempt in range(number):
        mode = MODES[attempt % len(MODES)]
        machine = start(image, Disk(disk, "data"), place, args=ARGS, stdin=script(mode, there + 1, 400))
        try:
            machine.wait_for("committed", there + source.randrange(1, 12))
            time.sleep(source.random() * 0.03)
        finally:
            machine.cut()
        reported = machine.reported("committed")
        assert f"found {there} to {there}" in machine.said, machine.said[:2000]
        there = check(rows(disk, place), reported, there + 400)
        yield there


def test_what_was_reported_survives_cuts(image: ImageDescription, tmp_path: Path) -> None:
    counts = list(cuts(image, tmp_path, 14, seed=1))
    assert counts == sorted(counts) and counts[-1] >= 14


@pytest.mark.full
def test_what_was_reported_survives_225_cuts(image: ImageDescription, tmp_path: Path) -> None:
    assert len(list(cuts(image, tmp_path, 225, seed=2))) == 225


def replayed(image: ImageDescription, place: Path, commits: int, points: int, seed: int) -> None:
    """Records what a machine writes, and looks at the disk as it was after any of its flushes, and between them with
    any of the writes since the last flush missing: it must hold a number of whole commits that never shrinks."""
    source = random.Random(seed)
    empty, disk, record = place / "empty.img", place / "disk.img", place / "record"
    make_ext4(empty, 32 << 20, "data")
    shutil.copyfile(empty, disk)
    sql = "".join(script(mode, 1 + i * commits, commits) for i, mode in enumerate(MODES[:3])) + ".quit\n"
    record.touch()
    machine = start(image, Disk(disk, "data", record=record), place, args=ARGS, stdin=sql)
    machine.process.wait(LIMIT)
    assert machine.reported("committed") == 3 * commits, machine.said
    changes = read_stream(record)
    assert len(list(flush_points(changes))) > 3 * commits
    last = 0
    for _, exact in disks_at_flushes(changes, empty, disk, points, source):
        found = check(rows(disk, place), last, 3 * commits)
        last = found if exact else last
    assert last == 3 * commits


def test_any_flush_of_a_recorded_run_leaves_whole_commits(image: ImageDescription, tmp_path: Path) -> None:
    replayed(image, tmp_path, commits=8, points=15, seed=3)


@pytest.mark.full
def test_every_flush_of_a_recorded_run_leaves_whole_commits(image: ImageDescription, tmp_path: Path) -> None:
    replayed(image, tmp_path, commits=60, points=10**6, seed=4)


def test_a_full_disk(image: ImageDescription, small: Path, tmp_path: Path) -> None:
    before = script("delete", 1, 3)
    more = (
        "create table filler(content blob);\n"
        "insert into filler values(zeroblob(1000000));\n"
        "insert into filler values(zeroblob(9000000));\n"
        "select 'still ' || count(*) from t;\n"
        "drop table filler;\n"
        f"insert into t values(4, '{text_of(4)}');\n"
        "select 'committed 4';\n"
    )
    said = start(image, Disk(small, "data"), tmp_path, args=ARGS, stdin=f"{before}{more}.quit\n").ended()
    assert "database or disk is full" in said and "still 3" in said and "panic:" not in said, said
    assert "disk I/O error" not in said, said
    assert check(rows(small, tmp_path), 4, 4) == 4


@pytest.mark.parametrize(("event", "after"), FAULTS)
def test_a_disk_that_fails(
    image: ImageDescription, small: Path, tmp_path: Path, event: str, after: int
) -> None:
    faults = failing(tmp_path / "faults", event, after)
    # A shell that stops at the first error, or it would go on to report.
    sql = f".bail on\n{script('delete', 1, 60)}"
    machine = start(image, Disk(small, "data", faults=faults), tmp_path, args=ARGS, stdin=sql)
    said = machine.ended()
    assert "disk I/O error" in said and "panic:" not in said, said
    reported = machine.reported("committed")
    assert 0 < reported < 60
    check(rows(small, tmp_path), reported, reported + 1)
