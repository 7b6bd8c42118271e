"""An empty tree to build a catalog in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree


@pytest.fixture
def tree(tmp_path: Path) -> SyntheticTree:
    return SyntheticTree(tmp_path / "tree")
