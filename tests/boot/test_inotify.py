"""inotify: the same program hears the same on Linux.

`expected.txt` is what Linux 6.18 printed. It is made anew by running main.c in an empty folder.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, run

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "inotify"
EXPECTED = (RECIPE / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("recipe", "target"),
    [
        ("recipe.yaml", "process-x86_64"),
        pytest.param("ext4.yaml", "microvm-x86_64", marks=pytest.mark.full),
        pytest.param("recipe.yaml", "microvm-x86_64", marks=pytest.mark.full),
        pytest.param("recipe.yaml", "qemu-x86_64", marks=pytest.mark.full),
        pytest.param("ext4.yaml", "qemu-x86_64", marks=pytest.mark.full),
    ],
)
def test_as_on_linux(recipe: str, target: str, tmp_path: Path) -> None:
    ran = run(str(RECIPE / recipe), target, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == EXPECTED.splitlines()
