"""Function, file and line of an address, from an ELF's symbols and DWARF line tables.

Importing this reads pyelftools in; only a crash needs it.
"""

from __future__ import annotations

import bisect
from pathlib import Path

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.lineprogram import LineProgram
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection


class DebugTables:
    """The tables of one file, each read when it is first needed."""

    def __init__(self, file: Path) -> None:
        # The reader goes back to the file later; it stays open for the rest of the run.
        self.elf = ELFFile(file.open("rb"))
        table = self.elf.get_section_by_name(".symtab")
        symbols = table.iter_symbols() if isinstance(table, SymbolTableSection) else ()
        functions = {
            (s["st_value"], s["st_size"], s.name)
            for s in symbols
            if s["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE")
        }
        self.functions = sorted(f for f in functions if f[2] and self._is_code(f[0]))
        self.starts = [start for start, _, _ in self.functions]
        self.lines: dict[int, list[tuple[int, str]]] = {}

    def describe(self, address: int, *, returns: bool) -> str:
        """`function+0x1a (file:line)`, as far as it is known; a return address counts as its call."""
        at = address - 1 if returns else address
        function = self._function(at, address)
        line = self._line(at)
        return " ".join(part for part in (function, f"({line})" if line else "") if part)

    def _is_code(self, address: int) -> bool:
        return any(
            segment["p_vaddr"] <= address < segment["p_vaddr"] + segment["p_memsz"]
            for segment in self.elf.iter_segments("PT_LOAD")
            if segment["p_flags"] & 1
        )

    def _function(self, at: int, address: int) -> str:
        index = bisect.bisect_right(self.starts, at) - 1
        if index < 0 or not self._is_code(at):
            return ""
        # Of several names of one place, one with a size is the function itself.
        start = self.starts[index]
        same = self.functions[bisect.bisect_left(self.starts, start) : index + 1]
        _, size, name = max(same, key=lambda f: (f[1] > 0, f[2]))
        return f"{name}+{address - start:#x}" if size == 0 or at < start + size else ""

    def _line(self, at: int) -> str:
        if not self.elf.has_dwarf_info():
            return ""
        dwarf = self.elf.get_dwarf_info()
        unit = self._unit(dwarf, at)
        if unit is None:
            return ""
        return _row(self._rows(dwarf, unit), at)

    def _unit(self, dwarf: DWARFInfo, at: int) -> CompileUnit | None:
        ranges = dwarf.get_aranges()
        if ranges is not None:
            offset = ranges.cu_offset_at_addr(at)
            if offset is not None:
                return dwarf.get_CU_at(offset)
        return next((unit for unit in dwarf.iter_CUs() if _row(self._rows(dwarf, unit), at)), None)

    def _rows(self, dwarf: DWARFInfo, unit: CompileUnit) -> list[tuple[int, str]]:
        """Address -> file and line from there on; an empty text ends a sequence."""
        rows = self.lines.get(unit.cu_offset)
        if rows is None:
            program = dwarf.line_program_for_CU(unit)
            # Where a sequence ends and another begins, the beginning counts; of several lines of one
            # address the last does, so the order of the table is kept.
            rows = (
                []
                if program is None
                else sorted(self._entries(program), key=lambda row: (row[0], row[1] != ""))
            )
            self.lines[unit.cu_offset] = rows
        return rows

    def _entries(self, program: LineProgram) -> list[tuple[int, str]]:
        entries: list[tuple[int, str]] = []
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            text = "" if state.end_sequence else f"{_file_name(program, state.file)}:{state.line}"
            entries.append((state.address, text))
        return entries


def _row(rows: list[tuple[int, str]], at: int) -> str:
    index = bisect.bisect_right(rows, at, key=lambda row: row[0]) - 1
    return rows[index][1] if index >= 0 else ""


def _file_name(program: LineProgram, index: int) -> str:
    header = program.header
    # Before version 5 both lists begin at 1, and folder 0 is that of the compilation.
    modern = header["version"] >= 5
    entry = header["file_entry"][index if modern else index - 1]
    folder = entry.dir_index if modern else entry.dir_index - 1
    name = _text(entry.name)
    if folder < 0 or name.startswith("/"):
        return name
    place = _text(header["include_directory"][folder])
    return name if place in ("", ".") else f"{place}/{name}"


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
