"""What files and directories do, on every file system that is written to; on Linux the same program prints the same.

`expected.txt` is what Linux 6.18 printed on ext4. It is made anew as root, by compiling main.c and torture.c and
running the program in an empty folder; `expected-9p.txt` with `. 3000 plain`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, run

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "file-semantics"
EXPECTED = (RECIPE / "expected.txt").read_text(encoding="utf-8").splitlines()
EXPECTED_BY_9P = (RECIPE / "expected-9p.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("recipe", "target"),
    [
        ("ext4.yaml", "microvm-x86_64"),
        *(
            pytest.param(recipe, target, marks=pytest.mark.full)
            for recipe, target in (
                ("recipe.yaml", "process-x86_64"),
                ("recipe.yaml", "microvm-x86_64"),
                ("recipe.yaml", "qemu-x86_64"),
                ("ext4.yaml", "qemu-x86_64"),
                ("share.yaml", "process-x86_64"),
            )
        ),
        ("virtiofs.yaml", "qemu-x86_64"),
    ],
)
def test_as_on_linux(recipe: str, target: str, tmp_path: Path) -> None:
    words = []
    if recipe in ("share.yaml", "virtiofs.yaml"):
        (tmp_path / "shared").mkdir()
        words = ["--share", str(tmp_path / "shared")]
    ran = run(str(RECIPE / recipe), target, *words, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == EXPECTED


@pytest.mark.full
@pytest.mark.parametrize("target", ["qemu-x86_64", "microvm-x86_64"])
def test_9p_does_what_its_protocol_has(target: str, tmp_path: Path) -> None:
    """The random calls without those that 9P or QEMU's server does not have."""
    (tmp_path / "shared").mkdir()
    words = ("--share", str(tmp_path / "shared"), "--", "/share", "3000", "plain")
    ran = run(str(RECIPE / "share.yaml"), target, *words, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == EXPECTED_BY_9P
