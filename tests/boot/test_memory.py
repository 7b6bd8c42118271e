"""Memory of applications: what mmap and its relatives promise, in booted images, and what happens without memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, VIRTUAL, Ran, unilith

pytestmark = pytest.mark.boot

Boot = Callable[..., Ran]

CASES = (
    *(
        "zeroes",
        "sparse",
        "splitting",
        "protection",
        "places",
        "large_pages",
        "discarding",
        "breaks",
        "locking",
    ),
    *("errors", "growing", "moving", "moving_large", "churn", "private_files", "shared_files", "syncing"),
    *(
        "file_errors",
        "ends_of_files",
        "fault_kinds",
        "file_faults",
        "faults_in_calls",
        "promises",
        "exhaustion",
    ),
)


@pytest.fixture(scope="module")
def boot(workshop: Path) -> Boot:
    """Runs the exercise with arguments, in an image that is built when it is first needed."""

    def boot(target: str, *words: str, build: tuple[str, ...] = ()) -> Ran:
        output = workshop / "-".join(("memory", target, *build)).replace("=", "-")
        if not output.is_dir():
            words_of_build = ("build", RECIPES / "memory", "--target", target, "--output", output, *build)
            built = unilith(*words_of_build, cwd=workshop)
            assert built.status == 0, built
        return unilith("run", output / "image.json", "--timeout", "120", "--", *words, cwd=workshop)

    return boot


@pytest.mark.parametrize("target", TARGETS)
def test_promises_of_the_memory_calls(boot: Boot, target: str) -> None:
    ran = boot(target, *CASES)
    assert ran.status == 0, ran
    assert ran.console == "".join(f"{case} ok\n" for case in CASES), ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_allocations_that_fail_are_enomem_or_a_signal_and_leave_nothing_behind(
    boot: Boot, target: str
) -> None:
    ran = boot(target, "shortage")
    said = [line for line in ran.console.splitlines() if not line.startswith("memory: none left for 0x")]
    assert ran.status == 0 and said[-1] == "shortage ok" and len(said) == 2, ran
    assert "allocations failed" in said[0], ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_a_touch_without_memory_ends_the_program_with_a_line_that_says_so(boot: Boot, target: str) -> None:
    ran = boot(target, "overcommitted", build=("--set", "ADDRESS_SPACE_OVERCOMMIT=y"))
    assert ran.status not in (0, 1, 124, 125), ran
    assert "memory: none left for 0x" in ran.console and "survived" not in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_addresses_differ_from_boot_to_boot(boot: Boot, target: str) -> None:
    with_random = ("--want", "random-chacha")
    places = {boot(target, "where", build=with_random).console for _ in range(3)}
    assert len(places) == 3, places
    mappings, breaks = zip(*(place.split() for place in places), strict=True)
    assert len(set(mappings)) == len(set(breaks)) == 3, places
    fixed = (*with_random, "--set", "ADDRESS_SPACE_RANDOM=n")
    if target in VIRTUAL:  # on a process, the host has its own
        assert len({boot(target, "where", build=fixed).console for _ in range(2)}) == 1
