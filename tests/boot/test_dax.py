"""virtio-fs by a window of mapped files, on a booted image: the device is the test's (remote_fs.py)."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from tests.boot.remote_fs import RemoteShare
from tests.boot.wire import built

pytestmark = [pytest.mark.boot, pytest.mark.full]

CONTENT = bytes(i * 7 & 255 for i in range(10000))
SECONDS = 60  # a hang


def summed(content: bytes) -> str:
    total = 0
    for byte in content:
        total = total * 31 + byte & 0xFFFFFFFF
    return f"{len(content)} {total:08x}"


def test_a_file_is_read_and_written_where_the_host_has_mapped_it(workshop: Path) -> None:
    image = built("dax", "qemu-x86_64", cwd=workshop) / "image.elf"
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with tempfile.TemporaryDirectory(prefix="dax-", dir="/tmp") as folder, ours:
        control = Path(folder) / "control"
        device = RemoteShare(ours, control, CONTENT)
        command = ["qemu-system-x86_64", "-machine", "q35,memory-backend=m", "-accel", "tcg", "-m", "32M"]
        command += [
            "-object",
            "memory-backend-memfd,id=m,size=32M,share=on",
            "-nodefaults",
            "-display",
            "none",
        ]
        command += [
            "-serial",
            "stdio",
            "-qtest",
            f"unix:{control},server=on,wait=off",
            "-qtest-log",
            "/dev/null",
        ]
        command += ["-device", f"x-pci-proxy-dev,id=p,fd={theirs.fileno()}", "-kernel", str(image)]
        with subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as qemu:
            theirs.close()

            def serve() -> None:
                try:
                    with contextlib.suppress(ConnectionError):  # QEMU has ended
                        device.run()
                finally:
                    qemu.kill()

            serving = threading.Thread(target=serve)
            serving.start()
            limit = threading.Timer(SECONDS, qemu.kill)
            limit.start()
            lines: list[str] = []
            assert qemu.stdout
            for line in qemu.stdout:
                if not line.startswith("["):
                    lines.append(line.strip())
                if line.startswith(("end", "panic")):
                    break
            limit.cancel()
            qemu.kill()
        serving.join()
    text = b"written by the window"
    changed = CONTENT[:50] + text + CONTENT[50 + len(text) :]
    assert lines == [
        f"read 0: {summed(CONTENT[:100])}",
        f"read 4000: {summed(CONTENT[4000:7000])}",
        f"read 9000: {summed(CONTENT[9000:])}",
        f"write: {len(text)}",
        f"read 0: {summed(changed[:100])}",
        "cut: 0",
        f"read 0: {summed(changed[:60])}",
        "end",
    ]
    # Mapped to be read, and again to be written; what may be behind the end is asked for, all else is not.
    assert device.content == changed[:60] and device.done["window written"] >= len(text)
    assert device.done["setupmapping"] == 2 and device.done["read"] == 2 and device.done["write"] == 0
    assert device.done["window read"] >= 100 + 3000 + 1000 + 100 + 60
