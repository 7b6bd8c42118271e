"""What the kinds of source have in common: each puts one file into a folder, or says why not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from unilith.catalog.model import CrateSource, DebianSource, PypiSource, UrlSource

AnySource = DebianSource | UrlSource | PypiSource | CrateSource


class SourceError(Exception):
    """This source could not give the file; the next one may. The text is one sentence without a full stop."""


def run_client(
    command: Sequence[str], *, folder: Path, seconds: float, environment: Mapping[str, str] | None = None
) -> str:
    """Runs a package client in `folder` and returns what it printed; its complaint becomes the reason."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={
                **os.environ,
                "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as e:
        raise SourceError(f"{command[0]} is not installed") from e
    except subprocess.TimeoutExpired as e:
        raise SourceError(f"{command[0]} did not finish within {seconds:.0f} s") from e
    if done.returncode != 0:
        raise SourceError(f"{Path(command[0]).name} says: {complaint(done.stderr or done.stdout)}")
    return done.stdout


def complaint(output: str) -> str:
    """The lines of a client's output that say what is wrong, joined; at most three."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line for line in lines if line.startswith(("E:", "ERROR"))] or lines[-1:]
    return "; ".join(wrong[:3]) or "nothing"


def source_name(source: AnySource) -> str:
    """What a message calls the source."""
    return source.url if isinstance(source, UrlSource) else f"{source.package} {source.version}"
