"""Users, groups and permissions of files: the same program prints the same on Linux.

`expected.txt` is what Linux printed (with fs.protected_hardlinks and its like at 0 or with no influence). It is made
anew as root, by compiling who.c into a folder FOLDER that everybody may search, and main.c, ids.c and files.c with
-D_GNU_SOURCE and -DBIN='"FOLDER/"', and running the program in an empty folder of which the same is true.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, run

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "users"
EXPECTED = (RECIPE / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["process-x86_64", pytest.param("qemu-x86_64", marks=pytest.mark.full)])
def test_as_on_linux(target: str, workshop: Path) -> None:
    ran = run("users", target, "--output", str(workshop / f"users-{target}"), cwd=workshop)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == EXPECTED.splitlines()


def test_an_application_of_a_user(workshop: Path) -> None:
    recipe = str(RECIPE / "mine.yaml")
    ran = run(recipe, "process-x86_64", "--output", str(workshop / "users-mine"), cwd=workshop)
    told = "1000 1000 50 50 0\nopen EACCES\nsetuid EPERM\nwrite 1\nmemory 1000 50\n"
    assert (ran.status, ran.console) == (0, told), ran
