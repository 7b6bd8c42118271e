"""The seccomp filter of a process image, from what its libraries declare under `host-syscalls:`.

The filter is a program of classic BPF over ``struct seccomp_data`` (include/uapi/linux/seccomp.h): number at
offset 0, architecture at 4, six 64-bit arguments from 16 on. It allows a call if one declaration covers it,
and kills the process otherwise. Calls are compared by their whole number, so x32 calls (x86_64 numbers
with bit 30 set) are refused like any other that nobody declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from unilith.catalog.model import Arch, HostCall
from unilith.errors import UserError

Declarations = Sequence[tuple[str, Sequence[HostCall]]]
"""Each library with the calls that its manifest declares."""

Alternative = tuple[tuple[int, tuple[str, ...]], ...]
"""One declaration's restrictions: (argument, values) in order of argument; the empty one always holds."""

LONGEST_JUMP = 255  # the offsets of a conditional jump are bytes
MOST_INSTRUCTIONS = 4096  # BPF_MAXINSNS, include/uapi/linux/bpf_common.h
ARGUMENTS = 6

_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
# Architectures whose halves of an argument stand low, then high.
_LITTLE_ENDIAN: frozenset[Arch] = frozenset({"x86_64", "aarch64"})


class Code(Enum):
    """The instructions that the filter uses: operation codes of include/uapi/linux/bpf_common.h."""

    LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
    EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
    JUMP = 0x05  # BPF_JMP | BPF_JA
    RETURN = 0x06  # BPF_RET | BPF_K


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. ``operand`` is a C constant expression; a jump counts the instructions it skips."""

    code: Code
    operand: str
    if_true: int = 0
    if_false: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """All that the declarations say of one call: it is allowed if any of ``alternatives`` holds."""

    name: str
    libraries: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


def merge(declarations: Declarations) -> tuple[Call, ...]:
    """The declarations call by call, in order of name; the same for any order of the input."""
    libraries: dict[str, set[str]] = {}
    alternatives: dict[str, set[Alternative]] = {}
    for library, calls in declarations:
        for call in calls:
            for index, values in call.args.items():
                if not 0 <= index < ARGUMENTS:
                    raise UserError(
                        f"library '{library}' restricts argument {index} of '{call.name}'",
                        hint="A system call has six arguments, 0 to 5.",
                    )
                if not values:
                    raise UserError(
                        f"library '{library}' allows no value for argument {index} of '{call.name}'",
                        hint="List the values that it passes, or leave the argument out.",
                    )
            libraries.setdefault(call.name, set()).add(library)
            alternatives.setdefault(call.name, set()).add(
                tuple((index, tuple(sorted(set(values)))) for index, values in sorted(call.args.items()))
            )
    return tuple(
        Call(
            name,
            tuple(sorted(libraries[name])),
            ((),) if () in alternatives[name] else tuple(sorted(alternatives[name])),
        )
        for name in sorted(libraries)
    )


def call_number(name: str) -> str:
    """The constant of host_linux.h that holds the number of a call."""
    return f"HOST_CALL_{name.upper()}"


def filter_program(declarations: Declarations, arch: Arch) -> tuple[Instruction, ...]:
    """The filter, instruction by instruction."""
    if arch not in _LITTLE_ENDIAN:
        raise UserError(f"there is no system call filter for {arch} yet")
    kill = Instruction(Code.RETURN, "SECCOMP_RET_KILL_PROCESS", comment="nobody declared it")
    body = [instruction for call in merge(declarations) for instruction in _call(call)]
    program = (
        Instruction(Code.LOAD, str(_ARCHITECTURE), comment="the architecture: it gives numbers meaning"),
        Instruction(Code.EQUAL, "HOST_AUDIT_ARCH", if_true=1),
        Instruction(Code.RETURN, "SECCOMP_RET_KILL_PROCESS"),
        Instruction(Code.LOAD, str(_NUMBER), comment="the number"),
        *body,
        kill,
    )
    if len(program) > MOST_INSTRUCTIONS:
        raise UserError(
            f"the system call filter has {len(program)} instructions; Linux takes {MOST_INSTRUCTIONS}",
            hint="Restrict arguments to fewer values in the libraries' `host-syscalls:`.",
        )
    return program


def filter_source(declarations: Declarations, arch: Arch) -> str:
    """The C file that defines ``host_filter[]`` and ``host_filter_length`` of host_filter.h."""
    calls = merge(declarations)
    program = filter_program(declarations, arch)
    lines = ["#include <host_filter.h>", ""]
    for call in calls:
        lines += [
            f"#ifndef {call_number(call.name)}",
            f'#error "host_linux.h has no number for {call.name}, declared by {", ".join(call.libraries)}"',
            "#endif",
        ]
    lines += [
        "",
        "/* include/uapi/linux/seccomp.h */",
        "#define SECCOMP_RET_KILL_PROCESS 0x80000000",
        "#define SECCOMP_RET_ALLOW 0x7fff0000",
        "#define LOW_HALF(value) ((uint32_t)(uint64_t)(long)(value))",
        "#define HIGH_HALF(value) ((uint32_t)((uint64_t)(long)(value) >> 32))",
        "",
        "const struct sock_filter host_filter[] = {",
    ]
    for instruction in program:
        if instruction.code is Code.EQUAL and instruction.operand.startswith("HOST_CALL_"):
            lines.append("")
        comment = f" /* {instruction.comment} */" if instruction.comment else ""
        lines.append(
            f"    {{{instruction.code.value:#04x}, {instruction.if_true}, {instruction.if_false}, "
            f"{instruction.operand}}},{comment}"
        )
    lines += [
        "};",
        "const uint16_t host_filter_length = sizeof(host_filter) / sizeof(host_filter[0]);",
    ]
    return "\n".join(lines) + "\n"


def _call(call: Call) -> list[Instruction]:
    """Code that returns if the number in the accumulator is this call's, and else leaves it there."""
    allow = Instruction(Code.RETURN, "SECCOMP_RET_ALLOW")
    block: list[Instruction] = []
    for alternative in call.alternatives:
        block += _alternative(alternative, allow)
    if call.alternatives != ((),):
        block.append(Instruction(Code.RETURN, "SECCOMP_RET_KILL_PROCESS"))
    comment = f"{call.name}: {', '.join(call.libraries)}"
    number = call_number(call.name)
    if len(block) <= LONGEST_JUMP:
        return [Instruction(Code.EQUAL, number, 0, len(block), comment), *block]
    over = Instruction(Code.JUMP, str(len(block)))
    return [Instruction(Code.EQUAL, number, 1, 0, comment), over, *block]


def _alternative(restrictions: Alternative, allow: Instruction) -> list[Instruction]:
    """Code that allows the call if every restriction holds, and else falls out of its end."""
    code = [allow]
    for index, values in reversed(restrictions):
        code = _restriction(index, values, len(code)) + code
    return code


def _restriction(index: int, values: tuple[str, ...], rest: int) -> list[Instruction]:
    """Code that falls out of its end if the argument is one of the values, and else skips ``rest`` more
    instructions. An argument is 64 bits wide, the accumulator 32: both halves are compared."""
    low = _FIRST_ARGUMENT + 8 * index
    code = [Instruction(Code.JUMP, str(rest), comment="none of them")]
    for value in reversed(values):
        equal: list[Instruction]
        if len(code) <= LONGEST_JUMP:
            equal = [Instruction(Code.EQUAL, f"LOW_HALF({value})", len(code), 0)]
        else:
            equal = [
                Instruction(Code.EQUAL, f"LOW_HALF({value})", 0, 1),
                Instruction(Code.JUMP, str(len(code))),
            ]
        code = [
            Instruction(Code.LOAD, str(low + 4), comment=f"argument {index}: {value}"),
            Instruction(Code.EQUAL, f"HIGH_HALF({value})", 0, 1 + len(equal)),
            Instruction(Code.LOAD, str(low)),
            *equal,
            *code,
        ]
    return code
