"""The whole kernel under load at once: nothing is lost on the way, and nothing is left at the end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, most_telling, unilith

pytestmark = pytest.mark.boot

# How much of the heap's memory lies between blocks depends on who came when, so it comes and goes; a leak only grows.
KEPT = 24
ENDED = re.compile(
    r"all is done\n"
    r"threads: (\d+) started, 1 alive \(1 in the kernel\); \d+ pages free, \d+ before; no timer\n$"
)


def stress(target: str, rounds: int, work: int, workshop: Path) -> None:
    """Runs it; the image itself looks whether what each kind of work sends arrives."""
    output = workshop / f"stress-{target}"
    words = ("run", RECIPES / "stress", "--target", target, "--output", output, "--timeout", "900")
    ran = unilith(*words, "--", str(rounds), str(work), cwd=workshop, limit=960)
    ended = ENDED.search(ran.console)
    assert ran.status == 0 and ended, ran
    assert int(ended[1]) >= 250 * (rounds + 1), ran
    before, *after = (int(free) for free in re.findall(r": (\d+) pages free$", ran.console, re.M))
    assert len(after) == rounds and max(after[rounds // 2 :]) >= before - KEPT, ran


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_everything_at_once(target: str, workshop: Path) -> None:
    stress(target, 2, 2, workshop)


@pytest.mark.full
@pytest.mark.parametrize("target", TARGETS)
def test_everything_at_once_for_minutes(target: str, workshop: Path) -> None:
    stress(target, 40, 8, workshop)
