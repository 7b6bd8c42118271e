"""One process at a time in a build folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unilith.errors import UserError
from unilith.pipeline.request import Reporter

LOCK_FILE = "lock"
_ours: set[Path] = set()


@contextmanager
def alone_in(work: Path, reporter: Reporter) -> Iterator[None]:
    """Holds the lock of a work folder, which is made if need be; waits while another process holds it.

    A process that has it may take it again. It goes with the process, however that ends. The file stays:
    removing it would let two processes lock two different files of the same name.
    """
    if work in _ours:
        yield
        return
    try:
        work.mkdir(parents=True, exist_ok=True)
        handle = (work / LOCK_FILE).open("a")
    except OSError as e:
        raise UserError(f"cannot build in this folder: {e.strerror}", where=work) from e
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            reporter.step(f"waiting for another unilith that is building in {work.parent}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _ours.add(work)
        try:
            yield
        finally:
            _ours.discard(work)
