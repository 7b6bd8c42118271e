"""How many instructions a guest executes, exactly: QEMU runs one at a time and logs each."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from elftools.elf.elffile import ELFFile


def guest_instructions(
    image: Path, debug: Path, *, machine: str = "microvm", memory: str = "4M", arguments: str = ""
) -> int:
    """Instructions inside the image from its entry until `platform_exit` is entered, so a little past the last
    line printed. A repeated string instruction counts once a repetition."""
    with debug.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        symbols = {s.name: s["st_value"] for s in table.iter_symbols() if s.name}
    start, end, last = symbols["text_start"], symbols["text_end"], symbols["platform_exit"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        words = ["qemu-system-x86_64", "-M", machine, "-cpu", "max", "-m", memory, "-accel", "tcg"]
        words += ["-display", "none", "-no-reboot", "-nodefaults", "-kernel", str(image)]
        # The filter of addresses, and their names, hold for an image that stays where it was linked for.
        line = ["image.move=off"] if "entry_move" in symbols else []
        line += ["--", arguments] if arguments else []
        words += ["-append", " ".join(line)] if line else []
        words += [
            "-singlestep",
            "-d",
            "exec,nochain",
            "-D",
            str(log),
            "-dfilter",
            f"{start:#x}+{end - start:#x}",
        ]
        for name, port in (("console", "0xe9"), ("exit", "0xea")):
            words += ["-chardev", f"null,id={name}", "-device", f"isa-debugcon,iobase={port},chardev={name}"]
        words += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        count = 0
        with log.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if not line.startswith("Trace "):
                    continue
                if int(line.split("/")[1], 16) == last:
                    return count
                count += 1
    raise AssertionError(f"{image} executed {count} instructions and never came to platform_exit")
