"""Unpacks a tarball without trusting it.

A pinned checksum says that a file is the one that was looked at, not that it is harmless. What
leaves the folder, names a device or hides a file behind a link is refused.
"""

from __future__ import annotations

import lzma
import os
import posixpath
import shutil
import tarfile
import zlib
from pathlib import Path

from unilith.errors import UserError

LIMIT = 4 << 30
"""Bytes of content after which a tarball is given up."""


def unpack_tarball(tarball: Path, folder: Path) -> None:
    """Unpacks into the empty `folder`: regular files, folders, symbolic and hard links that stay inside.

    Files get the mode 0644 or 0755 and the modification time of the archive.
    """
    try:
        with tarfile.open(tarball) as archive:
            _unpack(archive, tarball, folder)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as e:
        raise UserError(f"is not a whole tar archive: {e}", where=tarball) from e
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as e:
        raise UserError(f"holds one name as two different things: {e.filename}", where=tarball) from e


def _unpack(archive: tarfile.TarFile, tarball: Path, folder: Path) -> None:
    links: list[tuple[str, tarfile.TarInfo]] = []
    total = 0
    for member in archive:
        name = _inside(member.name, tarball)
        target = folder / name
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
        elif member.issym() or member.islnk():
            # Made last, so that nothing can be written through a link.
            links.append((name, member))
        elif member.isreg():
            total += member.size
            if total > LIMIT:
                raise UserError(f"holds more than {LIMIT >> 30} GiB", where=tarball)
            target.parent.mkdir(parents=True, exist_ok=True)
            content = archive.extractfile(member)
            assert content is not None
            with content, target.open("wb") as out:
                shutil.copyfileobj(content, out)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
            os.utime(target, (member.mtime, member.mtime))
        else:
            raise UserError(
                f"holds {member.name}, which is neither a file, a folder nor a link", where=tarball
            )
    for name, member in links:
        _link(folder, name, member, tarball)


def _link(folder: Path, name: str, member: tarfile.TarInfo, tarball: Path) -> None:
    target = folder / name
    # A symbolic link counts from its own folder, a hard link from the archive's root.
    start = posixpath.dirname(name) if member.issym() else ""
    inside = _inside(posixpath.join(start, member.linkname), tarball)
    if member.linkname.startswith("/") or not target.parent.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"holds a link that leaves it: {member.name} -> {member.linkname}", where=tarball)
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        target.symlink_to(member.linkname)
    elif (folder / inside).is_file() and not (folder / inside).is_symlink():
        shutil.copy2(folder / inside, target)
    else:
        raise UserError(f"holds a hard link to what it does not hold: {member.name}", where=tarball)


def _inside(name: str, tarball: Path) -> str:
    """The name without `.` and `..`; refused if it leaves the archive."""
    clean = posixpath.normpath(name)
    if name.startswith("/") or clean == ".." or clean.startswith("../") or "\0" in name:
        raise UserError(f"holds a name that leaves it: {name}", where=tarball)
    return clean
