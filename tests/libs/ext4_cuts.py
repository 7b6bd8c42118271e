"""Power cuts: what is on a disk when the power goes, made from the record of everything that was written to it."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass
class Record:
    """What `drive` wrote: writes in order, and after how many of them flushes ended and marks were set."""

    writes: list[tuple[int, bytes]] = field(default_factory=list)  # sector, content
    flushes: list[int] = field(default_factory=list)
    marks: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Record:
        record, data, at = cls(), path.read_bytes(), 0
        while at < len(data):
            kind = data[at : at + 1]
            at += 1
            if kind == b"W":
                sector, size = struct.unpack_from("<QQ", data, at)
                record.writes.append((sector, data[at + 16 : at + 16 + size]))
                at += 16 + size
            elif kind == b"F":
                record.flushes.append(len(record.writes))
            else:
                (number,) = struct.unpack_from("<I", data, at)
                record.marks[number] = len(record.writes)
                at += 4
        return record


def cut(
    image: bytearray, record: Record, position: int, chance: random.Random, piece: int, flushing: bool = False
) -> bytearray:
    """The disk after a cut when `position` writes had been given to it (`flushing`: and a flush that had not ended):
    all that was flushed before, and of each later write all, nothing, or some of its pieces of `piece` bytes.

    The superblock, of two sectors, is not torn: e2fsck could not bring that back (a mount of ours can, where the
    journal has it)."""
    disk = bytearray(image)
    flushed = max((f for f in record.flushes if f < position + (not flushing)), default=0)
    for number, (sector, content) in enumerate(record.writes[:position]):
        begin = sector * SECTOR
        fate = chance.choice(["all", "nothing", "some"]) if number >= flushed else "all"
        if fate == "all":
            disk[begin : begin + len(content)] = content
        elif fate == "some":
            whole = chance.random() < 0.5
            for offset in range(0, len(content), piece):
                if whole if 1024 <= begin + offset < 2048 else chance.random() < 0.5:
                    end = min(offset + piece, len(content))
                    disk[begin + offset : begin + end] = content[offset:end]
    return disk
