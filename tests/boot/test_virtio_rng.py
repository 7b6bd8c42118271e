"""Entropy from the host, by a device that the bus has among others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.boot.command import VIRTUAL
from tests.boot.wire import built

from unilith.image.description import ImageDescription
from unilith.run.child import Streams
from unilith.run.network import Network
from unilith.run.qemu import run_qemu
from unilith.run.result import CRASHED, RunResult

pytestmark = pytest.mark.boot

RNG = {"qemu-x86_64": "virtio-rng-pci", "microvm-x86_64": "virtio-rng-device"}


def boot(workshop: Path, target: str, *arguments: str) -> RunResult:
    folder = built(
        "random", target, "--set", "VIRTIO_RNG_ATTACHED=y", "--output", f"rng-{target}", cwd=workshop
    )
    return run_qemu(
        ImageDescription.read(folder / "image.json"),
        Streams(input=b"", output=None),
        args=None,
        memory=8 << 20,
        timeout=60,
        network=Network(),
        accel="tcg",
        arguments=arguments,
    )


@pytest.mark.parametrize("target", VIRTUAL)
def test_every_boot_gets_other_bytes(workshop: Path, target: str) -> None:
    words = ("-object", "rng-builtin,id=source", "-device", f"{RNG[target]},rng=source")
    shown = []
    for _ in range(2):
        result = boot(workshop, target, *words)
        assert result.status == 0, result
        shown.append(re.findall(rb"^\w+ ([0-9a-f]{16,})$", result.console, re.MULTILINE))
        assert len(shown[-1]) == 5, result
    assert not set(shown[0]) & set(shown[1])


def test_a_machine_without_the_device_does_not_pretend(workshop: Path) -> None:
    result = boot(workshop, "microvm-x86_64")
    assert result.status == CRASHED and b"random: the machine has no source of randomness" in result.console
