"""The real libc.a: no system call instruction is left, and programs ask for what they should.

The archive comes from the cache, where the first build of any recipe puts it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from unilith.catalog.load import load_catalog
from unilith.demand.reachable import reach
from unilith.pipeline.libc import musl_archive
from unilith.pipeline.request import Silent
from unilith.plan.model import Archive
from unilith.plan.toolchain import Toolchain, find_toolchain

ROOT = Path(__file__).resolve().parents[3]
STRING_HEADER = ROOT / "libs/base/string/include/string.h"

# What every program asks for: to set up its thread, and to end.
ALWAYS = {"sys_set_tid_address", "sys_mmap", "thread_pointer_set", "sys_exit", "sys_exit_group"}
STANDARD_OUTPUT = {"sys_writev", "sys_ioctl", "sys_lseek", "sys_close", "sys_futex"}
MALLOC = {"sys_brk", "sys_mprotect", "sys_munmap", "sys_madvise", "sys_futex"}

PROGRAMS = {
    "nothing": ("int main(void) { return 0; }", ALWAYS),
    "printf": (
        '#include <stdio.h>\nint main(void) { return printf("%d\\n", 1); }',
        ALWAYS | STANDARD_OUTPUT,
    ),
    "malloc": (
        "#include <stdlib.h>\nint main(int c, char **v) { char *volatile p = malloc(c); free(p); return v == 0; }",
        ALWAYS | MALLOC,
    ),
    # Neither process nor cancellation of threads behind what does not need them.
    "system": (
        '#include <stdlib.h>\nint main(void) { return system("x"); }',
        ALWAYS | {"sys_fork", "sys_wait4", "sys_rt_sigaction", "sys_rt_sigprocmask", "sys_futex"},
    ),
    "mutex": (
        "#include <pthread.h>\nint main(void) { static pthread_mutex_t m; return pthread_mutex_lock(&m); }",
        ALWAYS | {"sys_futex", "sys_clock_gettime", "sys_set_robust_list"},
    ),
    "sleep": (
        "#include <unistd.h>\nint main(void) { return sleep(1); }",
        ALWAYS | {"sys_nanosleep", "sys_clock_nanosleep"},
    ),
    "socket": (
        "#include <sys/socket.h>\nint main(void) { return accept4(socket(2, 1, 0), 0, 0, 0); }",
        ALWAYS | {"sys_socket", "sys_accept4", "sys_fcntl"},
    ),
    "epoll": (
        "#include <sys/epoll.h>\nint main(void) { return epoll_wait(epoll_create1(0), 0, 1, 0); }",
        ALWAYS | {"sys_epoll_create1", "sys_epoll_pwait"},
    ),
}


@pytest.fixture(
    scope="module", params=["gcc", pytest.param("clang-14", marks=pytest.mark.full)], name="toolchain"
)
def _toolchain(request: pytest.FixtureRequest) -> Toolchain:
    return find_toolchain("x86_64", cc=request.param)


@pytest.fixture(scope="module", name="archive")
def _archive(toolchain: Toolchain) -> Archive:
    return musl_archive(load_catalog([ROOT]), toolchain, Silent())


def said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def members(text: str) -> Iterator[tuple[str, str]]:
    """Splits what nm or objdump says of an archive. Two members can have one name: musl has two free.c."""
    parts = re.split(r"^([\w.-]+\.o):(?: .*)?$", text, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2], strict=True)


@pytest.fixture(scope="module", name="code")
def _code(archive: Archive) -> dict[str, str]:
    found: dict[str, str] = {}
    for member, text in members(said("objdump", "-d", "--no-show-raw-insn", archive.file)):
        found[member] = found.get(member, "") + text
    return found


def symbols(archive: Archive, *, kinds: str) -> dict[str, set[str]]:
    """The names of these kinds (letters of nm) by member."""
    found: dict[str, set[str]] = {}
    for member, text in members(said("nm", archive.file)):
        words = [line.split()[-2:] for line in text.splitlines() if line]
        found.setdefault(member, set()).update(name for kind, name in words if kind in kinds)
    return found


def test_no_system_call_instruction_is_left(code: dict[str, str]) -> None:
    assert len(code) > 1200
    wrong = [name for name, text in code.items() if re.search(r":\s+(syscall|sysenter|int )", text)]
    assert wrong == []


def test_only_two_members_compute_a_number(archive: Archive) -> None:
    asking = {member for member, names in symbols(archive, kinds="U").items() if "sys_dispatch" in names}
    assert asking == {"syscall.c.o", "setxid.c.o"}


def test_outside_libc_only_the_image_and_the_compiler_are_needed(archive: Archive) -> None:
    undefined = set().union(*symbols(archive, kinds="U").values())
    defined = set().union(*symbols(archive, kinds="TWDBRVi").values())
    left = {name for name in undefined - defined if not name.startswith("sys_")}
    assert left == {"thread_pointer_set", "__mulsc3", "__muldc3", "__mulxc3"}


def test_the_string_interface_is_there_without_vector_registers(
    archive: Archive, code: dict[str, str]
) -> None:
    functions = set(re.findall(r"\b(\w+)\(", STRING_HEADER.read_text().partition("#include")[2]))
    assert {"memcpy", "strlen", "strchr"} <= functions
    defining = {m: n & functions for m, n in symbols(archive, kinds="TW").items() if n & functions}
    assert set().union(*defining.values()) == functions
    for member in [*defining, "strchrnul.c.o"]:
        assert not re.search(r"%[xyz]?mm\d", code[member]), member


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_programs_ask_for(name: str, toolchain: Toolchain, archive: Archive, tmp_path: Path) -> None:
    text, expected = PROGRAMS[name]
    (tmp_path / "app.c").write_text(text)
    # As libs/libc/musl/app_start.c does.
    (tmp_path / "start.c").write_text(
        "int main(); int __libc_start_main(); int app_start(void) { return __libc_start_main(main); }"
    )
    include = [word for folder in (*archive.include, toolchain.include) for word in ("-isystem", str(folder))]
    flags = ["-Os", "-fno-pic", "-fno-stack-protector", "-ffunction-sections", "-nostdinc", *include]
    for source in ("app.c", "start.c"):
        subprocess.run([toolchain.cc, *flags, "-c", source], cwd=tmp_path, check=True)
    linked = tmp_path / "linked.o"
    said(toolchain.ld, "-r", "--unique", "-o", linked, tmp_path / "start.o", tmp_path / "app.o", archive.file)
    names = {reached.name for reached in reach(linked, ("app_start",)).undefined}
    assert {n for n in names if not re.fullmatch(r"__(init|fini)_array_(start|end)|_DYNAMIC", n)} == expected
