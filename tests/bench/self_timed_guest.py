"""Guests whose program times itself: one C source as Linux's only program and as Unilith's application, on one machine.

Such a program writes a line `BENCHMARK NUMBER NUMBER` for each of its benchmarks.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.bench.linux_guest import static_program
from tests.bench.linux_program import LinuxProgram, linux_program

from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.run.image import run_image

POWER_OFF = Path(__file__).with_name("linux_power_off.c")
MACHINE, CPU, MEMORY = "q35", "max", "256M"
# Images have no canaries and one place in memory; neither has the program for Linux.
FLAGS = ("-fno-stack-protector", "-no-pie", "-pthread")

Numbers = dict[str, tuple[int, int]]
"""By benchmark."""


@dataclass(frozen=True, slots=True)
class SelfTimedGuests:
    """Both guests of a benchmark."""

    linux: LinuxProgram
    image: ImageDescription
    names: Collection[str]
    seconds: float

    def on_linux(self, *arguments: str) -> Numbers:
        """Boots Linux, QEMU with further arguments; what the program says of each benchmark."""
        return self._numbers(self.linux.run(MACHINE, CPU, MEMORY, arguments, self.seconds))

    def on_unilith(self, *arguments: str) -> Numbers:
        """The same of our image."""
        ran = run_image(
            self.image, timeout=self.seconds, input=b"", output=None, accel="tcg", arguments=arguments
        )
        return self._numbers(ran.text)

    def _numbers(self, console: str) -> Numbers:
        lines = re.findall(r"^(\w+) (\d+) (\d+)\r?$", console, re.M)
        found = {name: (int(first), int(second)) for name, first, second in lines}
        if found.keys() != set(self.names):
            raise SystemExit(f"the benchmark did not end:\n{console}")
        return found


def self_timed_guests(
    source: Path, names: Collection[str], seconds: float, folder: Path, processors: int = 1
) -> SelfTimedGuests:
    """The guests of a benchmark: its C source, which stands beside its recipe; ``seconds`` ends a boot."""
    program = static_program([source, POWER_OFF], FLAGS, source.stem)
    request = Request(recipe=str(source.parent), target="qemu-x86_64", output=folder / "image")
    image = ImageDescription.read(build(request, Silent()).description)
    image = image.model_copy(update={"memory": MEMORY, "cpus": processors})
    return SelfTimedGuests(linux_program(program, folder), image, names, seconds)
