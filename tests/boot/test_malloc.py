"""The fast malloc in booted images: where memory is there at once, and where it comes when it is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import most_telling, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", most_telling("microvm-x86_64", "process-x86_64"))
@pytest.mark.parametrize("memory", ["at-once", "paged"])
def test_threads_share_what_they_allocate(workshop: Path, target: str, memory: str) -> None:
    words = ("--want", "paged-memory") if memory == "paged" else ()
    ran = run("malloc", target, *words, cwd=workshop)
    assert (ran.status, ran.console) == (0, "malloc ok\n"), ran
