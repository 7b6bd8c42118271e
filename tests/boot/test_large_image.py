"""An image larger than one page table maps."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import VIRTUAL, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", VIRTUAL)
def test_it_has_all_its_memory(workshop: Path, target: str) -> None:
    ran = run("large", target, "--memory", "16M", cwd=workshop)
    assert (ran.status, ran.console) == (0, "all there\n"), ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_its_last_constant_is_protected(workshop: Path, target: str) -> None:
    ran = run("large", target, "--memory", "16M", "--", "write", cwd=workshop)
    assert ran.status == 126 and "page fault: write to 0x" in ran.console, ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_too_little_memory_is_told(workshop: Path, target: str) -> None:
    ran = run("large", target, "--memory", "6M", cwd=workshop)
    assert ran.status == 126 and "too little memory: the image needs " in ran.console, ran
