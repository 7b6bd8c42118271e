"""What reading and writing a disk costs, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same C source is Linux's only program and Unilith's application; both go past any cache of
their own to the same kind of virtio disk, whose file the host has in its memory. Times are the best of some
interleaved boots, and only the ratio is a claim.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.linux_guest import _kernel
from tests.bench.linux_program import LinuxProgram

from unilith.image.description import ImageDescription
from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.disks import Disk, qemu_disks
from unilith.run.image import run_image

SOURCES = Path(__file__).parent / "disk"
BOOTS = 3
MACHINE, CPU, MEMORY = "q35", "max", "256M"
SECONDS = 300.0
SIZE = 64 << 20
# What the disk needs, in the order of loading.
MODULES = (
    "drivers/virtio/virtio_ring.ko",
    "drivers/virtio/virtio.ko",
    "drivers/virtio/virtio_pci_modern_dev.ko",
    "drivers/virtio/virtio_pci_legacy_dev.ko",
    "drivers/virtio/virtio_pci.ko",
    "drivers/block/virtio_blk.ko",
)
TITLES = {
    "read_4k": "read 4 KiB, in order",
    "read_4k_random": "read 4 KiB, at random",
    "read_64k": "read 64 KiB, in order",
    "read_1m": "read 1 MiB, in order",
    "write_4k": "write 4 KiB, in order",
    "write_4k_random": "write 4 KiB, at random",
    "write_64k": "write 64 KiB, in order",
    "write_1m": "write 1 MiB, in order",
    "write_and_sync": "write 4 KiB and `fsync`",
}

Figures = dict[str, float]


def figures(console: str) -> Figures:
    """Microseconds an operation, by benchmark."""
    lines = re.findall(r"^(\w+) (\d+) (\d+)\r?$", console, re.M)
    found = {name: int(taken) / int(count) / 1000 for name, count, taken in lines if name in TITLES}
    if found.keys() != TITLES.keys():
        raise SystemExit(f"the benchmark did not end:\n{console}")
    return found


def linux_program(program: Path, folder: Path) -> LinuxProgram:
    """The guest, with the modules that the disk needs."""
    unpacked = _kernel()
    kernel = next((unpacked / "boot").glob("vmlinuz-*"))
    version = kernel.name.removeprefix("vmlinuz-")
    modules = unpacked / "lib" / "modules" / version / "kernel"
    root = folder / "root"
    root.mkdir()
    shutil.copy2(program, root / "init")
    there = [modules / name for name in MODULES if (modules / name).is_file()]
    for module in there:
        shutil.copyfile(module, root / module.name)
    (root / "modules").write_text("".join(f"/{module.name}\n" for module in there))
    write_initrd(read_folder(root), folder / "linux.cpio")
    return LinuxProgram(version, kernel, folder / "linux.cpio")


def main() -> None:
    """Prints a table."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        program = folder / "program"
        sources = [str(SOURCES / name) for name in ("bench_disk.c", "linux_init.c")]
        subprocess.run(["musl-gcc", "-std=gnu11", "-O2", "-static", *sources, "-o", str(program)], check=True)
        linux = linux_program(program, folder)
        request = Request(recipe=str(SOURCES), target="qemu-x86_64", output=folder / "image")
        image = ImageDescription.read(build(request, Silent()).description)
        disk = folder / "disk.img"
        disk.write_bytes(b"\xa5" * SIZE)
        device = image.settings["disk-device"]
        words = qemu_disks([Disk(disk)], device, image.target)

        def on_linux() -> Figures:
            return figures(linux.run(MACHINE, CPU, MEMORY, words, SECONDS))

        def on_unilith() -> Figures:
            ran = run_image(
                image, timeout=SECONDS, input=b"", output=None, accel="tcg", disks=[str(disk)], memory=MEMORY
            )
            return figures(ran.text)

        times = [(on_linux(), on_unilith()) for _ in range(BOOTS)]
    print(f"Linux {linux.version} and Unilith on {MACHINE}, TCG, one processor\n")
    print("| | Linux, µs | Unilith, µs | times as fast |")
    print("|---|---:|---:|---:|")
    for name, title in TITLES.items():
        slow, quick = (min(t[n][name] for t in times) for n in (0, 1))
        print(f"| {title} | {slow:,.1f} | {quick:,.1f} | {slow / quick:.1f} |")


if __name__ == "__main__":
    main()
