"""What an image has written to a disk, in order: the record of `--disk FILE,record=RECORD`, in the format of Linux's
dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst), which QEMU's blklogwrites writes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MAGIC, VERSION = 0x6A736677736872, 1
FLUSH, FORCED, DISCARD = 1, 2, 4
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes the disk, or makes changes last. `data` is what was written; of a discard, nothing."""

    flags: int
    offset: int  # bytes
    length: int  # bytes
    data: bytes
    end: int  # bytes of the record up to here

    @property
    def is_flush(self) -> bool:
        return bool(self.flags & FLUSH)


def read_stream(record: Path) -> list[Change]:
    """All changes. Of a QEMU that was killed, those that are whole, up to the first that is not."""
    data = record.read_bytes()
    if len(data) < 28:
        return []
    # How many entries there are stands there, too, but is only brought up to date at times.
    magic, version, _, unit = struct.unpack_from("<QQQI", data)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"{record} is not a record of writes")
    changes: list[Change] = []
    position = unit
    while position + unit <= len(data):
        sector, sectors, flags, _ = struct.unpack_from("<QQQQ", data, position)
        length = sectors * unit
        kept = 0 if flags & DISCARD else length
        position += unit + kept
        if (length == 0 and flags == 0) or position > len(data):
            break
        changes.append(Change(flags, sector * unit, length, data[position - kept : position], position))
    return changes


def apply(changes: Sequence[Change], disk: Path) -> None:
    """Makes the changes, in order, on a copy of what the disk held before."""
    with disk.open("r+b") as file:
        for change in changes:
            file.seek(change.offset)
            file.write(change.data or bytes(change.length))


def flush_points(changes: Sequence[Change]) -> Iterator[int]:
    """After how many changes everything before was flushed."""
    return (i + 1 for i, change in enumerate(changes) if change.is_flush)
