"""Runs tests on Linux and in images, and repeats those that did not pass, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.posix.guest import run_in_guest
from tests.posix.images import Failed, Program, compile_programs, make_images
from tests.posix.linux import compile_for_linux, run_on_linux
from tests.posix.outcome import LINUX, Outcome, Ran
from tests.posix.suite import Case, suite_folder

LIMIT = 60.0
"""Seconds that a test may take; the longest that passes on Linux takes 30."""

Runner = Callable[[float], Ran]


def runners_for(
    where: str, cases: Sequence[Case], folder: Path, jobs: int, *, together: bool = False
) -> tuple[dict[str, Runner], dict[str, Ran], dict[str, bool]]:
    """What runs each test on Linux or a target; those that cannot be run, and why; which can reach fork()."""
    programs: Mapping[str, Program] = compile_programs(cases, folder, jobs)
    forks = {name: program.forks for name, program in programs.items()}
    runners: dict[str, Runner] = {}
    broken: dict[str, Ran] = {}
    if where == LINUX:
        for name, file in compile_for_linux(cases, suite_folder(), folder, jobs).items():
            runners[name] = partial(run_on_linux, file)
    else:
        for name, image in make_images(programs.values(), where, folder, jobs, together=together).items():
            if isinstance(image, Failed):
                broken[name] = Ran(Outcome.BUILD, image.why)
            else:
                runners[name] = partial(run_in_guest, image)
    for case in cases:
        if case.name not in runners:
            broken.setdefault(case.name, Ran(Outcome.BUILD, "it does not compile with musl"))
    return runners, broken, forks


def run_all(
    runners: Mapping[str, Runner],
    *,
    jobs: int,
    repeat: Callable[[str, Ran], int],
    limit: float = LIMIT,
    heard: Callable[[str, Ran], None],
) -> dict[str, Ran]:
    """Runs all, ``jobs`` at a time. ``repeat`` says how often one that ended so may try again, alone."""
    results: dict[str, Ran] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for name, ran in zip(runners, pool.map(lambda run: run(limit), runners.values()), strict=True):
            results[name] = ran
            if ran.outcome is Outcome.PASS or not repeat(name, ran):
                heard(name, ran)
    for name, first in list(results.items()):
        ran = first
        for _ in range(0 if ran.outcome is Outcome.PASS else repeat(name, ran)):
            ran = runners[name](limit)
            if ran.outcome is Outcome.PASS:
                break
        if ran is not first:
            results[name] = ran
            heard(name, ran)
    return results
