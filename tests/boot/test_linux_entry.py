"""The image's second way in: Linux's 64-bit boot protocol, which Firecracker and others use.

`linux_loader/` plays the loader. It leaves everything that the image must set up itself in a bad state: memory
behind the initialised data holds a pattern, no-execute is off, and the page tables map all memory for every use.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.boot.command import LIMIT, RECIPES, unilith

pytestmark = pytest.mark.boot

SOURCES = Path(__file__).parent / "linux_loader"
FLAGS = [
    *("-ffreestanding", "-nostdlib", "-static", "-fno-pic", "-no-pie", "-Os", "-mno-red-zone"),
    *("-mgeneral-regs-only", "-fno-stack-protector", "-Wall", "-Wextra", "-Werror"),
    *("-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments"),
]


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loader, as an image that QEMU starts by PVH."""
    output = tmp_path_factory.mktemp("loader") / "loader.elf"
    script = f"-Wl,-T,{SOURCES / 'loader.ld'}"
    sources = [SOURCES / "loader.S", SOURCES / "loader.c"]
    subprocess.run(["gcc", *FLAGS, script, *sources, "-o", output], check=True)
    return output


@pytest.fixture(scope="module", params=[(), ("--want", "image-move")], ids=["still", "moved"])
def image(workshop: Path, request: pytest.FixtureRequest) -> Path:
    """The image that breaks a rule on request; it stays where it was loaded, or moves."""
    output = workshop / f"linux-entry-{len(request.param)}"
    built = unilith(
        *("build", RECIPES / "faults", "--target", "microvm-x86_64", "--output", output, *request.param),
        cwd=workshop,
    )
    assert built.status == 0, built
    return output / "image.elf"


def boot(loader: Path, image: Path, machine: str, line: str, folder: Path) -> tuple[str, bytes]:
    """Console text and exit record."""
    record = folder / "record"
    devices = (
        "-display none -no-reboot -nodefaults -chardev stdio,id=console -chardev file,id=exit,path="
        f"{record} -device isa-debugcon,iobase=0xe9,chardev=console -device isa-debugcon,iobase=0xea,chardev=exit "
        "-device isa-debug-exit,iobase=0xf4,iosize=0x04"
    )
    command = ["qemu-system-x86_64", "-M", machine, "-cpu", "max", "-accel", "tcg", "-m", "16M"]
    command += [*devices.split(), "-kernel", str(loader), "-initrd", str(image), "-append", line]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    return done.stdout, record.read_bytes()


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_it_boots_and_gets_the_command_line(loader: Path, image: Path, machine: str, tmp_path: Path) -> None:
    console, record = boot(loader, image, machine, "key=value -- nothing", tmp_path)
    assert (console, record) == ("survived\n", b"E\0")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("execute-data", "page fault: execute at "),
        ("write-rodata", "page fault: write to "),
        ("null-read", "page fault: read from 0x0000000000000000, not mapped"),
        ("stack-overflow", "stack overflow"),
    ],
)
def test_permissions_are_exact(loader: Path, image: Path, fault: str, reason: str, tmp_path: Path) -> None:
    console, record = boot(loader, image, "microvm", f"-- {fault}", tmp_path)
    assert record == b"P"
    assert reason in console.split("panic: ")[1].splitlines()[0]
