"""EROFS file systems, which are only read: made by mkfs.erofs. Equal trees give equal bytes."""

from __future__ import annotations

import stat
import uuid
from pathlib import Path
from typing import Literal

from unilith.image.erofs_inodes import set_owners
from unilith.image.host_tools import epoch, find_tool, run_tool
from unilith.image.staging import stage
from unilith.image.tree import Entry, Tree

Compression = Literal["none", "lz4", "lz4hc"]

_COMPACT = 65535
"""The largest number of an owner in the smaller kind of inodes."""
_NAMESPACE = uuid.UUID("0f1c2e64-0b0e-5d3a-9a57-1d0d7b1f4c02")


def write_erofs(
    tree: Tree, file: Path, scratch: Path, *, label: str, compression: Compression = "none"
) -> None:
    """Packs the tree; `scratch` is an empty folder. The file appears whole or not at all."""
    folder = scratch / "tree"
    stage(tree, folder)
    part = file.with_name(file.name + ".part")
    try:
        words: list[str | Path] = [find_tool("mkfs.erofs", "erofs-utils"), "--quiet", "-d1", "-x-1"]
        words += ["-T", str(epoch()), "-U", str(uuid.uuid5(_NAMESPACE, label)), "--all-root"]
        words += [f"-z{compression}"] if compression != "none" else []
        entries = {entry.name: entry for entry in tree.entries()}
        words += ["-Eforce-inode-extended"] if any(max(e.owner) > _COMPACT for e in entries.values()) else []
        run_tool([*words, part, folder], {})
        if any(_is_lost(entry) for entry in entries.values()):
            image = bytearray(part.read_bytes())
            set_owners(image, entries)
            part.write_bytes(image)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _is_lost(entry: Entry) -> bool:
    """Whether files of this machine, made by whoever packs them, do not say all of it."""
    least = 0o700 if stat.S_ISDIR(entry.mode) else 0o400
    return entry.owner != (0, 0) or (not stat.S_ISLNK(entry.mode) and entry.mode & least != least)
