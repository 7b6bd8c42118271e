"""The files of a root file system before they are packed: names, modes, and where the contents are.

Nothing is ever unpacked by the names of an archive: a tree is a table in memory, and a name in it is a path of
the image, not of this machine. Links are followed inside the tree only, and a path that climbs out of it is
refused.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.errors import UserError

if TYPE_CHECKING:
    from typing_extensions import Buffer

NAME_MAX, PATH_MAX = 255, 4095
"""Bytes of a component and of a path that Linux's file systems and our own take (limits.h, without the NUL)."""
LINKS_MAX = 40
"""Symbolic links on the way to a file, as in Linux (MAXSYMLINKS in include/linux/namei.h)."""
MEMBERS_MAX = 1 << 20
"""Files after which a source is given up."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file of this machine."""

    file: Path
    offset: int
    size: int

    def open(self) -> PieceReader:
        """The bytes, as a file of their own."""
        return PieceReader(self)


class PieceReader(io.RawIOBase):
    """Reads a `Piece`; positions count from its beginning."""

    def __init__(self, piece: Piece) -> None:
        super().__init__()
        self._piece, self._at = piece, 0
        self._file = piece.file.open("rb")

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves to a position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._piece.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        """Fills as much of the buffer as there is."""
        room = memoryview(buffer).cast("B")
        self._file.seek(self._piece.offset + self._at)
        got = self._file.readinto(room[: max(0, self._piece.size - self._at)])
        self._at += got
        return got

    def close(self) -> None:
        """Gives the file back."""
        self._file.close()
        super().close()


Content = bytes | Path | Piece


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its name without a leading slash, type and permissions as in `st_mode`, its content, and the numbers
    of the user and the group whose it is. The content of a symbolic link is its target."""

    name: str
    mode: int
    content: Content = b""
    owner: tuple[int, int] = (0, 0)

    @property
    def one_file(self) -> Hashable:
        """The same for all names that are to be one file: those of a part of an archive, alike in all else."""
        return (self.content, self.mode, self.owner) if isinstance(self.content, Piece) else self.name

    @property
    def size(self) -> int:
        """Bytes of content."""
        match self.content:
            case bytes():
                return len(self.content)
            case Piece():
                return self.content.size
            case _:
                try:
                    return self.content.stat().st_size
                except OSError as e:
                    raise UserError(f"cannot be read: {e.strerror}", where=self.content) from e

    def read(self) -> bytes:
        """The content."""
        try:
            match self.content:
                case bytes():
                    return self.content
                case Piece():
                    with self.content.open() as stream:
                        return stream.read()
                case _:
                    return self.content.read_bytes()
        except OSError as e:
            raise UserError(f"cannot be read: {e.strerror}", where=Path(str(e.filename))) from e


class Tree:
    """Entries by name. Above each stands a folder: a file system can be made of it in the order of `entries`."""

    def __init__(self, source: Path | str = "") -> None:
        """`source` is what messages name."""
        self.source = source
        self._entries: dict[str, Entry] = {}
        self._inside: dict[str, set[str]] = {"": set()}

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> Iterator[Entry]:
        """All, in the order of the names' bytes, a folder before what it holds."""
        for name in sorted(self._entries, key=lambda name: os.fsencode(name).split(b"/")):
            yield self._entries[name]

    def put(self, entry: Entry) -> None:
        """Adds an entry; what has the name is replaced, but a folder stays with what it holds if it is to be one.

        Folders that lack above it are made. Links above it are followed in the tree.
        """
        name = self.place(entry.name)
        old = self._entries.get(name)
        if old is not None and not (stat.S_ISDIR(old.mode) and stat.S_ISDIR(entry.mode)):
            self.remove(name)
        self._attach(replace(entry, name=name))

    def add(self, name: str, mode: int, content: Content) -> None:
        """Adds a file that the image needs; one of that name gives way, anything else there is an error."""
        clean = name.strip("/")
        above = clean.split("/")[:-1]
        for depth in range(1, len(above) + 1):
            entry = self._entries.get("/".join(above[:depth]))
            if entry is not None and not stat.S_ISDIR(entry.mode):
                raise UserError(
                    f"the root file system needs {entry.name} as a folder, and the recipe has a file there"
                )
        if clean in self._entries and stat.S_ISDIR(self._entries[clean].mode):
            raise UserError(
                f"the root file system needs {clean} as a file, and the recipe has a folder there"
            )
        self.put(Entry(clean, stat.S_IFREG | mode, content))

    def add_folder(self, name: str) -> None:
        """Adds an empty folder, and those above it, if nothing has the name."""
        clean = name.strip("/")
        if self.place(clean) not in self._entries:
            self.put(Entry(clean, stat.S_IFDIR | 0o755))

    def remove(self, name: str) -> None:
        """Removes an entry and all below it; nothing if there is none."""
        if name in self._entries:
            self.empty(name)
            self._inside.pop(name, None)
            del self._entries[name]
            self._inside[_above(name)].discard(name)

    def give_to_root(self) -> None:
        """Makes everything root's."""
        for name, entry in self._entries.items():
            self._entries[name] = replace(entry, owner=(0, 0))

    def empty(self, name: str) -> None:
        """Removes all below a folder."""
        for child in tuple(self._inside.get(name, ())):
            self.remove(child)

    def place(self, name: str) -> str:
        """The name under which an entry is kept: its folder's links are followed, its last component is not."""
        parts = self._parts(name)
        return "/".join([*self._folder(parts[:-1]), parts[-1]])

    def _attach(self, entry: Entry) -> None:
        if len(self._entries) >= MEMBERS_MAX:
            raise UserError(f"holds more than {MEMBERS_MAX:,} files", where=self._where)
        above = _above(entry.name)
        if above and above not in self._entries:
            self._attach(Entry(above, stat.S_IFDIR | 0o755))
        self._entries[entry.name] = entry
        self._inside[above].add(entry.name)
        if stat.S_ISDIR(entry.mode):
            self._inside.setdefault(entry.name, set())

    @property
    def _where(self) -> Path | None:
        return Path(self.source) if self.source else None

    def _parts(self, name: str) -> list[str]:
        """The components of a name that an archive gives, checked."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\0" in name:
            raise UserError(f"holds a name that leaves it: {name!r}", where=self._where)
        if not parts:
            raise UserError(f"holds a file without a name: {name!r}", where=self._where)
        if len(os.fsencode(name)) > PATH_MAX or any(len(os.fsencode(part)) > NAME_MAX for part in parts):
            raise UserError(f"holds a name that is too long: {name[:60]!r}...", where=self._where)
        return parts

    def _folder(self, parts: list[str]) -> list[str]:
        """Where a folder really is. What is no folder and no link gives way to one: later entries win."""
        found: list[str] = []
        left = list(reversed(parts))
        links = 0
        while left:
            part = left.pop()
            if part == "..":
                if not found:
                    raise UserError(
                        f"holds a link that leaves it, on the way to {'/'.join(parts)}", where=self._where
                    )
                found.pop()
                continue
            here = "/".join([*found, part])
            entry = self._entries.get(here)
            if entry is not None and stat.S_ISLNK(entry.mode):
                links += 1
                if links > LINKS_MAX:
                    raise UserError(
                        f"holds links that lead in a circle, on the way to {'/'.join(parts)}",
                        where=self._where,
                    )
                target = os.fsdecode(entry.read())
                if target.startswith("/"):
                    found = []
                left += [word for word in reversed(target.split("/")) if word not in ("", ".")]
                continue
            if entry is not None and not stat.S_ISDIR(entry.mode):
                self.remove(here)
            found.append(part)
        return found


def _above(name: str) -> str:
    return name.rpartition("/")[0]
