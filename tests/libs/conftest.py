"""What several files of tests of libraries use."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.libs.ext4_host import build_drive


@pytest.fixture(scope="session")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that does to an ext4 what lines say."""
    return build_drive(tmp_path_factory.mktemp("drive"))
