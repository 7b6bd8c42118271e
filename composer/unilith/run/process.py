"""Runs an image that is a locked-down process of the host."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.child import Ended, StartError, Streams, run_child
from unilith.run.options import HOST_SIDE, Forward, memory_text
from unilith.run.result import CRASHED, TIMED_OUT, RunResult


def run_process(
    description: ImageDescription,
    streams: Streams,
    *,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    ports: Sequence[Forward],
) -> RunResult:
    """Starts the image's ELF with the options of docs/architecture.md, Process image."""
    different = next((port for port in ports if port.host != port.guest), None)
    if different is not None:
        raise UserError(
            f"port {different.host} cannot lead to {different.guest}: a process has the ports of its host",
            hint=f"Let the application listen on {different.host}, or use a virtual machine.",
            exit_status=HOST_SIDE,
        )
    command = process_command(description, args=args, memory=memory)
    try:
        ended = run_child(command, streams, timeout=timeout)
    except StartError as e:
        return RunResult(HOST_SIDE, f"cannot start {description.image}: {e}")
    status, message = judge(ended, timeout)
    return RunResult(status, message, bytes(ended.output), ended.seconds)


def process_command(description: ImageDescription, *, args: Sequence[str] | None, memory: int) -> list[str]:
    """The image's command line; without `args` the recipe's own hold."""
    command = [str(description.image), "--memory", memory_text(memory)]
    command += ["--initrd", str(description.initrd)] if description.initrd else []
    return command if args is None else [*command, "--", *args]


def judge(ended: Ended, timeout: float | None) -> tuple[int, str]:
    """Exit status and message from how the process ended."""
    if ended.status is None:
        return TIMED_OUT, f"the image did not end within {timeout:g} s and was stopped"
    if ended.status == -signal.SIGSYS:
        return CRASHED, (
            "killed by its own system call filter: it asked the host for something that none of its libraries declares"
        )
    if ended.status < 0:
        return CRASHED, f"killed by {_signal_name(-ended.status)}"
    if ended.status == CRASHED:
        return CRASHED, "the image crashed; its report is on the console"
    return ended.status, ""


def _signal_name(number: int) -> str:
    try:
        return f"{signal.Signals(number).name} ({signal.strsignal(number)})"
    except ValueError:
        return f"signal {number}"
