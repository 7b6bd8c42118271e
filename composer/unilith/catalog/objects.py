"""The symbol table of a compiled file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ObjectSymbols:
    """Global and weak names: those defined, split by what they are, and those still to be found elsewhere."""

    functions: frozenset[str]
    objects: frozenset[str]
    undefined: frozenset[str]

    @property
    def defined(self) -> frozenset[str]:
        """All names that other files can refer to."""
        return self.functions | self.objects


def read_symbols(file: Path) -> ObjectSymbols:
    """Reads a relocatable ELF file that the compiler made. Assembly may leave its names without a type;
    these count as functions."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    functions: set[str] = set()
    objects: set[str] = set()
    undefined: set[str] = set()
    with file.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        for symbol in table.iter_symbols():
            info = symbol["st_info"]
            if info["bind"] not in ("STB_GLOBAL", "STB_WEAK") or not symbol.name:
                continue
            if symbol["st_shndx"] == "SHN_UNDEF":
                undefined.add(symbol.name)
            elif info["type"] in ("STT_OBJECT", "STT_TLS", "STT_COMMON"):
                objects.add(symbol.name)
            else:
                functions.add(symbol.name)
    return ObjectSymbols(frozenset(functions), frozenset(objects), frozenset(undefined))
