"""Every selection boots: random valid selections of the catalog are built and run.

`UNILITH_SAMPLES` says how many there are in `make test-full`; with `pytest -s` each is told when it has been run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.boot.command import TARGETS, Ran, run
from tests.boot.sampling import Sample, samples, smallest_failing

pytestmark = pytest.mark.boot

SAMPLES = int(os.environ.get("UNILITH_SAMPLES", "300"))
# What each recipe prints when all is well.
PRINTS = {"bare": "Hello", "hello": "Hello", "lua": "Lua 5.4"}


def boot(sample: Sample, folder: Path) -> Ran:
    return run(sample.recipe, sample.target, "--memory", "32M", *sample.words, cwd=folder)


def failed(ran: Ran, sample: Sample) -> bool:
    return ran.status != 0 or PRINTS[Path(sample.recipe).name] not in ran.console


def check(count: int, seed: int, folder: Path) -> None:
    drawn = 0
    for sample in samples(sorted(PRINTS), TARGETS, count, seed, folder):
        drawn += 1
        ran = boot(sample, folder)
        if failed(ran, sample):
            least = smallest_failing(sample, lambda s: failed(boot(s, folder), s))
            words = " ".join(least.words)
            pytest.fail(f"unilith run {least.recipe} --target {least.target} {words}\n{boot(least, folder)}")
        print(f"{drawn} of {count}: {Path(sample.recipe).name} on {sample.target}", flush=True)
    assert drawn == count


def test_sampled_selections_boot(tmp_path: Path) -> None:
    check(9, 1, tmp_path)


@pytest.mark.full
def test_many_sampled_selections_boot(tmp_path: Path) -> None:
    check(SAMPLES, 2, tmp_path)


def test_a_failure_shrinks_to_what_matters() -> None:
    sample = Sample("bare", "qemu-x86_64", tuple("abcdef"), (("X", "1"), ("Y", "2")))
    least = smallest_failing(sample, lambda s: {"b", "e"} <= set(s.libraries) and ("Y", "2") in s.options)
    assert least == Sample("bare", "qemu-x86_64", ("b", "e"), (("Y", "2"),))


def test_samples_repeat(tmp_path: Path) -> None:
    first = list(samples(["bare"], ["microvm-x86_64"], 2, 7, tmp_path / "a"))
    assert first == list(samples(["bare"], ["microvm-x86_64"], 2, 7, tmp_path / "b"))
    assert len({s.libraries for s in first}) > 1
