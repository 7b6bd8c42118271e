"""Disks whose requests begin to fail while a machine runs."""

from __future__ import annotations

from pathlib import Path

import pytest

# Anywhere in a run: what fails first is a write of the file system's journal, of a file, or a barrier.
FAULTS = [
    ("flush_to_disk", 30),
    pytest.param("flush_to_disk", 31, marks=pytest.mark.full),
    *(pytest.param("write_aio", after, marks=pytest.mark.full) for after in range(60, 68)),
]


def failing(file: Path, event: str, after: int) -> Path:
    """A file for `--disk ...,blkdebug=FILE`: from the request `after` + 1 of its kind on, all answer EIO. Kinds
    are QEMU's events (qapi/block-core.json, BlkdebugEvent): `write_aio`, `flush_to_disk`."""
    states = "".join(
        f'[set-state]\nevent = "{event}"\nstate = "{state}"\nnew_state = "{state + 1}"\n\n'
        for state in range(1, after + 1)
    )
    file.write_text(
        f'{states}[inject-error]\nevent = "{event}"\nstate = "{after + 1}"\nerrno = "5"\nonce = "off"\n'
    )
    return file
