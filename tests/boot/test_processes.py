"""Programs that start programs, in one address space: they print what the same sources print on Linux."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, Ran, run, unilith

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "processes"
# What does not need /bin/sh, which is the host's own there.
CASES = (
    *("exits", "signals", "replaced", "directories", "descriptors", "groups", "faults"),
    *("threads_inside", "many", "pipeline", "spawn_actions"),
)
ACCOUNT = re.compile(r"threads: .*; (\d+) pages free, (\d+) before; no timer\n$")
# The image says on its console which signal ended a program, and where.
NOTICE = re.compile(r"^(a program was ended by signal|  at 0x).*\n", re.MULTILINE)


@pytest.fixture(scope="module", name="image", params=["qemu-x86_64", "process-x86_64"])
def _image(request: pytest.FixtureRequest, workshop: Path) -> Path:
    output = workshop / f"processes-{request.param}"
    built = unilith("build", RECIPE, "--target", request.param, "--output", output, cwd=workshop)
    assert built.status == 0, built
    return output / "image.json"


@pytest.fixture(scope="module", name="on_linux")
def _on_linux(workshop: Path) -> str:
    """What the host's own build of the sources prints."""
    place = workshop / "processes-on-linux"
    (place / "bin").mkdir(parents=True)
    where = f'-DBIN="{place}/bin/"'
    for name in ("tell", "upper", "spawner", "sh"):
        _compile(place / "bin" / name, where, RECIPE / f"{name}.c")
    _compile(place / "main", where, *(RECIPE / f"{name}.c" for name in ("main", "lives", "pipes")))
    return subprocess.run(
        [place / "main", *CASES], cwd=place, capture_output=True, text=True, check=True
    ).stdout


def _compile(program: Path, *words: str | Path) -> None:
    subprocess.run(["gcc", "-w", "-pthread", *words, "-o", program], check=True)


def boot(image: Path, *cases: str) -> Ran:
    return unilith("run", image, "--timeout", "120", "--", *cases, cwd=image.parent)


def test_programs_do_what_they_do_on_linux(image: Path, on_linux: str) -> None:
    ran = boot(image, *CASES)
    assert ran.status == 0, ran
    told = NOTICE.sub("", ran.console)
    assert told[: ACCOUNT.search(told).start()] == on_linux, ran  # type: ignore[union-attr]
    assert "a program was ended by signal 6 (SIGABRT)" in ran.console


def test_a_shell_runs_commands_and_pipelines(image: Path) -> None:
    ran = boot(image, "popen_and_system")
    expected = "-- popen_and_system\ngreeting none\npclose 0\nsystem 6\nHELLO\nsystem 0\nWRITTEN TO A CHILD\npclose 0\n"
    assert ran.status == 0 and ran.console.startswith(expected), ran


def test_programs_that_have_ended_leave_nothing_behind(image: Path) -> None:
    once = boot(image, "many", "exits", "threads_inside")
    often = boot(image, *("many", "exits", "threads_inside") * 4)
    free = [ACCOUNT.search(ran.console) for ran in (once, often)]
    assert free[0] and free[1], (once, often)
    assert free[0].group(1) == free[1].group(1), (once, often)


def test_fork_says_why_it_cannot_be(workshop: Path) -> None:
    ran = run("fork", "qemu-x86_64", cwd=workshop)
    assert ran.status == 0 and "fork -1 1\n" in ran.console, ran
    assert "an image has one address space" in ran.console
