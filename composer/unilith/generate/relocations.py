"""Lists the words of a linked image that hold addresses: `relocations.py IMAGE OUTPUT`, run by ninja.

IMAGE was linked with --emit-relocs. OUTPUT is assembly for the section `.relocations`, in the form that
libs/machine/image-move/include/image_move.h describes. Only the standard library is imported: it runs once a link.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# ELF-64 object file format, and System V ABI for x86_64, table 4.9.
SHT_RELA, SHF_ALLOC = 4, 0x2
NARROW, WIDE = {10, 11}, {1}  # R_X86_64_32 and _32S; R_X86_64_64
# Distances within the image do not change when it moves: PC32, GOTPCREL, PLT32, PC64, GOTPCRELX, REX_GOTPCRELX,
# GOTTPOFF, TPOFF64, TPOFF32, and NONE.
UNMOVED = {0, 2, 4, 9, 18, 22, 23, 24, 41, 42}
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_RELA = struct.Struct("<QQq")
_SYMBOL = struct.Struct("<IBBHQQ")


class Section(NamedTuple):
    """A section header."""

    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int


def sections_of(data: bytes) -> list[Section]:
    """The section headers of an ELF file."""
    header = _HEADER.unpack_from(data)
    offset, size, count = header[6], header[11], header[12]
    return [Section(*_SECTION.unpack_from(data, offset + size * i)) for i in range(count)]


def words_of(data: bytes) -> tuple[list[int], list[int]]:
    """The addresses of the four-byte and of the eight-byte words that hold addresses, ascending."""
    sections = sections_of(data)
    loaded = [s for s in sections if s.flags & SHF_ALLOC and s.size]
    lowest, highest = min(s.address for s in loaded), max(s.address + s.size for s in loaded)
    narrow, wide = set[int](), set[int]()
    for table in sections:
        if table.type != SHT_RELA or not sections[table.info].flags & SHF_ALLOC:
            continue
        symbols = sections[table.link]
        for at in range(table.offset, table.offset + table.size, _RELA.size):
            place, info, _ = _RELA.unpack_from(data, at)
            kind = info & 0xFFFFFFFF
            if kind in UNMOVED:
                continue
            if kind not in NARROW | WIDE:
                raise ValueError(f"a relocation of type {kind} at {place:#x} cannot be moved")
            value = _SYMBOL.unpack_from(data, symbols.offset + _SYMBOL.size * (info >> 32))[4]
            if value >= lowest:  # below lie numbers, which the linker takes for places
                (narrow if kind in NARROW else wide).add(place)
    for section in loaded:
        # The linker fills the global offset table without a word about it. It may hold distances of thread-local
        # variables, too, which are no places in the image.
        if _name(data, sections, section).startswith(b".got"):
            for offset in range(0, section.size - 7, 8):
                (value,) = struct.unpack_from("<Q", data, section.offset + offset)
                if lowest <= value <= highest:
                    wide.add(section.address + offset)
    return sorted(narrow), sorted(wide)


def _name(data: bytes, sections: list[Section], section: Section) -> bytes:
    """A section's name."""
    names = sections[_HEADER.unpack_from(data)[13]]
    start = names.offset + section.name
    return data[start : data.index(b"\0", start)]


def encode(words: Iterable[int], start: int) -> Iterator[int]:
    """The bytes of one list."""
    for word in words:
        distance, start = word - start, word
        if 0 < distance < 256:
            yield distance
        elif 0 < distance < 1 << 24:
            yield 0
            yield from distance.to_bytes(3, "little")
        else:
            raise ValueError(f"the word at {word:#x} is {distance} bytes behind the one before")
    yield from bytes(4)


def assembly(data: bytes) -> str:
    """The text of the section."""
    narrow, wide = words_of(data)
    start = min(s.address for s in sections_of(data) if s.flags & SHF_ALLOC and s.size)
    encoded = [*encode(narrow, start), *encode(wide, start)]
    lines = [f'# {len(narrow)} words of 4 bytes, {len(wide)} of 8\n.section .relocations, "a", @progbits']
    lines += [f".byte {','.join(map(str, encoded[i : i + 32]))}" for i in range(0, len(encoded), 32)]
    return "\n".join([*lines, '.section .note.GNU-stack, "", @progbits', ""])


if __name__ == "__main__":
    try:
        Path(sys.argv[2]).write_text(assembly(Path(sys.argv[1]).read_bytes()), encoding="ascii")
    except (OSError, ValueError) as e:
        sys.exit(f"{sys.argv[1]}: {e}")
