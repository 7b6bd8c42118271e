"""How a test ended, and what is known of all of them: a table in a text file, one line a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """What the suite's exit statuses mean (its include/posixtest.h), and how a program can end otherwise."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNRESOLVED = "UNRESOLVED"
    UNSUPPORTED = "UNSUPPORTED"
    UNTESTED = "UNTESTED"
    TIMEOUT = "TIMEOUT"
    KILLED = "KILLED"
    """By a signal."""
    PANIC = "PANIC"
    """The kernel's crash report, which a fault of the program ends in too if it handles none."""
    BUILD = "BUILD"
    """It could not be compiled, composed or linked."""
    UNKNOWN = "UNKNOWN"
    """Any other exit status."""


_STATUSES = {
    0: Outcome.PASS,
    1: Outcome.FAIL,
    2: Outcome.UNRESOLVED,
    4: Outcome.UNSUPPORTED,
    5: Outcome.UNTESTED,
    124: Outcome.TIMEOUT,
    126: Outcome.PANIC,
}


def outcome_of(status: int) -> Outcome:
    """The meaning of an exit status; -N and 128 + N are deaths by the signal N."""
    if status < 0 or status > 128:
        return Outcome.KILLED
    return _STATUSES.get(status, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of one test: how it ended, the last of what it said, and how long it took."""

    outcome: Outcome
    said: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Row:
    """What is known of a test. ``forks``: it can reach fork(), which an image answers with ENOSYS by design."""

    name: str
    forks: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)


LINUX = "linux"
COLUMNS = (LINUX, "process-x86_64", "microvm-x86_64")


def read_rows(file: Path) -> dict[str, Row]:
    """The table that `write_rows` wrote; nothing if there is none yet."""
    rows: dict[str, Row] = {}
    if not file.is_file():
        return rows
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        name, forks, *outcomes = line.split("\t")
        known = {c: Outcome(o) for c, o in zip(COLUMNS, outcomes, strict=True) if o != "-"}
        rows[name] = Row(name, forks == "fork", known)
    return rows


def write_rows(file: Path, rows: dict[str, Row]) -> None:
    """One line a test, in order of name: tab-separated name, `fork` or `-`, and an outcome a column."""
    lines = ["\t".join(("test", "forks", *COLUMNS))]
    for name in sorted(rows):
        row = rows[name]
        lines.append(
            "\t".join((name, "fork" if row.forks else "-", *(row.outcomes.get(c, "-") for c in COLUMNS)))
        )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
