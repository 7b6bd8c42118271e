"""What a threaded program gains by a second processor, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same work is done by one thread, and by one on each processor; the ratio of the two times
is what is gained, and no figure of speed is compared between the two systems. It means something only where the
host has a core for each processor, and nothing else to do. The same C source is Linux's only program, linked with
the same version of musl, and Unilith's application.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.self_timed_guest import MACHINE, Numbers, self_timed_guests

SOURCE = Path(__file__).parent / "processors" / "bench_processors.c"
PROCESSORS = 2
BOOTS = 2
SECONDS = 600.0

TITLES = {
    "computing": "computing, each thread for itself",
    "locking": "computing, with a lock that is held for a hundredth of the time",
    "allocating": "`malloc` and `free`, 16 to 2,015 bytes, all written",
    "calling": "null system calls (`getppid`)",
}


Gains = dict[str, float]


def gains(times: Numbers) -> Gains:
    """How many times the work in a second, by benchmark; it tells the times of one processor and of all."""
    return {name: one / together for name, (one, together) in times.items()}


def main() -> None:
    """Prints the table of docs/threads.md."""
    runs: dict[str, list[Gains]] = {"Linux": [], "Unilith": []}
    with tempfile.TemporaryDirectory() as folder:
        guests = self_timed_guests(SOURCE, TITLES, SECONDS, Path(folder), PROCESSORS)
        for _ in range(BOOTS):
            runs["Linux"].append(gains(guests.on_linux("-smp", str(PROCESSORS))))
            runs["Unilith"].append(gains(guests.on_unilith()))
    version = guests.linux.version
    print(f"The work of {PROCESSORS} processors in that of one; {MACHINE}, TCG, Linux {version}\n")
    print("| | Linux | Unilith |\n|---|---:|---:|")
    for name, title in TITLES.items():
        shown = [f"{max(gain[name] for gain in each):.2f}" for each in runs.values()]
        print(f"| {title} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main()
