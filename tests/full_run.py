"""What `make test-full` runs: every test, group by group. No failure keeps the next group from being run, each group
has a log and a report of its own below build/test-full, and at the end a table says what came out and how long it took.

    python -m tests.full_run [--jobs N] [GROUP...]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
LOGS = ROOT / "build/test-full"


@dataclass(frozen=True)
class Group:
    """Tests that are run together, in this order; without files: those that are in no other group."""

    name: str
    marker: str
    files: tuple[str, ...] = ()


def boots(*names: str) -> tuple[str, ...]:
    """The boot tests of these areas."""
    return tuple(f"tests/boot/test_{name}.py" for name in names)


GROUPS = (
    # What `make test` runs, and what has to hold before anything that is longer tells more.
    Group("short", "not full", ("tests",)),
    Group("cuts", "full", ("tests/apps/test_sqlite.py", "tests/apps/test_redis_aof.py", *boots("ext4"))),
    Group("ext4-host", "full", ("tests/libs",)),
    Group(
        "files",
        "full",
        (
            *boots("file_semantics", "inotify", "record_locks", "shares", "share_pages", "rootfs", "users"),
            *boots("share_faults", "block", "dax", "vsock", "descriptors", "proc"),
        ),
    ),
    Group(
        "kernel",
        "full",
        boots("parallel", "stress", "signal_storm", "memory", "malloc", "limits", "gdb"),
    ),
    Group("composer", "full", ("tests/unit", *boots("samples", "builds"))),
    Group("posix", "full", ("tests/posix",)),
    Group("network", "full"),
)


@dataclass
class Outcome:
    """What came out of a group."""

    name: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    minutes: float = 0
    processor_minutes: float = 0
    """Of all processes together: says how long it takes, whatever else the machine does."""


def arguments(group: Group) -> list[str]:
    """Where pytest looks for the group's tests."""
    if group.files:
        return list(group.files)
    named = [path for other in GROUPS if other.name != "short" for path in other.files]
    return ["tests", *(f"--ignore={path}" for path in named)]


def read_report(report: Path, outcome: Outcome) -> None:
    """Adds up a report in JUnit's format; there is none if pytest itself broke off."""
    try:
        cases = ElementTree.parse(report).iter("testcase")
    except (OSError, ElementTree.ParseError):
        return
    for case in cases:
        # What no machine may lack is never skipped: a skipped test is one that was not run.
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped")):
            outcome.failed.append(f"{case.get('classname')}::{case.get('name')}")
        else:
            outcome.passed += 1


def processor_seconds() -> float:
    """Of all processes that have ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(group: Group, jobs: int) -> Outcome:
    outcome = Outcome(group.name)
    log, report = LOGS / f"{group.name}.log", LOGS / f"{group.name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", group.marker, "-v", "--durations=20", "--color=no"]
    command += ["-n", str(jobs), "--dist", "loadfile", "--no-loadscope-reorder", f"--junitxml={report}"]
    began, used = time.monotonic(), processor_seconds()
    with log.open("wb") as out:
        done = subprocess.run(
            [*command, *arguments(group)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
        )
    outcome.minutes = (time.monotonic() - began) / 60
    outcome.processor_minutes = (processor_seconds() - used) / 60
    read_report(report, outcome)
    if done.returncode != 0 and not outcome.failed:
        outcome.failed.append(f"pytest ended with {done.returncode}")
    return outcome


def table(outcomes: list[Outcome]) -> str:
    """What is printed at the end."""
    lines = [f"{'group':<12}{'passed':>8}{'failed':>8}{'minutes':>9}{'of processors':>15}"]
    for each in [*outcomes, total(outcomes)]:
        figures = f"{each.passed:>8}{len(each.failed):>8}{each.minutes:>9.1f}{each.processor_minutes:>15.1f}"
        lines.append(f"{each.name:<12}{figures}")
    lines += [f"failed in {each.name}: {test}" for each in outcomes for test in each.failed]
    return "\n".join(lines)


def total(outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        "all",
        sum(each.passed for each in outcomes),
        [test for each in outcomes for test in each.failed],
        sum(each.minutes for each in outcomes),
        sum(each.processor_minutes for each in outcomes),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs every test, group by group.")
    names = [group.name for group in GROUPS]
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"only these: {', '.join(names)}")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="tests at a time")
    given = parser.parse_args()
    for name in given.groups:
        if name not in names:
            parser.error(f"no group {name}: there are {', '.join(names)}")
    LOGS.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for group in GROUPS:
        if given.groups and group.name not in given.groups:
            continue
        print(f"{time.strftime('%H:%M')} {group.name}: {LOGS.relative_to(ROOT)}/{group.name}.log", flush=True)
        outcomes.append(run(group, given.jobs))
        print(table(outcomes[-1:]).splitlines()[1], flush=True)
    print(table(outcomes))
    return int(any(each.failed for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
