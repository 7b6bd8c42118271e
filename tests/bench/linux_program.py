"""A Linux guest for comparisons: Debian's kernel for virtual machines, and one program as its whole user space."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.linux_guest import PACKAGE, debian_kernel

from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd

# Linux at its best: no mitigations, which cost it more than half of a system call; the quickest clock, read without
# a call; small pages, as the program asks for.
COMMAND_LINE = (
    "console=ttyS0 quiet mitigations=off nokaslr tsc=reliable clocksource=tsc transparent_hugepage=never "
    "rdinit=/init panic=-1"
)


@dataclass(frozen=True, slots=True)
class LinuxProgram:
    """A kernel and a file system that holds nothing but `/init`."""

    version: str
    kernel: Path
    initrd: Path

    def command(self, machine: str, cpu: str, memory: str, arguments: Sequence[str]) -> list[str]:
        """QEMU's command line for it, under TCG, with its console on standard input and output."""
        words = ["qemu-system-x86_64", "-no-user-config", "-nodefaults", "-no-reboot", "-display", "none"]
        words += ["-machine", machine, "-cpu", cpu, "-accel", "tcg", "-m", memory, "-serial", "stdio"]
        words += ["-kernel", str(self.kernel), "-initrd", str(self.initrd), "-append", COMMAND_LINE]
        return [*words, *arguments]

    def run(self, machine: str, cpu: str, memory: str, arguments: Sequence[str], seconds: float) -> str:
        """Boots it; returns what the program wrote to the console."""
        done = subprocess.run(
            self.command(machine, cpu, memory, arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
        return done.stdout


def linux_program(program: Path, folder: Path) -> LinuxProgram:
    """The guest for a statically linked program; the kernel is fetched with apt the first time, which verifies it."""
    kernel = next((debian_kernel() / "boot").glob("vmlinuz-*"))
    root = folder / "root"
    root.mkdir(exist_ok=True)
    shutil.copy2(program, root / "init")
    write_initrd(read_folder(root), folder / "linux.cpio")
    packed = folder / "linux.cpio.gz"
    packed.write_bytes(gzip.compress((folder / "linux.cpio").read_bytes(), 1))
    return LinuxProgram(kernel.name.removeprefix("vmlinuz-"), kernel, packed)


def linux_program_with_modules(
    program: Path, modules: Sequence[str], folder: Path, package: str = PACKAGE
) -> LinuxProgram:
    """The guest of a kernel package for a program that loads what `/modules` lists: those of ``modules``, in this
    order, that the kernel does not have built in."""
    unpacked = debian_kernel(package)
    kernel = next((unpacked / "boot").glob("vmlinuz-*"))
    version = kernel.name.removeprefix("vmlinuz-")
    place = unpacked / "lib" / "modules" / version / "kernel"
    root = folder / "root"
    root.mkdir()
    shutil.copy2(program, root / "init")
    there = [place / name for name in modules if (place / name).is_file()]
    for module in there:
        shutil.copyfile(module, root / module.name)
    (root / "modules").write_text("".join(f"/{module.name}\n" for module in there))
    write_initrd(read_folder(root), folder / "linux.cpio")
    return LinuxProgram(version, kernel, folder / "linux.cpio")
