"""Gives a run its vsock device: starts the program at the other end, and says how the image is told of it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.options import HOST_SIDE, memory_text

CID = 3
"""The image's context identifier, the first that is not reserved."""
LONGEST_PATH = 107 - len("_4294967295")
"""Bytes of a path that still can get a port behind it (unix(7): 108 with the NUL)."""


@dataclass(frozen=True, slots=True)
class Vsock:
    """What a machine (``words``), or a process (``parameters`` and ``descriptors``), is told of its device."""

    words: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()


def shell_socket(description: ImageDescription) -> Path:
    """Where the socket of an image with a shell is, unless --vsock-uds says otherwise."""
    return description.image.with_name("vsock.sock")


def check_vsock(description: ImageDescription, path: Path | None) -> Path | None:
    """The path as one that can be listened at. Raises `UserError`."""
    if path is None:
        # So that `unilith shell` finds the image; there may be a place that is too deep for a socket.
        usual = shell_socket(description)
        return usual if description.shell_port and len(os.fsencode(usual)) <= LONGEST_PATH else None
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise UserError(
            f"the path is too long for a Unix socket with a port behind it: more than {LONGEST_PATH} bytes",
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
def vsock_host(description: ImageDescription, path: Path | None, memory: int) -> Iterator[Vsock]:
    """Runs the host's end for the time of a run, listening at ``path``; without one there is no device."""
    if path is None:
        yield Vsock()
        return
    from unilith.run.vsock.bridge import listen

    try:
        listener = listen(path)
    except OSError as e:
        raise UserError(f"cannot listen there: {e.strerror}", where=path, exit_status=HOST_SIDE) from e
    with listener:
        try:
            way = (
                _process(listener, path)
                if description.runner == "process"
                else _machine(listener, path, description, memory)
            )
            with way as vsock:
                yield vsock
        finally:
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def _process(listener: socket.socket, path: Path) -> Iterator[Vsock]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs, _program(listener, path, "stream", ours):
        ours.close()
        number = theirs.fileno()
        yield Vsock(parameters=(f"vsock.fd={number}", f"vsock.cid={CID}"), descriptors=(number,))


@contextlib.contextmanager
def _machine(
    listener: socket.socket, path: Path, description: ImageDescription, memory: int
) -> Iterator[Vsock]:
    device = description.settings.get("vsock-device")
    if device is None:
        raise UserError(f"the machine {description.target} has no vsock device", exit_status=HOST_SIDE)
    with tempfile.TemporaryDirectory(prefix="unilith-vsock-") as folder:
        meeting = Path(folder) / "queues"
        with listen_private(meeting) as front, _program(listener, path, "queues", front):
            yield Vsock(words=machine_words(meeting, device, memory))


def listen_private(path: Path) -> socket.socket:
    """A listening socket for one program that is ours."""
    front = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    front.bind(str(path))
    front.listen(1)
    return front


def machine_words(meeting: Path, device: str, memory: int) -> tuple[str, ...]:
    """QEMU's words for a device whose back end listens at ``meeting``, and shares the image's memory."""
    ram = f"memory-backend-memfd,id=vsock-memory,size={memory_text(memory)},share=on"
    return (
        *("-object", ram, "-machine", "memory-backend=vsock-memory"),
        *("-chardev", f"socket,id=vsock,path={meeting}", "-device", f"{device},chardev=vsock"),
    )


@contextlib.contextmanager
def _program(listener: socket.socket, path: Path, way: str, end: socket.socket) -> Iterator[None]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "unilith.run.vsock", "--uds", str(path), "--cid", str(CID)),
            *("--listener", str(listener.fileno()), f"--{way}", str(end.fileno())),
        ],
        stdin=subprocess.DEVNULL,
        pass_fds=[listener.fileno(), end.fileno()],
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
