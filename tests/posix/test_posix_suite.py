"""The Open POSIX Test Suite in images: what passed still passes, and the page says what is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.posix.campaign import run_all, runners_for
from tests.posix.outcome import Outcome, read_rows
from tests.posix.report import PAGE, RESULTS, TARGETS, failing, page, read_reasons
from tests.posix.suite import choose, find_cases, suite_folder

# Short tests, of each area some; all in one composition.
STABLE = {
    "process-x86_64": [
        *("pthread_mutex_lock", "pthread_mutex_trylock", "pthread_cond_init", "pthread_cond_destroy"),
        *("pthread_key*", "pthread_spin_lock", "sem_open", "sem_post", "sem_wait", "sched_yield"),
        *("sigaction/1-*", "sigprocmask", "mq_open", "mmap", "munmap", "clock_gettime", "timer_gettime"),
    ],
    "microvm-x86_64": [
        *("pthread_mutex_lock", "sigaction/1-*", "mmap", "sem_post", "sched_yield"),
    ],
}


def run(target: str, patterns: list[str], folder: Path, *, together: bool) -> dict[str, str]:
    """Runs tests that have passed; what those said that pass no more, even when tried again alone."""
    rows = read_rows(RESULTS)
    known = [case for case in find_cases(suite_folder()) if case.name in rows]
    cases = [
        case
        for case in choose(known, patterns)
        if rows[case.name].outcomes.get(target) is Outcome.PASS and not (together and rows[case.name].forks)
    ]
    assert len(cases) > 20
    runners, broken, _ = runners_for(target, cases, folder, jobs=1, together=together)
    results = broken | run_all(runners, jobs=4, repeat=lambda _name, _ran: 2, heard=lambda _name, _ran: None)
    return {
        name: f"{ran.outcome}: {ran.said}" for name, ran in results.items() if ran.outcome is not Outcome.PASS
    }


@pytest.mark.boot
@pytest.mark.parametrize("target", STABLE)
def test_a_part_that_is_quick(target: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert run(target, STABLE[target], tmp_path_factory.mktemp("posix"), together=True) == {}


@pytest.mark.boot
@pytest.mark.full
@pytest.mark.parametrize("target", TARGETS)
def test_all_that_passed(target: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert run(target, [], tmp_path_factory.mktemp("posix"), together=False) == {}


def test_the_page_says_what_the_results_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_rows(RESULTS)), "python -m tests.posix --report"


def test_every_reason_explains_something() -> None:
    rows = [row for row in read_rows(RESULTS).values() if failing(row) and not row.forks]
    for reason in read_reasons():
        assert any(reason.explains(row.name, failing(row)) for row in rows), reason.why
