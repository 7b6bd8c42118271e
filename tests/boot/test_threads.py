"""Threads of POSIX inside a booted image: what they promise, and how they fail."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, Ran, unilith

pytestmark = pytest.mark.boot

# What holds even where threads are not preempted.
ALWAYS = (
    *("create_and_join", "many_generations", "detached", "thread_local_storage", "specific_data"),
    *("stack_attributes", "mutexes", "condition_ping_pong", "barriers", "semaphores", "rwlocks", "once"),
    *("timed_waits", "sleeps", "rounding_modes", "robust_mutexes", "cancellation", "futex_storm"),
)
PREEMPTED = (
    *("spinning", "vector_registers", "priorities", "round_robin"),
    *("asynchronous_cancellation", "signals_to_threads", "priority_inheritance", "inheriting_mutexes"),
)
COOPERATIVE = ("--set", "THREADS_PREEMPTION=n")

Boot = Callable[..., Ran]


@pytest.fixture(scope="module")
def boot(workshop: Path) -> Boot:
    """Runs cases in an image that is built when it is first needed."""

    def boot(target: str, *cases: str, cooperative: bool = False, slice: int = 0) -> Ran:
        output = workshop / f"threads-{target}-{slice}{'-cooperative' if cooperative else ''}"
        if not output.is_dir():
            options = COOPERATIVE if cooperative else ()
            if slice:
                options = (*options, "--set", f"SCHED_SLICE_MICROSECONDS={slice}")
            words = ("build", RECIPES / "threads", "--target", target, "--output", output, *options)
            built = unilith(*words, cwd=workshop)
            assert built.status == 0, built
        return unilith("run", output / "image.json", "--timeout", "120", "--", *cases, cwd=workshop)

    return boot


ACCOUNT = re.compile(
    r"threads: (\d+) started, (\d+) alive \((\d+) in the kernel\); (\d+) pages free, (\d+) before; no timer\n$"
)
STACK = 35  # pages of a thread's stack as musl maps it: far more than page tables take that were split


def check(ran: Ran, *cases: str, threads: int = 1) -> None:
    """No case failed, and by the kernel's own account nothing is left of the threads that ended."""
    account = ACCOUNT.search(ran.console)
    assert ran.status == 0 and account, ran
    assert ran.console[: account.start()] == "".join(f"{case} ok\n" for case in cases), ran
    started, left, in_kernel, free, before = map(int, account.groups())
    assert started >= threads and left == in_kernel == 1, ran
    assert free > before - STACK, ran


@pytest.mark.parametrize("target", TARGETS)
def test_threads_keep_their_promises(boot: Boot, target: str) -> None:
    """In one image one after the other, so that nothing may be left behind."""
    cases = (*ALWAYS, *PREEMPTED)
    check(boot(target, *cases), *cases, threads=5500)


@pytest.mark.parametrize("target", TARGETS)
def test_a_storm_of_short_slices(boot: Boot, target: str) -> None:
    """Preempted every 100 microseconds, wherever they are; again and again, so that a small leak adds up."""
    cases = ("futex_storm", "detached", "cancellation", "signals_to_threads", "asynchronous_cancellation")
    rounds = 5
    check(boot(target, str(rounds), *cases, slice=100), *(rounds * cases), threads=rounds * 2200)


@pytest.mark.parametrize("target", TARGETS)
def test_threads_that_are_not_preempted(boot: Boot, target: str) -> None:
    check(boot(target, *ALWAYS, cooperative=True), *ALWAYS, threads=5500)


@pytest.mark.parametrize("cooperative", [False, True])
@pytest.mark.parametrize("target", TARGETS)
def test_the_process_outlives_its_first_thread(boot: Boot, target: str, cooperative: bool) -> None:
    check(boot(target, "main_ends_first", cooperative=cooperative), "main_ends_first")


@pytest.mark.parametrize("target", TARGETS)
def test_who_waits_for_input_lets_others_run(boot: Boot, workshop: Path, target: str) -> None:
    boot(target)  # builds
    words = ("run", workshop / f"threads-{target}-0" / "image.json", "--timeout", "60", "--", "reading")
    command = [sys.executable, "-m", "unilith.cli.main", *map(str, words)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as image:
        assert image.stdin and image.stdout
        assert image.stdout.readline() == "meanwhile\n"
        rest, _ = image.communicate("x\n")
    assert image.returncode == 0 and rest.startswith("reading ok\n"), rest


@pytest.mark.parametrize("target", TARGETS)
def test_exit_ends_all_threads(boot: Boot, target: str) -> None:
    ran = boot(target, "exit_from_a_thread")
    assert ran.status == 23 and ran.console.startswith("threads: 1 started, 2 alive (2 in the kernel)"), ran


@pytest.mark.parametrize("cooperative", [False, True])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("case", "threads"), [("deadlock", 2), ("self_deadlock", 1)])
def test_a_deadlock_is_told(boot: Boot, target: str, case: str, threads: int, cooperative: bool) -> None:
    ran = boot(target, case, cooperative=cooperative)
    assert ran.status == 126, ran
    assert f"panic: all threads wait for each other (deadlock), {threads} of them\n" in ran.console, ran
    for thread in range(1, threads + 1):
        assert f"  thread {thread}\n" in ran.console, ran
    assert "pthread_mutex" in ran.console and case in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_the_overflow_of_a_threads_stack_is_told(boot: Boot, target: str) -> None:
    ran = boot(target, "stack_overflow")
    assert ran.status == 126, ran
    assert "(stack overflow)\n  thread 2 of 2\n" in ran.console and "descend" in ran.console, ran
