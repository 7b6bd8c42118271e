"""A tree of files that changes all the time, on a machine that is cut off: every step that was synced is there."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.boot.power_cuts import files_of, start

from unilith.image.description import ImageDescription
from unilith.image.ext4 import make_ext4
from unilith.run.disks import Disk

STEPS = 2000
"""More than a machine does before it is cut off."""
DIRECTORIES, NAMES, LARGEST = 5, 9, 9000  # as in recipes/ext4/torture.c


def drawn(step: int, turn: int, below: int) -> int:
    """As in recipes/ext4/torture.c."""
    mixed = (step * 8 + turn) * 2654435761 & 0xFFFFFFFF
    return (mixed ^ mixed >> 15) % 65521 % below


def name(step: int, turn: int) -> str:
    return f"d{drawn(step, turn, DIRECTORIES)}/f{drawn(step, turn + 1, NAMES)}"


@dataclass
class File:
    """What a step wrote; several names may have it."""

    step: int
    size: int

    @property
    def content(self) -> bytes:
        return bytes(((self.step * 31 + i) * 7 ^ i >> 8) & 255 for i in range(self.size))


Tree = dict[str, File]


def change(tree: Tree, step: int) -> None:
    """What a step makes of the tree."""
    path, other, size = name(step, 1), name(step, 3), drawn(step, 6, LARGEST)
    match drawn(step, 0, 8):
        case 0:
            tree.pop(path, None)
        case 1 if path in tree and tree.get(other) is not tree[path]:
            tree[other] = tree.pop(path)
        case 2 if path in tree and other not in tree:
            tree[other] = tree[path]
        case 3 if path in tree:
            tree[path].size = min(tree[path].size, size)
        case 4 | 5 | 6 | 7:
            tree[path] = File(step, size)


def matches(tree: Tree, folder: Path) -> bool:
    """Whether the files in the folder are those of the tree; one that was not whole yet has no name of it."""
    there = {str(file.relative_to(folder)): file for file in folder.glob("d*/*")}
    return there.keys() == tree.keys() and all(
        file.stat().st_size == tree[path].size and file.read_bytes() == tree[path].content
        for path, file in there.items()
    )


def cuts(place: Path, image: ImageDescription, number: int, seed: int) -> Iterator[int]:
    """Cuts a machine off again and again; gives how many steps were done."""
    source = random.Random(seed)
    disk = place / "disk.img"
    make_ext4(disk, 32 << 20, "data")
    tree: Tree = {}
    done = 0
    for _ in range(number):
        machine = start(image, Disk(disk), place, args=[f"torture:{done + 1}:{STEPS}"])
        try:
            machine.wait_for("synced", done + source.randrange(1, 40))
            time.sleep(source.random() * 0.03)
        finally:
            machine.cut()
        synced = machine.reported("synced")
        for step in range(done + 1, synced + 1):
            change(tree, step)
        done = synced
        folder = files_of(disk, place)
        if not matches(tree, folder):
            # The next step was done, but not reported.
            done += 1
            change(tree, done)
            assert matches(tree, folder), f"after step {synced}: {sorted(tree)}"
        yield done
