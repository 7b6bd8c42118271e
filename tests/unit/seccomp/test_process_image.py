"""The process platform, as it runs: options, console, faults, and the filter that nothing gets past."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.seccomp.process_image import build_image
from tests.unit.seccomp.test_seccomp_filter import NUMBERS

LIBRARIES = [
    "args",
    "boot",
    "clock-host",
    "console-host",
    "format",
    "host-vdso",
    "host-filter",
    "page-protection-host",
    "panic",
    "start-bare",
    "string-small",
    "thread-pointer-host",
    "trap-report-x86_64",
    "traps-host",
]
SECONDS = 20  # an image that hangs must not hang the suite


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_image(Path(__file__).parent / "probe.c", LIBRARIES, tmp_path_factory.mktemp("process"))


def run(image: Path, *words: str | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([image, *words], input=stdin, capture_output=True, timeout=SECONDS, check=False)


# What may pass the filter, and what may not.


@pytest.mark.parametrize(
    "name_and_args",
    [
        ["write", "1", "0", "0"],
        ["read", "0", "0", "0"],
        ["clock_gettime", "0", "0"],
        ["mprotect", "0", "0", "5"],
        ["ppoll", "0", "1", "0", "0"],
    ],
    ids=lambda words: words[0],
)
def test_declared_calls_reach_the_host(image: Path, name_and_args: list[str]) -> None:
    name, *args = name_and_args
    result = run(image, "call", str(NUMBERS[name]), *args)
    assert result.returncode == 42
    assert re.fullmatch(rb"-?\d+\n", result.stdout)


FORBIDDEN = {
    "open": ["2", "0", "0"],
    "openat": [str(NUMBERS["openat"]), "-100", "0", "0"],
    "mmap": [str(NUMBERS["mmap"]), "0", "4096", "3", "34", "-1", "0"],
    "prctl": [str(NUMBERS["prctl"]), "38", "1", "0", "0", "0"],
    "seccomp": [str(NUMBERS["seccomp"]), "1", "0", "0"],
    "rt_sigaction": [str(NUMBERS["rt_sigaction"]), "11", "0", "0", "8"],
    "socket": ["41", "2", "1", "0"],
    "fork": ["57"],
    "execve": ["59", "0", "0", "0"],
    "exit of one thread": ["60", "0"],
    "kill": ["62", "0", "0"],
    "ptrace": ["101", "0", "0", "0", "0"],
    "no such call": ["100000"],
    "write to standard error": [str(NUMBERS["write"]), "2", "0", "0"],
    "write to 2^32 + 1": [str(NUMBERS["write"]), str(2**32 + 1), "0", "0"],
    "read from 1": [str(NUMBERS["read"]), "1", "0", "0"],
    "mprotect rwx": [str(NUMBERS["mprotect"]), "0", "0", "7"],
    "mprotect wx": [str(NUMBERS["mprotect"]), "0", "0", "6"],
    "arch_prctl: reading FS": [str(NUMBERS["arch_prctl"]), str(0x1003), "0"],
    "clock_gettime: time on the processor": [str(NUMBERS["clock_gettime"]), "2", "0"],
    "ppoll on two": [str(NUMBERS["ppoll"]), "0", "2", "0"],
    "x32 write": [str(NUMBERS["write"] + 0x40000000), "1", "0", "0"],
}


@pytest.mark.parametrize("call", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_undeclared_calls_kill_the_process(image: Path, call: list[str]) -> None:
    result = run(image, "call", *call)
    assert result.returncode == -signal.SIGSYS
    assert result.stdout == b""


def test_32_bit_calls_kill_the_process(image: Path) -> None:
    """Numbers mean other things there: 1 is exit. A host without that ABI answers with a fault."""
    assert run(image, "call-32").returncode in (-signal.SIGSYS, 126)


def test_every_call_number(image: Path) -> None:
    """No number but the declared ones passes, with arguments that no restriction knows."""
    odd = ["3", "3", "6", "3", "3", "3"]
    # uretprobe and uprobe pass every filter of newer kernels, and do nothing outside of a probe.
    probes = {335, 336}
    for number in set(range(470)) - probes:
        status = run(image, "call", str(number), *odd).returncode
        assert status == (3 if number == NUMBERS["exit_group"] else -signal.SIGSYS), number


# Options and boot_info.


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=12).filter(lambda b: b"\0" not in b), max_size=6))
def test_arguments_arrive_byte_for_byte(image: Path, words: list[bytes]) -> None:
    result = run(image, "--", "arguments", *words)
    assert result.returncode == 42
    assert result.stdout == b"".join(w + b"\0" for w in [b"arguments", *words])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["arguments", "--", "--initrd", "--"], [b"--", b"--initrd", b"--"]),
        (["--", "arguments", "a b", '"', "\\", "\\\\", '\\"', "\n\t", ""], None),
        (["--memory", "1M", "arguments", "-x"], [b"-x"]),
        (["arguments", *(["x" * 3000] * 100)], None),
    ],
)
def test_arguments_that_look_like_something_else(
    image: Path, words: list[str], expected: list[bytes] | None
) -> None:
    expected = expected or [w.encode() for w in words[words.index("arguments") + 1 :]]
    assert run(image, *words).stdout.split(b"\0") == [b"arguments", *expected, b""]


def test_recipe_arguments_count_unless_others_are_given(image: Path) -> None:
    assert run(image).returncode == 43
    assert run(image, "--memory", "8M").returncode == 43
    assert run(image, "--").returncode == 44


@pytest.mark.parametrize(
    ("size", "available"),
    [("8192", 4096), ("64K", 65536 - 4096), ("65537", 65536 - 4096), ("3M", 3 * 2**20 - 4096)],
)
def test_memory_is_what_was_asked_for(image: Path, size: str, available: int) -> None:
    result = run(image, "--memory", size, "boot-info")
    assert result.returncode == 42
    assert result.stdout == f"memory {available} initrd 0\n".encode()


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 100000])
def test_initrd_arrives(image: Path, tmp_path: Path, size: int) -> None:
    content = bytes(i * 7 % 251 for i in range(size))
    (tmp_path / "initrd").write_bytes(content)
    result = run(image, "--initrd", str(tmp_path / "initrd"), "--memory", "64K", "boot-info")
    assert result.stdout == f"memory 61440 initrd {size}\n".encode() + content


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--initrd", "missing"], "cannot open the initrd 'missing': there is no such file"),
        (["--initrd", "."], "cannot read the initrd '.': it is not an ordinary file"),
        (["--initrd"], "a value must follow '--initrd'"),
        (["--memory"], "a value must follow '--memory'"),
        (["--memory", "12Q"], "not '12Q'"),
        (["--memory", "0"], "not '0'"),
        (["--memory", "4095"], "not '4095'"),
        (["--memory", "-1"], "not '-1'"),
        (["--memory", "K"], "not 'K'"),
        (["--memory", "18446744073709551616"], "not '18446744073709551616'"),
        (["--memory", "17179869184G"], "not '17179869184G'"),
        (["--memory", "4K"], "no room for the arguments"),
        (["--memory", "64K", "x" * 70000], "no room for the arguments"),
        (
            ["--memory", "1000000G"],
            "cannot map the memory; ask for less with --memory: the host has not enough",
        ),
        (["--memorry", "4M"], "there is no option"),
    ],
)
def test_failures_before_the_boot(image: Path, tmp_path: Path, words: list[str], message: str) -> None:
    result = subprocess.run([image, *words], capture_output=True, cwd=tmp_path, timeout=SECONDS, check=False)
    assert result.returncode == 125
    assert result.stdout == b""
    assert result.stderr.startswith(b"process: ")
    assert message in result.stderr.decode()
    assert result.stderr.endswith(b"\n")


@pytest.mark.parametrize("status", [0, 1, 7, 255, 256 + 9, -1])
def test_exit_status(image: Path, status: int) -> None:
    assert run(image, "--", "status", str(status)).returncode == status & 0xFF


# The console.


def test_input_comes_whole_and_ends(image: Path) -> None:
    text = bytes(range(256)) * 3
    result = run(image, "echo", stdin=text)
    assert (result.returncode, result.stdout) == (42, text)


def test_no_input_at_all_is_the_end_of_input(image: Path) -> None:
    result = subprocess.run(
        [image, "echo"], stdout=subprocess.PIPE, preexec_fn=lambda: os.close(0), timeout=SECONDS, check=False
    )
    assert (result.returncode, result.stdout) == (42, b"")


EXPECTED_FLOOD = b"".join(b"line %06d\n" % n for n in range(20000))


def test_output_is_whole_through_a_slow_pipe_that_does_not_block(image: Path) -> None:
    """The reader sleeps first, so that the pipe fills and the host answers EAGAIN."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) | os.O_NONBLOCK)
    with subprocess.Popen([image, "flood"], stdout=writer) as process:
        os.close(writer)
        wait_until_asleep(process.pid)
        with os.fdopen(reader, "rb") as stream:
            assert stream.read() == EXPECTED_FLOOD
        assert process.wait(SECONDS) == 42


def test_input_is_waited_for_on_a_pipe_that_does_not_block(image: Path) -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETFL, fcntl.fcntl(reader, fcntl.F_GETFL) | os.O_NONBLOCK)
    with subprocess.Popen([image, "echo"], stdin=reader, stdout=subprocess.PIPE) as process:
        os.close(reader)
        wait_until_asleep(process.pid)
        os.write(writer, b"late")
        os.close(writer)
        assert process.communicate(timeout=SECONDS)[0] == b"late"
        assert process.returncode == 42


def wait_until_asleep(pid: int) -> None:
    """Until the process waits for something (state S), not for any length of time."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S":
            return
        time.sleep(0.002)
    raise AssertionError("the process does not wait")


@pytest.mark.parametrize(("ignored", "status"), [(True, 42), (False, -signal.SIGPIPE)])
def test_broken_pipe_ends_the_output_not_the_progress(image: Path, ignored: bool, status: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen([image, "flood"], stdout=writer, restore_signals=not ignored)
    os.close(writer)
    assert process.wait(SECONDS) == status


def test_stopping_and_going_on_loses_nothing(image: Path) -> None:
    """A read that a stop interrupts is taken up again."""
    with subprocess.Popen([image, "echo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_until_asleep(process.pid)
        process.send_signal(signal.SIGSTOP)
        threading.Timer(0.01, process.send_signal, [signal.SIGCONT]).start()
        assert process.communicate(b"after", timeout=SECONDS)[0] == b"after"
        assert process.returncode == 42


# Libraries on the host.


@pytest.mark.parametrize("what", ["protect", "thread-pointer"])
def test_library_does_what_its_header_says(image: Path, what: str) -> None:
    assert run(image, what).returncode == 42


def test_clock_is_that_of_the_host(image: Path) -> None:
    before = time.time_ns()
    result = run(image, "clock")
    assert result.returncode == 42
    assert before <= int(result.stdout) <= time.time_ns()


# Faults.

FAULTS = {
    "write-null": "page fault: write to 0x0000000000000000, not mapped",
    "read-null": "page fault: read from 0x0000000000000008, not mapped",
    "write-constant": r"page fault: write to 0x[0-9a-f]{16}, not permitted",
    "write-code": r"page fault: write to 0x[0-9a-f]{16}, not permitted",
    "execute-data": r"page fault: execute at 0x[0-9a-f]{16}, not permitted",
    "wild": "general protection fault",
    "divide": "divide error",
    "invalid": "invalid opcode",
    "overflow": r"page fault: (write to|read from) 0x[0-9a-f]{16}, below the stack \(stack overflow\)",
    "panic": "on purpose",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_reported(image: Path, fault: str) -> None:
    result = run(image, fault)
    lines = result.stdout.decode().splitlines()
    assert re.fullmatch(f"panic: {FAULTS[fault]}", lines[0])
    assert result.returncode == 126
    assert result.stderr == b""
    if fault != "panic":
        assert re.match(r"  rip [0-9a-f]{16}  rsp [0-9a-f]{16}", lines[1])
    calls = [int(line.split()[1], 16) for line in lines if line.startswith("  at 0x")]
    functions = [function_at(image, address) for address in calls]
    if fault == "overflow":
        assert functions[-3:] == ["deeper"] * 3
    elif fault == "execute-data":
        assert functions[1:] == ["main", "boot_main", "_start"] or functions[1:] == ["boot_main", "_start"]
    else:
        assert functions == ["main", "boot_main", "_start"]


def test_write_to_the_initrd_is_a_fault(image: Path, tmp_path: Path) -> None:
    (tmp_path / "initrd").write_bytes(b"x")
    result = run(image, "--initrd", str(tmp_path / "initrd"), "write-initrd")
    assert result.returncode == 126
    assert b"not permitted" in result.stdout
    assert (tmp_path / "initrd").read_bytes() == b"x"


def function_at(image: Path, address: int) -> str:
    """The outermost function that holds an address."""
    found = subprocess.run(
        ["addr2line", "-fie", image, f"{address - 1:#x}"], capture_output=True, text=True, check=True
    )
    return found.stdout.splitlines()[-2]


def test_nothing_is_writable_and_executable(image: Path) -> None:
    """The host's own list of the process's mappings, while it waits for input."""
    with subprocess.Popen([image, "echo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_until_asleep(process.pid)
        rights = [line.split()[1] for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines()]
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.communicate(timeout=SECONDS)
    assert len(rights) > 5
    assert not [r for r in rights if "w" in r and "x" in r]
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
