"""A root file system from a folder of this machine.

What differs between machines and users is left out: files have the mode 0644 or 0755, folders 0755.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from unilith.errors import UserError
from unilith.image.tree import Entry, Tree


def read_folder(folder: Path) -> Tree:
    """What the folder holds. Symbolic links stay what they are; what is neither file, folder nor link is refused."""
    if not folder.is_dir():
        raise UserError("there is no such folder to make the root file system from", where=folder)
    tree = Tree(folder)
    for place, folders, files in os.walk(folder, onerror=_unreadable):
        for name in [*folders, *files]:
            path = Path(place, name)
            tree.put(_entry(path, path.relative_to(folder).as_posix()))
    return tree


def _entry(path: Path, name: str) -> Entry:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        target = os.readlink(path)  # noqa: PTH115 - as it is: a Path would lose a slash at its end
        return Entry(name, stat.S_IFLNK | 0o777, os.fsencode(target))
    if stat.S_ISDIR(mode):
        return Entry(name, stat.S_IFDIR | 0o755)
    if stat.S_ISREG(mode):
        return Entry(name, stat.S_IFREG | (0o755 if mode & 0o100 else 0o644), path)
    raise UserError(
        "is neither a file, a folder nor a symbolic link, and cannot be part of an image", where=path
    )


def _unreadable(error: OSError) -> None:
    raise UserError(f"cannot be read: {error.strerror}", where=Path(str(error.filename))) from error
