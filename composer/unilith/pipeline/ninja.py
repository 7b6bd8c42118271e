"""Running ninja, and saying what went wrong when it fails."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from unilith.errors import UserError
from unilith.pipeline.request import Reporter

_NINJA = ("ninja: Entering", "ninja: build stopped", "FAILED:")
_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")


def run_ninja(folder: Path, file: str, reporter: Reporter) -> None:
    """Brings the default target of ``folder/file`` up to date; a failed command's words are the error."""
    program = shutil.which("ninja")
    if program is None:
        raise UserError(
            "the program 'ninja' is not installed",
            hint="Install the package ninja-build, or see `unilith doctor`.",
        )
    lines: list[str] = []
    with subprocess.Popen(
        [program, "-C", str(folder), "-f", file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as ninja:
        assert ninja.stdout is not None
        for line in ninja.stdout:
            lines.append(line.rstrip("\n"))
            if progress := _PROGRESS.match(line):
                reporter.progress(int(progress[1]), int(progress[2]), progress[3])
            else:
                reporter.tool_output(line)
    if ninja.returncode:
        raise UserError(f"the build failed:\n{_failures(lines)}", where=folder / file)


def _failures(lines: list[str]) -> str:
    """What the failed commands said, without ninja's progress and without the commands themselves."""
    words = []
    command_follows = False
    for line in lines:
        if not command_follows and not _PROGRESS.match(line) and not line.startswith(_NINJA):
            words.append(line)
        command_follows = line.startswith("FAILED:")
    return "\n".join((words or lines)[-60:])
