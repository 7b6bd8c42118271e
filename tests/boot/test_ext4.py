"""ext4 in images, checked by e2fsck: on disks of QEMU's machines and as a process, and after losses of power."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from tests.boot.block_stream import read_stream
from tests.boot.command import most_telling, run
from tests.boot.torture import cuts
from tests.boot.wire import built
from tests.libs.ext4_cuts import Record, cut
from tests.libs.ext4_host import fsck, tool

from unilith.image.description import ImageDescription

pytestmark = pytest.mark.boot


def make_disk(folder: Path, *options: str) -> Path:
    image = folder / "disk.img"
    subprocess.run([tool("mke2fs"), "-q", "-F", "-t", "ext4", *options, str(image), "32M"], check=True)
    return image


def features(image: Path) -> str:
    """What the superblock says of itself."""
    return subprocess.run(
        [tool("dumpe2fs"), "-h", str(image)], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("target", most_telling("microvm-x86_64"))
def test_what_is_written_is_there_the_next_time(workshop: Path, tmp_path: Path, target: str) -> None:
    image = make_disk(tmp_path, "-b", "4096")
    for steps in (
        [
            "make:/data/d:300",
            "look:/data/d:300",
            "big:/data/big:3000000",
            "sum:/data/big:3000000",
            "work:15",
            "sync",
        ],
        ["look:/data/d:300", "sum:/data/big:3000000", "make:/data/e:10"],
    ):
        ran = run("ext4", target, "--disk", str(image), "--", *steps, cwd=workshop)
        assert ran.status == 0, ran
        assert ran.console.splitlines() == [f"{step.split(':')[0]}: ok" for step in steps]
        assert fsck(image) == "" and "recovery" not in features(image)
    listed = subprocess.run(
        [tool("debugfs"), "-R", "ls -p /d", str(image)], capture_output=True, text=True, check=True
    )
    assert listed.stdout.count("a file with a number") == 300


def test_an_image_that_crashes(workshop: Path, tmp_path: Path) -> None:
    """What was synced is there after a crash, by our replay and by e2fsck's."""
    image = make_disk(tmp_path)
    steps = ["make:/data/d:50", "sync", "big:/data/big:500000", "work:5", "die"]
    ran = run("ext4", "process-x86_64", "--disk", str(image), "--", *steps, cwd=workshop)
    assert ran.status != 0
    crashed = image.read_bytes()
    repaired = subprocess.run(
        [tool("e2fsck"), "-fp", str(image)], capture_output=True, text=True, check=False
    )
    assert repaired.returncode <= 1, repaired
    assert fsck(image) == ""
    for content in image.read_bytes(), crashed:
        image.write_bytes(content)
        steps = ["look:/data/d:50", "sum:/data/big:500000"]
        ran = run("ext4", "process-x86_64", "--disk", str(image), "--", *steps, cwd=workshop)
        assert ran.console.splitlines() == ["look: ok", "sum: ok"], ran
        assert fsck(image) == ""


@pytest.mark.parametrize("target", ["qemu-x86_64", "process-x86_64"])
def test_mappings_and_what_nobody_asks_for(workshop: Path, tmp_path: Path, target: str) -> None:
    """fsync finds what was written through a mapping; and what is left alone is on the disk after a while."""
    image = make_disk(tmp_path)
    steps = ["map:/data/mapped:70000", "leave:/data/left:30000", "rest:3000", "die"]
    ran = run("ext4", target, "--disk", str(image), "--", *steps, cwd=workshop)
    assert ran.console.splitlines()[:3] == ["map: ok", "leave: ok", "rest: ok"], ran
    ran = run("ext4", target, "--disk", str(image), "--", "sum:/data/mapped:70000", "sum:/data/left:30000",
              cwd=workshop)  # fmt: skip
    assert ran.console.splitlines() == ["sum: ok", "sum: ok"], ran
    assert fsck(image) == ""


def test_an_error_of_writing_back_is_told(workshop: Path, tmp_path: Path) -> None:
    """The disk does not take a block when nobody waits for it (QEMU's blkdebug): fsync says so afterwards."""
    image, faults = make_disk(tmp_path, "-b", "4096"), tmp_path / "faults"
    ran = run("ext4", "qemu-x86_64", "--disk", str(image), "--", "big:/data/file:8192", cwd=workshop)
    assert ran.status == 0, ran
    blocks = subprocess.run(
        [tool("debugfs"), "-R", "blocks /file", str(image)], capture_output=True, text=True, check=True
    )
    sector = int(blocks.stdout.split()[0]) * 8
    faults.write_text(
        f'[inject-error]\nevent = "write_aio"\nerrno = "5"\nonce = "off"\nsector = "{sector}"\n'
    )
    steps = ["change:/data/file", "rest:2500", "fsync"]
    disk = f"{image},blkdebug={faults}"
    ran = run("ext4", "qemu-x86_64", "--disk", disk, "--", *steps, cwd=workshop)
    lines = ran.console.splitlines()
    failed = next(n for n, line in enumerate(lines) if "could not be written back" in line)
    assert lines.index("change: ok") < failed < lines.index("rest: ok") < lines.index("fsync: I/O error"), ran
    assert fsck(image) == ""


def test_a_thread_writes_back(workshop: Path, tmp_path: Path) -> None:
    image = make_disk(tmp_path)
    ran = run("ext4-threads", "process-x86_64", "--disk", str(image), cwd=workshop)
    assert ran.console.startswith("slept\n"), ran
    subprocess.run([tool("e2fsck"), "-fp", str(image)], capture_output=True, check=False)
    shown = subprocess.run(
        [tool("debugfs"), "-R", "cat /left", str(image)], capture_output=True, text=True, check=True
    )
    assert shown.stdout == "left alone\n" and fsck(image) == ""


@pytest.mark.parametrize("target", most_telling("microvm-x86_64"))
def test_what_is_removed_gives_the_host_room(workshop: Path, tmp_path: Path, target: str) -> None:
    """With `trim` at the mount, with `discard` from then on; without both, when FITRIM asks."""
    image = make_disk(tmp_path)
    choices = ["--output", str(tmp_path / "build"), "--set", "EXT4_DISCARD=y"]

    def room(*steps: str, options: str = "") -> int:
        words = ["--set", f"MOUNTS=/data:ext4:vda:{options}"]
        ran = run("ext4", target, *choices, *words, "--disk", str(image), "--", *steps, cwd=workshop)
        assert ran.status == 0 and ran.console.count(": ok") == len(steps) and fsck(image) == "", ran
        return image.stat().st_blocks * 512

    full = room("big:/data/big:3000000", "big:/data/other:2000000", "sync")
    assert full > 5_000_000
    assert room("big:/data/big:1", "sync") > full - 100_000
    asked = room("sum:/data/other:2000000", "trim:/data:2900000", "sum:/data/big:1")
    assert asked < full - 2_900_000
    assert room("big:/data/big:3000000", "sync", "big:/data/big:1", "sync") > asked + 2_900_000
    both = "discard,trim"
    trimmed = room("sum:/data/other:2000000", "sum:/data/big:1", options=both)
    assert trimmed < full - 2_900_000
    assert room("big:/data/other:1", "sync", "sum:/data/other:1", options=both) < trimmed - 1_900_000


def record_of(stream: Path) -> Record:
    """The record of a machine's disk as that of the host's tests."""
    record = Record()
    for change in read_stream(stream):
        if change.data:
            record.writes.append((change.offset // 512, change.data))
        if change.is_flush:
            record.flushes.append(len(record.writes))
    return record


@pytest.mark.parametrize("count", [4, pytest.param(60, marks=pytest.mark.full)])
def test_a_machine_loses_power(workshop: Path, tmp_path: Path, count: int) -> None:
    """What the machine wrote to its disk, cut at flushes and between."""
    chance = random.Random(count)
    image, stream = make_disk(tmp_path, "-b", "1024"), tmp_path / "stream"
    before = bytearray(image.read_bytes())
    steps = ["make:/data/d:100", "big:/data/big:300000", "work:30", "sync"]
    ran = run("ext4", "qemu-x86_64", "--disk", f"{image},record={stream}", "--", *steps, cwd=workshop)
    assert ran.status == 0, ran
    record = record_of(stream)
    assert len(record.flushes) > 60
    for number in range(count):
        position = chance.choice(record.flushes) if number % 2 else chance.randrange(len(record.writes))
        image.write_bytes(cut(before, record, position, chance, 512))
        if number % 4 == 3:  # slow: a machine for each
            again = run("ext4", "qemu-x86_64", "--disk", str(image), "--", "work:2", cwd=workshop)
            assert again.console.splitlines() == ["work: ok"], again
        else:
            repaired = subprocess.run(
                [tool("e2fsck"), "-fp", str(image)], capture_output=True, text=True, check=False
            )
            assert repaired.returncode <= 1, repaired
        assert fsck(image) == ""


@pytest.mark.parametrize("count", [8, pytest.param(100, marks=pytest.mark.full)])
def test_what_was_synced_survives_cuts(workshop: Path, tmp_path: Path, count: int) -> None:
    image = ImageDescription.read(built("ext4", "microvm-x86_64", cwd=workshop) / "image.json")
    assert len(list(cuts(tmp_path, image, count, seed=count))) == count
