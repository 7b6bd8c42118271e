"""What inodes of an EROFS image say of owners and permissions, written into the image.

mkfs.erofs takes both from files of this machine, where only root gives files away, and where nobody else packs what
he may not read. The format: fs/erofs/erofs_fs.h of Linux.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Mapping

from unilith.image.tree import Entry

_SUPER, _CHECKSUM, _FEATURES, _ROOT, _META = 1024, 4, 8, 14, 40
_HAS_CHECKSUM = 1
_BLOCK = 4096
_SLOT = 32  # inodes stand at multiples of it
_COMPACT, _EXTENDED = 32, 64  # bytes of an inode
_MODE, _DATA, _USER, _SIZE = 4, 16, 24, 8
_INLINE = 2  # the layout of a folder whose last part stands behind its inode
_ENTRY = 12  # bytes; the names are behind all entries of a block
_POLYNOMIAL = 0x82F63B78  # CRC-32C, reversed


def set_owners(image: bytearray, entries: Mapping[str, Entry]) -> None:
    """Has each file of the image, made by mkfs.erofs without extended attributes, the owner and the permissions of
    the entry of its name. An owner above 65535 needs inodes of the larger kind."""
    root = struct.unpack_from("<H", image, _SUPER + _ROOT)[0]
    folders = [("", root)]
    while folders:
        above, number = folders.pop()
        for name, inode in _names(image, number):
            path = f"{above}{name}"
            entry = entries[path]
            place = _place(image, inode)
            struct.pack_into("<H", image, place + _MODE, entry.mode)
            struct.pack_into(
                "<II" if _is_extended(image, place) else "<HH", image, place + _USER, *entry.owner
            )
            if stat.S_ISDIR(entry.mode):
                folders.append((f"{path}/", inode))
    if struct.unpack_from("<I", image, _SUPER + _FEATURES)[0] & _HAS_CHECKSUM:
        struct.pack_into("<I", image, _SUPER + _CHECKSUM, 0)
        struct.pack_into("<I", image, _SUPER + _CHECKSUM, _crc32c(image[_SUPER:_BLOCK]))


def _place(image: bytearray, number: int) -> int:
    return int(struct.unpack_from("<I", image, _SUPER + _META)[0]) * _BLOCK + number * _SLOT


def _is_extended(image: bytearray, place: int) -> bool:
    return bool(image[place] & 1)


def _names(image: bytearray, number: int) -> Iterator[tuple[str, int]]:
    """The names in a folder, and the numbers of their inodes."""
    place = _place(image, number)
    extended = _is_extended(image, place)
    size = struct.unpack_from("<Q" if extended else "<I", image, place + _SIZE)[0]
    data = struct.unpack_from("<I", image, place + _DATA)[0] * _BLOCK
    inline = image[place] >> 1 & 7 == _INLINE
    for start in range(0, size, _BLOCK):
        length = min(_BLOCK, size - start)
        behind = place + (_EXTENDED if extended else _COMPACT)
        at = behind if inline and start + _BLOCK > size else data + start
        yield from _in_block(bytes(image[at : at + length]))


def _in_block(block: bytes) -> Iterator[tuple[str, int]]:
    count = struct.unpack_from("<H", block, 8)[0] // _ENTRY
    found = [struct.unpack_from("<QH", block, n * _ENTRY) for n in range(count)]
    ends = [*(start for _, start in found[1:]), len(block)]
    for (inode, start), end in zip(found, ends, strict=True):
        name = os.fsdecode(block[start:end].split(b"\0", 1)[0])
        if name not in (".", ".."):
            yield name, inode


def _crc32c(data: bytes | bytearray) -> int:
    """As EROFS has it: begun with all ones, and not inverted at the end."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value
