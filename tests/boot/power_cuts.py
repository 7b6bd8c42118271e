"""Machines that are cut off while they write to a disk, and what is on the disk then."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.boot.block_stream import Change, apply, flush_points
from tests.libs.ext4_host import tool

from unilith.image.description import ImageDescription
from unilith.run.disks import Disk
from unilith.run.network import Wanted, network_of
from unilith.run.options import memory_bytes
from unilith.run.qemu import find_program, qemu_command

LIMIT = 120.0
"""Seconds after which an image that says nothing hangs."""


@dataclass
class Machine:
    """A machine with a disk; `said` is its console."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def reported(self, word: str) -> int:
        """The number in the last line `WORD NUMBER` of the console, 0 if there is none."""
        found = re.findall(rf"^{word} (\d+)\r?$", self.said, re.MULTILINE)
        return int(found[-1]) if found else 0

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not condition():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, f"nothing happens: {self.said[-2000:]}"
            time.sleep(0.005)

    def wait_for(self, word: str, number: int) -> None:
        self.wait_until(lambda: self.reported(word) >= number)

    def cut(self) -> None:
        """Cuts the machine off."""
        self.process.kill()
        self.process.wait()

    def ended(self) -> str:
        """Waits until the image has ended by itself; all of its console."""
        self.process.wait(LIMIT)
        return self.said


def start(
    image: ImageDescription,
    disk: Disk,
    place: Path,
    *,
    args: Sequence[str] | None = None,
    stdin: str = "",
    ports: Sequence[str] = (),
) -> Machine:
    """Starts a machine; what it reads from its console and what it says are files in `place`."""
    (place / "stdin").write_text(stdin)
    record = os.memfd_create("exit-record")
    command = qemu_command(
        image,
        find_program(image),
        args=args,
        memory=memory_bytes(image.memory),
        network=network_of(image, Wanted(ports=tuple(ports))),
        accel="tcg",
        record=record,
        disks=[disk],
    )
    log = place / "console"
    with (place / "stdin").open("rb") as given, log.open("wb") as out:
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=out, pass_fds=[record])
    os.close(record)
    return Machine(process, log)


def files_of(disk: Path, place: Path) -> Path:
    """A folder with all files of the disk, whose file system must be whole once its journal is replayed."""
    copy, folder = place / "copy.img", place / "files"
    shutil.copyfile(disk, copy)
    subprocess.run([tool("e2fsck"), "-E", "journal_only", "-y", copy], capture_output=True, check=True)
    # That the superblock's sums of free blocks and inodes are old is no error, and ends with 0: like Linux, we leave
    # them to the next mount.
    done = subprocess.run([tool("e2fsck"), "-fn", copy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run([tool("debugfs"), "-R", f"rdump / {folder}", copy], capture_output=True, check=True)
    return folder


def disks_at_flushes(
    changes: Sequence[Change], empty: Path, disk: Path, points: int, source: random.Random
) -> Iterator[tuple[int, bool]]:
    """Makes `disk` what it was after some of the recorded flushes, and after each with any of the writes until the
    next one missing; at last, what it was in the end. Gives how many changes were flushed, and whether there are
    no others."""
    ends = sorted(flush_points(changes))
    for end in sorted(source.sample(ends, min(points, len(ends)))):
        shutil.copyfile(empty, disk)
        apply(changes[:end], disk)
        yield end, True
        following = next((later for later in ends if later > end), len(changes))
        apply([change for change in changes[end:following] if source.random() < 0.5], disk)
        yield end, False
    shutil.copyfile(empty, disk)
    apply(changes, disk)
    yield len(changes), True
