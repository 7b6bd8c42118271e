"""How much memory a loader needs to put an image's files into (System V ABI, chapter 5, "Program Header")."""

from __future__ import annotations

import struct
from pathlib import Path

PAGE = 4096
_PT_LOAD = 1
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")


def least_memory(image: Path, initrd: Path | None) -> int:
    """The end of the image's stored bytes plus the initrd, in bytes, whole pages; 0 if `image` is no 64-bit ELF.

    With less, QEMU starts an empty machine that never ends. Zeroed memory is not counted: the image itself
    says when that is missing.
    """
    content = image.read_bytes()
    end = 0
    try:
        ident, *_, offset, _, _, _, size, count, _, _, _ = _HEADER.unpack_from(content)
        if ident[:6] != b"\x7fELF\x02\x01":
            return 0
        for number in range(count):
            kind, _, _, _, place, stored, _, _ = _SEGMENT.unpack_from(content, offset + number * size)
            if kind == _PT_LOAD and stored:
                end = max(end, place + stored)
    except struct.error:
        return 0
    pages = -(-end // PAGE) + (-(-initrd.stat().st_size // PAGE) if initrd else 0)
    return pages * PAGE if end else 0
