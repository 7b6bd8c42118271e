"""What breaks a rule ends with a report and status 126; what hangs ends with 124."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import TARGETS, VIRTUAL, run, unilith

pytestmark = pytest.mark.boot

FAULTS = [
    "null-read",
    "null-write",
    "null-call",
    "write-rodata",
    "write-text",
    "execute-data",
    "stack-overflow",
    "divide",
    "undefined",
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_reported(workshop: Path, target: str, fault: str) -> None:
    ran = run("faults", target, "--", fault, cwd=workshop)
    assert ran.status == 126, ran
    assert "panic: " in ran.console and "survived" not in ran.console, ran
    assert "\n  at 0x" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_a_backtrace_names_function_file_and_line(workshop: Path, target: str) -> None:
    ran = run("faults", target, "--", "stack-overflow", cwd=workshop)
    line = next(line for line in ran.console.splitlines() if line.startswith("  at 0x"))
    assert "descend" in line and "faults.c:" in line, ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_the_kind_of_a_page_fault_is_told(workshop: Path, target: str) -> None:
    said = {fault: run("faults", target, "--", fault, cwd=workshop).console for fault in FAULTS[:6]}
    first = {fault: text.split("panic: ")[1].splitlines()[0] for fault, text in said.items()}
    assert "read" in first["null-read"] and "0x0000000000000000" in first["null-read"]
    assert "write" in first["null-write"] and "write" in first["write-rodata"]
    assert "execute" in first["execute-data"] or "fetch" in first["execute-data"], first


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_broken_ends_well(workshop: Path, target: str) -> None:
    ran = run("faults", target, "--", "nothing", cwd=workshop)
    assert (ran.status, ran.console) == (0, "survived\n"), ran


@pytest.mark.parametrize("target", TARGETS)
def test_a_hang_ends_at_the_time_limit(workshop: Path, target: str) -> None:
    ran = run("faults", target, "--timeout", "3", "--", "loop", cwd=workshop)
    assert ran.status == 124, ran


@pytest.mark.parametrize(("target", "memory"), [("microvm-x86_64", "1088K"), ("qemu-x86_64", "1344K")])
def test_too_little_memory_is_no_hang(workshop: Path, target: str, memory: str) -> None:
    """The loader may refuse (125) or the image may (126); either says something."""
    ran = run("lua", target, "--memory", memory, cwd=workshop)
    assert ran.status in (125, 126) and (ran.console + ran.errors).strip(), ran


@pytest.mark.parametrize("target", TARGETS)
def test_a_missing_initrd_is_told(workshop: Path, target: str) -> None:
    built = unilith(
        "build", "lua", "--target", target, "--output", workshop / f"no-initrd-{target}", cwd=workshop
    )
    assert built.status == 0, built
    (workshop / f"no-initrd-{target}" / "initrd.cpio").unlink()
    description = workshop / f"no-initrd-{target}" / "image.json"
    description.write_text(description.read_text().replace('"initrd.cpio"', "null"))
    ran = unilith("run", description, "--timeout", "60", cwd=workshop)
    assert ran.status == 126 and "initrd" in ran.console, ran


def test_an_undeclared_host_call_kills_the_process(workshop: Path) -> None:
    ran = run("host-call", "process-x86_64", cwd=workshop)
    assert ran.status == 126, ran
    assert "before" in ran.console and "after" not in ran.console, ran
    assert "filter" in ran.errors, ran
