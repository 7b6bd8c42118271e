"""What a partially linked program reaches, and by which path.

The object is the output of `ld -r --unique`: one section for each function or object of the
sources (`-ffunction-sections -fdata-sections`), with the relocations kept. A section that refers to a symbol
reaches the section that defines it, so the undefined names that are reachable from the roots are exactly
the names that the final link will ask for. Format: System V ABI, chapters 4 ("Sections", "Symbol Table",
"Relocation").
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from unilith.errors import UserError

_SHN_UNDEF = 0
_SHN_LORESERVE = 0xFF00
_SHN_XINDEX = 0xFFFF
_NO_SECTION = -1
_STB_WEAK = 2
_STT_SECTION = 3
_STT_FILE = 4
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QQq")


@dataclass(frozen=True, slots=True)
class Reached:
    """An undefined name, and the shortest chain of functions and objects that leads to it, root first."""

    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Symbol:
    name: str
    kind: int
    weak: bool
    section: int


def undefined_reachable(file: Path, roots: tuple[str, ...]) -> tuple[Reached, ...]:
    """The undefined names that ``roots`` reach in the relocatable object ``file``, in order of name.

    A root that the object does not define is reported as reached by nothing.
    """
    symbols, references, names = _read(file)
    defined = {s.name: s.section for s in symbols if s.name and _is_section(s.section)}

    came_from: dict[int, int | None] = {}
    found: dict[str, int | None] = {}
    queue: deque[int] = deque()
    for root in roots:
        if root in defined:
            if defined[root] not in came_from:
                came_from[defined[root]] = None
                queue.append(defined[root])
        else:
            found.setdefault(root, None)
    while queue:
        section = queue.popleft()
        for index in references.get(section, ()):
            symbol = symbols[index]
            if symbol.section == _SHN_UNDEF:
                if not symbol.weak:  # a weak name may stay undefined: nobody has to provide it
                    found.setdefault(symbol.name, section)
            elif _is_section(symbol.section) and symbol.section not in came_from:
                came_from[symbol.section] = section
                queue.append(symbol.section)

    def path(section: int | None) -> tuple[str, ...]:
        steps: list[str] = []
        while section is not None:
            steps.append(names[section])
            section = came_from[section]
        return tuple(reversed(steps))

    return tuple(Reached(name, path(found[name])) for name in sorted(found) if name)


def _is_section(index: int) -> bool:
    return index > _SHN_UNDEF


def _read(file: Path) -> tuple[list[_Symbol], dict[int, tuple[int, ...]], dict[int, str]]:
    """Symbols; for each section the symbols that it refers to; for each section a name for people."""
    try:
        with file.open("rb") as stream:
            elf = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            if table is None or elf["e_type"] != "ET_REL":
                raise UserError("is not a relocatable object with a symbol table", where=file)
            strings = elf.get_section(table["sh_link"]).data()
            extended = elf.get_section_by_name(".symtab_shndx")
            wide = extended.data() if extended is not None else b""
            symbols = _symbols(table.data(), strings, wide)
            references: dict[int, tuple[int, ...]] = {}
            names: dict[int, str] = {}
            for index, section in enumerate(elf.iter_sections()):
                names[index] = _plain_name(section.name)
                if section["sh_type"] == "SHT_RELA":
                    entries = (info >> 32 for _, info, _ in _RELA.iter_unpack(section.data()))
                    references[section["sh_info"]] = tuple(dict.fromkeys(entries))
    except (OSError, ELFError, struct.error) as e:
        raise UserError(f"cannot be read as an object file: {e}", where=file) from e
    for symbol in symbols:
        if symbol.name and _is_section(symbol.section) and symbol.kind not in (_STT_SECTION, _STT_FILE):
            names[symbol.section] = symbol.name
    return symbols, references, names


def _symbols(table: bytes, strings: bytes, wide: bytes) -> list[_Symbol]:
    symbols = []
    for number, (name, info, _, section, _, _) in enumerate(_SYMBOL.iter_unpack(table)):
        index = section if section < _SHN_LORESERVE else _NO_SECTION  # absolute and common symbols
        if section == _SHN_XINDEX and wide:  # the real index stands in .symtab_shndx
            (index,) = struct.unpack_from("<I", wide, 4 * number)
        end = strings.index(b"\0", name)
        symbols.append(
            _Symbol(strings[name:end].decode("utf-8", "replace"), info & 0xF, info >> 4 == _STB_WEAK, index)
        )
    return symbols


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
