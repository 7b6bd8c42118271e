"""A relocatable object as a graph: sections, the names that they define, the names that they refer to.

Objects are compiled with `-ffunction-sections -fdata-sections`, so a section is a function or an object.
Format: System V ABI, chapter 4 ("Sections", "Symbol Table", "Relocation").
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from unilith.errors import UserError

_SHN_LORESERVE = 0xFF00
_SHN_XINDEX = 0xFFFF
_STB_LOCAL = 0
_STB_WEAK = 2
_STT_SECTION = 3
_STT_FILE = 4
_SHF_ALLOC = 2
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QQq")

UNDEFINED = 0
NO_SECTION = -1  # absolute and common symbols


@dataclass(frozen=True, slots=True)
class Symbol:
    """``section`` is an index, `UNDEFINED` or `NO_SECTION`."""

    name: str
    kind: int
    binding: int
    section: int

    @property
    def weak(self) -> bool:
        """A weak name may stay undefined: nobody has to provide it."""
        return self.binding == _STB_WEAK

    @property
    def exported(self) -> bool:
        """Defined here, for other objects too."""
        return self.section > UNDEFINED and self.binding != _STB_LOCAL and bool(self.name)


@dataclass(frozen=True, slots=True)
class Section:
    """``label`` is a name for people: the function's or object's. ``size`` in bytes; ``stored`` is false for
    zeroed memory, which takes no room in a file."""

    label: str
    size: int
    in_memory: bool
    stored: bool


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """``references`` maps a section's index to the indices of the symbols that its relocations name."""

    symbols: tuple[Symbol, ...]
    sections: Mapping[int, Section]
    references: Mapping[int, tuple[int, ...]]


def read_object(file: Path) -> ObjectFile:
    """Reads a relocatable 64-bit little-endian object. Raises `UserError` if it is anything else."""
    try:
        with file.open("rb") as stream:
            elf = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            if table is None or elf["e_type"] != "ET_REL" or elf.elfclass != 64 or not elf.little_endian:
                raise UserError("is not a relocatable object with a symbol table", where=file)
            strings = elf.get_section(table["sh_link"]).data()
            extended = elf.get_section_by_name(".symtab_shndx")
            symbols = _symbols(table.data(), strings, extended.data() if extended is not None else b"")
            references: dict[int, tuple[int, ...]] = {}
            sections: dict[int, Section] = {}
            for index, section in enumerate(elf.iter_sections()):
                kind = section["sh_type"]
                if kind == "SHT_RELA":
                    entries = (info >> 32 for _, info, _ in _RELA.iter_unpack(section.data()))
                    references[section["sh_info"]] = tuple(dict.fromkeys(entries))
                else:
                    in_memory = bool(section["sh_flags"] & _SHF_ALLOC)
                    sections[index] = Section(
                        _plain_name(section.name), section["sh_size"], in_memory, kind != "SHT_NOBITS"
                    )
            _check(symbols, sections, references)
    except UserError:
        raise
    except Exception as e:  # a damaged file fails in the ELF library's own ways, assertions among them
        raise UserError(f"cannot be read as an object file: {e}", where=file) from e
    return ObjectFile(symbols, _labelled(sections, symbols), references)


def _symbols(table: bytes, strings: bytes, wide: bytes) -> tuple[Symbol, ...]:
    symbols = []
    for number, (name, info, _, section, _, _) in enumerate(_SYMBOL.iter_unpack(table)):
        index = section if section < _SHN_LORESERVE else NO_SECTION
        if section == _SHN_XINDEX and wide:  # the real index stands in .symtab_shndx
            (index,) = struct.unpack_from("<I", wide, 4 * number)
        text = strings[name : strings.index(b"\0", name)].decode("utf-8", "replace")
        symbols.append(Symbol(text, info & 0xF, info >> 4, index))
    return tuple(symbols)


def _check(
    symbols: tuple[Symbol, ...],
    sections: Mapping[int, Section],
    references: Mapping[int, tuple[int, ...]],
) -> None:
    if any(index >= len(symbols) for entries in references.values() for index in entries):
        raise ValueError("a relocation names a symbol that does not exist")
    if any(s.section > UNDEFINED and s.section not in sections for s in symbols):
        raise ValueError("a symbol stands in a section that does not exist")
    if any(index not in sections for index in references):
        raise ValueError("relocations are for a section that does not exist")


def _labelled(sections: dict[int, Section], symbols: tuple[Symbol, ...]) -> dict[int, Section]:
    """Sections called after a symbol that they define."""
    for symbol in symbols:
        old = sections.get(symbol.section)
        if old is not None and symbol.name and symbol.kind not in (_STT_SECTION, _STT_FILE):
            sections[symbol.section] = Section(symbol.name, old.size, old.in_memory, old.stored)
    return sections


def _plain_name(section: str) -> str:
    """`.text.startup.main` is called `main`."""
    for prefix in (
        ".text.startup.",
        ".text.unlikely.",
        ".text.hot.",
        ".text.",
        ".rodata.",
        ".data.rel.ro.",
        ".data.",
        ".bss.",
    ):
        if section.startswith(prefix):
            return section.removeprefix(prefix)
    return section
