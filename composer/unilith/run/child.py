"""Runs a program that stands for an image, carries bytes to and fro, and never waits for ever.

One loop and no threads: the program's output goes through a filter to where it belongs, input goes
in as fast as it is taken, and the time-out, the end of the program and a signal all end the loop.
Whatever happens, no process is left behind.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE

BLOCK = 1 << 16
KEPT = 1 << 16
"""Bytes of the standard error that are kept for a message."""
PR_SET_PDEATHSIG = 1  # prctl(2)


class StartError(Exception):
    """The program cannot be started; the text says why."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where the bytes come from and go to.

    `input` is a descriptor or the bytes themselves; after their end the program gets `after_input`,
    and then the end of its standard input if `close_input`. `output` and `errors` are descriptors
    to copy to; None keeps the bytes instead. With `one_text` the standard error is part of the
    output, in the order written. `show` is applied to each piece of output on its way.
    """

    input: int | bytes
    output: int | None
    errors: int | None = None
    after_input: bytes = b""
    close_input: bool = True
    one_text: bool = False
    show: Callable[[bytes], bytes] = bytes


@dataclass(slots=True)
class Ended:
    """`status` is that of `subprocess`: negative for a signal; None if the time was up."""

    status: int | None = None
    output: bytearray = field(default_factory=bytearray)
    errors: bytearray = field(default_factory=bytearray)
    seconds: float = 0.0


def run_child(
    command: Sequence[str], streams: Streams, *, timeout: float | None, pass_fds: Sequence[int] = ()
) -> Ended:
    """Runs `command` to its end or until `timeout` seconds have passed; raises StartError if it cannot start.

    BrokenPipeError if whoever reads the output is gone.
    """
    start = time.monotonic()
    with _stopping_signals():
        child = _start(command, streams, pass_fds)
        try:
            ended = _Carrier(child, streams, None if timeout is None else start + timeout).carry()
        finally:
            _end(child)
    ended.seconds = time.monotonic() - start
    return ended


def _start(command: Sequence[str], streams: Streams, pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if streams.one_text else subprocess.PIPE,
            bufsize=0,
            # A group of its own: Control-C is ours to handle, and the whole group can be killed.
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            # It makes one system call and takes no lock, so that other threads do not matter.
            preexec_fn=die_with_parent(),  # noqa: PLW1509
        )
    except (OSError, ValueError) as e:
        raise StartError(str(e.strerror if isinstance(e, OSError) else e)) from e


def die_with_parent() -> Callable[[], None]:
    """What a child calls before it becomes a program, so that it does not outlive us."""
    import ctypes

    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return ask


def _end(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


@contextlib.contextmanager
def _stopping_signals() -> Iterator[None]:
    """Makes the signals that would end this process at once unwind it, as Control-C does already."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Carrier:
    """The loop's state."""

    def __init__(self, child: subprocess.Popen[bytes], streams: Streams, deadline: float | None) -> None:
        assert child.stdin and child.stdout
        self.child, self.streams, self.deadline = child, streams, deadline
        self.stdin, self.stdout, self.stderr = child.stdin, child.stdout, child.stderr
        self.ended = Ended()
        self.pending = bytearray()
        self.source: int | None = None
        # poll, not epoll: the input may be a file, which epoll refuses.
        self.selector = selectors.PollSelector()

    def carry(self) -> Ended:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        exited = os.pidfd_open(self.child.pid)
        try:
            self.selector.register(exited, selectors.EVENT_READ, self._nothing)
            self.selector.register(self.stdout, selectors.EVENT_READ, self._read_output)
            if self.stderr is not None:
                self.selector.register(self.stderr, selectors.EVENT_READ, self._read_errors)
            self._begin_input()
            while self.child.poll() is None:
                left = None if self.deadline is None else self.deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                for key, _ in self.selector.select(left):
                    key.data()
            self.ended.status = self.child.returncode
            if self.ended.status is None:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()
            # What was written before the end is still in the pipes.
            self._drain()
        finally:
            self.selector.close()
            os.close(exited)
        return self.ended

    def _nothing(self) -> None:
        """The child has ended; the loop's condition sees it."""

    def _drain(self) -> None:
        while self._read_output():
            pass
        while self._read_errors():
            pass

    def _read(self, pipe: IO[bytes] | None) -> bytes:
        """The next bytes, if there are any; a pipe that has ended is not waited for any more."""
        if pipe is None or pipe not in self.selector.get_map():
            return b""
        try:
            data = os.read(pipe.fileno(), BLOCK)
        except BlockingIOError:
            return b""
        if not data:
            self.selector.unregister(pipe)
        return data

    def _read_output(self) -> bool:
        data = self._read(self.stdout)
        if not data:
            return False
        data = self.streams.show(data)
        if self.streams.output is None:
            self.ended.output += data
        else:
            write_all(self.streams.output, data)
        return True

    def _read_errors(self) -> bool:
        data = self._read(self.stderr)
        if not data:
            return False
        self.ended.errors += data
        del self.ended.errors[:-KEPT]
        if self.streams.errors is not None:
            write_all(self.streams.errors, data)
        return True

    def _begin_input(self) -> None:
        if isinstance(self.streams.input, bytes):
            self.pending += self.streams.input
            self._end_input()
            return
        self.source = self.streams.input
        try:
            self.selector.register(self.source, selectors.EVENT_READ, self._read_input)
        except (OSError, ValueError, KeyError):
            self._end_input()

    def _read_input(self) -> None:
        assert self.source is not None
        try:
            data = os.read(self.source, BLOCK)
        except BlockingIOError:
            return
        except OSError:
            # A terminal that has been hung up, or a descriptor that is closed or not open for reading.
            data = b""
        self.selector.unregister(self.source)
        if data:
            self.pending += data
            self._want_to_write()
        else:
            self._end_input()

    def _end_input(self) -> None:
        self.source = None
        self.pending += self.streams.after_input
        if self.pending:
            self._want_to_write()
        elif self.streams.close_input:
            self.stdin.close()

    def _want_to_write(self) -> None:
        self.selector.register(self.stdin, selectors.EVENT_WRITE, self._write_input)

    def _write_input(self) -> None:
        try:
            written = os.write(self.stdin.fileno(), self.pending)
        except BlockingIOError:
            return
        except BrokenPipeError:
            # Nobody reads any more. Input that is not taken is not read from its source either.
            self.selector.unregister(self.stdin)
            return
        del self.pending[:written]
        if self.pending:
            return
        self.selector.unregister(self.stdin)
        if self.source is not None:
            self.selector.register(self.source, selectors.EVENT_READ, self._read_input)
        elif self.streams.close_input:
            self.stdin.close()


def write_all(descriptor: int, data: bytes) -> None:
    """Writes everything, also to a descriptor that somebody has made non-blocking."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            with selectors.PollSelector() as wait:
                wait.register(descriptor, selectors.EVENT_WRITE)
                wait.select()
        except BrokenPipeError:
            raise
        except OSError as e:
            raise UserError(f"cannot write the console's text: {e.strerror}", exit_status=HOST_SIDE) from e


def readable(file: Path) -> str:
    """Why the file cannot be read; nothing if it can."""
    try:
        file.open("rb").close()
    except OSError as e:
        return f"{file}: {e.strerror}"
    return ""
