"""How many instructions a guest executes while something is asked of it, and where: QEMU logs each, from outside.

`Counted.during()` makes QEMU run one instruction at a time for as long as a piece of work takes, and returns the
addresses that were executed, with how often. Nothing else of the guest changes: it has booted at full speed.
"""

from __future__ import annotations

import bisect
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from tests.boot.monitor import SECONDS, Monitor


@dataclass(frozen=True)
class Counted:
    """A running QEMU whose monitor listens at `monitor`."""

    monitor: Monitor
    folder: Path

    def during(self, work: Callable[[], object]) -> Counter[int]:
        """The addresses that the guest executes while `work` runs."""
        log = self.folder / "instructions"
        log.unlink(missing_ok=True)
        os.mkfifo(log)
        reader = subprocess.Popen(
            ["awk", "-F/", "$1 ~ /^Trace/ {n[$2]++} END {for (a in n) print a, n[a]}", str(log)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.monitor.say(f"logfile {log}")
        self.monitor.say("singlestep on")
        self.monitor.say("log exec,nochain")
        work()
        self.monitor.say("log none")
        self.monitor.say("singlestep off")
        self.monitor.say(f"logfile {self.folder / 'nothing'}")
        said, _ = reader.communicate(timeout=SECONDS)
        log.unlink()
        return Counter({int(line.split()[0], 16): int(line.split()[1]) for line in said.splitlines()})


def by_function(counts: Counter[int], debug: Path) -> Counter[str]:
    """The same counts for the functions of an image that stays where it was linked for."""
    with debug.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        functions = sorted(
            (s["st_value"], s["st_value"] + max(s["st_size"], 1), s.name)
            for s in table.iter_symbols()
            if s["st_info"]["type"] == "STT_FUNC"
        )
    starts = [start for start, _, _ in functions]
    found: Counter[str] = Counter()
    for address, count in counts.items():
        at = bisect.bisect_right(starts, address) - 1
        inside = at >= 0 and address < functions[at][1]
        found[functions[at][2] if inside else "(elsewhere)"] += count
    return found
