"""What tests of applications share."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.image.ext4 import make_ext4


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all tests of a session build in, so that no image is built twice."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A disk that is soon full."""
    disk = tmp_path / "disk.img"
    make_ext4(disk, 8 << 20, "data")
    return disk
