"""What files of a folder of the host cost by 9P and by virtio-fs, beside a Linux guest on the same QEMU.

Run by `make bench`. The same C source is Linux's only program and Unilith's application. Linux mounts as a user would:
9P with messages of 512,000 bytes, virtio-fs without options. Both are served by the same QEMU and the same virtiofsd.
Times and the processor's time of QEMU and virtiofsd together are medians of interleaved rounds, whose order changes
each time; instructions are those of program and kernel together, of one further round.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from tests.bench.linux_guest import PCI_MODULES, static_program
from tests.bench.linux_program import LinuxProgram, linux_program_with_modules
from tests.bench.watched_guest import Cost, counting_plugin, watch

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.network import Network
from unilith.run.qemu import find_program, qemu_command
from unilith.run.shares import Share, qemu_shares

SOURCES = Path(__file__).parent / "shares"
KERNEL = "linux-image-amd64"
"""The kernel for clouds knows no 9P."""
Kind = Literal["9p", "virtiofs"]
OPTIONS: dict[Kind, str] = {"9p": "trans=virtio,version=9p2000.L,msize=512000", "virtiofs": ""}
MODULES_OF: dict[Kind, Sequence[str]] = {
    "9p": (
        "fs/netfs/netfs.ko",
        "fs/fscache/fscache.ko",
        "net/9p/9pnet.ko",
        "net/9p/9pnet_virtio.ko",
        "fs/9p/9p.ko",
    ),
    "virtiofs": ("fs/fuse/fuse.ko", "fs/fuse/virtiofs.ko"),
}
ROUNDS = 5
MACHINE, CPU, MEMORY = "q35", "max", 256 << 20
SECONDS = 900.0
ENTRIES = 1000
TITLES = {
    "write_4k": "write 16 MiB, 4 KiB each",
    "read_4k": "read 16 MiB, 4 KiB each",
    "write_64k": "write 16 MiB, 64 KiB each",
    "read_64k": "read 16 MiB, 64 KiB each",
    "write_1m": "write 16 MiB, 1 MiB each",
    "read_1m": "read 16 MiB, 1 MiB each",
    "stat_one": "`stat` of one file",
    "stat_each": "`stat` of 1,000 files, each once",
    "open_and_close": "`open` and `close`",
    "read_small": "`open`, `fstat`, `read` 4 KiB, `close`",
    "create_and_unlink": "make and remove a file",
    "miss": "`stat` of what is not there",
    "list": "list 1,000 entries",
    "list_and_stat": "list 1,000 entries, and `stat` each",
}


Costs = dict[str, Cost]


def servers(folder: Path) -> list[int]:
    """The processes of virtiofsd that serve a folder."""
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            if words and words[0].endswith(b"virtiofsd") and f"source={folder}".encode() in words:
                found.append(int(process.name))
    return found


def linux_program(kind: Kind, folder: Path) -> LinuxProgram:
    """The guest that mounts a share and runs the benchmarks."""
    words = [f'-DKIND="{kind}"', f'-DOPTIONS="{OPTIONS[kind]}"']
    init = static_program([SOURCES / "bench_shares.c", SOURCES / "linux_init.c"], words, "bench_shares")
    return linux_program_with_modules(init, (*PCI_MODULES, *MODULES_OF[kind]), folder, KERNEL)


class Pair:
    """The guests that are compared, for one kind of share."""

    def __init__(self, kind: Kind, folder: Path, options: Sequence[str]) -> None:
        self.kind = kind
        work = folder / kind
        work.mkdir()
        self.linux = linux_program(kind, work)
        self.plugin = counting_plugin(work)
        values = tuple((name, value) for name, _, value in (option.partition("=") for option in options))
        built = build(Request(str(SOURCES), "qemu-x86_64", output=folder / "image", options=values), Silent())
        self.image = ImageDescription.read(built.description)
        self.folder = work / "shared"
        (self.folder / "many").mkdir(parents=True)
        for number in range(ENTRIES):
            (self.folder / "many" / f"entry-{number}").write_text("x")
        (self.folder / "small").write_bytes(bytes(4096))

    def measure(self, on_linux: bool, counts: bool = False) -> Costs:
        """One boot of one of them."""
        image = self.image
        share = Share(self.folder, "share0", kind=self.kind)
        record = os.memfd_create("exit-record")
        try:
            with qemu_shares([share], image.settings, image.target, MEMORY) as served:
                if on_linux:
                    command = self.linux.command(MACHINE, CPU, f"{MEMORY >> 20}M", served.words)
                else:
                    command = qemu_command(
                        image,
                        find_program(image),
                        args=[f"/{self.kind}"],
                        memory=MEMORY,
                        network=Network(),
                        accel="tcg",
                        record=record,
                    )
                    command += served.words
                plugin = self.plugin if counts else None
                return watch(command, SECONDS, plugin, [record], lambda: servers(self.folder))
        finally:
            os.close(record)

    def both(self, number: int, counts: bool = False) -> tuple[Costs, Costs]:
        """Linux's figures and ours, of one round; who comes first changes."""
        first = self.measure(number % 2 == 0, counts)
        second = self.measure(number % 2 != 0, counts)
        return (second, first) if number % 2 else (first, second)


def table(
    kind: Kind, version: str, rounds: Sequence[tuple[Costs, Costs]], counted: tuple[Costs, Costs]
) -> None:
    """Prints what was measured; the first of each round is Linux's."""
    print(f"{kind}: Linux {version} and Unilith on {MACHINE}, TCG, one processor\n")
    print("| | Linux, µs | Unilith, µs | ratio | processor for Linux, µs | for Unilith, µs | ratio ", end="")
    print("| Linux, instructions | Unilith, instructions | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, title in TITLES.items():
        cells = []
        for what, digits in (("microseconds", 1), ("processor", 1), ("instructions", 0)):
            pairs = [
                (getattr(slow[name], what), getattr(quick[name], what))
                for slow, quick in ([counted] if what == "instructions" else rounds)
            ]
            ratio = statistics.median(slow / quick for slow, quick in pairs)
            middle = [statistics.median(pair[n] for pair in pairs) for n in (0, 1)]
            cells += [*(f"{value:,.{digits}f}" for value in middle), f"{ratio:.2f}"]
        print(f"| {title} | {' | '.join(cells)} |")
    print(flush=True)


def main() -> None:
    """Prints two tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--kind", choices=get_args(Kind), action="append")
    words.add_argument(
        "--set", action="append", default=[], help="for our image: FUSE_CACHE=n, or PLAN9_CACHE=y"
    )
    wanted = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for kind in wanted.kind or get_args(Kind):
            pair = Pair(kind, Path(name), wanted.set)
            rounds = [pair.both(number) for number in range(wanted.rounds)]
            table(kind, pair.linux.version, rounds, pair.both(0, True))


if __name__ == "__main__":
    main()
