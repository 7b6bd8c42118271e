"""Runs an image under gdb: with symbols, sources, and commands that know the image's threads, log and pages."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.child import Ended, write_all
from unilith.run.disks import Disk, opened_disks
from unilith.run.network import Network
from unilith.run.options import HOST_SIDE
from unilith.run.process import process_command
from unilith.run.qemu import find_program, judge, qemu_command
from unilith.run.result import TIMED_OUT, RunResult
from unilith.run.shares import Share, qemu_shares
from unilith.run.symbols import CrashFilter, DebugFile

HELPER = Path(__file__).with_name("gdb_commands.py")
MARK = "UNILITH_GDB_ENDED"  # as in gdb_commands.py, which imports nothing of ours
STDOUT = 1
_STARTUP = 30.0
"""Seconds that QEMU may take to listen: far more than it takes."""


@dataclass(frozen=True, slots=True)
class Debugging:
    """What the user wants of the debugger.

    ``port``: the TCP port on this machine that QEMU listens on (None: a socket of our own).
    ``commands``: a file of gdb's commands, which are run instead of asking a person. ``sources`` are folders
    that the names of source files in debug information are relative to.
    """

    port: int | None = None
    commands: Path | None = None
    sources: tuple[Path, ...] = ()


def find_gdb() -> str:
    """The debugger's path. Raises `UserError`."""
    found = shutil.which("gdb")
    if found is None:
        raise UserError(
            "gdb is not installed", hint="Run `unilith doctor` to see how to get it.", exit_status=HOST_SIDE
        )
    return found


def gdb_command(gdb: str, wanted: Debugging, debug: Path, *connect: str) -> list[str]:
    """gdb's command line: symbols, sources, our commands, then ``connect``, then what is wanted."""
    command = [gdb, "-nx", "-quiet", "-iex", "set debuginfod enabled off", "-iex", "set pagination off"]
    command += ["-iex", f"symbol-file {debug}"]
    for folder in wanted.sources:
        command += ["-iex", f"directory {folder}"]
    command += ["-ex", f"source {HELPER}"]
    for line in connect:
        command += ["-ex", line]
    if wanted.commands is not None:
        command += ["-batch", "-return-child-result", "-x", str(wanted.commands)]
    return command


def debug_process(
    description: ImageDescription,
    wanted: Debugging,
    *,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    disks: Sequence[Disk] = (),
) -> RunResult:
    """Runs the image as gdb's own program."""
    with opened_disks(disks) as (descriptors, parameters):
        image, *words = process_command(description, args=args, memory=memory, parameters=parameters)
        lines = [f"exec-file {image}", f"set args {shlex.join(words)}"]  # a shell starts the image
        command = gdb_command(find_gdb(), wanted, description.debug, *lines)
        status = _attended(command, timeout, pass_fds=descriptors)
    if status is None:
        return RunResult(TIMED_OUT, f"the debugger did not end within {timeout:g} s and was stopped")
    # -return-child-result: 255 says that there is none, for the image did not run to its end.
    return RunResult(0 if wanted.commands is None or status == 255 else status)


def debug_qemu(
    description: ImageDescription,
    wanted: Debugging,
    *,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    network: Network,
    disks: Sequence[Disk],
    shares: Sequence[Share],
    accel: str,
) -> RunResult:
    """Boots the image stopped before its first instruction, with gdb connected; ends when gdb does."""
    gdb, program = find_gdb(), find_program(description)
    record = os.memfd_create("exit-record")
    with (
        tempfile.TemporaryDirectory(prefix="unilith-gdb-") as folder,
        qemu_shares(shares, description.settings, description.target, memory) as served,
    ):
        meeting, mark = Path(folder) / "gdb", Path(folder) / "ended"
        listen = (
            f"unix:{meeting},server=on,wait=off" if wanted.port is None else f"tcp:127.0.0.1:{wanted.port}"
        )
        # The symbols' addresses hold only where the image stays in its place.
        command = qemu_command(
            description,
            program,
            args=args,
            memory=memory,
            network=network,
            disks=disks,
            accel=accel,
            record=record,
            parameters=["image.move=off"],
        )
        try:
            with _machine([*command, *served.words, "-S", "-gdb", listen], description, record) as machine:
                _listening(machine, meeting if wanted.port is None else wanted.port)
                place = str(meeting) if wanted.port is None else f"127.0.0.1:{wanted.port}"
                status = _attended(
                    gdb_command(gdb, wanted, description.debug, f"target remote {place}"), timeout, mark
                )
                ended = machine.wait_a_moment()
            written = os.pread(record, 16, 0)
            by_gdb = mark.exists()
        finally:
            os.close(record)
    if status is None:
        return RunResult(TIMED_OUT, f"the debugger did not end within {timeout:g} s and was stopped")
    if not written and (by_gdb or ended.status is None):
        return RunResult(0)  # the person, or the script, has seen enough
    code, message = judge(ended, written, Path(program).name, timeout)
    return RunResult(code, message)


class _Machine:
    """A QEMU in the background, whose console is shown as it comes."""

    def __init__(self, child: subprocess.Popen[bytes], show: CrashFilter) -> None:
        assert child.stdout and child.stderr
        self.child, self.show = child, show
        self.errors = bytearray()
        self.pumps = [
            threading.Thread(target=self._pump, args=(child.stdout, True), daemon=True),
            threading.Thread(target=self._pump, args=(child.stderr, False), daemon=True),
        ]
        for pump in self.pumps:
            pump.start()

    def _pump(self, pipe: IO[bytes], console: bool) -> None:
        while data := os.read(pipe.fileno(), 1 << 16):
            if console:
                write_all(STDOUT, self.show(data))
            else:
                self.errors += data

    def wait_a_moment(self) -> Ended:
        """How it ended; it is stopped if it goes on without the debugger."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            # A machine that has just ended needs a moment to say so; one that goes on never will.
            self.child.wait(0.5)
        status = self.child.poll()
        self.stop()
        return Ended(status=status, errors=self.errors)

    def stop(self) -> None:
        """Ends it, and shows what is left of its console."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        for pump in self.pumps:
            pump.join()


@contextlib.contextmanager
def _machine(command: list[str], description: ImageDescription, record: int) -> Iterator[_Machine]:
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,  # the terminal is gdb's
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Control-C stops the image through gdb, not QEMU
            pass_fds=[record],
        )
    except OSError as e:
        raise UserError(f"cannot start {command[0]}: {e.strerror}", exit_status=HOST_SIDE) from e
    machine = _Machine(child, CrashFilter(DebugFile(description.debug)))
    try:
        yield machine
    finally:
        machine.stop()


def _listening(machine: _Machine, place: Path | int) -> None:
    """Waits until the machine can be connected to. Raises `UserError` if it ends instead."""
    deadline = time.monotonic() + _STARTUP
    while time.monotonic() < deadline:
        if machine.child.poll() is not None:
            machine.stop()
            said = machine.errors.decode("utf-8", "replace").strip()
            raise UserError(f"QEMU could not start: {said}", exit_status=HOST_SIDE)
        if isinstance(place, Path) and place.is_socket():
            return
        if isinstance(place, int) and _bound(place):
            return
        time.sleep(0.01)
    raise UserError("QEMU does not answer", exit_status=HOST_SIDE)


def _bound(port: int) -> bool:
    """Whether somebody has the port, without connecting: QEMU takes the first who does for the debugger."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _attended(
    command: list[str], timeout: float | None, mark: Path | None = None, pass_fds: Sequence[int] = ()
) -> int | None:
    """Runs gdb with our terminal; its exit status, None if the time was up. Control-C is gdb's."""
    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        environment = {**os.environ, MARK: str(mark)} if mark else None
        with subprocess.Popen(command, env=environment, pass_fds=pass_fds) as child:
            try:
                return child.wait(timeout)
            except subprocess.TimeoutExpired:
                return None
            finally:
                child.kill()
    except OSError as e:
        raise UserError(f"cannot start gdb: {e.strerror}", exit_status=HOST_SIDE) from e
    finally:
        signal.signal(signal.SIGINT, before)
