"""Gives a run its vsock device: starts the program at the other end, and says how the image is told of it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.options import HOST_SIDE

CID = 3
"""The image's context identifier, the first that is not reserved."""
LONGEST_PATH = 107 - len("_4294967295")
"""Bytes of a path that still can get a port behind it (unix(7): 108 with the NUL)."""


@dataclass(frozen=True, slots=True)
class Vsock:
    """The descriptor that the machine, or the process, gets."""

    descriptor: int


def check_vsock(description: ImageDescription, path: Path | None) -> Path | None:
    """The path as one that can be listened at. Raises `UserError`."""
    if path is None:
        return None
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise UserError(
            f"the path of a Unix socket is too long: it has {len(os.fsencode(path))} bytes, and {LONGEST_PATH} are possible",
            where=path,
            exit_status=HOST_SIDE,
        )
    if not description.vsock:
        raise UserError(
            f"{description.recipe} has no sockets of AF_VSOCK, so --vsock-uds leads nowhere",
            hint="A program that uses them says so in its recipe: `needs: [socket-vsock]`.",
            exit_status=HOST_SIDE,
        )
    return path


@contextlib.contextmanager
def vsock_host(path: Path | None, way: str) -> Iterator[Vsock | None]:
    """Runs the host's end for the time of a run. `way` is `queues` or `stream` (`__main__.py`)."""
    if path is None:
        yield None
        return
    from unilith.run.vsock.bridge import listen

    try:
        listener = listen(path)
    except OSError as e:
        raise UserError(f"cannot listen there: {e.strerror}", where=path, exit_status=HOST_SIDE) from e
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with listener, ours, theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "unilith.run.vsock", "--uds", str(path), "--cid", str(CID)),
                *("--listener", str(listener.fileno()), f"--{way}", str(theirs.fileno())),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[listener.fileno(), theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        try:
            yield Vsock(ours.fileno())
        finally:
            ours.close()
            process.terminate()
            process.wait()
            with contextlib.suppress(OSError):
                path.unlink()
