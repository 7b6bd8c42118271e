"""Threads on several processors (docs/threads.md): tests/boot/recipes/parallel holds the promises."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, VIRTUAL, Ran, unilith

pytestmark = pytest.mark.boot

CASES = (
    *("at-once", "apart", "locks", "lives", "unmapped", "churn", "protection"),
    *("between", "faults", "vectors", "times"),
)
ACCOUNT = re.compile(
    r"threads: (\d+) started, 1 alive \(1 in the kernel\); (\d+) pages free, (\d+) before; no timer\n$"
)
# Of the C library's heap, and page tables. A leak is a page or more for each of the threads.
KEPT = 40


def parallel(target: str, cpus: int, *words: str, workshop: Path, seconds: int = 300) -> Ran:
    """Runs some cases."""
    output = workshop / f"parallel-{target}"
    run = ("run", RECIPES / "parallel", "--target", target, "--output", output, "--timeout", str(seconds))
    return unilith(*run, "--cpus", str(cpus), "--", *words, cwd=workshop, limit=seconds + 60)


def good(ran: Ran, cpus: int, *cases: str) -> None:
    """Everything held, and nothing is left of it."""
    account = ACCOUNT.search(ran.console)
    assert ran.status == 0 and account, ran
    assert ran.console.startswith(f"{cpus} processors\n"), ran
    assert all(f"{case}: good\n" in ran.console for case in cases), ran
    assert int(account[2]) >= int(account[3]) - KEPT, ran


@pytest.mark.parametrize(("target", "cpus"), [(VIRTUAL[0], 2), (VIRTUAL[1], 3)])
def test_promises(target: str, cpus: int, workshop: Path) -> None:
    good(parallel(target, cpus, *CASES, workshop=workshop), cpus, *CASES)


@pytest.mark.full
@pytest.mark.parametrize("cpus", (2, 3, 8))
@pytest.mark.parametrize("target", VIRTUAL)
def test_promises_for_longer(target: str, cpus: int, workshop: Path) -> None:
    # With more processors than the host has cores each waits for the host to run all of them.
    good(parallel(target, cpus, "5", *CASES, workshop=workshop, seconds=1200), cpus, *CASES)


def test_one_processor(workshop: Path) -> None:
    """The image runs on a machine with one, too; what needs two at once is left out."""
    cases = ("locks", "lives", "churn", "faults", "vectors")
    good(parallel(VIRTUAL[1], 1, *cases, workshop=workshop), 1, *cases)


def test_deadlock_is_found_when_all_processors_are_idle(workshop: Path) -> None:
    ran = parallel(VIRTUAL[0], 2, "deadlock", workshop=workshop)
    assert ran.status == 126, ran
    assert "panic: all threads wait for each other (deadlock), 3 of them\n" in ran.console, ran


def test_the_end_stops_the_others(workshop: Path) -> None:
    ran = parallel(VIRTUAL[1], 2, "quit", workshop=workshop)
    assert ran.status == 7 and ran.console.startswith("2 processors\nx\n"), ran
    assert re.fullmatch(r"threads: .*\n", ran.console.rpartition("x\n")[2]), ran


def test_report_names_the_processor_and_stops_the_others(workshop: Path) -> None:
    ran = parallel(VIRTUAL[1], 2, "crash", workshop=workshop)
    assert ran.status == 126, ran
    report = ran.console[ran.console.index("panic: ") :]
    assert "panic: page fault: write to 0x0000000000000010, not mapped\n" in report, ran
    assert "  processor 1\n" in report and "fail_there" in report, ran
    # Where the other one was comes after that, and nothing of what it would have printed in between.
    assert re.fullmatch(r"panic: .*\n(  .*\n)+", report) and report.index("fail_there") < report.index(
        "  processor 0\n"
    ), ran


def test_the_only_thread_finds_each_processor_protected(workshop: Path) -> None:
    ran = parallel(VIRTUAL[0], 2, "registers", "alone", "sealed", workshop=workshop)
    assert ran.status == 126 and "registers: good\nalone: good\n" in ran.console, ran
    assert re.search(r"^panic: page fault: write to 0x[0-9a-f]+, not permitted$", ran.console, re.M), ran
    assert "  processor 1\n" in ran.console, ran


STRESSED = re.compile(r"all is done\nthreads: (\d+) started, 1 alive \(1 in the kernel\); \d+ pages free")


@pytest.mark.full
@pytest.mark.parametrize("target", VIRTUAL)
def test_stress(target: str, workshop: Path, tmp_path: Path) -> None:
    """Everything of the kernel at once, from two processors (test_stress.py has it on one)."""
    folder = shutil.copytree(RECIPES / "stress", tmp_path / "stress")
    recipe, main = folder / "recipe.yaml", folder / "main.c"
    text = recipe.read_text(encoding="utf-8").replace("SCHED_SLICE_", "SCHED_PROCESSORS_SLICE_")
    # Where memory fails a thread of the highest priority has the only processor for itself.
    text = text.replace("[pages.failures]", "[sched.parallel]").replace(", failures.c", "")
    recipe.write_text(text.replace(", PAGES_BUDDY_FAILURES: true", ""), encoding="utf-8")
    main.write_text(main.read_text(encoding="utf-8").replace(", &failures}", "}"), encoding="utf-8")
    words = ("run", recipe, "--target", target, "--output", workshop / f"stress-parallel-{target}")
    ran = unilith(*words, "--cpus", "2", "--timeout", "900", "--", "2", "2", cwd=workshop, limit=960)
    ended = STRESSED.search(ran.console)
    assert ran.status == 0 and ended and int(ended[1]) >= 750, ran
    before, *after = (int(free) for free in re.findall(r": (\d+) pages free$", ran.console, re.M))
    assert after[-1] >= before - KEPT, ran
