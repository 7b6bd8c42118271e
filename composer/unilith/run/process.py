"""Runs an image that is a locked-down process of the host."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Sequence

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.child import Ended, StartError, Streams, run_child
from unilith.run.disks import Disk, opened_disks
from unilith.run.network import Network
from unilith.run.options import HOST_SIDE, memory_text
from unilith.run.result import CRASHED, TIMED_OUT, RunResult
from unilith.run.shares import Share, opened_shares
from unilith.run.vsock.host import Vsock


def run_process(
    description: ImageDescription,
    streams: Streams,
    *,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    network: Network,
    disks: Sequence[Disk] = (),
    shares: Sequence[Share] = (),
    vsock: Vsock | None = None,
) -> RunResult:
    """Starts the image's ELF with the options of docs/architecture.md, Process image."""
    with (
        _connected(network) as descriptor,
        opened_disks(disks) as (files, of_disks),
        opened_shares(shares) as (folders, of_shares),
    ):
        parameters = (*network.parameters, *of_disks, *of_shares, *(vsock.parameters if vsock else ()))
        command = process_command(
            description,
            args=args,
            memory=memory,
            parameters=(*parameters, f"net.tap={descriptor}") if network.kind == "tap" else parameters,
            descriptor=None if network.kind == "tap" else descriptor,
        )
        passed = [*files, *folders, *([] if descriptor is None else [descriptor])]
        passed = [*passed, *(vsock.descriptors if vsock else ())]
        try:
            ended = run_child(command, streams, timeout=timeout, pass_fds=passed)
        except StartError as e:
            return RunResult(HOST_SIDE, f"cannot start {description.image}: {e}")
    status, message = judge(ended, timeout)
    return RunResult(status, message, bytes(ended.output), ended.seconds)


@contextlib.contextmanager
def _connected(network: Network) -> Iterator[int | None]:
    """The descriptor that the image's network is behind; None if it has none."""
    if network.kind == "none":
        yield None
        return
    if network.kind == "tap":
        from unilith.run.tap import opened_tap

        if network.capture is not None:
            raise UserError(
                "a process image on a tap captures nothing",
                hint=f"Use tcpdump: -i {network.where[0]} -w {network.capture}.",
                exit_status=HOST_SIDE,
            )
        with opened_tap(network.where[0]) as descriptor:
            yield descriptor
        return
    if network.kind != "user":
        raise UserError(
            f"a process image cannot be connected to {network.kind}",
            hint="Use --net user, --net tap=INTERFACE or --net none, or a virtual machine.",
            exit_status=HOST_SIDE,
        )
    # Imported here, for most processes have no network.
    from unilith.run.passt import passt

    with passt(network) as descriptor:
        yield descriptor


def process_command(
    description: ImageDescription,
    *,
    args: Sequence[str] | None,
    memory: int,
    parameters: Sequence[str] = (),
    descriptor: int | None = None,
) -> list[str]:
    """The image's command line; without `args` the recipe's own hold. `descriptor` is its network."""
    command = [str(description.image), "--memory", memory_text(memory)]
    command += ["--initrd", str(description.initrd)] if description.initrd else []
    command += ["--net-fd", str(descriptor)] if descriptor is not None else []
    for parameter in parameters:
        command += ["--parameter", parameter]
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
