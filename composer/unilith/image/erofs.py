"""EROFS file systems, which are only read: made by mkfs.erofs. Equal trees give equal bytes."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Literal

from unilith.image.host_tools import epoch, find_tool, run_tool
from unilith.image.staging import stage
from unilith.image.tree import Tree

Compression = Literal["none", "lz4", "lz4hc"]

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
        run_tool([*words, part, folder], {})
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
