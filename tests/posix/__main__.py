"""Runs the Open POSIX Test Suite on Linux and in images, and writes down how it ends.

    python -m tests.posix [--on linux --on process-x86_64 ...] [AREA | INTERFACE | TEST ...]
    python -m tests.posix --report

A run without patterns runs all tests. What was found is kept in `results.tsv` beside this file, from which `--report`
writes `docs/posix-tests.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.posix.campaign import LIMIT, run_all, runners_for
from tests.posix.outcome import COLUMNS, LINUX, Outcome, Ran, Row, read_rows, write_rows
from tests.posix.report import PAGE, RESULTS, page
from tests.posix.suite import choose, find_cases, suite_folder

from unilith.errors import UserError

FOLDER = Path("build/posix")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.posix", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("patterns", nargs="*", help="areas, interfaces, tests; with *")
    parser.add_argument("--on", action="append", choices=COLUMNS, help="where; all, if not given")
    parser.add_argument("--jobs", type=int, default=2, help="compilations at a time")
    parser.add_argument("--boots", type=int, default=6, help="tests at a time")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds a test")
    parser.add_argument(
        "--repeat", type=int, default=1, help="how often one that fails is tried again, alone"
    )
    parser.add_argument("--report", action="store_true", help="only write the page")
    parser.add_argument("--verbose", action="store_true", help="show what tests say that do not pass")
    words = parser.parse_args()
    if words.report:
        PAGE.write_text(page(read_rows(RESULTS)), encoding="utf-8")
        return 0
    try:
        run(words)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def run(words: argparse.Namespace) -> None:
    """Runs what the command line asks for."""
    cases = choose(find_cases(suite_folder()), words.patterns)
    for where in words.on or COLUMNS:
        rows = read_rows(RESULTS)

        runners, results, forks = runners_for(where, cases, FOLDER.absolute(), words.jobs)

        def wanted(
            name: str, where: str = where, rows: dict[str, Row] = rows, forks: dict[str, bool] = forks
        ) -> bool:
            """Whether it ought to pass."""
            if where == LINUX:
                return True
            return not forks.get(name) and name in rows and rows[name].outcomes.get(LINUX) is Outcome.PASS

        def heard(name: str, ran: Ran, where: str = where) -> None:
            if ran.outcome is not Outcome.PASS and (wanted(name) or words.verbose):
                said = ran.said.strip() if words.verbose else " | ".join(ran.said.split("\n"))[-160:]
                print(f"{where} {name} {ran.outcome} {ran.seconds:.1f} s: {said}", flush=True)

        def repeat(name: str, ran: Ran, where: str = where) -> int:
            if where == LINUX and ran.outcome is Outcome.TIMEOUT:
                return 0
            return words.repeat if wanted(name) else 0

        for name, ran in results.items():
            heard(name, ran)
        results |= run_all(runners, jobs=words.boots, repeat=repeat, limit=words.limit, heard=heard)
        for name, ran in results.items():
            row = rows.setdefault(name, Row(name))
            row.forks = forks.get(name, row.forks)
            row.outcomes[where] = ran.outcome
        write_rows(RESULTS, rows)
        print(f"{where}: {dict(Counter(ran.outcome.value for ran in results.values()))}")


if __name__ == "__main__":
    sys.exit(main())
