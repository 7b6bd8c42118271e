"""What disks, files and a database in them cost, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same C source, SQLite's too, with the same options is Linux's only program and Unilith's
application. Times and QEMU's processor time are medians of interleaved rounds, whose order changes each time;
instructions are those of program and kernel together, of one further round. Each guest gets disks of its own
that stand in the host's memory (/dev/shm), where flushing costs the host nothing, so that figures are those of guest
and QEMU, and not of the host's disk and of who else uses it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.linux_guest import PCI_MODULES, server_of
from tests.bench.linux_program import linux_program_with_modules
from tests.bench.watched_guest import Cost, counting_plugin, watch

from unilith.demand.recipe import read_recipe
from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.disks import Disk, qemu_disks
from unilith.run.network import Network
from unilith.run.qemu import find_program, qemu_command

SOURCES = Path(__file__).parent / "files"
IN_MEMORY = Path("/dev/shm")
ROUNDS = 5
MACHINE, CPU, MEMORY = "q35", "max", 256 << 20
SECONDS = 900.0
DISK, RAW = 192 << 20, 32 << 20
# What the disk and the file system need, in the order of loading.
MODULES = (
    "arch/x86/crypto/crc32c-intel.ko",
    *PCI_MODULES,
    "drivers/block/virtio_blk.ko",
)
TITLES = {
    "disk_read_4k": "disk: read 4 KiB, in order",
    "disk_read_4k_random": "disk: read 4 KiB, at random",
    "disk_read_64k": "disk: read 64 KiB",
    "disk_read_1m": "disk: read 1 MiB",
    "disk_write_4k": "disk: write 4 KiB, in order",
    "disk_write_4k_random": "disk: write 4 KiB, at random",
    "disk_write_64k": "disk: write 64 KiB",
    "disk_write_1m": "disk: write 1 MiB",
    "disk_write_4k_fsync": "disk: write 4 KiB and `fsync`",
    "file_write_4k": "new file: write 4 KiB in order, `fsync` at the end",
    "file_write_64k": "new file: write 64 KiB in order, `fsync` at the end",
    "file_read_4k": "file in memory: read 4 KiB, in order",
    "file_read_4k_random": "file in memory: read 4 KiB, at random",
    "file_read_64k": "file in memory: read 64 KiB",
    "file_read_4k_cold": "file not in memory: read 4 KiB, in order",
    "file_read_64k_cold": "file not in memory: read 64 KiB, in order",
    "file_read_4k_random_cold": "file not in memory: read 4 KiB, at random",
    "file_rewrite_4k_random": "file: write 4 KiB at random, `fsync` at the end",
    "file_rewrite_4k_fdatasync": "file: write 4 KiB at random and `fdatasync`",
    "file_append_4k_fsync": "file: append 4 KiB and `fsync`",
    "direct_read_4k_random": "`O_DIRECT`: read 4 KiB, at random",
    "direct_read_64k": "`O_DIRECT`: read 64 KiB",
    "direct_read_1m": "`O_DIRECT`: read 1 MiB",
    "direct_write_4k_random": "`O_DIRECT`: write 4 KiB, at random",
    "direct_write_64k": "`O_DIRECT`: write 64 KiB",
    "direct_write_1m": "`O_DIRECT`: write 1 MiB",
    "sqlite_insert": "SQLite: insert, one in a transaction",
    "sqlite_insert_1000": "SQLite: insert, 1,000 in a transaction",
    "sqlite_insert_wal": "SQLite: insert, one in a transaction, write-ahead log",
    "sqlite_select_key": "SQLite: select by key",
    "sqlite_select_index": "SQLite: select by an index",
    "sqlite_select_all": "SQLite: select over all 20,100 rows",
}
# What a database is for: all of its work of a kind, as often as each benchmark does it.
SUMS = {
    "SQLite: all inserts of these": ("sqlite_insert", "sqlite_insert_1000", "sqlite_insert_wal"),
    "SQLite: all selects of these": ("sqlite_select_key", "sqlite_select_index", "sqlite_select_all"),
}

Costs = dict[str, Cost]


def fresh_disks(folder: Path, name: str) -> list[Disk]:
    """An empty ext4 and a disk without anything; every block of them has been written."""
    made = folder / "empty.img"
    if not made.exists():
        made.write_bytes(bytes(DISK))
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-E", "nodiscard", str(made)], check=True)
    data, raw = folder / f"{name}-data.img", folder / f"{name}-raw.img"
    data.write_bytes(made.read_bytes())
    raw.write_bytes(b"\xa5" * RAW)
    return [Disk(data), Disk(raw)]


def figures(costs: Costs, names: Sequence[str], figure: str) -> float:
    """A figure of one benchmark; of several, the sum of all that they did."""
    if len(names) == 1:
        return float(getattr(costs[names[0]], figure))
    return sum(float(getattr(costs[name], figure)) * costs[name].count for name in names)


def show(rounds: list[tuple[Costs, Costs]], counted: tuple[Costs, Costs]) -> None:
    """Prints the table of docs/performance.md."""
    print("| | Linux, µs | Unilith, µs | ratio | QEMU for Linux, µs | for Unilith, µs | ratio ", end="")
    print("| Linux, instructions | Unilith, instructions | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    rows: list[tuple[str, Sequence[str]]] = [
        *((title, [name]) for name, title in TITLES.items()),
        *SUMS.items(),
    ]
    for title, names in rows:
        cells = []
        for figure, digits in (("microseconds", 1), ("processor", 1), ("instructions", 0)):
            pairs = [counted] if figure == "instructions" else rounds
            slow, quick = (
                statistics.median(figures(pair[n], names, figure) for pair in pairs) for n in (0, 1)
            )
            cells += [f"{slow:,.{digits}f}", f"{quick:,.{digits}f}", f"{slow / quick:.2f}" if quick else ""]
        print(f"| {title} | {' | '.join(cells)} |")


def main() -> None:
    """Prints a table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    rounds_wanted: int = words.parse_args().rounds
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as text:
        folder = Path(text)
        init = server_of(read_recipe(SOURCES / "recipe.yaml"), [SOURCES / "linux_init.c"])
        linux = linux_program_with_modules(init, MODULES, folder)
        request = Request(recipe=str(SOURCES), target="qemu-x86_64")
        image = ImageDescription.read(build(request, Silent()).description)
        program = find_program(image)
        plugin = counting_plugin(folder)

        def on_linux(counts: bool) -> Costs:
            disks = qemu_disks(fresh_disks(folder, "linux"), image.settings["disk-device"], image.target)
            command = linux.command(MACHINE, CPU, f"{MEMORY >> 20}M", disks)
            return watch(command, SECONDS, plugin if counts else None)

        def on_unilith(counts: bool) -> Costs:
            disks = fresh_disks(folder, "unilith")
            record = os.memfd_create("exit-record")
            try:
                command = qemu_command(
                    image,
                    program,
                    args=None,
                    memory=MEMORY,
                    network=Network(),
                    accel="tcg",
                    record=record,
                    disks=disks,
                )
                costs = watch(command, SECONDS, plugin if counts else None, pass_fds=[record])
            finally:
                os.close(record)
            subprocess.run(["e2fsck", "-fn", str(disks[0].file)], check=True, capture_output=True)
            return costs

        def pair(number: int, counts: bool) -> tuple[Costs, Costs]:
            order: list[Callable[[bool], Costs]] = [on_linux, on_unilith]
            if number % 2:
                return tuple(reversed([guest(counts) for guest in reversed(order)]))  # type: ignore[return-value]
            return on_linux(counts), on_unilith(counts)

        rounds = [pair(number, False) for number in range(rounds_wanted)]
        counted = pair(0, True)
    print(f"Linux {linux.version} and Unilith on {MACHINE}, TCG, one processor\n")
    show(rounds, counted)


if __name__ == "__main__":
    main()
