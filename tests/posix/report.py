"""The page docs/posix-tests.md: what passes, what does not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict
from tests.posix.outcome import COLUMNS, LINUX, Outcome, Row
from tests.posix.suite import AREAS, area_of

HERE = Path(__file__).parent
RESULTS = HERE / "results.tsv"
REASONS = HERE / "reasons.yaml"
PAGE = HERE.parent.parent / "docs" / "posix-tests.md"
TARGETS = tuple(column for column in COLUMNS if column != LINUX)

HEAD = """\
# The Open POSIX Test Suite

Release 1.5.2 of the suite, its tests of interfaces, run inside images that the composer makes, and on Linux, linked
with the same version of musl. The suite is fetched and never part of this tree. `PYTHONPATH=.:composer python -m
tests.posix` runs the tests and keeps each one's outcomes in `tests/posix/results.tsv`; with `--report` it writes this
page of them.

A test counts where it **passes on Linux**: what fails there with the same C library says nothing about a kernel. On
Linux each test runs as root in namespaces of its own, without the right to set the clock. In an image, which is one
address space, fork() fails with ENOSYS by design; a test that can reach fork() is told apart, and the last columns
leave these out.

| area | tests | pass on Linux | {targets} | of those without fork | {targets} |
|---|---:|---:|{lines}---:|{lines}
"""


class Reason(BaseModel):
    """Why tests fail: `tests` are names with `*`, `on` a target if it is only one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tests: tuple[str, ...]
    why: str
    on: str = ""

    def explains(self, name: str, targets: Iterable[str]) -> bool:
        """Whether it tells why the test fails on these targets."""
        return (not self.on or list(targets) == [self.on]) and any(fnmatch(name, p) for p in self.tests)


def page(rows: Mapping[str, Row]) -> str:
    """The page for all results."""
    reasons = read_reasons()
    head = HEAD.format(targets=" | ".join(f"`{t}`" for t in TARGETS), lines="---:|" * len(TARGETS))
    lines = []
    for area in AREAS:
        lines.append(_line(area, [row for row in rows.values() if _area(row) == area]))
    lines.append(_line("**all**", list(rows.values())))
    return "\n".join(
        [head.rstrip("\n"), *lines, "", *_failures(rows, reasons), *_forks(rows), *_others(rows)]
    )


def read_reasons() -> list[Reason]:
    """The causes that somebody has found out."""
    return [Reason.model_validate(entry) for entry in yaml.safe_load(REASONS.read_text(encoding="utf-8"))]


def failing(row: Row) -> list[str]:
    """The targets on which a test does not pass that passes on Linux."""
    if row.outcomes.get(LINUX) is not Outcome.PASS:
        return []
    return [t for t in TARGETS if row.outcomes.get(t, Outcome.PASS) is not Outcome.PASS]


def _area(row: Row) -> str:
    return area_of(row.name.partition("/")[0])


def _line(area: str, rows: Sequence[Row]) -> str:
    count = [row for row in rows if row.outcomes.get(LINUX) is Outcome.PASS]
    without = [row for row in count if not row.forks]
    cells = [area, str(len(rows)), str(len(count)), *_shares(count), str(len(without)), *_shares(without)]
    return f"| {' | '.join(cells)} |"


def _shares(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["-"] * len(TARGETS)
    passed = [sum(row.outcomes.get(t) is Outcome.PASS for row in rows) for t in TARGETS]
    return [f"{n} ({100 * n / len(rows):.1f} %)" for n in passed]


def _failures(rows: Mapping[str, Row], reasons: Sequence[Reason]) -> list[str]:
    """Every test without fork() that fails, by cause."""
    unexplained: list[str] = []
    by_reason: dict[str, list[str]] = {reason.why: [] for reason in reasons}
    for row in rows.values():
        if row.forks or not (targets := failing(row)):
            continue
        outcomes = ", ".join(sorted({row.outcomes[t] for t in targets}))
        where = "" if len(targets) == len(TARGETS) else f" on `{targets[0]}`"
        entry = f"`{row.name}` ({outcomes}{where})"
        why = next((r.why for r in reasons if r.explains(row.name, targets)), None)
        (by_reason[why] if why else unexplained).append(entry)
    lines = ["## What fails, and why", ""]
    for why, entries in by_reason.items():
        if entries:
            lines += [f"- {why}: {', '.join(entries)}."]
    if unexplained:
        lines += [f"- Cause not known yet: {', '.join(unexplained)}."]
    return [*lines, ""]


def _forks(rows: Mapping[str, Row]) -> list[str]:
    """Tests that can reach fork(): those that pass nonetheless never get there."""
    by_interface: dict[str, list[str]] = {}
    for row in rows.values():
        if row.forks and failing(row):
            interface, _, number = row.name.partition("/")
            by_interface.setdefault(interface, []).append(number)
    count = sum(map(len, by_interface.values()))
    listed = "; ".join(f"{interface} {', '.join(numbers)}" for interface, numbers in by_interface.items())
    return ["## What needs fork()", "", f"{count} tests that pass on Linux: {listed}.", ""]


def _others(rows: Mapping[str, Row]) -> list[str]:
    """Tests that pass in an image, and not on Linux."""
    names = [
        f"`{row.name}`"
        for row in rows.values()
        if row.outcomes.get(LINUX) is not Outcome.PASS
        and any(row.outcomes.get(t) is Outcome.PASS for t in TARGETS)
    ]
    return [
        "## What passes in an image only",
        "",
        f"{len(names)} tests that do not count: {', '.join(names) or 'none'}.",
        "",
    ]
