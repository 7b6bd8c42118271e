"""Memory of applications: what mmap and its relatives promise, in booted images, and what happens without memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, VIRTUAL, Ran, most_telling, run, unilith
from tests.boot.instructions import guest_instructions

pytestmark = pytest.mark.boot

Boot = Callable[..., Ran]

CASES = """
    zeroes sparse splitting protection places large_pages discarding breaks locking errors growing moving moving_large
    churn private_files shared_files coherence syncing file_errors ends_of_files fault_kinds file_faults
    faults_in_calls deep_stack promises exhaustion
""".split()  # noqa: SIM905 - a list of words


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


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_promises_of_the_memory_calls(boot: Boot, target: str) -> None:
    ran = boot(target, *CASES)
    assert ran.status == 0, ran
    assert ran.console == "".join(f"{case} ok\n" for case in CASES), ran


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_the_kernel_runs_on_stacks_that_are_not_there_yet(workshop: Path, target: str) -> None:
    ran = run("memory-stacks", target, cwd=workshop)
    assert (ran.status, ran.console) == (0, "all stacks ok\n"), ran


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


# Instructions a round: of one fault, one pair of mmap() and munmap(), two mprotect(). A page of zeroes is 512 of
# them, a large one 512 times as many; docs/memory.md tells what was measured.
MOST_INSTRUCTIONS = {
    "faults": 1100,
    "reading_faults": 380,
    "large_faults": 275_000,
    "maps": 1600,
    "touched_maps": 3250,
    "crowded_maps": 2600,
    "protections": 3750,
}


@pytest.mark.parametrize("what", MOST_INSTRUCTIONS)
def test_instructions_of_faults_and_calls(boot: Boot, workshop: Path, what: str) -> None:
    ran = boot("microvm-x86_64", "cost", what, "10")
    assert ran.status == 0, ran
    folder, (few, many) = workshop / "memory-microvm-x86_64", (4, 14)
    counts = [
        guest_instructions(
            folder / "image.elf", folder / "image.debug", memory="128M", arguments=f"cost {what} {rounds}"
        )
        for rounds in (few, many)
    ]
    each = (counts[1] - counts[0]) / (many - few)
    assert 0 < each <= MOST_INSTRUCTIONS[what], f"{what}: {each} instructions"


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
def test_addresses_differ_from_boot_to_boot(boot: Boot, target: str) -> None:
    with_random = ("--want", "random-chacha")
    places = {boot(target, "where", build=with_random).console for _ in range(3)}
    assert len(places) == 3, places
    mappings, breaks = zip(*(place.split() for place in places), strict=True)
    assert len(set(mappings)) == len(set(breaks)) == 3, places
    fixed = (*with_random, "--set", "ADDRESS_SPACE_RANDOM=n")
    if target in VIRTUAL:  # on a process, the host has its own
        assert len({boot(target, "where", build=fixed).console for _ in range(2)}) == 1
