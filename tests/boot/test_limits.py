"""Limits of resources are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import most_telling, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_limits_are_reached_and_not_passed(workshop: Path, target: str) -> None:
    ran = run("limits", target, cwd=workshop)
    assert (ran.status, ran.console) == (0, "address space ok\ndata ok\nfile size ok\n"), ran
