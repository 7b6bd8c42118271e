"""A tree as files of this machine, for tools that only take a folder."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Hashable
from pathlib import Path

from unilith.errors import UserError
from unilith.image.tree import Entry, Piece, Tree


def stage(tree: Tree, folder: Path) -> None:
    """Makes the files below the new `folder`, which whoever packs them may read. A file with several names stays one.

    Links come last, so that nothing is written through one.
    """
    folder.mkdir()
    folder.chmod(0o755)
    links, folders, first = [], [], dict[Hashable, Path]()
    for entry in tree.entries():
        place = folder / entry.name
        if stat.S_ISLNK(entry.mode):
            links.append((place, entry))
        elif stat.S_ISDIR(entry.mode):
            place.mkdir()
            folders.append((place, entry))
        elif entry.one_file in first:
            os.link(first[entry.one_file], place)
        else:
            copy_content(entry, place)
            place.chmod(stat.S_IMODE(entry.mode) | 0o400)
            first[entry.one_file] = place
    for place, entry in links:
        place.symlink_to(os.fsdecode(entry.read()))
    for place, entry in folders:
        place.chmod(stat.S_IMODE(entry.mode) | 0o700)


def copy_content(entry: Entry, place: Path) -> None:
    """Writes the content of a file."""
    try:
        match entry.content:
            case bytes():
                place.write_bytes(entry.content)
            case Piece():
                with entry.content.open() as stream, place.open("wb") as out:
                    shutil.copyfileobj(stream, out, 1 << 20)
            case _:
                shutil.copyfile(entry.content, place)
    except OSError as e:
        raise UserError(f"cannot be copied: {e.strerror}", where=Path(str(e.filename))) from e
