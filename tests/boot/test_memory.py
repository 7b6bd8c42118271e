"""Memory of applications: what mmap and its relatives promise, in booted images, and what happens without memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, Ran, unilith

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
    *("file_errors", "ends_of_files", "fault_kinds", "file_faults", "faults_in_calls", "promises", "exhaustion"),
)


@pytest.fixture(scope="module")
def boot(workshop: Path) -> Boot:
    """Runs the exercise with arguments, in an image that is built when it is first needed."""

    def boot(target: str, *words: str, memory: str = "64M") -> Ran:
        output = workshop / f"memory-{target}"
        if not output.is_dir():
            built = unilith("build", RECIPES / "memory", "--target", target, "--output", output, cwd=workshop)
            assert built.status == 0, built
        image = output / "image.json"
        return unilith("run", image, "--memory", memory, "--timeout", "120", "--", *words, cwd=workshop)

    return boot


@pytest.mark.parametrize("target", TARGETS)
def test_promises_of_the_memory_calls(boot: Boot, target: str) -> None:
    ran = boot(target)
    assert ran.status == 0, ran
    assert ran.console == "".join(f"{case} ok\n" for case in CASES), ran
