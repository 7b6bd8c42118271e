"""Runs an image in a virtual machine of QEMU."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.child import Ended, StartError, Streams, readable, run_child
from unilith.run.disks import Disk, qemu_disks
from unilith.run.memory import least_memory
from unilith.run.network import Network, qemu_network
from unilith.run.options import HOST_SIDE, command_line, memory_text
from unilith.run.result import CRASHED, TIMED_OUT, RunResult
from unilith.run.shares import Share, qemu_shares

END_OF_INPUT = b"\x04"
"""What the guest's console takes for the end of input (libs/drivers/console-input)."""


def run_qemu(
    description: ImageDescription,
    streams: Streams,
    *,
    args: Sequence[str] | None,
    memory: int,
    timeout: float | None,
    network: Network,
    accel: str,
    disks: Sequence[Disk] = (),
    shares: Sequence[Share] = (),
    arguments: Sequence[str] = (),
) -> RunResult:
    """Boots the image; `arguments` are appended to QEMU's command line."""
    program = find_program(description)
    least = least_memory(description.image, description.initrd)
    if memory < least:
        return RunResult(
            HOST_SIDE,
            f"{memory_text(memory)} of memory cannot hold the image: its files take {least // 1024}K",
        )
    # The guest writes its exit record into memory that both processes hold; nothing is left on the disk.
    record = os.memfd_create("exit-record")
    try:
        with qemu_shares(shares, description.settings, description.target, memory) as served:
            command = [
                *qemu_command(
                    description,
                    program,
                    args=args,
                    memory=memory,
                    network=network,
                    disks=disks,
                    accel=accel,
                    record=record,
                ),
                *served.words,
                *arguments,
            ]
            try:
                ended = run_child(command, streams, timeout=timeout, pass_fds=[record])
            except StartError as e:
                return RunResult(HOST_SIDE, f"cannot start {program}: {e}")
        written = os.pread(record, 16, 0)
    finally:
        os.close(record)
    status, message = judge(ended, written, Path(program).name, timeout)
    if served.complaints:
        # Where QEMU could not begin, this is why.
        message = "; ".join(
            text for text in (message if status != HOST_SIDE else "", *served.complaints) if text
        )
    return RunResult(status, message, bytes(ended.output), ended.seconds)


def find_program(description: ImageDescription) -> str:
    """The QEMU that the image's machine wants."""
    wanted = description.settings["program"]
    found = shutil.which(wanted)
    if found is None:
        raise UserError(
            f"{wanted} is not installed, and {description.target} needs it",
            hint=f"Run `unilith doctor` to see how to get it, or build for process-{description.arch}.",
            exit_status=HOST_SIDE,
        )
    return found


def qemu_command(
    description: ImageDescription,
    program: str,
    *,
    args: Sequence[str] | None,
    memory: int,
    network: Network,
    accel: str,
    record: int,
    disks: Sequence[Disk] = (),
    parameters: Sequence[str] = (),
) -> list[str]:
    """QEMU's command line; `record` is the descriptor of the exit record, `parameters` are
    further ones for the image."""
    settings = description.settings
    command = [program, "-no-user-config", "-machine", settings["machine"], "-accel", accel]
    command += ["-cpu", settings["cpu"]] if "cpu" in settings else []
    command += ["-m", memory_text(memory)]
    command += ["-smp", str(description.cpus)] if description.cpus > 1 else []
    # Two channels to one place rather than QEMU's multiplexer, which gives all input to the device
    # that came last, here the debug port, which has none; and takes one byte value for itself.
    command += ["-chardev", f"stdio,id={settings['console-chardev']},signal=off"]
    command += ["-chardev", f"file,id={settings['debug-chardev']},path=/proc/self/fd/1"]
    command += ["-chardev", f"file,id={settings['exit-chardev']},path=/proc/self/fd/{record}"]
    command += shlex.split(settings.get("arguments", ""))
    command += qemu_network(network, settings.get("network-device"), description.target)
    command += qemu_disks(disks, settings.get("disk-device"), description.target)
    command += ["-kernel", str(description.image)]
    command += ["-initrd", str(description.initrd)] if description.initrd else []
    line = command_line(args, (*network.parameters, *parameters))
    command += ["-append", line] if line else []
    return command


def judge(ended: Ended, record: bytes, program: str, timeout: float | None) -> tuple[int, str]:
    """Exit status and message from how QEMU ended and what the guest recorded."""
    said = ended.errors.decode("utf-8", "replace").strip()
    if record[:1] == b"E" and len(record) >= 2:
        return record[1], ""
    if record[:1] == b"P":
        return CRASHED, "the image crashed; its report is on the console"
    if ended.status is None:
        return TIMED_OUT, f"the image did not end within {timeout:g} s and was stopped"
    if ended.status < 0:
        return HOST_SIDE, f"{program} was killed by signal {-ended.status}" + (f": {said}" if said else "")
    if ended.status != 0:
        return HOST_SIDE, f"{program} could not run the image: {said or f'exit status {ended.status}'}"
    return (
        CRASHED,
        "the image ended without an exit status: a fault that it could not report, or too little memory",
    )


def unloadable(description: ImageDescription) -> str:
    """Why the image's files cannot be loaded; nothing if they can."""
    files = [description.image, *([description.initrd] if description.initrd else [])]
    return next((reason for file in files if (reason := readable(file))), "")
