"""Disks that an application keeps its data on."""

from __future__ import annotations

from pathlib import Path

from unilith.errors import UserError
from unilith.image.description import OwnDisk
from unilith.image.ext4 import make_ext4


def make_disk(disk: OwnDisk) -> None:
    """Makes a disk as the recipe says. It appears whole or not at all."""
    try:
        disk.file.parent.mkdir(parents=True, exist_ok=True)
        if disk.format == "ext4":
            make_ext4(disk.file, disk.size, disk.name)
        else:
            _make_zeroes(disk.file, disk.size)
    except OSError as e:
        raise UserError(f"the disk {disk.name} cannot be made: {e.strerror}", where=disk.file) from e


def _make_zeroes(file: Path, size: int) -> None:
    part = file.with_name(file.name + ".part")
    with part.open("wb") as out:
        out.truncate(size)
    part.replace(file)
