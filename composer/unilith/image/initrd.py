"""The root file system as a cpio archive: the same files give the same bytes on every machine.

The format is "newc": docs in Linux's Documentation/driver-api/early-userspace/buffer-format.rst. Times are 0,
and the order is that of the names' bytes, a folder before what it holds. A file with several names is
stored once a name.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from unilith.errors import UserError
from unilith.image.tree import Entry, Tree

TRAILER = "TRAILER!!!"
LIMIT = (1 << 32) - 1
"""The size of a file that eight hexadecimal digits can say."""


def write_initrd(tree: Tree, file: Path) -> None:
    """Packs the files into the archive `file`, which appears whole or not at all."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as out:
            for number, entry in enumerate(tree.entries(), start=1):
                _write_entry(out, entry, number)
            _write_header(out, TRAILER, mode=0, number=0, size=0)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _write_entry(out: BinaryIO, entry: Entry, number: int) -> None:
    if entry.name == TRAILER:
        raise UserError(
            f"{TRAILER} ends a cpio archive and cannot be a file's name",
            hint="Pack the root file system `as: erofs` or `as: ext4`.",
        )
    if entry.size > LIMIT:
        raise UserError(
            f"{entry.name} is larger than 4 GiB, the most that an archive can hold",
            hint="Pack the root file system `as: erofs` or `as: ext4`.",
        )
    content = entry.read()
    _write_header(out, entry.name, mode=entry.mode, number=number, size=len(content), owner=entry.owner)
    out.write(content + _padding(len(content)))


def _write_header(
    out: BinaryIO, name: str, *, mode: int, number: int, size: int, owner: tuple[int, int] = (0, 0)
) -> None:
    raw = os.fsencode(name) + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    # inode, mode, uid, gid, links, time, size, device (2), device it stands for (2), name's size, check
    fields = (number, mode, *owner, links, 0, size, 0, 0, 0, 0, len(raw), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    out.write(header + raw + _padding(len(header) + len(raw)))


def _padding(size: int) -> bytes:
    return b"\0" * (-size % 4)
