"""Runs an image, whatever kind of platform it is for."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.child import Streams, write_all
from unilith.run.disks import Disk, disks_of
from unilith.run.network import Network, Wanted, network_of
from unilith.run.options import HOST_SIDE, memory_bytes
from unilith.run.ports import reachable
from unilith.run.process import run_process
from unilith.run.qemu import END_OF_INPUT, find_program, run_qemu, unloadable
from unilith.run.result import RunResult
from unilith.run.shares import Share, shares_of
from unilith.run.symbols import CrashFilter, DebugFile
from unilith.run.vsock.host import host_end_of, vsock_host

if TYPE_CHECKING:
    from unilith.run.gdb import Debugging

STDIN, STDOUT, STDERR = 0, 1, 2
NOTHING_SAID = Wanted()
"""The recipe's ports hold, and the image has a network if it drives a card."""


def run_image(
    description: ImageDescription,
    *,
    args: Sequence[str] | None = None,
    memory: str | None = None,
    timeout: float | None = None,
    network: Wanted = NOTHING_SAID,
    disks: Sequence[str] = (),
    shares: Sequence[str] = (),
    vsock: str | None = None,
    input: int | bytes = STDIN,
    output: int | None = STDOUT,
    raw: bool = False,
    accel: str | None = None,
    arguments: Sequence[str] = (),
    debugging: Debugging | None = None,
) -> RunResult:
    """Runs the image to its end, and says how it ended.

    `args` are the application's arguments; None leaves it the recipe's own. `memory`, `network` and
    `timeout` (seconds) override what the description says; `disks` and `shares` are as the command
    line has them (run/disks.py, run/shares.py). `input` is a descriptor or the bytes themselves.
    `output` is the descriptor that the console is copied to as it comes, and then what went wrong is
    said on standard error too; None captures the console in the result instead.

    A terminal stays as it is, so that it echoes and a line can be corrected before the guest gets
    it; with `raw` each key goes to the guest at once. Control-C ends the run either way.

    `vsock` is where the host's end of the vsock device is (run/vsock).

    `accel` is "tcg" or "kvm" (None: `UNILITH_ACCEL`, else KVM where it is known to work);
    `arguments` are further ones for QEMU. With `debugging` it runs under gdb, which has the
    terminal; of the options for input and output none holds then. Raises `UserError` for what the
    caller got wrong.
    """
    size = memory_bytes(memory or description.memory)
    if timeout is not None and not timeout > 0:
        raise UserError("a time-out must be more than 0 s", exit_status=HOST_SIDE)
    problem = unloadable(description)
    if problem:
        return _said(RunResult(HOST_SIDE, f"cannot load the image: {problem}"), output)
    connected = network_of(description, network)
    if connected.kind == "tap":
        from unilith.run.tap import check_tap  # of use to few runs

        check_tap(connected.where[0])
    given = disks_of(description, disks)
    folders = shares_of(description, (*description.own_shares, *shares))
    host_end = host_end_of(description, vsock)
    if connected.forwards and output is not None:
        _say(reachable(connected.forwards))
    sys.stdout.flush()
    best = "tcg" if description.runner == "process" else _accel(description, accel)
    if debugging is not None:
        return _said(
            _debugged(description, debugging, args, size, timeout, connected, given, folders, best), output
        )
    show = CrashFilter(DebugFile(description.debug))
    errors = None if output is None else STDERR
    with (
        _keys(input) if raw else contextlib.nullcontext(),
        vsock_host(description, host_end, size) as channel,
    ):
        if description.runner == "process":
            # The console and the messages of a process come on two channels; captured, they are one text.
            streams = Streams(input, output, errors, one_text=output is None, show=show)
            result = run_process(
                description,
                streams,
                args=args,
                memory=size,
                timeout=timeout,
                network=connected,
                disks=given,
                shares=folders,
                vsock=channel,
            )
        else:
            streams = Streams(input, output, after_input=END_OF_INPUT, close_input=False, show=show)
            result = run_qemu(
                description,
                streams,
                args=args,
                memory=size,
                timeout=timeout,
                network=connected,
                accel=best,
                disks=given,
                shares=folders,
                arguments=[*channel.words, *arguments],
            )
    return _said(result, output)


def _debugged(
    description: ImageDescription,
    debugging: Debugging,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    network: Network,
    disks: Sequence[Disk],
    shares: Sequence[Share],
    accel: str,
) -> RunResult:
    from unilith.run.gdb import debug_process, debug_qemu

    if description.runner == "process":
        return debug_process(description, debugging, args=args, memory=memory, timeout=timeout, disks=disks)
    return debug_qemu(
        description,
        debugging,
        args=args,
        memory=memory,
        timeout=timeout,
        network=network,
        disks=disks,
        shares=shares,
        accel=accel,
    )


def _accel(description: ImageDescription, wanted: str | None) -> str:
    """What QEMU runs the guest's code with."""
    if wanted or "UNILITH_ACCEL" in os.environ:
        return wanted or os.environ["UNILITH_ACCEL"]
    from unilith.run.kvm_probe import kvm_works

    return "kvm" if kvm_works(find_program(description), description.arch) else "tcg"


def _said(result: RunResult, output: int | None) -> RunResult:
    """Says on standard error what went wrong, unless the console is captured."""
    if result.message and output is not None:
        _say(result.message)
    return result


def _say(text: str) -> None:
    """A line of ours among the image's."""
    write_all(STDERR, f"unilith: {text}\n".encode("utf-8", "replace"))


@contextlib.contextmanager
def _keys(source: int | bytes) -> Iterator[None]:
    """A terminal gives each key at once and shows none; its modes come back however the run ends."""
    if isinstance(source, bytes) or not os.isatty(source):
        yield
        return
    before = termios.tcgetattr(source)
    modes = termios.tcgetattr(source)
    modes[3] &= ~(termios.ICANON | termios.ECHO)
    modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
    termios.tcsetattr(source, termios.TCSADRAIN, modes)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)
