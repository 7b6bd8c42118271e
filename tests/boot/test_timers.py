"""Timers, clocks and limits of POSIX inside a booted image."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, unilith

pytestmark = pytest.mark.boot

# The last one sets the clock.
CASES = (
    *("one_shot", "interval_and_overrun", "absolute", "many_timers", "processor_time_timer"),
    *("itimer_values", "virtual_and_profiling", "processor_time", "clock_numbers", "absolute_sleeps"),
    *("limits", "usage", "names", "system_information", "by_thread", "clock_is_set"),
)


@pytest.mark.parametrize("target", TARGETS)
def test_timers_and_clocks_keep_their_promises(workshop: Path, target: str) -> None:
    for cases in (CASES[:13], CASES[13:]):  # a thread that the C library keeps would be counted
        words = ("run", RECIPES / "timers", "--target", target, "--timeout", "60", "--", *cases)
        ran = unilith(*words, cwd=workshop)
        assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in cases), ran
