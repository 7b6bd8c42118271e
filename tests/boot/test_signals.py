"""Signals inside a booted image: what they carry and interrupt, and how they end a program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, Ran, unilith

pytestmark = pytest.mark.boot

FAULTS = (
    *("null_pointer", "divide_by_zero", "undefined", "breakpoint", "floating_point", "context_registers"),
    *("nested_faults", "float_state", "overflow_on_alternate", "bad_pointers"),
)
SENDING = ("carried", "queued_in_order", "masks_of_handlers", "ignored", "suspended", "waited_for")
TIMING = (
    *("interrupted_loop", "jumps_out_of_loops", "preempted_on_alternate", "interrupted_sleep"),
    *("interrupted_poll", "restarted_read"),
)

THREADS = (
    *("overflow_in_threads", "who_does_not_block_it", "one_thread_waits", "passed_on", "restarted_locks"),
    *("time_of_a_thread", "ended_with_signals", "blocked_ones_are_inherited"),
)

Boot = Callable[..., Ran]


@pytest.fixture(scope="module")
def boot(workshop: Path) -> Boot:
    """Runs cases in an image that is built when it is first needed."""

    def boot(target: str, *cases: str) -> Ran:
        output = workshop / f"signals-{target}"
        if not output.is_dir():
            words = ("build", RECIPES / "signals", "--target", target, "--output", output)
            built = unilith(*words, cwd=workshop)
            assert built.status == 0, built
        return unilith("run", output / "image.json", "--timeout", "60", "--", *cases, cwd=workshop)

    return boot


@pytest.mark.parametrize("target", TARGETS)
def test_faults_call_handlers_which_may_change_everything(boot: Boot, target: str) -> None:
    ran = boot(target, *FAULTS)
    assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in FAULTS), ran


@pytest.mark.parametrize("target", TARGETS)
def test_signals_that_a_program_sends_itself(boot: Boot, target: str) -> None:
    ran = boot(target, *SENDING)
    assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in SENDING), ran


@pytest.mark.parametrize("target", TARGETS)
def test_signals_that_interrupt_a_computation(boot: Boot, target: str) -> None:
    ran = boot(target, *TIMING)
    assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in TIMING), ran


@pytest.mark.parametrize("target", TARGETS)
def test_a_signal_ends_a_program_as_a_shell_shows_it(boot: Boot, target: str) -> None:
    ran = boot(target, "ends_by_term")
    assert ran.status == 128 + 15 and ran.console == "ended by signal 15 (SIGTERM)\n", ran
    ran = boot(target, "ends_by_abort")
    assert ran.status == 128 + 6 and ran.console.startswith("panic: ended by signal 6 (SIGABRT)\n"), ran
    assert "ends_by_abort" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("ends_by_blocked_fault", "page fault: write to 0x0000000000000000, not mapped"),
        ("ends_by_ignored_fault", "divide error"),
    ],
)
def test_a_fault_that_is_blocked_or_ignored_is_a_crash(
    boot: Boot, target: str, case: str, reason: str
) -> None:
    ran = boot(target, case)
    assert ran.status == 126 and ran.console.startswith(f"panic: {reason}\n"), ran
    assert case in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_signals_among_threads(workshop: Path, target: str) -> None:
    words = ("run", RECIPES / "signal-threads", "--target", target, "--timeout", "60", "--", *THREADS)
    ran = unilith(*words, cwd=workshop)
    assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in THREADS), ran


@pytest.mark.parametrize("target", TARGETS)
def test_signals_of_timers_where_nothing_preempts(workshop: Path, target: str) -> None:
    """Such an image has no threads: who waits is interrupted by timers that run meanwhile."""
    cases = ("interrupted_poll", "interrupted_sleep", "restarted_read", *SENDING)
    output = workshop / f"signals-{target}-polled"
    words = ("build", RECIPES / "signals", "--target", target, "--output", output, "--json")
    built = unilith(*words, "--set", "INTERVAL_TIMER_PREEMPTION=n", cwd=workshop)
    assert built.status == 0 and '"kthread-core"' not in built.console, built
    ran = unilith("run", output / "image.json", "--timeout", "60", "--", *cases, cwd=workshop)
    assert ran.status == 0 and ran.console == "".join(f"{case} ok\n" for case in cases), ran
