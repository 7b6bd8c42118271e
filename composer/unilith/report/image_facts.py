"""What a built image's two ELF files say: segments, symbols, bytes. Importing this reads pyelftools in."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from unilith.errors import UserError

_CALL = 0xE8  # Intel SDM volume 2, CALL rel32


@dataclass(frozen=True, slots=True)
class Segment:
    """A loaded segment; ``flags`` are a choice of `rwx`. Its bytes begin at ``start``."""

    start: int
    size: int
    flags: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name in the image. ``absolute``: its value is a number, not a place."""

    name: str
    value: int
    size: int
    absolute: bool
    function: bool


class ImageFacts:
    """The image itself, and the file with symbols that was linked for it."""

    def __init__(self, image: Path, debug: Path) -> None:
        self.segments = _segments(image)
        self.symbols: dict[str, Symbol] = {}
        self.all_symbols = _symbols(debug)
        for symbol in self.all_symbols:
            self.symbols.setdefault(symbol.name, symbol)
        if self.segments != _segments(debug):
            raise UserError(
                "has other contents than the file with its symbols", where=image, hint="Build it again."
            )

    def has(self, name: str) -> bool:
        """Whether something of that name is in the image."""
        return name in self.symbols

    def value(self, name: str) -> int | None:
        """A symbol's value."""
        symbol = self.symbols.get(name)
        return None if symbol is None else symbol.value

    def bytes_at(self, address: int, size: int) -> bytes:
        """What stands at an address in the image file; nothing for memory that is not stored."""
        for segment in self.segments:
            offset = address - segment.start
            if offset >= 0 and offset + size <= len(segment.data):
                return segment.data[offset : offset + size]
        return b""

    def words(self, start: str, end: str) -> tuple[int, ...]:
        """The 32-bit words between two symbols."""
        first, last = self.value(start), self.value(end)
        if first is None or last is None or last <= first:
            return ()
        data = self.bytes_at(first, last - first)
        return struct.unpack(f"<{len(data) // 4}I", data)

    def within(self, start: str, end: str) -> tuple[Symbol, ...]:
        """The variables between two symbols."""
        first, last = self.value(start), self.value(end)
        if first is None or last is None:
            return ()
        return tuple(s for s in self.all_symbols if s.size and not s.function and first <= s.value < last)

    def callers(self, name: str) -> frozenset[str]:
        """The functions that call ``name`` directly."""
        target = self.value(name)
        if target is None:
            return frozenset()
        found = set()
        for segment in self.segments:
            if "x" not in segment.flags:
                continue
            at = segment.data.find(_CALL)
            while 0 <= at <= len(segment.data) - 5:
                (distance,) = struct.unpack_from("<i", segment.data, at + 1)
                if segment.start + at + 5 + distance == target:
                    found.add(self._function_at(segment.start + at))
                at = segment.data.find(_CALL, at + 1)
        return frozenset(found - {""})

    @cached_property
    def _functions(self) -> list[tuple[int, str]]:
        return sorted((s.value, s.name) for s in self.all_symbols if s.function and s.size)

    @property
    def function_count(self) -> int:
        """How many functions there are."""
        return len({value for value, _ in self._functions})

    def _function_at(self, address: int) -> str:
        index = bisect_right(self._functions, (address, "\xff")) - 1
        return self._functions[index][1] if index >= 0 else ""


def _open(file: Path) -> ELFFile:
    try:
        return ELFFile(file.open("rb"))
    except OSError as e:
        raise UserError(f"cannot be read: {e.strerror}", where=file, hint="Build the recipe first.") from e
    except ELFError as e:
        raise UserError("is not an ELF file", where=file) from e


def _segments(file: Path) -> tuple[Segment, ...]:
    names = ((4, "r"), (2, "w"), (1, "x"))
    with _open(file) as elf:
        return tuple(
            Segment(
                s["p_vaddr"],
                s["p_memsz"],
                "".join(letter for bit, letter in names if s["p_flags"] & bit),
                s.data(),
            )
            for s in elf.iter_segments("PT_LOAD")
        )


def _symbols(file: Path) -> tuple[Symbol, ...]:
    with _open(file) as elf:
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            raise UserError("has no symbols", where=file, hint="Build the recipe again.")
        return tuple(
            Symbol(
                s.name,
                s["st_value"],
                s["st_size"],
                s["st_shndx"] == "SHN_ABS",
                s["st_info"]["type"] == "STT_FUNC",
            )
            for s in table.iter_symbols()
            if s.name and s["st_info"]["type"] not in ("STT_FILE", "STT_SECTION")
        )
