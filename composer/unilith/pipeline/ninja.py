"""Running ninja, and saying what went wrong when it fails."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unilith.errors import UserError
from unilith.pipeline.request import Reporter

_NINJA = ("ninja: Entering", "ninja: build stopped", "FAILED:")
_PROGRESS = re.compile(r"\[(\d+)/(\d+)\] (.*)")
_MISSING = re.compile(r"ninja: error: .*missing and no known rule to make it")
_MOST_LINES = 60


class MissingInputError(UserError):
    """A file that the build needs is gone, and no step of it makes that file."""


def run_ninja(folder: Path, file: str, reporter: Reporter) -> None:
    """Brings the default target of ``folder/file`` up to date; a failed command's words are the error."""
    program = shutil.which("ninja")
    if program is None:
        raise UserError(
            "the program 'ninja' is not installed",
            hint="Install the package ninja-build, or see `unilith doctor`.",
        )
    lines: list[str] = []
    ninja = subprocess.Popen(
        [program, "-C", str(folder), "-f", file],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "NINJA_STATUS": "[%f/%t] "},
    )
    with _ended(ninja):
        assert ninja.stdout is not None
        for line in ninja.stdout:
            lines.append(line.rstrip("\n"))
            if progress := _PROGRESS.match(line):
                reporter.progress(int(progress[1]), int(progress[2]), progress[3])
            else:
                reporter.tool_output(line)
    if ninja.returncode < 0:
        raise UserError(f"the build was stopped: ninja was killed by signal {-ninja.returncode}")
    if ninja.returncode:
        kind = MissingInputError if any(_MISSING.match(line) for line in lines) else UserError
        raise kind(f"the build failed:\n{_failures(lines)}")


@contextmanager
def _ended(ninja: subprocess.Popen[str]) -> Iterator[None]:
    """Waits for ninja; if this process is interrupted, ninja and its steps are stopped before that goes on.

    Interrupted, ninja removes what its running steps have half written.
    """
    try:
        yield
        ninja.wait()
    except BaseException:
        ninja.send_signal(signal.SIGINT)
        ninja.wait()
        raise
    finally:
        if ninja.stdout is not None:
            ninja.stdout.close()


def _failures(lines: list[str]) -> str:
    """What the failed commands said, without ninja's progress and without the commands themselves."""
    words = []
    command_follows = False
    for line in lines:
        if not command_follows and not _PROGRESS.match(line) and not line.startswith(_NINJA):
            words.append(line)
        command_follows = line.startswith("FAILED:")
    words = words or lines
    if len(words) > _MOST_LINES:  # the first message is the one to read, the last may sum up
        words = [*words[: _MOST_LINES // 2], "...", *words[-_MOST_LINES // 2 :]]
    return "\n".join(words)
