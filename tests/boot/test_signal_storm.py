"""Signals, timers, faults, locks and cancellation at the same time, among hundreds of threads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, most_telling, unilith

pytestmark = pytest.mark.boot

END = re.compile(
    r"^locked 1, interrupted 1, queued 1, timed 1, faults 1, cancelled 1\n"
    r"threads: (\d+) started, 1 alive \(1 in the kernel\); \d+ pages free, \d+ before; no timer\n$"
)


def storm(workshop: Path, target: str, threads: int, rounds: int, seeds: range) -> None:
    output = workshop / f"storm-{target}"
    words = ("build", RECIPES / "signal-storm", "--target", target, "--output", output)
    built = unilith(*words, "--set", "SCHED_SLICE_MICROSECONDS=100", cwd=workshop)
    assert built.status == 0, built
    for seed in seeds:
        arguments = (str(threads), str(rounds), str(seed))
        ran = unilith("run", output / "image.json", "--timeout", "120", "--", *arguments, cwd=workshop)
        end = END.match(ran.console)
        assert ran.status == 0 and end and int(end.group(1)) >= threads, (seed, ran)


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_nothing_is_lost_in_a_storm_of_signals(workshop: Path, target: str) -> None:
    storm(workshop, target, 150, 60, range(2))


@pytest.mark.full
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_lost_in_many_storms(workshop: Path, target: str) -> None:
    storm(workshop, target, 300, 300, range(100, 120))
