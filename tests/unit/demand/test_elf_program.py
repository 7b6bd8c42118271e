"""System calls in finished programs: assembled cases with known answers, and programs of the host's compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unilith.demand.elf_program import DirectCall, ElfProgram, read_program
from unilith.errors import UserError


def _assembled(folder: Path, body: str) -> set[tuple[int | None, str]]:
    """What is found in a program of these instructions, in a function `probe`."""
    source, program = folder / "probe.s", folder / "probe"
    source.write_text(
        f".globl _start\n_start: call probe\n.balign 16\n.type probe, @function\nprobe:\n{body}\n ret\n"
    )
    command = ["gcc", "-nostdlib", "-static", "-no-pie", str(source), "-o", str(program)]
    subprocess.run(command, check=True, capture_output=True)
    return {(call.number, call.function) for call in read_program(program).calls}


def _compiled(folder: Path, text: str, *flags: str) -> ElfProgram:
    source, program = folder / "program.c", folder / "program"
    source.write_text(text)
    subprocess.run(["gcc", "-O2", str(source), "-o", str(program), *flags], check=True, capture_output=True)
    return read_program(program)


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("mov $39, %eax; syscall", {39}),
        ("xor %eax, %eax; syscall", {0}),
        ("xor %eax, %eax; mov $60, %al; syscall", {60}),
        ("push $0x3c; pop %rax; syscall", {60}),
        ("mov $1, %r9d; mov %r9, %rax; syscall; mov %r9, %rax; syscall", {1}),
        ("mov $1, %ebx; call _start; mov %ebx, %eax; syscall", {1}),
        ("mov $1, %ecx; call _start; mov %ecx, %eax; syscall", {None}),
        ("mov $39, %eax; syscall; syscall", {39, None}),
        ("mov %edi, %eax; syscall", {None}),
        ("mov $39, %eax; mov (%rdi), %al; syscall", {None}),
        ("mov $39, %eax; mul %ecx; syscall", {None}),
        ("mov $39, %eax; lock cmpxchg %edx, (%rdi); syscall", {None}),
        ("mov $39, %eax; mov $1, %ebx; xchg %ebx, %eax; syscall", {None}),
        # ways that meet: with the same number, with two, from behind, past padding
        ("mov $5, %eax; test %edi, %edi; je 1f; mov $5, %eax; 1: syscall", {5}),
        ("mov $5, %eax; test %edi, %edi; je 1f; mov $6, %eax; 1: syscall", {None}),
        ("mov $7, %r9d; jmp 2f; .balign 16; 1: xor %ebx, %ebx; 2: mov %r9d, %eax; syscall; jmp 1b", {7}),
        ("mov $7, %r9d; 1: mov %r9d, %eax; syscall; inc %r9d; jmp 1b", {None}),
    ],
)
def test_the_number_of_a_call(tmp_path: Path, body: str, numbers: set[int | None]) -> None:
    assert _assembled(tmp_path, body) == {(number, "probe") for number in numbers}


CALLS = """
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char **words)
{
    printf("%s %ld\\n", words[0], syscall(SYS_getppid));
    return count > 1 ? (int)syscall(SYS_getpgrp) : (int)syscall(count);
}
"""


@pytest.mark.parametrize("flags", [(), ("-no-pie",), ("-fcf-protection=none", "-Wl,-z,now")])
def test_a_dynamic_program(tmp_path: Path, flags: tuple[str, ...]) -> None:
    program = _compiled(tmp_path, CALLS, *flags)
    assert not program.static and program.needed == ("libc.so.6",) and "ld-linux" in program.interpreter
    assert {"printf", "syscall"} <= set(program.imports)
    assert {call.number for call in program.calls if call.function == "main"} == {110, 111, None}


def test_a_program_without_symbols(tmp_path: Path) -> None:
    program = _compiled(tmp_path, CALLS, "-s")
    assert {call.number for call in program.calls} == {110, 111, None}
    assert all(call.function.startswith("0x") for call in program.calls)


def test_a_static_program(tmp_path: Path) -> None:
    program = _compiled(tmp_path, CALLS, "-static")
    assert program.static and not program.imports and not program.needed
    assert {DirectCall(110, "main"), DirectCall(111, "main"), DirectCall(None, "main")} <= set(program.calls)
    numbers = {call.number for call in program.calls}
    assert {1, 9, 12, 231} <= numbers  # write, mmap, brk, exit_group
    assert sum(call.number is None for call in program.calls) < len(program.calls) / 10


def test_files_that_are_no_program(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with pytest.raises(UserError, match="cannot be read"):
        read_program(file)
    file.write_text("#!/bin/sh\n")
    with pytest.raises(UserError, match=r"not an ELF file|not a whole"):
        read_program(file)
    file.write_bytes(b"\x7fELF" + bytes(12))
    with pytest.raises(UserError):
        read_program(file)
    source = tmp_path / "empty.c"
    source.write_text("int nothing;\n")
    subprocess.run(["gcc", "-c", str(source), "-o", str(file)], check=True)
    with pytest.raises(UserError, match="not linked"):
        read_program(file)
    _compiled(tmp_path, CALLS)
    whole = (tmp_path / "program").read_bytes()
    for cut in range(40, len(whole), 997):
        file.write_bytes(whole[:cut])
        with pytest.raises(UserError):
            read_program(file)
