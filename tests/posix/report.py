"""The page docs/posix-tests.md: what passes, what does not, and why."""

from __future__ import annotations

from pathlib import Path

from tests.posix.outcome import Row

HERE = Path(__file__).parent
RESULTS = HERE / "results.tsv"
PAGE = HERE.parent.parent / "docs" / "posix-tests.md"


def page(rows: dict[str, Row]) -> str:
    return ""
