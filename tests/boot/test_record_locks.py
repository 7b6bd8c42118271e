"""Record locks of processes and of open files: the same programs print the same on Linux.

`expected.txt` is what Linux printed. It is made anew by compiling holder.c into a folder, and main.c with open_files.c,
all with -D_GNU_SOURCE, -pthread and -DBIN='"FOLDER/"', and running the program in an empty folder.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, run

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "record-locks"
EXPECTED = (RECIPE / "expected.txt").read_text(encoding="utf-8")
NOTICE = "a program was ended by signal 9 (SIGKILL)\n"


@pytest.mark.parametrize(
    "target", ["process-x86_64", "qemu-x86_64", pytest.param("microvm-x86_64", marks=pytest.mark.full)]
)
def test_as_on_linux(target: str, workshop: Path) -> None:
    ran = run("record-locks", target, "--output", str(workshop / f"record-locks-{target}"), cwd=workshop)
    assert ran.status == 0 and NOTICE in ran.console, ran
    assert ran.console.replace(NOTICE, "") == EXPECTED


def test_open_files_of_one_process(workshop: Path) -> None:
    recipe = str(RECIPE / "open-files.yaml")
    ran = run(recipe, "process-x86_64", "--output", str(workshop / "record-locks-alone"), cwd=workshop)
    assert (ran.status, ran.console) == (0, EXPECTED[EXPECTED.index("-- open files") :]), ran
