"""A debugger in a running image: breakpoints with file and line, threads, the log, page tables."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, VIRTUAL, run, unilith

pytestmark = pytest.mark.boot


def _script(folder: Path, *lines: str) -> str:
    file = folder / "commands.gdb"
    file.write_text("\n".join(lines) + "\n")
    return str(file)


def _start(target: str) -> str:
    """The command that lets the image go: a machine is connected to, a process is gdb's own."""
    return "continue" if target in VIRTUAL else "run"


@pytest.mark.parametrize("target", TARGETS)
def test_breakpoint_threads_and_log(workshop: Path, tmp_path: Path, target: str) -> None:
    script = _script(
        tmp_path,
        "break look_here",
        _start(target),
        "backtrace",
        "print answer",
        "list look_here",
        "echo ==threads\\n",
        "unilith threads",
        "echo ==thread 2\\n",
        "unilith thread 2",
        "backtrace",
        "echo ==back\\n",
        "unilith thread",
        "echo ==log\\n",
        "unilith log",
        "echo ==end\\n",
        "continue",
    )
    ran = run("debugged", target, "--gdb-commands", script, cwd=workshop)
    text = ran.console
    assert ran.status == 3, ran
    assert "the answer is 42" in text, ran
    assert re.search(
        r"Breakpoint 1, look_here \(answer=(answer@entry=)?42\) at debugged/debugged\.c:18", text
    ), ran
    assert re.search(r"#1 .* in main \(\) at debugged/debugged\.c:\d+", text), ran
    assert "__attribute__((noinline)) void look_here(int answer)" in text, ran  # the source itself was found
    parts = dict(zip(*[iter(re.split(r"^==(.*)\n", text, flags=re.MULTILINE)[1:])] * 2, strict=True))
    threads = parts["threads"]
    assert re.search(r"^\* thread 1  running", threads, re.MULTILINE), ran
    assert len(re.findall(r"^  thread [23]  blocked", threads, re.MULTILINE)) == 2, ran
    assert threads.count(" wait_for_ever at debugged/debugged.c:12") == 2, ran
    assert re.search(r"wait_for_ever \(argument=.*\) at debugged/debugged\.c:12", parts["thread 2"]), ran
    assert "corrupt" not in parts["thread 2"], ran
    assert re.search(r"#0  look_here \(answer=(answer@entry=)?42\)", parts["back"]), ran
    assert re.search(r"<6>\[ *\d+\.\d{6}\] boot: \d+ KiB of free memory", parts["log"]), ran


@pytest.mark.full
def test_threads_on_each_processor(workshop: Path, tmp_path: Path) -> None:
    """Two run, each with registers of its own. By the sixth signal each has a processor for itself."""
    script = _script(
        tmp_path,
        *("break pthread_kill", "ignore 1 5", "continue", "unilith threads"),
        *("echo ==one\\n", "unilith thread 1", "backtrace", "echo ==two\\n", "unilith thread 2", "backtrace"),
        *("echo ==end\\n", "delete", "continue"),
    )
    output = workshop / "parallel-gdb"
    words = ("run", RECIPES / "parallel", "--target", VIRTUAL[1], "--output", output, "--cpus", "2")
    ran = unilith(*words, "--gdb-commands", script, "--", "between", cwd=workshop, limit=300)
    assert ran.status == 0 and "between: good\n" in ran.console, ran
    running = re.findall(r"^\* thread (\d)  running  rank 0  processor (\d)$", ran.console, re.MULTILINE)
    assert sorted(running) == [("1", "0"), ("2", "1")], ran
    one = ran.console.partition("==one\n")[2].partition("==two\n")[0]
    two = ran.console.partition("==two\n")[2].partition("==end\n")[0]
    assert re.search(r"^#1 .* between \(\)", one, re.MULTILINE) and " spin (" not in one, ran
    assert re.search(r"^#\d .*\bspin \(", two, re.MULTILINE) and " between (" not in two, ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_page_tables(workshop: Path, tmp_path: Path, target: str) -> None:
    """No page is writable and executable, and page 0 is not there."""
    script = _script(tmp_path, "break main", "continue", "unilith pages")
    ran = run("debugged", target, "--gdb-commands", script, cwd=workshop)
    assert ran.status == 0, ran
    found = re.findall(r"^0x([0-9a-f]{16}) 0x([0-9a-f]{16}) +\d+ KiB  (\S+)", ran.console, re.MULTILINE)
    assert found and int(found[0][0], 16) >= 4096, ran
    assert {flags for _, _, flags in found} == {"r-x", "r--", "rw-"}, ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_a_port_of_choice(workshop: Path, tmp_path: Path, target: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = _script(tmp_path, "info registers cr0", "unilith threads")
    ran = run("debugged", target, "--gdb-port", str(port), "--gdb-commands", script, cwd=workshop)
    assert "cr0" in ran.console, ran


def test_what_cannot_be_had_is_told(workshop: Path, tmp_path: Path) -> None:
    ran = run("debugged", "qemu-x86_64", "--gdb-commands", str(tmp_path / "none"), cwd=workshop)
    assert ran.status != 0 and "no such file" in ran.errors, ran
    script = _script(tmp_path, "break main", "continue", "unilith log", "echo not reached\\n")
    ran = run("hello", "qemu-x86_64", "--gdb-commands", script, cwd=workshop)
    assert "keeps no log" in ran.console + ran.errors and "not reached" not in ran.console, ran
