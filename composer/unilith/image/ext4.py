"""ext4 file systems: empty ones, and ones that hold a tree. Equal trees give equal bytes.

mke2fs makes the file system, and debugfs puts the files in, in the order of their names, so that nothing depends on
the order of a folder of this machine or on who owns it. The identifier, the seed of the hashes and all times are given.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Hashable, Iterable
from pathlib import Path

from unilith.errors import UserError
from unilith.image.host_tools import epoch, find_tool, run_tool
from unilith.image.staging import copy_content
from unilith.image.tree import Entry, Tree

BLOCK = 4096
SMALLEST = 4 << 20
"""Bytes of the smallest file system that is made with a journal (mke2fs(8): 1,024 blocks of it, and then the rest)."""
BYTES_PER_FILE = 16 << 10
"""How much of what is left free there is for each file that may be made: the ratio that mke2fs.conf has."""
_NAMESPACE = uuid.UUID("0f1c2e64-0b0e-5d3a-9a57-1d0d7b1f4c01")
_INODE_BYTES = 256
_FEATURES = (
    "extent,64bit,flex_bg,metadata_csum,dir_index,has_journal,filetype,sparse_super,large_file,"
    "huge_file,dir_nlink,extra_isize,resize_inode,ext_attr"
)
"""What mke2fs 1.47 of Debian 12 does by itself, whatever a machine's mke2fs.conf says."""
_EXTENDED = "root_owner=0:0,nodiscard,lazy_itable_init=0,lazy_journal_init=0"


def make_ext4(file: Path, size: int, label: str) -> None:
    """Makes the file `file` an empty file system of `size` bytes; holes take no room on this machine."""
    part = file.with_name(file.name + ".part")
    try:
        _format(part, size, label, inodes=0)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write_ext4(tree: Tree, file: Path, scratch: Path, *, label: str, free: int = 0) -> None:
    """Packs the tree, with `free` bytes left for what the image will write; `scratch` is an empty folder."""
    entries = list(tree.entries())
    new = free // BYTES_PER_FILE
    part = file.with_name(file.name + ".part")
    try:
        _format(part, _size(entries) + free + new * _INODE_BYTES, label, inodes=len(entries) + new)
        script = os.fsencode("\n".join(_commands(entries, scratch)) + "\n")
        _debugfs(part, script)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    # e2fsprogs takes 0 for "not given".
    return {"E2FSPROGS_FAKE_TIME": str(max(1, epoch())), "MKE2FS_CONFIG": os.devnull}


def _format(file: Path, size: int, label: str, *, inodes: int) -> None:
    blocks = -(-max(size, SMALLEST) // BLOCK)
    with file.open("wb") as out:
        out.truncate(blocks * BLOCK)
    identifier = uuid.uuid5(_NAMESPACE, label)
    words: list[str | Path] = [
        find_tool("mke2fs", "e2fsprogs"),
        *("-q", "-F", "-t", "ext4", "-b", str(BLOCK), "-I", str(_INODE_BYTES), "-m", "0"),
        *("-O", _FEATURES),
        *("-L", label[:16], "-U", str(identifier)),
        # One word: a second -E would take the place of the first.
        *("-E", f"hash_seed={uuid.uuid5(identifier, 'hash')},{_EXTENDED}"),
    ]
    if inodes:
        words += ["-N", str(inodes * 5 // 4 + 64)]
    run_tool([*words, file, str(blocks)], _environment())


def _size(entries: Iterable[Entry]) -> int:
    """Bytes that hold the entries, with their inodes, maps and folders, and a journal."""
    data = inodes = names = 0
    for entry in entries:
        inodes += 1
        names += 3 * (len(os.fsencode(entry.name.rpartition("/")[2])) + 12)
        data += -(-entry.size // BLOCK) * BLOCK + (BLOCK if stat.S_ISDIR(entry.mode) else 0)
    used = data + names + inodes * (_INODE_BYTES + BLOCK // 16)
    return used + used // 16 + (8 << 20)


def _commands(entries: Iterable[Entry], scratch: Path) -> Iterable[str]:
    """What debugfs is told, in order: folders come before what they hold."""
    first: dict[Hashable, str] = {}
    links: dict[str, int] = {}
    for number, entry in enumerate(entries):
        name = _quoted(f"/{entry.name}")
        if stat.S_ISDIR(entry.mode):
            yield f"mkdir {name}"
        elif stat.S_ISLNK(entry.mode):
            yield f"symlink {name} {_quoted(os.fsdecode(entry.read()))}"
        elif entry.one_file in first:
            other = first[entry.one_file]
            links[other] = links.get(other, 1) + 1
            yield f"link {other} {name}"
            yield f"set_inode_field {other} links_count {links[other]}"
            continue
        else:
            source = scratch / str(number)
            copy_content(entry, source)
            yield f"write {_quoted(str(source))} {name}"
            first[entry.one_file] = name
        yield f"set_inode_field {name} mode 0{entry.mode:o}"
        yield f"set_inode_field {name} uid {entry.owner[0]}"
        yield f"set_inode_field {name} gid {entry.owner[1]}"


def _quoted(word: str) -> str:
    """A word as debugfs reads it: in quotes, and one of its own written twice."""
    if "\n" in word or "\r" in word:
        raise UserError(
            f"the name {word!r} holds an end of line, and cannot be put into an ext4 file system",
            hint="Pack the root file system `as: erofs` or `as: initrd`.",
        )
    return '"' + word.replace('"', '""') + '"'


def _debugfs(file: Path, script: bytes) -> None:
    said = run_tool([find_tool("debugfs", "e2fsprogs"), "-w", "-f", "-", file], _environment(), stdin=script)
    # It goes on after an error, and its status is 0. The first line names its version.
    errors = [line for line in said.splitlines() if not line.startswith("debugfs ")]
    if errors:
        raise UserError(f"debugfs could not fill the ext4 file system: {errors[0]}")
