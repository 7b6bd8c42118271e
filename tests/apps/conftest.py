"""What tests of applications share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all tests of a session build in, so that no image is built twice."""
    return tmp_path_factory.mktemp("workshop")
