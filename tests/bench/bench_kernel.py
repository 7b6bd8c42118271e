"""What system calls, switches, threads, faults and memory cost, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same C source is Linux's only program, linked with the same version of musl, and Unilith's
application. Times are the best of some interleaved boots, and only the ratio is a claim; instructions are counted
by QEMU (`-icount`: a guest's nanosecond is an instruction then), kernel and program together, and hardly vary.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.self_timed_guest import MACHINE, Numbers, self_timed_guests

SOURCE = Path(__file__).parent / "kernel" / "bench_kernel.c"
COUNTED = ("-icount", "shift=0,sleep=off")
BOOTS = 3
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


def figures(numbers: Numbers) -> Figures:
    """Nanoseconds an operation, by benchmark; it tells how many of them took how many nanoseconds."""
    return {name: taken / count for name, (count, taken) in numbers.items()}


def best(runs: list[Figures]) -> Figures:
    """The least of each."""
    return {name: min(run[name] for run in runs) for name in TITLES}


def main() -> None:
    """Prints the table of docs/performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        guests = self_timed_guests(SOURCE, TITLES, SECONDS, Path(folder))
        times = [(figures(guests.on_linux()), figures(guests.on_unilith())) for _ in range(BOOTS)]
        instructions = figures(guests.on_linux(*COUNTED)), figures(guests.on_unilith(*COUNTED))
    slow, quick = best([t[0] for t in times]), best([t[1] for t in times])
    print(f"Linux {guests.linux.version} and Unilith on {MACHINE}, TCG, one processor\n")
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
