"""What the tests of this folder pin, and the answers of a server that a test can spoil."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path


def make_tarball(members: dict[str, bytes], *, mode: int = 0o644) -> bytes:
    """A gzipped tarball of regular files."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), mode, 1_000_000_000
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


class Served:
    """A web server of one file whose answer a test can spoil; `asked` counts the requests."""

    def __init__(self) -> None:
        self.content = b""
        self.cut: int | None = None
        self.status = 200
        self.asked = 0
        self.url = ""


Repository = Callable[[dict[str, bytes]], Path]
"""Makes a Debian repository of the source package `greet`: version -> tarball."""
