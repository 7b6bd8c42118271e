"""What a finished Linux program (an ELF of x86_64) asks for: system calls in its code, functions of other files.

Nothing is run. Importing this reads pyelftools in; capstone, which reads instructions, only when there are some.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import Section, SymbolTableSection
from elftools.elf.segments import InterpSegment

from unilith.demand.constants import PADDING, Instruction, Known, constants
from unilith.errors import UserError

_SYSCALL = b"\x0f\x05"  # Intel SDM volume 2: SYSCALL
_EXECUTABLE = 0x4  # SHF_EXECINSTR

# Functions of C libraries that make a call whose number is their first argument.
FORWARDERS = frozenset({"syscall", "__syscall_cp", "__syscall_cp_c", "__syscall_cp_asm"})

_RIP = re.compile(r"\[rip ([+-]) (0x[0-9a-f]+)\]")
_TARGET = re.compile(r"0x[0-9a-f]+")
_ENDS = frozenset({"ret", "jmp", "ud2", "hlt"})


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A system call in the program's own code. ``number`` is None if only a run shows it."""

    number: int | None
    function: str  # the function around it, or its address


@dataclass(frozen=True, slots=True)
class ElfProgram:
    """``imports`` are the functions and objects of other files, in order of name; ``needed`` are these files."""

    static: bool
    interpreter: str
    needed: tuple[str, ...]
    imports: tuple[str, ...]
    calls: tuple[DirectCall, ...]


def read_program(file: Path) -> ElfProgram:
    """Reads a program or a shared object. Raises `UserError` for what is neither."""
    try:
        with file.open("rb") as stream:
            elf = ELFFile(stream)
            if elf["e_machine"] != "EM_X86_64" or elf.elfclass != 64:
                raise UserError(
                    f"is not a program for x86_64 but for {elf.get_machine_arch()}",
                    where=file,
                    hint="Only programs of 64-bit x86 can be inspected.",
                )
            if elf["e_type"] not in ("ET_EXEC", "ET_DYN"):
                raise UserError(
                    "is not linked: it is an object file or a core dump",
                    where=file,
                    hint="Give the program that is made of it.",
                )
            return _Reader(elf).program()
    except OSError as e:
        raise UserError(f"cannot be read: {e.strerror}", where=file) from e
    except ELFError as e:
        raise UserError(
            f"is not a whole ELF file: {e}" if str(e) else "is not an ELF file",
            where=file,
            hint="A script is no program of its own; give its interpreter.",
        ) from e
    except (ValueError, KeyError, IndexError, AttributeError, UnicodeDecodeError, AssertionError) as e:
        raise UserError("is a damaged ELF file", where=file) from e


class _Reader:
    def __init__(self, elf: ELFFile) -> None:
        self.elf = elf
        self.dynamic_symbols = elf.get_section_by_name(".dynsym")
        self.symbols = self._defined()
        self.starts = [start for start, _, _ in self.symbols]
        self.forwarders = {start for start, _, name in self.symbols if name in FORWARDERS}

    def program(self) -> ElfProgram:
        interpreter, needed = "", list[str]()
        for segment in self.elf.iter_segments("PT_INTERP"):
            assert isinstance(segment, InterpSegment)
            interpreter = str(segment.get_interp_name())
        dynamic = self.elf.get_section_by_name(".dynamic")
        if isinstance(dynamic, DynamicSection):
            needed = [str(cast(Any, tag).needed) for tag in dynamic.iter_tags("DT_NEEDED")]
        code = [
            s
            for s in self.elf.iter_sections()
            if s["sh_flags"] & _EXECUTABLE and s["sh_type"] == "SHT_PROGBITS"
        ]
        self._find_stubs(code)
        calls = {call for section in code for call in self._calls(section)}
        return ElfProgram(
            static=not needed and not interpreter,
            interpreter=interpreter,
            needed=tuple(needed),
            imports=tuple(sorted(self._imports())),
            calls=tuple(sorted(calls, key=lambda c: (c.number is None, c.number or 0, c.function))),
        )

    def _defined(self) -> list[tuple[int, int, str]]:
        """Functions by address: start, size, name."""
        found = set()
        for name in (".symtab", ".dynsym"):
            table = self.elf.get_section_by_name(name)
            if isinstance(table, SymbolTableSection):
                found |= {
                    (s["st_value"], s["st_size"], s.name)
                    for s in table.iter_symbols()
                    if s["st_shndx"] != "SHN_UNDEF"
                    and s["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE", "STT_LOOS")
                    and s.name
                }
        return sorted(found)

    def _imports(self) -> set[str]:
        if not isinstance(self.dynamic_symbols, SymbolTableSection):
            return set()
        return {
            s.name
            for s in self.dynamic_symbols.iter_symbols()
            if s["st_shndx"] == "SHN_UNDEF" and s.name and s["st_info"]["bind"] != "STB_WEAK"
        }

    def _find_stubs(self, code: list[Section]) -> None:
        """Adds the procedure linkage table's entries for functions that make calls by number."""
        slots = set()
        for section in self.elf.iter_sections():
            if isinstance(section, RelocationSection) and isinstance(
                self.dynamic_symbols, SymbolTableSection
            ):
                for relocation in section.iter_relocations():
                    symbol = self.dynamic_symbols.get_symbol(relocation["r_info_sym"])
                    if symbol is not None and symbol.name in FORWARDERS:
                        slots.add(relocation["r_offset"])
        if not slots:
            return
        for section in code:
            if not section.name.startswith(".plt"):
                continue
            entry = 0
            for address, size, mnemonic, operands in _instructions(section):
                entry = address if mnemonic == "endbr64" else entry
                found = _RIP.search(operands)
                if mnemonic.endswith("jmp") and found:
                    distance = int(found[2], 16) * (1 if found[1] == "+" else -1)
                    if address + size + distance in slots:
                        self.forwarders |= {entry or address, address}
                    entry = 0

    def _calls(self, section: Section) -> Iterator[DirectCall]:
        if _SYSCALL not in section.data() and not self.forwarders:
            return
        for function in self._functions(section):
            if any(self._is_call(i) for i in function):
                for instruction, known in constants(function):
                    if self._is_call(instruction):
                        yield from self._call(instruction, known)

    def _is_call(self, instruction: Instruction) -> bool:
        """Whether it is a system call, or calls a function that makes one by number."""
        _, _, mnemonic, operands = instruction
        return mnemonic == "syscall" or (
            mnemonic in ("call", "jmp")
            and _TARGET.fullmatch(operands) is not None
            and int(operands, 16) in self.forwarders
        )

    def _call(self, instruction: Instruction, known: Known) -> Iterator[DirectCall]:
        around = self._function(instruction[0])
        register = "rax" if instruction[2] == "syscall" else "rdi"
        # A forwarder is told by the numbers that it is called with.
        if register in known or around not in FORWARDERS:
            yield DirectCall(known.get(register), around)

    def _functions(self, section: Section) -> Iterator[list[Instruction]]:
        """The section's code cut where functions begin: at symbols, or, without them, behind padding."""
        starts = set(self.starts)
        function: list[Instruction] = []
        ended = padded = False
        for instruction in _instructions(section):
            address, _, mnemonic, _ = instruction
            behind_padding = ended and padded and address % 16 == 0 and not starts
            if function and (address in starts or behind_padding):
                yield function
                function = []
            function.append(instruction)
            if mnemonic in PADDING:
                padded = True
            else:
                ended, padded = mnemonic in _ENDS, False
        yield function

    def _index(self, address: int) -> int:
        return bisect_right(self.starts, address) - 1

    def _function(self, address: int) -> str:
        index = self._index(address)
        if index >= 0:
            first = bisect_right(self.starts, self.starts[index] - 1)
            same = self.symbols[first : index + 1]
            start, size, name = max(same, key=lambda s: (s[1] > 0, s[2] in FORWARDERS, s[2]))
            if size == 0 or address < start + size:
                return name
        return f"{address:#x}"


def _instructions(section: Section) -> Iterator[Instruction]:
    import importlib

    capstone = importlib.import_module("capstone")  # it has no types
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    machine.skipdata = True
    yield from machine.disasm_lite(section.data(), section["sh_addr"])
