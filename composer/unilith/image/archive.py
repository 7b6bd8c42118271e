"""Tar archives, read without trusting them: compressed or not, on the disk or inside another file.

An archive is decompressed into a file of a scratch folder first, with a limit, and then only ever read at
positions: the contents of its members stay where they are.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import stat
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from unilith.errors import UserError
from unilith.image.tree import MEMBERS_MAX, Entry, Piece, PieceReader, Tree

LIMIT = 4 << 30
"""Bytes after which a decompressed archive is given up."""
HEADER_LIMIT = 1 << 20
"""Bytes that a member's header may take, with its long names; the reader holds them in memory."""
NO_ID = (1 << 32) - 1
"""What is no user's and no group's number: chown(2)."""
_CHUNK = 1 << 20

# First bytes of what gzip, bzip2, xz and zstd write.
_ZSTD = b"\x28\xb5\x2f\xfd"
_OPENERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


@dataclass(slots=True)
class Scratch:
    """A folder for decompressed archives, which goes when the image is packed; and which ones are there already."""

    folder: Path
    number: int = 0
    known: dict[Piece, Piece] = field(default_factory=dict)

    def file(self) -> Path:
        """A new file's name."""
        self.number += 1
        return self.folder / f"{self.number}.tar"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive. `target` is what a link of either kind names."""

    name: str
    kind: int  # stat.S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, ..., or 0 for a hard link
    mode: int  # permissions
    target: str
    content: Piece | None
    owner: tuple[int, int] = (0, 0)  # user and group


def read_tarball(file: Path, scratch: Scratch) -> Tree:
    """The tree that a tar archive holds. Later members win; all is root's, for owners in such an archive are whoever
    packed it."""
    tree = Tree(file)
    add_members(tree, read_members(whole(file), scratch, str(file)))
    tree.give_to_root()
    return tree


def whole(file: Path) -> Piece:
    """All of a file."""
    try:
        return Piece(file, 0, file.stat().st_size)
    except OSError as e:
        raise UserError(f"cannot be read: {e.strerror}", where=file) from e


def add_members(tree: Tree, members: Iterator[Member]) -> None:
    """Puts the members into the tree. Devices and the like are refused."""
    for member in members:
        if member.name.strip("/.") == "" and member.kind == stat.S_IFDIR and not member.name.startswith("/"):
            continue  # "./": the root itself
        if member.kind == 0:
            _put_hard_link(tree, member)
        elif member.kind == stat.S_IFLNK:
            if not member.target or "\0" in member.target:
                raise _refused(tree, f"holds a link that leads nowhere: {member.name}")
            target = member.target.encode("utf-8", "surrogateescape")
            tree.put(Entry(member.name, stat.S_IFLNK | 0o777, target, member.owner))
        elif member.kind == stat.S_IFDIR:
            tree.put(Entry(member.name, stat.S_IFDIR | member.mode, owner=member.owner))
        elif member.kind == stat.S_IFREG and member.content is not None:
            tree.put(Entry(member.name, stat.S_IFREG | member.mode, member.content, member.owner))
        else:
            raise _refused(tree, f"holds {member.name}, which is neither a file, a folder nor a link")


def _put_hard_link(tree: Tree, member: Member) -> None:
    other = tree.place(member.target)
    if other not in tree or not stat.S_ISREG(tree[other].mode):
        raise _refused(tree, f"holds a hard link to what it does not hold: {member.name} -> {member.target}")
    tree.put(Entry(member.name, tree[other].mode, tree[other].content, tree[other].owner))


def _refused(tree: Tree, why: str) -> UserError:
    return UserError(why, where=Path(tree.source))


def read_members(archive: Piece, scratch: Scratch, shown: str) -> Iterator[Member]:
    """The members of a tar archive, in order; `shown` is its name in messages."""
    plain = decompressed(archive, scratch, shown)
    try:
        with (
            _Headers(plain, shown) as stream,
            tarfile.open(fileobj=stream, mode="r:", errorlevel=2) as tar,
        ):
            total = 0
            for number, info in enumerate(tar):
                total += info.size
                if number >= MEMBERS_MAX or total > LIMIT:
                    raise UserError(
                        f"holds more than {LIMIT >> 30} GiB or {MEMBERS_MAX:,} files", where=Path(shown)
                    )
                yield _member(info, tar, plain, scratch)
                vars(tar)["members"].clear()  # or it keeps them all in memory
    except (tarfile.TarError, EOFError, OverflowError, ValueError) as e:
        raise UserError(f"is not a whole tar archive: {e}", where=Path(shown)) from e


def _member(info: tarfile.TarInfo, tar: tarfile.TarFile, plain: Piece, scratch: Scratch) -> Member:
    kind, content = stat.S_IFIFO, None
    if info.isdir():
        kind = stat.S_IFDIR
    elif info.issym():
        kind = stat.S_IFLNK
    elif info.islnk():
        kind = 0
    elif info.isreg():
        kind = stat.S_IFREG
        if info.issparse():
            file = scratch.file()
            with file.open("wb") as out, tar.extractfile(info) as holes:  # type: ignore[union-attr]
                shutil.copyfileobj(holes, out, _CHUNK)
            content = whole(file)
        else:
            content = Piece(plain.file, plain.offset + info.offset_data, info.size)
            if info.offset_data + info.size > plain.size:
                raise EOFError(f"{info.name} is cut off")
    elif info.ischr():
        kind = stat.S_IFCHR
    elif info.isblk():
        kind = stat.S_IFBLK
    # Who a program runs as is the image's business, so nothing can gain rights by a bit.
    owner = (info.uid, info.gid)
    if not all(0 <= number < NO_ID for number in owner):
        raise ValueError(f"{info.name} belongs to nobody that there is")
    return Member(info.name, kind, info.mode & 0o1777, info.linkname, content, owner)


class _Headers(PieceReader):
    """What the tar reader reads: headers. One that claims to be enormous is refused before it is read."""

    def __init__(self, piece: Piece, shown: str) -> None:
        super().__init__(piece)
        self._shown = shown

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > HEADER_LIMIT:
            raise UserError(f"has a header of more than {HEADER_LIMIT >> 20} MiB", where=Path(self._shown))
        return super().read(size)


def decompressed(archive: Piece, scratch: Scratch, shown: str) -> Piece:
    """The archive itself, or what it was compressed from."""
    if archive in scratch.known:
        return scratch.known[archive]
    with archive.open() as stream:
        start = stream.read(6)
    if not start.startswith((_ZSTD, *_OPENERS)):
        return archive
    file = scratch.file()
    with file.open("wb") as out:
        if start.startswith(_ZSTD):
            _unzstd(archive, out, shown)
        else:
            _unpack(archive, start, out, shown)
    return scratch.known.setdefault(archive, whole(file))


def _unpack(archive: Piece, start: bytes, out: IO[bytes], shown: str) -> None:
    opener = next(opener for mark, opener in _OPENERS.items() if start.startswith(mark))
    try:
        with archive.open() as raw, opener(raw) as packed:
            _copy(packed, out, shown)
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as e:
        raise UserError(f"cannot be decompressed: {e}", where=Path(shown)) from e


def _unzstd(archive: Piece, out: IO[bytes], shown: str) -> None:
    program = shutil.which("zstd")
    if program is None:
        raise UserError(
            "is compressed with zstd, and the program zstd is not installed",
            where=Path(shown),
            hint="Get it with: apt-get install zstd",
        )
    file = archive.file
    if archive.offset != 0 or archive.size != file.stat().st_size:
        file = Path(f"{out.name}.zst")
        with archive.open() as stream, file.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _CHUNK)
    with subprocess.Popen(
        [program, "-dcq", "--", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        try:
            _copy(child.stdout, out, shown)
        except UserError:
            child.kill()
            raise
        said = child.stderr.read().decode("utf-8", "replace").strip()
    if child.returncode != 0:
        raise UserError(f"cannot be decompressed: {said}", where=Path(shown))


def _copy(packed: IO[bytes], out: IO[bytes], shown: str) -> None:
    total = 0
    while chunk := packed.read(_CHUNK):
        total += len(chunk)
        if total > LIMIT:
            raise UserError(f"holds more than {LIMIT >> 30} GiB", where=Path(shown))
        out.write(chunk)
