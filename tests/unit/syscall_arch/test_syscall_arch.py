"""The generated `syscall_arch.h`: what it accepts, and what compilers make of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.generate.syscall_arch import syscall_arch, syscall_numbers

CALLS = """\
#define __NR_read				0
#define __NR_write				1
#define __NR_mmap	9
#define __NR_getpid 39
#define __NR_far\t1000 /* beyond a gap */
"""

PROGRAM = """\
#define hidden __attribute__((__visibility__("hidden")))
#include "syscall_arch.h"
long none(void) { return __syscall0(39); }
long three(long a) { return __syscall3(1, a, 2, 3); }
long six(long a) { return __syscall6(9, a, 1, 2, 3, 4, 5); }
long far(long a) { return __syscall1(1000, a); }
static inline long pick(int which, long a) { return __syscall1(which ? 0 : 1000, a); }
long inlined(long a) { return pick(1, a); }
"""

RUN_TIME = """\
#define hidden __attribute__((__visibility__("hidden")))
#include "syscall_arch.h"
long any(long number) { return __syscall1(number, 5); }
long gap(long a) { return __syscall1(500, a); }
long beyond(long a) { return __syscall1(1001, a); }
long negative(long a) { return __syscall1(-1, a); }
"""

# Takes the place of the image: answers with what it was asked.
ANSWERS = """\
long sys_read(long a) { return 100 + a; }
long sys_write(long a, long b, long c) { return 100 * a + 10 * b + c; }
long sys_mmap(long a, long b, long c, long d, long e, long f)
{ return 100000 * a + 10000 * b + 1000 * c + 100 * d + 10 * e + f; }
long sys_getpid(void) { return 39; }
long sys_far(long a) { return -a; }
long sys_dispatch(long n, long a, long b, long c, long d, long e, long f)
{ return n * 1000 + a + b + c + d + e + f; }
long none(void), three(long), six(long), far(long), inlined(long), any(long), gap(long), beyond(long);
int main(void)
{
    return !(none() == 39 && three(1) == 123 && six(6) == 612345 && far(7) == -7 && inlined(1) == 101
             && any(9) == 9005 && gap(1) == 500001 && beyond(2) == 1001002);
}
"""

COMPILERS = [c for c in ("gcc", "clang-14", "clang") if shutil.which(c)]


@pytest.fixture(scope="module", params=[f"{c} {o}" for c in COMPILERS for o in ("-Os", "-O2", "-O1")])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `program.o` and `run_time.o`, and `all`, linked with the answers."""
    folder = tmp_path_factory.mktemp("folded")
    compiler, level = request.param.split()
    (folder / "syscall_arch.h").write_text(syscall_arch(CALLS))
    for name, text in (("program", PROGRAM), ("run_time", RUN_TIME), ("answers", ANSWERS)):
        (folder / f"{name}.c").write_text(text)
        flags = ["-std=c99", "-ffreestanding", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror"]
        if name == "answers":
            flags = ["-w"]
        command = [compiler, level, *flags, "-c", f"{name}.c", "-o", f"{name}.o"]
        subprocess.run(command, cwd=folder, check=True)
    subprocess.run([compiler, "program.o", "run_time.o", "answers.o", "-o", "all"], cwd=folder, check=True)
    return folder


def undefined(file: Path) -> set[str]:
    said = subprocess.run(["nm", "--undefined-only", file], capture_output=True, text=True, check=True)
    return {line.split()[-1] for line in said.stdout.splitlines()}


def test_a_constant_number_leaves_one_name(compiled: Path) -> None:
    assert undefined(compiled / "program.o") == {"sys_getpid", "sys_write", "sys_mmap", "sys_far", "sys_read"}


def test_a_number_of_no_call_or_of_run_time_is_dispatched(compiled: Path) -> None:
    assert undefined(compiled / "run_time.o") == {"sys_dispatch"}


def test_no_table_and_no_instruction_is_left(compiled: Path) -> None:
    said = subprocess.run(
        ["objdump", "-d", "-t", compiled / "program.o"], capture_output=True, text=True, check=True
    )
    assert "__syscall_table" not in said.stdout
    assert not re.search(r"\t(syscall|sysenter|int) ", said.stdout)


def test_every_argument_arrives_in_its_place(compiled: Path) -> None:
    assert subprocess.run([compiled / "all"], check=False).returncode == 0


def test_numbers_are_read_in_order() -> None:
    assert list(syscall_numbers(CALLS).items()) == [
        ("read", 0),
        ("write", 1),
        ("mmap", 9),
        ("getpid", 39),
        ("far", 1000),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no system call"),
        ("#define OTHER 3\n", "no system call"),
        ("#define __NR_read (BASE+1)\n", "read"),
        ("#define __NR_read 1\n#define __NR_read 2\n", "read"),
        ("#define __NR_read -4\n", "read"),
    ],
)
def test_what_cannot_be_read_is_an_error(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        syscall_numbers(text)


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True), st.integers(0, 600), min_size=1)
)
def test_every_call_is_declared_once(calls: dict[str, int]) -> None:
    header = syscall_arch("".join(f"#define __NR_{name}\t{number}\n" for name, number in calls.items()))
    declared = re.findall(r"^hidden long sys_(\w+)\(\);$", header, re.MULTILINE)
    listed = {int(n): name for n, name in re.findall(r"^\t\[(\d+)\] = sys_(\w+),$", header, re.MULTILINE)}
    assert set(listed) == set(calls.values())
    assert sorted(listed.values()) == sorted(declared)
    assert all(calls[name] == number for number, name in listed.items())
