"""What a composed image costs: bytes, instructions, memory, time to its first line, time to build.

Run by `make bench`. Times are medians of interleaved runs in one run and are given as ratios where a claim
is made: machines differ, and this one may be busy.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.boot.command import unilith
from tests.boot.instructions import guest_instructions

RUNS = 11
KIB = 1024

# The least that any image can do: the first instruction that the firmware jumps to writes one byte.
FIRMWARE_ONLY = """
    .section .note.boot, "a"
    .long 4, 4, 18
    .asciz "Xen"
    .long start
    .text
    .globl start
    .code32
start:
    mov $'x', %al
    out %al, $0xe9
    mov $0xf4, %dx
    out %al, %dx
1:  hlt
    jmp 1b
"""


def firmware_only(folder: Path) -> Path:
    """Builds the image that writes one byte."""
    source, script, image = folder / "one.S", folder / "one.ld", folder / "one.elf"
    source.write_text(FIRMWARE_ONLY)
    script.write_text(
        "ENTRY(start) PHDRS { text PT_LOAD FLAGS(5); note PT_NOTE FLAGS(4); }\n"
        "SECTIONS { . = 0x100000; .note.boot : { *(.note.boot) } :text :note .text : { *(.text) } :text }\n"
    )
    flags = ["-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-n", f"-Wl,-T,{script}"]
    subprocess.run(["gcc", *flags, str(source), "-o", str(image)], check=True)
    return image


def to_first_byte(image: Path, settings: dict[str, str], memory: str = "4M") -> float:
    """Seconds from QEMU's start until its console shows something."""
    words = [settings["program"], "-machine", settings["machine"], "-accel", "tcg", "-cpu", settings["cpu"]]
    words += ["-m", memory, "-display", "none", "-no-reboot", "-nodefaults", "-kernel", str(image)]
    if "-bios" in settings["arguments"]:
        rest = settings["arguments"].split()
        words += ["-bios", rest[rest.index("-bios") + 1]]
    words += ["-chardev", "stdio,id=console", "-device", "isa-debugcon,iobase=0xe9,chardev=console"]
    words += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
    begin = time.perf_counter()
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as qemu:
        assert qemu.stdout is not None
        first = qemu.stdout.read(1)
        taken = time.perf_counter() - begin
        qemu.kill()
    if not first:
        raise SystemExit(f"{image} printed nothing")
    return taken


def interleaved(*runs: Callable[[], float]) -> list[float]:
    """The median of each, taken in turn after one round that does not count."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(RUNS + 1):
        for which, run in enumerate(runs):
            seconds = run()
            if number:
                taken[which].append(seconds)
    return [statistics.median(t) for t in taken]


def least_memory(description: Path, machine: str) -> int:
    """The least memory in KiB, in steps of 64, that the image ends well in."""
    for memory in range(1088, 16 * KIB, 64):
        ran = unilith("run", description, "--memory", f"{memory}K", "--timeout", "20", cwd=description.parent)
        if ran.status == 0:
            return memory
    raise SystemExit(f"{description} does not run on {machine} in any amount of memory")


def command_seconds(*words: str | Path, cwd: Path) -> float:
    """How long a command takes as a user sees it."""
    begin = time.perf_counter()
    ran = unilith(*words, cwd=cwd)
    if ran.status:
        raise SystemExit(str(ran))
    return time.perf_counter() - begin


def main() -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| recipe | target | image bytes | instructions | least memory (KiB) |\n|---|---|---|---|---|")
        descriptions = {}
        for recipe in ("bare", "hello", "lua"):
            for target in ("qemu-x86_64", "microvm-x86_64"):
                ran = unilith("build", recipe, "--target", target, "--json", cwd=folder)
                built = json.loads(ran.console.splitlines()[-1])
                image = Path(built["image"])
                descriptions[recipe, target] = image.with_name("image.json")
                count = (
                    ""
                    if recipe == "lua"
                    else f"{guest_instructions(image, image.with_name('image.debug')):,}"
                )
                memory = least_memory(descriptions[recipe, target], target)
                print(f"| {recipe} | {target} | {built['bytes']:,} | {count} | {memory:,} |", flush=True)

        print("\n| machine | firmware alone (ms) | bare (ms) | ratio |\n|---|---|---|---|")
        one = firmware_only(folder)
        for target in ("qemu-x86_64", "microvm-x86_64"):
            description = json.loads(descriptions["bare", target].read_text())
            settings, image = description["settings"], descriptions["bare", target].with_name("image.elf")
            base, ours = interleaved(
                lambda s=settings: to_first_byte(one, s),  # type: ignore[misc]
                lambda s=settings, i=image: to_first_byte(i, s),  # type: ignore[misc]
            )
            print(f"| {target} | {base * 1000:.1f} | {ours * 1000:.1f} | {ours / base:.3f} |", flush=True)

        print("\n| build | seconds |\n|---|---|")
        out = folder / "clean"
        clean = command_seconds("build", "bare", "--output", out, cwd=folder)
        idle = statistics.median(
            command_seconds("build", "bare", "--output", out, cwd=folder) for _ in range(RUNS)
        )
        lua = command_seconds("build", "lua", "--output", folder / "lua", cwd=folder)
        print(f"| bare, from clean | {clean:.2f} |\n| bare, nothing to do | {idle:.2f} |")
        print(f"| lua, from clean, C library in the cache | {lua:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
