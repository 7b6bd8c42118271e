"""What system calls, switches, threads, faults and memory cost, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same C source is Linux's only program, linked with the same version of musl, and Unilith's
application. Times are the best of some interleaved boots, and only the ratio is a claim; instructions are counted
by QEMU (`-icount`: a guest's nanosecond is an instruction then), kernel and program together, and hardly vary.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from tests.bench.linux_program import linux_program

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.image import run_image

SOURCES = Path(__file__).parent / "kernel"
COUNTED = ("-icount", "shift=0,sleep=off")
BOOTS = 3
MACHINE, CPU, MEMORY = "q35", "max", "256M"
SECONDS = 300.0

TITLES = {
    "system_call": "null system call (`getppid`)",
    "clock_reading": "`clock_gettime(CLOCK_MONOTONIC)`",
    "yielding": "`sched_yield` to another thread",
    "mutex_ping_pong": "mutex and condition, one turn and a switch",
    "pipe_ping_pong": "pipe, a byte there and back",
    "create_and_join": "`pthread_create` and `pthread_join`",
    "page_faults": "first use of a page",
    "map_and_unmap": "`mmap` and `munmap` of 64 KiB",
    "map_use_unmap": "the same, one page used",
    "malloc_and_free": "`malloc` and `free`, mixed sizes",
}

Figures = dict[str, float]


def figures(console: str) -> Figures:
    """Nanoseconds an operation, by benchmark."""
    lines = re.findall(r"^(\w+) (\d+) (\d+)\r?$", console, re.M)
    found = {name: int(taken) / int(count) for name, count, taken in lines}
    if found.keys() != TITLES.keys():
        raise SystemExit(f"the benchmark did not end:\n{console}")
    return found


def best(runs: list[Figures]) -> Figures:
    """The least of each."""
    return {name: min(run[name] for run in runs) for name in TITLES}


def main() -> None:
    """Prints the table of docs/performance.md."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        program = folder / "program"
        sources = [str(SOURCES / name) for name in ("bench_kernel.c", "linux_init.c")]
        flags = ["-std=gnu11", "-O2", "-fno-stack-protector", "-static", "-no-pie"]
        subprocess.run(["musl-gcc", *flags, *sources, "-o", str(program)], check=True)
        linux = linux_program(program, folder)
        request = Request(recipe=str(SOURCES), target="qemu-x86_64", output=folder / "image")
        image = ImageDescription.read(build(request, Silent()).description)
        image = image.model_copy(update={"memory": MEMORY})

        def on_linux(*arguments: str) -> Figures:
            return figures(linux.run(MACHINE, CPU, MEMORY, arguments, SECONDS))

        def on_unilith(*arguments: str) -> Figures:
            ran = run_image(image, timeout=SECONDS, input=b"", output=None, accel="tcg", arguments=arguments)
            return figures(ran.text)

        times = [(on_linux(), on_unilith()) for _ in range(BOOTS)]
        instructions = on_linux(*COUNTED), on_unilith(*COUNTED)
    slow, quick = best([t[0] for t in times]), best([t[1] for t in times])
    print(f"Linux {linux.version} and Unilith on {MACHINE}, TCG, one processor\n")
    print(
        "| | Linux, ns | Unilith, ns | times as fast | Linux, instructions | Unilith, instructions | ratio |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, title in TITLES.items():
        cells = [slow[name], quick[name], instructions[0][name], instructions[1][name]]
        shown = [f"{cell:,.0f}" for cell in cells]
        ratios = [f"{cells[n] / cells[n + 1]:.1f}" for n in (0, 2)]
        print(f"| {title} | {shown[0]} | {shown[1]} | {ratios[0]} | {shown[2]} | {shown[3]} | {ratios[1]} |")


if __name__ == "__main__":
    main()
