"""A machine of QEMU with devices of the test's choice, its console and its control (QMP)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.boot.monitor import Monitor

LIMIT = 30.0


@dataclass
class Machine:
    """An image that runs. Whatever is waited for comes in time, or the test fails."""

    process: subprocess.Popen[bytes]
    folder: Path  # for sockets; gone when the test ends
    monitor: Monitor
    seen: bytearray

    def wait_for(self, text: str) -> str:
        """All of the console up to the line with `text`, which is taken off it."""
        assert self.process.stdout
        deadline = time.monotonic() + LIMIT
        while text.encode() not in self.seen or b"\n" not in self.seen.split(text.encode(), 1)[1]:
            data = os.read(self.process.stdout.fileno(), 4096)
            assert data and time.monotonic() < deadline, self.seen.decode(errors="replace")
            self.seen += data
        head, tail = self.seen.split(text.encode(), 1)
        line, rest = tail.split(b"\n", 1)
        self.seen[:] = rest
        return (head + text.encode() + line).decode(errors="replace").replace("\r", "")

    def say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line: str, answer: str) -> str:
        """The last line of what comes after a line was said, up to the one with `answer`."""
        self.say(line)
        return self.wait_for(answer).splitlines()[-1]

    def resident(self) -> int:
        """KiB of the host's memory that the machine takes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0])


def wait_until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@contextlib.contextmanager
def machine(
    image: Path, devices: Sequence[str], *, memory: int, args: Sequence[str] = (), folder: Path | None = None
) -> Iterator[Machine]:
    """The image with these further words for QEMU, in which {folder} stands for one for sockets."""
    from unilith.image.description import ImageDescription
    from unilith.run.network import Network
    from unilith.run.qemu import find_program, qemu_command

    description = ImageDescription.read(image / "image.json")
    with tempfile.TemporaryDirectory(prefix="machine-", dir="/tmp") as name:
        record = Path(name) / "record"
        with record.open("wb") as file:
            command = qemu_command(
                description,
                find_program(description),
                args=list(args) or None,
                memory=memory,
                network=Network(),
                accel="tcg",
                record=file.fileno(),
            )
            command += [word.replace("{folder}", name) for word in devices]
            command += ["-qmp", f"unix:{name}/control,server=on,wait=off"]
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[file.fileno()],
            )
        control = Path(name) / "control"
        with process:
            try:
                wait_until(lambda: control.is_socket() or process.poll() is not None, "QMP")
                assert process.poll() is None, process.communicate()
                with Monitor(control) as monitor:
                    yield Machine(process, Path(name), monitor, bytearray())
            finally:
                process.kill()
