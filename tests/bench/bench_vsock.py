"""AF_VSOCK: the same echo server in an image and in a Linux guest, behind the same QEMU and the same back end.

python tests/bench/bench_vsock.py      a line a figure: ours, Linux's, and how many times as good ours is
"""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.linux_guest import MODULES, linux_guest
from tests.bench.linux_program import COMMAND_LINE
from tests.boot.vsock_peer import answer, connect

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.vsock.bridge import listen
from unilith.run.vsock.host import CID, listen_private, machine_words

MEMORY = 128 << 20
PORT = 7
ROUNDS = 3
TURNS = 400
BULK = 24 << 20
VSOCK = (
    *MODULES,
    "net/vmw_vsock/vsock.ko",
    "net/vmw_vsock/vmw_vsock_virtio_transport_common.ko",
    "net/vmw_vsock/vmw_vsock_virtio_transport.ko",
)


@contextlib.contextmanager
def guest(words: list[str], device: str) -> Iterator[Path]:
    """A guest, and the socket that leads to it."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        listener = stack.enter_context(listen(folder / "uds"))
        front = stack.enter_context(listen_private(folder / "queues"))
        host = subprocess.Popen(
            [
                *(sys.executable, "-m", "unilith.run.vsock", "--uds", str(folder / "uds"), "--cid", str(CID)),
                *("--listener", str(listener.fileno()), "--queues", str(front.fileno())),
            ],
            pass_fds=[listener.fileno(), front.fileno()],
        )
        machine = subprocess.Popen(
            [
                *("qemu-system-x86_64", "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"),
                *(
                    "-M",
                    "q35",
                    "-bios",
                    "qboot.rom",
                    "-cpu",
                    "max",
                    "-accel",
                    "tcg",
                    "-m",
                    f"{MEMORY >> 20}M",
                ),
                *machine_words(folder / "queues", device, MEMORY),
                *words,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield folder / "uds"
        finally:
            for process in (machine, host):
                process.kill()
                process.wait()


def first(uds: Path) -> socket.socket:
    """A connection, as soon as somebody listens in the guest."""
    for _ in range(600):
        try:
            return connect(uds, PORT)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the guest does not answer")


def round_trip(client: socket.socket) -> float:
    """Microseconds for 64 bytes there and back."""
    taken = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        client.sendall(bytes(64))
        answer(client, 64)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1e6


def throughput(client: socket.socket) -> float:
    """Megabytes a second, there and back at once."""
    begin = time.perf_counter()
    sender = threading.Thread(target=client.sendall, args=[bytes(BULK)])
    sender.start()
    assert len(answer(client, BULK)) == BULK
    sender.join()
    return BULK / (time.perf_counter() - begin) / 1e6


def measured(words: list[str], device: str) -> tuple[float, float]:
    """Round trip and throughput: the best of a few, for the machine has other things to do."""
    with guest(words, device) as uds, first(uds) as client:
        round_trip(client)
        return min(round_trip(client) for _ in range(ROUNDS)), max(throughput(client) for _ in range(ROUNDS))


def main() -> None:
    """Measures both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = build(Request("vsock-echo", "qemu-x86_64", output=folder / "image"), Silent())
        image = ImageDescription.read(built.description)
        linux = linux_guest("vsock-echo", {}, folder, VSOCK)
        ours = measured(["-kernel", str(image.image)], image.settings["vsock-device"])
        theirs = measured(
            ["-kernel", str(linux.kernel), "-initrd", str(linux.initrd), "-append", COMMAND_LINE],
            image.settings["vsock-device"],
        )
    print(
        f"vsock round trip   {ours[0]:8.0f} us    Linux {theirs[0]:8.0f} us    {theirs[0] / ours[0]:.2f} times"
    )
    print(
        f"vsock throughput   {ours[1]:8.1f} MB/s  Linux {theirs[1]:8.1f} MB/s  {ours[1] / theirs[1]:.2f} times"
    )


if __name__ == "__main__":
    main()
