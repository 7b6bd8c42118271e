"""The root file system as a cpio archive: the same folder gives the same bytes on every machine.

The format is "newc": docs in Linux's Documentation/driver-api/early-userspace/buffer-format.rst. What
differs between machines and users is left out: times are 0, the owner is root, files have the
mode 0644 or 0755, and the order is that of the names' bytes, a folder before what it holds.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from unilith.errors import UserError

TRAILER = "TRAILER!!!"
LIMIT = (1 << 32) - 1
"""The size of a file that eight hexadecimal digits can say."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of the archive: its name without a leading slash, and where its content is."""

    name: str
    mode: int
    content: bytes | Path = b""


def write_initrd(
    folder: Path | None,
    file: Path,
    extra: Mapping[str, bytes] | None = None,
    programs: Mapping[str, Path] | None = None,
) -> None:
    """Packs `folder` (None: nothing), the `extra` files, name -> content, and `programs`, name -> file, into
    the archive `file`. Programs can be executed, other files that are added cannot.

    An extra file takes the place of one of that name, and the folders above it are made. Symbolic
    links stay what they are, a file with several names is stored once a name, and what is neither
    file, folder nor link is refused. The archive appears whole or not at all.
    """
    entries = {entry.name: entry for entry in (read_folder(folder) if folder else ())}
    for name, content in (extra or {}).items():
        _add(entries, name, 0o644, content)
    for name, program in (programs or {}).items():
        _add(entries, name, 0o755, program)
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as out:
            for number, name in enumerate(sorted(entries, key=_order), start=1):
                _write_entry(out, entries[name], number)
            _write_header(out, TRAILER, mode=0, number=0, size=0)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def read_folder(folder: Path) -> Iterator[Entry]:
    """What the folder holds, in no promised order."""
    if not folder.is_dir():
        raise UserError("there is no such folder to make the root file system from", where=folder)
    for place, folders, files in os.walk(folder, onerror=_unreadable):
        for name in [*folders, *files]:
            path = Path(place, name)
            mode = path.lstat().st_mode
            inside = path.relative_to(folder).as_posix()
            if inside == TRAILER:
                raise UserError(f"{TRAILER} ends a cpio archive and cannot be a file's name", where=path)
            if stat.S_ISLNK(mode):
                yield Entry(inside, stat.S_IFLNK | 0o777, os.fsencode(path.readlink()))
            elif stat.S_ISDIR(mode):
                yield Entry(inside, stat.S_IFDIR | 0o755)
            elif stat.S_ISREG(mode):
                yield Entry(inside, stat.S_IFREG | (0o755 if mode & 0o100 else 0o644), path)
            else:
                raise UserError(
                    "is neither a file, a folder nor a symbolic link, and cannot be part of an image",
                    where=path,
                )


def _unreadable(error: OSError) -> None:
    raise UserError(f"cannot be read: {error.strerror}", where=Path(str(error.filename))) from error


def _add(entries: dict[str, Entry], name: str, mode: int, content: bytes | Path) -> None:
    clean = name.strip("/")
    above = clean.split("/")[:-1]
    for depth in range(1, len(above) + 1):
        entry = entries.setdefault(
            "/".join(above[:depth]), Entry("/".join(above[:depth]), stat.S_IFDIR | 0o755)
        )
        if not stat.S_ISDIR(entry.mode):
            raise UserError(
                f"the root file system needs {entry.name} as a folder, and the recipe has a file there"
            )
    if clean in entries and stat.S_ISDIR(entries[clean].mode):
        raise UserError(f"the root file system needs {clean} as a file, and the recipe has a folder there")
    entries[clean] = Entry(clean, stat.S_IFREG | mode, content)


def _order(name: str) -> list[bytes]:
    return os.fsencode(name).split(b"/")


def _write_entry(out: BinaryIO, entry: Entry, number: int) -> None:
    if isinstance(entry.content, Path):
        try:
            content = entry.content.read_bytes()
        except OSError as e:
            raise UserError(f"cannot be read: {e.strerror}", where=entry.content) from e
    else:
        content = entry.content
    if len(content) > LIMIT:
        raise UserError("is larger than 4 GiB, the most that an archive can hold", where=Path(entry.name))
    _write_header(out, entry.name, mode=entry.mode, number=number, size=len(content))
    out.write(content + _padding(len(content)))


def _write_header(out: BinaryIO, name: str, *, mode: int, number: int, size: int) -> None:
    raw = os.fsencode(name) + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    # inode, mode, uid, gid, links, time, size, device (2), device it stands for (2), name's size, check
    fields = (number, mode, 0, 0, links, 0, size, 0, 0, 0, 0, len(raw), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    out.write(header + raw + _padding(len(header) + len(raw)))


def _padding(size: int) -> bytes:
    return b"\0" * (-size % 4)
