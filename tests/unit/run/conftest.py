"""A guest that a test can steer, and programs that stand for process images."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from unilith.image.description import ImageDescription

ROOT = Path(__file__).parents[3]


def _machine(name: str) -> dict[str, str]:
    """The settings of a machine as its platform states them: the runner must agree with just these."""
    manifest = yaml.safe_load((ROOT / f"platforms/{name}/manifest.yaml").read_text(encoding="utf-8"))
    settings = manifest["machines"][name]["settings"]
    assert isinstance(settings, dict)
    return settings


@pytest.fixture(scope="session")
def guest_elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """guest.S as an image that QEMU boots."""
    image = tmp_path_factory.mktemp("guest") / "image.elf"
    source = Path(__file__).with_name("guest.S")
    command = ["gcc", "-g", "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext-segment=0x100000", "-Wl,-e,start"]
    # The machine's entry code is 32-bit; the file is a 64-bit ELF as all images are.
    subprocess.run(
        [*command, "-Wl,--build-id=none", "-o", str(image), source.name], cwd=source.parent, check=True
    )
    return image


@pytest.fixture
def guest(guest_elf: Path) -> ImageDescription:
    return ImageDescription(
        recipe="guest",
        target="microvm-x86_64",
        arch="x86_64",
        platform="microvm",
        runner="qemu",
        settings=_machine("microvm"),
        image=guest_elf,
        debug=guest_elf,
        memory="4M",
    )


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], ImageDescription]:
    """Makes a process image of a shell script's lines."""

    def make(lines: str) -> ImageDescription:
        image = tmp_path / "image"
        image.write_text(f"#!/bin/sh\n{lines}\n")
        image.chmod(0o755)
        return ImageDescription(
            recipe="script",
            target="process-x86_64",
            arch="x86_64",
            platform="process",
            runner="process",
            settings={},
            image=image,
            debug=image,
            memory="16M",
        )

    return make
