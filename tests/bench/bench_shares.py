"""What files of a folder of the host cost by 9P and by virtio-fs, beside a Linux guest on the same QEMU.

python tests/bench/bench_shares.py [BOOTS]      run by `make bench`

The same C source is Linux's only program and Unilith's application. Linux mounts as a user would: 9P with messages of
512,000 bytes, virtio-fs without options. Both are served by the same QEMU and the same virtiofsd. Each figure is the
median of some interleaved boots; beside the times stands the processor time of QEMU and virtiofsd together, which other
work on the machine changes less. Only ratios are claims.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from tests.bench.bench_disk import MODULES as DISK_MODULES
from tests.bench.bench_disk import linux_program
from tests.bench.linux_program import COMMAND_LINE

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.network import Network
from unilith.run.qemu import qemu_command
from unilith.run.shares import Share, qemu_shares

SOURCES = Path(__file__).parent / "shares"
KERNEL = "linux-image-amd64"
"""The kernel for clouds knows no 9P."""
Kind = Literal["9p", "virtiofs"]
OPTIONS: dict[Kind, str] = {"9p": "trans=virtio,version=9p2000.L,msize=512000", "virtiofs": ""}
MODULES: dict[Kind, Sequence[str]] = {
    "9p": (
        "fs/netfs/netfs.ko",
        "fs/fscache/fscache.ko",
        "net/9p/9pnet.ko",
        "net/9p/9pnet_virtio.ko",
        "fs/9p/9p.ko",
    ),
    "virtiofs": ("fs/fuse/fuse.ko", "fs/fuse/virtiofs.ko"),
}
BOOTS = 5
MEMORY = 256 << 20
SECONDS = 300.0
ENTRIES = 1000
MEBIBYTES = 16
TITLES = {
    "write_4k": "write, 4 KiB each",
    "read_4k": "read, 4 KiB each",
    "write_64k": "write, 64 KiB each",
    "read_64k": "read, 64 KiB each",
    "write_1m": "write, 1 MiB each",
    "read_1m": "read, 1 MiB each",
    "stat_one": "`stat` of one file",
    "stat_each": "`stat` of 1,000 files, each once",
    "open_and_close": "`open` and `close`",
    "read_small": "`open`, `fstat`, `read` 4 KiB, `close`",
    "create_and_unlink": "make and remove a file",
    "miss": "`stat` of what is not there",
    "list": "list 1,000 entries",
    "list_and_stat": "list 1,000 entries, and `stat` each",
}


@dataclass(frozen=True)
class Taken:
    """Microseconds for one operation: by the guest's clock, and of processor time."""

    elapsed: float
    processor: float


Figures = dict[str, Taken]


def processor_time(processes: Sequence[int]) -> float:
    """Seconds that processes have used so far, with all their threads: clock_getcpuclockid(3)."""
    return sum(time.clock_gettime(~process << 3 | 2) for process in processes)


def servers(folder: Path) -> list[int]:
    """The processes of virtiofsd that serve a folder."""
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            if words and words[0].endswith(b"virtiofsd") and f"source={folder}".encode() in words:
                found.append(int(process.name))
    return found


def figures(command: Sequence[str], folder: Path, descriptors: Sequence[int]) -> Figures:
    """Boots a guest; what its benchmarks took."""
    elapsed: dict[str, tuple[int, int]] = {}
    used: list[tuple[str, float]] = []
    said = ""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=descriptors
    ) as machine:
        assert machine.stdin is not None and machine.stdout is not None
        end = threading.Timer(SECONDS, machine.kill)
        end.start()
        for line in machine.stdout:
            said += line
            words = line.split()
            if len(words) == 1 and words[0] in (*TITLES, "end"):
                # The guest does nothing until it is told to go on.
                used.append((words[0], processor_time([machine.pid, *servers(folder)])))
                machine.stdin.write("\n")
                machine.stdin.flush()
            elif re.fullmatch(r"(\w+) (\d+) (\d+)", line.strip()):
                elapsed[words[0]] = int(words[1]), int(words[2])
        end.cancel()
    if [name for name, _ in used] != [*TITLES, "end"] or elapsed.keys() != TITLES.keys():
        raise SystemExit(f"the benchmark did not end:\n{said}")
    return {
        name: Taken(elapsed[name][1] / elapsed[name][0] / 1000, (after - before) / elapsed[name][0] * 1e6)
        for (name, before), (_, after) in pairwise(used)
    }


class Pair:
    """The guests that are compared, for one kind of share."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind = kind
        work = folder / kind
        work.mkdir()
        program = work / "program"
        disk = SOURCES.parent / "disk" / "linux_init.c"
        sources = [str(SOURCES / "bench_shares.c"), str(disk), str(SOURCES / "linux_mount.c")]
        words = [f'-D{name}="{text}"' for name, text in self._linux_words().items()]
        flags = ["-std=gnu11", "-O2", "-static", *words]
        subprocess.run(["musl-gcc", *flags, *sources, "-o", str(program)], check=True)
        self.linux = linux_program(program, work, (*DISK_MODULES[:-1], *MODULES[kind]), KERNEL)
        built = build(Request(str(SOURCES), "qemu-x86_64", output=folder / "image"), Silent())
        self.image = ImageDescription.read(built.description)
        self.folder = folder / f"shared-{kind}"
        (self.folder / "many").mkdir(parents=True)
        for number in range(ENTRIES):
            (self.folder / "many" / f"entry-{number}").write_text("x")
        (self.folder / "small").write_bytes(bytes(4096))

    def _linux_words(self) -> dict[str, str]:
        return {
            "FOLDER": f"/{self.kind}",
            "KIND": self.kind,
            "OPTIONS": OPTIONS[self.kind],
            "WAIT_FOR": "/dev/console",
        }

    def measure(self, on_linux: bool) -> Figures:
        """One boot of one of them."""
        settings = self.image.settings
        share = Share(self.folder, "share0", kind=self.kind)
        record = os.memfd_create("exit-record")
        try:
            with qemu_shares([share], settings, self.image.target, MEMORY) as served:
                place = f"/{self.kind}"
                command = qemu_command(
                    self.image,
                    settings["program"],
                    args=[place],
                    memory=MEMORY,
                    network=Network(),
                    accel="tcg",
                    record=record,
                )
                if on_linux:
                    machine = ["-no-user-config", "-nodefaults", "-no-reboot", "-display", "none"]
                    machine += ["-machine", "q35", "-accel", "tcg", "-m", f"{MEMORY >> 20}M"]
                    machine += ["-cpu", settings.get("cpu", "max"), "-serial", "stdio"]
                    machine += ["-kernel", str(self.linux.kernel), "-initrd", str(self.linux.initrd)]
                    command = [settings["program"], *machine, "-append", f"{COMMAND_LINE} -- {place}"]
                return figures([*command, *served.words], self.folder, [record])
        finally:
            os.close(record)


def table(kind: Kind, version: str, rounds: Sequence[tuple[Figures, Figures]]) -> None:
    """Prints what was measured; the first of each round is Linux's."""
    print(f"{kind}: Linux {version} and Unilith on q35, TCG, one processor\n")
    print("| | Linux, µs | Unilith, µs | times as fast | processor: Linux, µs | Unilith, µs | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, title in TITLES.items():
        slow, quick = (
            [
                statistics.median(getattr(r[n][name], what) for r in rounds)
                for what in ("elapsed", "processor")
            ]
            for n in (0, 1)
        )
        ratios = [
            statistics.median(getattr(r[0][name], what) / getattr(r[1][name], what) for r in rounds)
            for what in ("elapsed", "processor")
        ]
        print(
            f"| {title} | {slow[0]:,.1f} | {quick[0]:,.1f} | {ratios[0]:.2f} "
            f"| {slow[1]:,.1f} | {quick[1]:,.1f} | {ratios[1]:.2f} |"
        )
    print(flush=True)


def main() -> None:
    """Prints two tables."""
    boots = int(sys.argv[1]) if len(sys.argv) > 1 else BOOTS
    kinds: Sequence[Kind] = [kind for kind in get_args(Kind) if kind in sys.argv[2:]] or get_args(Kind)
    with tempfile.TemporaryDirectory() as name:
        for kind in kinds:
            pair = Pair(kind, Path(name))
            rounds = [(pair.measure(True), pair.measure(False)) for _ in range(boots)]
            table(kind, pair.linux.version, rounds)


if __name__ == "__main__":
    main()
