"""The server of a virtio-fs share: virtiofsd, which serves one folder to one machine by a socket."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from unilith.errors import UserError
from unilith.run.child import die_with_parent
from unilith.run.options import HOST_SIDE
from unilith.run.shares import Share

PLACES = ("virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd")
ENDS = 5.0
"""Seconds that a server has to end by itself, which it does when QEMU's end of the socket is closed."""


@contextlib.contextmanager
def virtiofsd(share: Share, complaints: list[str]) -> Iterator[Path]:
    """Runs the server for the time of a run; the value is the socket that QEMU connects to. Behind the block
    it has ended, and if it did not end well, why stands among the complaints."""
    program = _program()
    with tempfile.TemporaryDirectory(prefix="unilith-share-") as name, tempfile.TemporaryFile() as said:
        place = Path(name) / "virtiofsd"
        # It listens before the server begins, so that QEMU need not wait; when the server is gone so is the
        # socket, and QEMU does not wait either.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(place))
            listener.listen(1)
            process = subprocess.Popen(
                virtiofsd_command(program, share, listener.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=[listener.fileno()],
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509
            )
        try:
            yield place
        finally:
            status = _end(process)
            if status not in (0, -signal.SIGTERM):
                said.seek(0)
                complaints.append(_complaint(share, status, said.read()))


def virtiofsd_command(program: str, share: Share, listener: int) -> list[str]:
    """Its command line; `listener` is the descriptor of the socket."""
    command = [program, f"--fd={listener}", "-f"]
    if os.geteuid() == 0:
        # Works in a container without namespaces, too.
        sandbox = "chroot"
    else:
        command = ["unshare", "--user", "--map-root-user", "--", *command]
        sandbox = "chroot"
    if share.readonly and not _offers(program, "--readonly"):
        raise UserError(
            f"{program} cannot share a folder read-only",
            where=share.folder,
            hint="Add ,kind=9p, or install a virtiofsd with the option --readonly.",
            exit_status=HOST_SIDE,
        )
    command += ["-o", f"source={share.folder}", "-o", f"sandbox={sandbox}", "-o", "cache=auto"]
    if "," in str(share.folder):
        raise UserError(
            "virtiofsd cannot share a folder with a comma in its name",
            where=share.folder,
            exit_status=HOST_SIDE,
        )
    return command + (["--readonly"] if share.readonly else [])


def _program() -> str:
    for place in PLACES:
        found = shutil.which(place)
        if found is not None:
            return found
    raise UserError(
        "virtiofsd is not installed, and shares of the kind virtiofs are served by it",
        hint="Install the package qemu-system-common or virtiofsd, or add ,kind=9p.",
        exit_status=HOST_SIDE,
    )


@functools.cache
def _offers(program: str, option: str) -> bool:
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return option in done.stdout + done.stderr


def _end(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(timeout=0 if process.poll() is not None else ENDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return 0


def _complaint(share: Share, status: int, said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    who = f"virtiofsd, which served {share.folder},"
    if status < 0:
        return f"{who} was killed by signal {-status}"
    return f"{who} ended with status {status}" + (f": {lines[-1]}" if lines else "")
