"""Runs `unilith` as a user does: in a process of its own, with a time limit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RECIPES = Path(__file__).parent / "recipes"
VIRTUAL = ("qemu-x86_64", "microvm-x86_64")
TARGETS = (*VIRTUAL, "process-x86_64")


def most_telling(*chosen: str) -> list[Any]:
    """All targets, of which those that are not ``chosen`` are only part of the long tests: what they could show is
    shown by the others, or elsewhere."""
    return [t if t in chosen else pytest.param(t, marks=pytest.mark.full) for t in TARGETS]


# Far beyond what any run takes: a limit that is reached means a hang.
LIMIT = 240


@dataclass(frozen=True)
class Ran:
    """A finished command. ``console`` is its standard output, ``errors`` its standard error."""

    status: int
    console: str
    errors: str

    def __str__(self) -> str:
        return f"status {self.status}\n--- stdout\n{self.console}\n--- stderr\n{self.errors}"


def environment() -> dict[str, str]:
    """That of every command. Images have most of their objects in common: with ccache each is compiled once. A test
    that is about compiling sets UNILITH_LAUNCHER to nothing."""
    launcher = "ccache" if shutil.which("ccache") else ""
    # The compiler says what a source includes, so that what is not known yet need not be preprocessed twice.
    return {"UNILITH_LAUNCHER": launcher, "CCACHE_DEPEND": "1", **os.environ, "NO_COLOR": "1"}


def unilith(*words: str | Path, cwd: Path, stdin: str = "", limit: float = LIMIT) -> Ran:
    """One command."""
    done = subprocess.run(
        [sys.executable, "-m", "unilith.cli.main", *map(str, words)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=limit,
        env=environment(),
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run(recipe: str | Path, target: str, *words: str, cwd: Path, stdin: str = "") -> Ran:
    """`unilith run`: builds if needed, then boots."""
    name = RECIPES / recipe if (RECIPES / recipe).is_dir() else recipe
    return unilith("run", name, "--target", target, "--timeout", "60", *words, cwd=cwd, stdin=stdin)
