"""System calls answer EFAULT to pointers that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import TARGETS, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wants", [(), ("--want", "threads", "--want", "sched-preemptive")])
def test_pointers_that_lead_nowhere(workshop: Path, target: str, wants: tuple[str, ...]) -> None:
    """With the guard of the kernel around each call, and without."""
    output = workshop / f"pointers-{target}-{len(wants)}"
    ran = run("pointers", target, "--output", output, *wants, cwd=workshop)
    assert (ran.status, ran.console) == (0, "0 failures\n"), ran
