"""Servers in guests of both kinds, alike in all but what is compared: the same QEMU, machine, memory and network."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.apps.served import free_port
from tests.bench.linux_guest import linux_guest
from tests.bench.linux_program import COMMAND_LINE
from tests.boot.counting import Counted
from tests.boot.forwarded import forwarded
from tests.boot.monitor import Monitor

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent

RECIPES = Path(__file__).parents[2] / "recipes"
Command = Callable[[int, int], list[str]]
"""QEMU's words for a guest with so many bytes of memory, whose server is reached at a port of the host."""


@dataclass(frozen=True)
class Guest:
    """A server that can be started."""

    name: str
    command: Command
    image: ImageDescription | None = None


@dataclass(frozen=True)
class Running:
    """One that was."""

    port: int
    started: float
    process: subprocess.Popen[bytes]
    folder: Path

    def counted(self) -> Counted:
        """For counting its instructions."""
        return Counted(Monitor(self.folder / "monitor"), self.folder)

    def processor_seconds(self) -> float:
        """What QEMU has used of the host's processors: the guest, its devices and its network."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def first_answer(self, request: bytes, seconds: float) -> float:
        """Seconds from QEMU's start to the first answer; a TimeoutError if there is none."""
        asked = selectors.DefaultSelector()
        asking: list[socket.socket] = []
        with contextlib.ExitStack() as opened:
            while (taken := time.monotonic() - self.started) < seconds and self.process.poll() is None:
                # What is asked before the guest can hear it may be lost; so it is asked again, by somebody else. But
                # few at a time: QEMU's user networking keeps asking for each.
                if len(asking) == 4:
                    oldest = asking.pop(0)
                    if oldest in asked.get_map():
                        asked.unregister(oldest)
                    oldest.close()
                one = opened.enter_context(socket.socket())
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", self.port))
                asked.register(one, selectors.EVENT_WRITE)
                asking.append(one)
                again = time.monotonic() + 0.01 + taken / 10
                while asked.get_map() and (left := again - time.monotonic()) > 0:
                    for key, events in asked.select(left):
                        assert isinstance(key.fileobj, socket.socket)
                        with contextlib.suppress(OSError):
                            if events & selectors.EVENT_WRITE:
                                key.fileobj.sendall(request)
                                asked.modify(key.fileobj, selectors.EVENT_READ)
                                continue
                            if key.fileobj.recv(4096):
                                return time.monotonic() - self.started
                        asked.unregister(key.fileobj)
                time.sleep(max(0.0, again - time.monotonic()))
        raise TimeoutError


def unilith_guest(
    recipe: str, port: int, further: dict[str, bytes], folder: Path, *, dhcp: bool = False
) -> Guest:
    """An image of a recipe, with ``further`` files in its root file system."""
    copy = folder / recipe
    if not copy.exists():
        shutil.copytree(RECIPES / recipe, copy)
    for name, content in further.items():
        (copy / "files" / name).write_bytes(content)
    launcher = "ccache" if shutil.which("ccache") else ""
    output = folder / f"image-{recipe}"
    request = Request(recipe=str(copy), target="qemu-x86_64", output=output, launcher=launcher)
    image = ImageDescription.read(build(request, Silent()).description)

    def command(memory: int, host: int) -> list[str]:
        return forwarded(image, f"{host}:{port}", memory, dhcp=dhcp)

    return Guest("Unilith", command, image)


def linux_server(recipe: str, port: int, further: dict[str, bytes], folder: Path) -> Guest:
    """Debian's kernel for clouds, and the recipe's server alone in its user space."""
    guest = linux_guest(recipe, further, folder)

    def command(memory: int, host: int) -> list[str]:
        words = ["qemu-system-x86_64", "-no-user-config", "-nodefaults", "-no-reboot", "-display", "none"]
        words += ["-machine", "q35", "-cpu", "max", "-accel", "tcg", "-m", f"{memory >> 10}K"]
        words += ["-netdev", f"user,id=net,hostfwd=tcp::{host}-:{port}"]
        words += ["-device", "virtio-net-pci,romfile=,netdev=net", "-serial", "null"]
        words += ["-kernel", str(guest.kernel), "-initrd", str(guest.initrd), "-append", COMMAND_LINE]
        return words

    return Guest(f"Linux {guest.version}", command)


@contextlib.contextmanager
def running(guest: Guest, memory: int, folder: Path, further: Sequence[str] = ()) -> Iterator[Running]:
    """Starts it, and ends it after the block."""
    port = free_port()
    monitor = folder / "monitor"
    monitor.unlink(missing_ok=True)
    words = [*guest.command(memory, port), "-qmp", f"unix:{monitor},server=on,wait=off", *further]
    started = time.monotonic()
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Running(port, started, process, folder)
    finally:
        process.kill()
        process.wait()


def least_memory(guest: Guest, request: bytes, folder: Path, *, step: int, low: int, high: int) -> int:
    """The least multiple of ``step`` bytes in which it answers, between two bounds."""
    while low < high:
        middle = (low + high) // 2 // step * step
        with running(guest, middle, folder) as server:
            try:
                server.first_answer(request, 15.0)
                high = middle
            except TimeoutError:
                low = middle + step
    return high
