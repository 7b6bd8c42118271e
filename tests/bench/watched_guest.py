"""Guests that are measured from outside while they run benchmarks.

Such a guest writes `begin NAME` and, when it has done it, `end COUNT NANOSECONDS`, and waits for a line each time.
Meanwhile its machine is looked at: QEMU's processor time, and the instructions that the guest has executed.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PLUGIN = Path(__file__).with_name("instructions.c")
COUNTER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one of what a benchmark does, on average."""

    microseconds: float
    """By the guest's clock."""
    processor: float
    """Microseconds of the processor's time that QEMU took: the guest, its devices, and the host's part of them."""
    instructions: float
    """Of the guest; 0 where they are not counted."""
    count: int = 1
    """How often it was done."""


def processor_nanoseconds(process: int) -> int:
    """What a process has used so far, all of its threads, those that have ended too."""
    # clock_getcpuclockid(3): the clock of a process has its number, inverted, above three bits that say which one.
    return time.clock_gettime_ns((~process << 3) | 2)


def counting_plugin(folder: Path) -> Path:
    """The plugin of QEMU that counts instructions."""
    plugin = folder / "instructions.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", str(PLUGIN), "-o", str(plugin)], check=True)
    return plugin


def watch(
    command: Sequence[str],
    seconds: float,
    plugin: Path | None = None,
    pass_fds: Sequence[int] = (),
    helpers: Callable[[], Sequence[int]] = tuple,
) -> dict[str, Cost]:
    """Runs QEMU with its console on standard input and output; what each benchmark cost, the processor's time of
    helpers (processes, which last) with it. With a plugin the guest is much slower, and its times mean nothing."""
    words, counter = list(command), None
    if plugin is not None:
        counter = plugin.with_suffix(".count")
        counter.write_bytes(bytes(COUNTER_BYTES))
        words += ["-plugin", f"{plugin},count={counter}"]
    costs: dict[str, Cost] = {}
    said: list[str] = []
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=tuple(pass_fds)
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        end = threading.Timer(seconds, process.kill)
        end.start()

        def state() -> tuple[int, int]:
            counted = int.from_bytes(counter.read_bytes(), "little") if counter is not None else 0
            return sum(map(processor_nanoseconds, [process.pid, *helpers()])), counted

        name, before = "", (0, 0)
        for line in process.stdout:
            said.append(line)
            match line.split():
                case ["begin", name]:
                    before = state()
                case ["end", count, taken] if name:
                    after = state()
                    used, executed = ((after[n] - before[n]) / int(count) for n in (0, 1))
                    costs[name] = Cost(int(taken) / int(count) / 1000, used / 1000, executed, int(count))
                    name = ""
                case _:
                    continue
            process.stdin.write("\n")
            process.stdin.flush()
        end.cancel()
    if not costs or name:
        raise SystemExit(f"the benchmarks did not end:\n{''.join(said)}")
    return costs
