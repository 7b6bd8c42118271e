"""Where fetched sources are kept, and how two processes share that place.

<cache>/tarballs/<sha256>     a verified tarball; it is put there by a rename, so it is whole
<cache>/tarballs/<sha256>.part/   the work folder of the process that holds the lock
<cache>/trees/<key>/          an unpacked and patched tree; the key is unilith.upstream.tree's
<cache>/apt/                  the private state of the package client
<cache>/locks/                one empty file a lock
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from unilith.errors import UserError

Report = Callable[[str], None]
"""Told in one line what takes time."""


def silent(_message: str) -> None:
    """The report of a caller that does not want one."""


def cache_folder() -> Path:
    """`$UNILITH_CACHE`, else `unilith` in the user's cache folder."""
    own = os.environ.get("UNILITH_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The specification of XDG_CACHE_HOME says that a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "unilith"


def tarball_path(cache: Path, sha256: str) -> Path:
    """Where the tarball with this checksum is kept."""
    return cache / "tarballs" / sha256


def file_sha256(file: Path) -> str:
    """The checksum of a file's content, in hexadecimal."""
    with file.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


@contextmanager
def locked(cache: Path, name: str, report: Report = silent) -> Iterator[None]:
    """Holds the lock `name`; waits while another process holds it, and says so.

    The lock goes with the process, however it ends. The file stays: removing it would let two
    processes lock two different files of the same name.
    """
    with cache_errors(cache):
        folder = cache / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / name).open("a")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"waiting for another unilith that is working on {name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def cache_errors(cache: Path) -> Iterator[None]:
    """Turns what the operating system refuses below the cache folder into a message."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError(
                "the disk that holds the cache of third-party sources is full",
                where=cache,
                hint="Free some space there, or name another folder in UNILITH_CACHE.",
            ) from e
        if e.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            raise UserError(
                f"cannot write to the cache of third-party sources: {e.strerror}",
                where=Path(str(e.filename)) if e.filename else cache,
                hint="Make the folder writable, or name another one in UNILITH_CACHE.",
            ) from e
        raise
