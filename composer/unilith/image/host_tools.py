"""Programs of this machine that make file systems."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from unilith.errors import UserError

_PLACES = ("/usr/sbin", "/sbin")
"""Where such programs are on machines whose PATH, for ordinary users, does not have them."""


def find_tool(name: str, package: str) -> str:
    """The program's path. Raises `UserError` that says which package has it."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))
    if found is None:
        raise UserError(
            f"{name} is not installed, and a file system is to be made with it",
            hint=f"Get it with: apt-get install {package}",
        )
    return found


def run_tool(words: Sequence[str | Path], environment: Mapping[str, str], *, stdin: bytes = b"") -> str:
    """Runs it; returns what it said on standard error. Raises `UserError` if it failed.

    It knows the same of this machine as of any other: its time zone and language are not passed on.
    """
    done = subprocess.run(
        [str(word) for word in words],
        input=stdin,
        capture_output=True,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", **environment},
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0:
        text = said or done.stdout.decode("utf-8", "replace").strip()
        raise UserError(f"{Path(words[0]).name} failed: {text or f'status {done.returncode}'}")
    return said


def epoch() -> int:
    """The time that made files get: `SOURCE_DATE_EPOCH`, or 0."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "0")
    return int(said) if said.isdecimal() else 0
