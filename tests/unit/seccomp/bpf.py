"""What Linux does with a seccomp filter, in Python: an interpreter of classic BPF."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

KILL = 0x80000000
ALLOW = 0x7FFF0000

AUDIT_ARCH_X86_64 = 0xC000003E
AUDIT_ARCH_I386 = 0x40000003
AUDIT_ARCH_AARCH64 = 0xC00000B7


@dataclass(frozen=True)
class Op:
    """``struct sock_filter``."""

    code: int
    jt: int
    jf: int
    k: int


def call_data(arch: int, number: int, args: Sequence[int] = ()) -> bytes:
    """``struct seccomp_data``, little-endian."""
    padded = [a & 0xFFFFFFFFFFFFFFFF for a in (*args, 0, 0, 0, 0, 0, 0)[:6]]
    return struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *padded)


def check(program: Sequence[Op]) -> None:
    """What the kernel refuses: bpf_check_classic() and seccomp_check_filter() of Linux."""
    assert 1 <= len(program) <= 4096
    for at, op in enumerate(program):
        assert op.jt <= 255
        assert op.jf <= 255
        if op.code == 0x20:
            assert op.k % 4 == 0
            assert op.k < 64
        elif op.code == 0x05:
            assert at + 1 + op.k < len(program)
        elif op.code == 0x15:
            assert at + 1 + max(op.jt, op.jf) < len(program)
        else:
            assert op.code == 0x06
    assert program[-1].code == 0x06


def run(program: Sequence[Op], data: bytes) -> int:
    """The verdict of a checked program."""
    at, accumulator = 0, 0
    while True:
        op = program[at]
        at += 1
        match op.code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, op.k)
            case 0x15:
                at += op.jt if accumulator == op.k else op.jf
            case 0x05:
                at += op.k
            case 0x06:
                return op.k
