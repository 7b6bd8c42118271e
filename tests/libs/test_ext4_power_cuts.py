"""ext4 when the power goes: what had been promised is there, and e2fsck finds nothing wrong."""

from __future__ import annotations

import random
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.libs.ext4_cuts import Record, cut
from tests.libs.ext4_host import (
    RECOVERY,
    Drive,
    content,
    fsck,
    make_image,
    tool,
)
from tests.libs.ext4_steps import random_steps


def workload(chance: random.Random, rounds: int) -> tuple[list[str], dict[int, tuple[str, int, int | None]]]:
    """Steps, and what their marks promise: that a file is there, so long, and with that content."""
    churn = [line for line in random_steps(chance, rounds * 3) if line.split()[0] not in {"remount", "read"}]
    lines, promises, log = ["create /log 644", "mkdir /keep 755"], {}, 0
    for number in range(rounds):
        lines += [churn.pop() for _ in range(chance.randrange(4)) if churn]
        mark = len(promises) + 1
        if chance.random() < 0.5:
            seed, size = chance.randrange(256), chance.choice([1, 100, 3000, 4096, 20000])
            offset, path = chance.choice([0, 0, 0, 7777]), f"/keep/{number}"
            lines += [f"create {path}.new 644", f"write {path}.new {offset} {size} {seed}"]
            if chance.random() < 0.5:
                lines += [f"sync {path}.new"]
            lines += [f"rename {path}.new {path} 0", f"sync {path}", f"mark {mark}"]
            promises[mark] = (path, offset + size, zlib.crc32(bytes(offset) + content(offset, size, seed)))
        else:
            size = chance.randrange(1, 3000)
            lines += [
                f"write /log {log} {size} 77",
                f"sync /log{chance.choice(['', ' data'])}",
                f"mark {mark}",
            ]
            log += size
            promises[mark] = ("/log", log, None)
    return lines, promises


def kept(disk: Drive, promises: list[tuple[str, int, int | None]]) -> None:
    """Whether all is there that was promised, and the tree can be walked."""
    tree = disk("tree")
    assert "!" not in tree, tree
    files = {words[0]: words for words in (entry.split(" ") for entry in tree.split(";"))}
    log = 0
    for path, size, total in promises:
        if total is None:
            log = max(log, size)
        else:
            assert files.get(path, [])[4:] == [str(size), str(total)], path
    if log:
        assert disk(f"read /log 0 {log}") == str(zlib.crc32(content(0, log, 77)))


@dataclass(frozen=True)
class Recorded:
    """What was written while a workload ran, and what it promised."""

    drive: Path
    image: Path
    before: bytearray
    record: Record
    promises: dict[int, tuple[str, int, int | None]]

    def check(self, position: int, chance: random.Random, piece: int, flushing: bool) -> None:
        """The power goes at a position of the record: our replay and that of e2fsck bring back what was promised."""
        disk_then = cut(self.before, self.record, position, chance, piece, flushing)
        # What was promised before the power went: a mark comes after the flush of its `sync`.
        marks = self.record.marks.items()
        due = [self.promises[mark] for mark, place in marks if place < position + (not flushing)]
        self.image.write_bytes(disk_then)
        with Drive(self.drive, self.image, quiet=True) as disk:
            assert disk("mount") == "0"
            kept(disk, due)
        assert fsck(self.image) == ""
        self.image.write_bytes(disk_then)
        found = subprocess.run(
            [tool("e2fsck"), "-fp", str(self.image)], capture_output=True, text=True, check=False
        )
        strange = [line for line in (found.stdout + found.stderr).splitlines() if not RECOVERY.search(line)]
        assert found.returncode <= 1 and not strange, found
        assert fsck(self.image) == ""
        with Drive(self.drive, self.image, quiet=True) as disk:
            assert disk("mount") == "0"
            kept(disk, due)


def recorded(
    drive: Path, folder: Path, kind: str, chance: random.Random, rounds: int, options: str
) -> Recorded:
    image = make_image(folder / "disk.img", kind, "12M")
    before = bytearray(image.read_bytes())
    lines, promises = workload(chance, rounds)
    with Drive(drive, image, folder / "record", quiet=True, options=options) as disk:
        assert disk("mount") == "0"
        disk.all(lines)
    assert fsck(image) == ""
    record = Record.read(folder / "record")
    assert len(record.flushes) > rounds and len(record.marks) == len(promises)
    return Recorded(drive, image, before, record, promises)


def cuts(
    drive: Path, folder: Path, kind: str, seed: int, rounds: int, count: int, piece: int, options: str
) -> None:
    chance = random.Random(f"{kind} {seed}")
    run = recorded(drive, folder, kind, chance, rounds, options)
    for _ in range(count):
        flushing = chance.random() < 0.4
        at_flush = flushing or chance.random() < 0.3
        record = run.record
        position = chance.choice(record.flushes) if at_flush else chance.randrange(len(record.writes) + 1)
        run.check(position, chance, piece, flushing)


JOURNALS = ["default", "small-blocks", "no-checksums", "no-trees", "small-inodes"]


@pytest.mark.parametrize("kind", JOURNALS)
def test_power_cuts(drive: Path, tmp_path: Path, kind: str) -> None:
    options = "discard" if kind in {"default", "no-trees"} else ""
    cuts(drive, tmp_path, kind, 0, rounds=60, count=5, piece=512, options=options)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", JOURNALS)
def test_many_power_cuts(drive: Path, tmp_path: Path, kind: str, seed: int) -> None:
    piece, options = (512, 1024, 4096)[seed % 3], ("", "discard")[seed % 2]
    cuts(drive, tmp_path, kind, 1 + seed, rounds=400, count=12, piece=piece, options=options)


@pytest.mark.full
@pytest.mark.parametrize("options", ["", "discard"])
@pytest.mark.parametrize("kind", JOURNALS)
def test_a_power_cut_at_every_flush(drive: Path, tmp_path: Path, kind: str, options: str) -> None:
    """After each flush, and before each, when any of what it was to make last may be there."""
    chance = random.Random(f"{kind} {options}")
    run = recorded(drive, tmp_path, kind, chance, 40, options)
    for position in run.record.flushes:
        for flushing in (False, True):
            run.check(position, chance, 512, flushing)
