"""What a threaded program gains by a second processor, beside a Linux guest on the same QEMU in the same run.

Run by `make bench`. The same work is done by one thread, and by one on each processor; the ratio of the two times
is what is gained, and no figure of speed is compared between the two systems. It means something only where the
host has a core for each processor, and nothing else to do. The same C source is Linux's only program, linked with
the same version of musl, and Unilith's application.
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

SOURCES = Path(__file__).parent / "processors"
INIT = Path(__file__).parent / "kernel" / "linux_init.c"
PROCESSORS = 2
BOOTS = 2
MACHINE, CPU, MEMORY = "q35", "max", "256M"
SECONDS = 600.0

TITLES = {
    "computing": "computing, each thread for itself",
    "locking": "computing, with a lock that is held for a hundredth of the time",
    "allocating": "`malloc` and `free`, 16 to 2,015 bytes, all written",
    "calling": "null system calls (`getppid`)",
}

Gains = dict[str, float]


def gains(console: str) -> Gains:
    """How many times the work in a second, by benchmark."""
    lines = re.findall(r"^(\w+) (\d+) (\d+)\r?$", console, re.M)
    found = {name: int(one) / int(all_of_them) for name, one, all_of_them in lines}
    if found.keys() != TITLES.keys():
        raise SystemExit(f"the benchmark did not end:\n{console}")
    return found


def main() -> None:
    """Prints the table of docs/threads.md."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        program = folder / "program"
        sources = [str(SOURCES / "bench_processors.c"), str(INIT)]
        flags = ["-std=gnu11", "-O2", "-fno-stack-protector", "-static", "-no-pie", "-pthread"]
        subprocess.run(["musl-gcc", *flags, *sources, "-o", str(program)], check=True)
        linux = linux_program(program, folder)
        request = Request(recipe=str(SOURCES), target="qemu-x86_64", output=folder / "image")
        image = ImageDescription.read(build(request, Silent()).description)
        image = image.model_copy(update={"memory": MEMORY, "cpus": PROCESSORS})
        runs: dict[str, list[Gains]] = {"Linux": [], "Unilith": []}
        for _ in range(BOOTS):
            runs["Linux"].append(gains(linux.run(MACHINE, CPU, MEMORY, ("-smp", str(PROCESSORS)), SECONDS)))
            ran = run_image(image, timeout=SECONDS, input=b"", output=None, accel="tcg")
            runs["Unilith"].append(gains(ran.text))
    print(f"The work of {PROCESSORS} processors in that of one; {MACHINE}, TCG, Linux {linux.version}\n")
    print("| | Linux | Unilith |\n|---|---:|---:|")
    for name, title in TITLES.items():
        shown = [f"{max(gain[name] for gain in each):.2f}" for each in runs.values()]
        print(f"| {title} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main()
