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


@pytest.mark.parametrize("target", TARGETS)
def test_each_process_has_timers_of_its_own(workshop: Path, target: str) -> None:
    words = ("run", RECIPES / "timer-processes", "--target", target, "--timeout", "60")
    ran = unilith(*words, cwd=workshop)
    children = (
        "counts: status 10, the parent lives\n"
        "a program was ended by signal 14 (SIGALRM)\n"
        "dies: signal 14, the parent lives\n"
        "leaves: status 20, the parent lives\n"
    )
    assert ran.status == 0 and ran.console == 3 * children + "the parent's timer went on\n", ran
