"""Which registers hold a constant where, in machine code of x86_64.

A function is a list of instructions as capstone's `disasm_lite` gives them. Along every way through it the
constants are followed, and where ways meet only what all of them agree on is kept, until nothing changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Instruction = tuple[int, int, str, str]
"""Address, size, mnemonic, operands."""
Known = dict[str, int]
"""The registers that hold a constant, by their 64-bit names, and what the top of the stack holds."""

# Registers by what instructions call them or parts of them; only the first two names are written as a whole.
_PARTS = {
    **{name: f"r{r}x" for r in "abcd" for name in (f"r{r}x", f"e{r}x", f"{r}x", f"{r}l", f"{r}h")},
    **{name: f"r{r}" for r in ("si", "di", "bp") for name in (f"r{r}", f"e{r}", r, f"{r}l")},
    **{name: f"r{n}" for n in range(8, 16) for name in (f"r{n}", f"r{n}d", f"r{n}w", f"r{n}b")},
}
_WHOLE = re.compile(r"[re](ax|bx|cx|dx|si|di|bp)|r\d+d?")
_KEPT = ("rbx", "rbp", "r12", "r13", "r14", "r15")  # by a function that is called: System V ABI, 3.2.1
_TOP = "top of the stack"
_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")
_PLACE = re.compile(r"0x[0-9a-f]+")
_NO_WRITE = frozenset({"cmp", "test", "nop", "endbr64", "bt"})
_ENDS = frozenset({"jmp", "ret", "hlt", "ud2", "int3"})
PADDING = frozenset({"nop", "int3", "cs nop", "data16 nop"})
# What instructions write beside what they name: Intel SDM volume 2.
_ALSO_WRITTEN = {
    **dict.fromkeys(("cmpxchg", "lodsb", "lodsw", "lodsd", "lodsq", "cdqe", "cwde", "in"), ("rax",)),
    **dict.fromkeys(("mul", "imul", "div", "idiv", "cqo", "cdq", "rdtsc", "cmpxchg16b"), ("rax", "rdx")),
    **dict.fromkeys(
        ("stosb", "stosd", "stosq", "movsb", "movsd", "movsq", "scasb", "cmpsb"), ("rdi", "rsi", "rcx")
    ),
    **dict.fromkeys(("cpuid", "rdtscp", "xgetbv"), ("rax", "rbx", "rcx", "rdx")),
}
_LOST_BY_SYSCALL = ("rax", "rcx", "r11")


def constants(function: Sequence[Instruction]) -> Iterator[tuple[Instruction, Known]]:
    """Every instruction with what is known before it."""
    flow = _Flow(function)
    flow.settle()
    known: Known = {}
    for index, instruction in enumerate(function):
        known = flow.before.get(index, known)
        yield instruction, known
        known = _step(known, instruction[2], instruction[3])


class _Flow:
    """``before`` is what is known where ways meet or begin."""

    def __init__(self, function: Sequence[Instruction]) -> None:
        self.function = function
        self.places = {instruction[0]: index for index, instruction in enumerate(function)}
        # Behind what never goes on, code begins that is reached from elsewhere.
        ends = (index for index, i in enumerate(function) if i[2] in _ENDS)
        self.fresh = {index for end in ends if (index := self._behind(end)) < len(function)}
        targets = {t for i in function if (t := self._target(i)) is not None}
        self.meetings = targets | self.fresh
        self.before: dict[int, Known] = {}
        self.waiting: list[int] = []

    def _behind(self, index: int) -> int:
        """The first instruction behind one that is no padding."""
        index += 1
        while index < len(self.function) and self.function[index][2] in PADDING:
            index += 1
        return index

    def settle(self) -> None:
        """Follows all ways until nothing changes."""
        if not self.function:
            return
        self._arrive(0, {})
        while True:
            while self.waiting:
                self._walk(self.waiting.pop())
            unreached = sorted(self.meetings - self.before.keys())
            if not unreached:
                return
            self._arrive(unreached[0], {})

    def _target(self, instruction: Instruction) -> int | None:
        """Where a jump within the function leads."""
        _, _, mnemonic, operands = instruction
        if mnemonic.startswith("j") and _PLACE.fullmatch(operands):
            return self.places.get(int(operands, 16))
        return None

    def _arrive(self, index: int, known: Known) -> None:
        there = self.before.get(index)
        merged = known if there is None else {r: v for r, v in there.items() if known.get(r) == v}
        if merged != there:
            self.before[index] = dict(merged)
            self.waiting.append(index)

    def _walk(self, index: int) -> None:
        known = self.before[index]
        while index < len(self.function):
            instruction = self.function[index]
            target = self._target(instruction)
            if target is not None:
                self._arrive(target, known)
            elif instruction[2] == "jmp" and not _PLACE.fullmatch(instruction[3]):
                for fresh in self.fresh:  # by a table
                    self._arrive(fresh, known)
            if instruction[2] in _ENDS:
                return
            known = _step(known, instruction[2], instruction[3])
            index += 1
            if index in self.meetings:
                self._arrive(index, known)
                return


def _step(known: Known, mnemonic: str, operands: str) -> Known:
    """What is known after an instruction."""
    if mnemonic == "call":
        return {r: v for r, v in known.items() if r in _KEPT}
    if mnemonic == "syscall":
        return {r: v for r, v in known.items() if r not in _LOST_BY_SYSCALL}
    if mnemonic in _NO_WRITE or mnemonic.startswith("j"):
        return known
    base = mnemonic.rpartition(" ")[2]  # without `lock` and `rep`
    if base in _ALSO_WRITTEN:
        known = {r: v for r, v in known.items() if r not in _ALSO_WRITTEN[base]}
    target, _, source = operands.partition(", ")
    register = _TOP if mnemonic == "push" else _PARTS.get(target)
    if register is None:
        return (
            {r: v for r, v in known.items() if r != _PARTS.get(source)} if base in ("xchg", "xadd") else known
        )
    value = _value(known, mnemonic, target, source)
    after = {r: v for r, v in known.items() if r != register and not (mnemonic == "pop" and r == _TOP)}
    if base in ("xchg", "xadd") and source in _PARTS:
        after.pop(_PARTS[source], None)
    if value is not None:
        after[register] = value
    return after


def _value(known: Known, mnemonic: str, target: str, source: str) -> int | None:
    """The constant that an instruction leaves in its target, if it does."""
    if mnemonic == "pop":
        return known.get(_TOP)
    if mnemonic == "push":
        return int(target, 0) if _NUMBER.fullmatch(target) else known.get(_PARTS.get(target, ""))
    whole = _WHOLE.fullmatch(target) is not None
    if mnemonic in ("xor", "sub") and source == target and whole:
        return 0
    if mnemonic in ("mov", "movabs") and _NUMBER.fullmatch(source):
        number = int(source, 0)
        if whole:
            return number
        before = known.get(_PARTS[target])
        low = target.endswith("l") or target.endswith("b")
        return before & ~0xFF | number & 0xFF if before is not None and low else None
    if mnemonic == "mov" and whole and _WHOLE.fullmatch(source):
        return known.get(_PARTS[source])
    return None
