"""How punctual the kernel is, in a machine whose time is counted by instructions: exact on any host."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, unilith

pytestmark = pytest.mark.boot

LINE = re.compile(r"^(reading|sleep|timer|condition) (\d+) late (\d+)$", re.MULTILINE)

# One instruction takes one nanosecond, and the processor skips what it would sleep.
ICOUNT = ("-icount", "shift=0,sleep=off")


def lines(workshop: Path, platform: str) -> tuple[str, str]:
    """What the image prints: before and after everything was used once."""
    output = workshop / f"punctual-{platform}"
    words = ("build", RECIPES / "punctual", "--target", f"{platform}-x86_64", "--output", output)
    built = unilith(*words, cwd=workshop)
    assert built.status == 0, built
    command = [
        "qemu-system-x86_64",
        "-M",
        platform if platform == "microvm" else "q35",
        "-cpu",
        "max",
        "-m",
        "16M",
    ]
    command += ["-accel", "tcg", *ICOUNT, "-display", "none", "-no-reboot", "-nodefaults"]
    command += ["-kernel", str(output / "image.elf"), "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
    for name, port, to in (("console", "0xe9", "stdio"), ("end", "0xea", "null")):
        command += ["-chardev", f"{to},id={name}", "-device", f"isa-debugcon,iobase={port},chardev={name}"]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )
    first, again, rest = ran.stdout.partition("again\n")
    assert again and "early" not in ran.stdout, ran
    return first, rest


@pytest.mark.parametrize("platform", ["qemu", "microvm"])
def test_sleeps_and_timers_end_within_microseconds(workshop: Path, platform: str) -> None:
    first, rest = lines(workshop, platform)
    assert len(LINE.findall(first)) == 8 and len(LINE.findall(rest)) == 8 + 4 + 6, first + rest
    for what, length, late in LINE.findall(first):  # the first of all measures the alarm
        assert int(late) < 100_000, (what, length, late)
    for what, length, late in LINE.findall(rest):
        assert int(late) < (150 if what == "reading" else 5_000), (what, length, late)
