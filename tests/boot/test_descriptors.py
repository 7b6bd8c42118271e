"""Descriptors, waiting for them, and sockets inside the image: the same program prints the same on Linux.

`expected.txt` beside a recipe is what Linux printed. It is made anew by compiling the recipe's sources with
`musl-gcc -static` and running the program with standard input from /dev/null and a limit of 1024 descriptors;
`descriptor-files` takes the path of its file, on the file system that it runs in, as an argument, and writes to a
pipe.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, run

pytestmark = pytest.mark.boot

PROGRAMS = ("descriptors", "descriptor-files", "descriptor-threads", "unix-sockets")
CONSOLE = {
    "process": ("process-x86_64", "ab\ncd\n"),
    "process-told": ("process-x86_64", "ab\ncd\n", "--want", "host-descriptors"),
    "qemu": ("qemu-x86_64", "ab\ncd\n\x04"),
    "qemu-told": ("qemu-x86_64", "ab\ncd\n\x04", "--want", "ioapic-x86_64"),
}
"""Where the device tells that something has come, and where it is looked at again and again."""


def compare(program: str, target: str, workshop: Path) -> None:
    """Line by line, so that a difference says where it is."""
    output = workshop / f"{program}-{target}"
    ran = run(program, target, "--output", str(output), cwd=workshop)
    assert ran.status == 0, ran
    expected = (RECIPES / program / "expected.txt").read_text(encoding="utf-8")
    assert ran.console.splitlines() == expected.splitlines()


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_on_linux(program: str, workshop: Path) -> None:
    compare(program, "process-x86_64", workshop)


@pytest.mark.parametrize("target", [t for t in TARGETS if t != "process-x86_64"])
@pytest.mark.parametrize("program", ["descriptor-threads", "descriptors"])
def test_as_on_linux_on_machines(program: str, target: str, workshop: Path) -> None:
    compare(program, target, workshop)


@pytest.mark.full
@pytest.mark.parametrize("target", [t for t in TARGETS if t != "process-x86_64"])
@pytest.mark.parametrize("program", ["descriptor-files", "unix-sockets"])
def test_more_as_on_linux_on_machines(program: str, target: str, workshop: Path) -> None:
    compare(program, target, workshop)


@pytest.mark.parametrize("how", CONSOLE)
def test_the_console_is_waited_for(how: str, workshop: Path) -> None:
    """What is typed comes by poll, by epoll and by read; a timer goes off meanwhile; then comes the end."""
    target, typed, *words = CONSOLE[how]
    output = ("--output", str(workshop / f"console-waiting-{how}"))
    ran = run("console-waiting", target, *output, *words, cwd=workshop, stdin=typed)
    assert (ran.status, ran.console) == (0, "ticked\nab\ncd\nend\n"), ran
