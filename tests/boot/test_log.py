"""The kernel's log, as an application and a crash's report show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.boot.command import TARGETS, run

pytestmark = pytest.mark.boot

_MEMORY = re.compile(
    r"^(<6>)?\[ *\d+\.\d{6}\] boot: (\d+) KiB of free memory, \d+ KiB of initrd$", re.MULTILINE
)


@pytest.mark.parametrize("target", TARGETS)
def test_an_application_reads_the_log(workshop: Path, target: str) -> None:
    ran = run("log", target, "--memory", "16M", cwd=workshop)
    assert ran.status == 0, ran
    assert ran.console.startswith("size 4096\n<"), ran
    found = _MEMORY.search(ran.console)
    assert found and 8 << 10 < int(found[2]) <= 16 << 10, ran
    assert "left 0\n" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_a_report_begins_with_what_was_not_shown(workshop: Path, target: str) -> None:
    ran = run("log", target, "--", "crash", cwd=workshop)
    before, _, report = ran.console.partition("panic: ")
    assert ran.status == 126 and report.startswith("page fault: write to 0x0000000000000008"), ran
    found = _MEMORY.search(before[before.index("left 0\n") :])
    assert found and not found[1], ran


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_urgent_is_shown_at_once(workshop: Path, target: str) -> None:
    """With a level above all others everything is, and a report has nothing to add."""
    ran = run("log", target, "--set", "LOG_CONSOLE_LEVEL=8", "--", "crash", cwd=workshop)
    assert ran.status == 126, ran
    assert _MEMORY.search(ran.console[: ran.console.index("size ")]), ran
    assert "boot:" not in ran.console[ran.console.index("left 0\n") : ran.console.index("panic: ")], ran
