"""Memory of an image and the host, by QEMU's virtio-balloon."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import VIRTUAL
from tests.boot.machine import Machine, machine, wait_until
from tests.boot.wire import built

pytestmark = pytest.mark.boot

MIB = 1 << 20
CARDS = {"qemu-x86_64": "virtio-balloon-pci,disable-legacy=on", "microvm-x86_64": "virtio-balloon-device"}


def actual(running: Machine) -> int:
    """MiB that the machine has left."""
    return int(running.monitor("query-balloon")["actual"]) // MIB


@pytest.mark.parametrize("target", VIRTUAL)
def test_memory_goes_and_comes(workshop: Path, target: str) -> None:
    image = built("balloon", target, cwd=workshop)
    with machine(image, ["-device", f"{CARDS[target]},deflate-on-oom=on"], memory=64 * MIB) as running:
        running.wait_for("ready")
        assert running.ask("take 28", "taken") == "28 taken"
        assert running.ask("give", "lost") == "0 lost"
        before = running.resident()
        running.monitor("balloon", value=16 * MIB)
        wait_until(lambda: actual(running) == 16, "the image gives memory")
        assert running.resident() < before - 32 * 1024
        free = int(running.ask("free", "free").split()[0])
        assert 512 < free < 16 * 256
        running.monitor("balloon", value=48 * MIB)
        wait_until(lambda: actual(running) == 48, "the image takes memory back")
        assert int(running.ask("free", "free").split()[0]) > free + 31 * 256
        assert running.ask("take 20", "taken") == "20 taken"  # more than it has without the balloon
        assert actual(running) == 48
        assert running.ask("give", "lost") == "0 lost"
        running.monitor("balloon", value=20 * MIB)
        wait_until(lambda: actual(running) == 20, "the image gives memory again")
        assert running.ask("take 24", "taken") == "24 taken"  # 48 MiB: the balloon gives way
        assert actual(running) > 48
        assert running.ask("give", "lost") == "0 lost"
        running.say("end")
        assert running.process.wait(30) is not None


def test_free_memory_is_reported(workshop: Path) -> None:
    image = built("balloon", "qemu-x86_64", "--set", "VIRTIO_BALLOON_REPORT_SECONDS=1", cwd=workshop)
    card = f"{CARDS['qemu-x86_64']},free-page-reporting=on"
    with machine(image, ["-device", card], memory=64 * MIB) as running:
        running.wait_for("ready")
        for _ in range(2):
            assert running.ask("take 28", "taken") == "28 taken"
            enough = running.resident() - 40 * 1024
            assert running.ask("give", "lost") == "0 lost"
            wait_until(lambda least=enough: running.resident() < least, "the host has the memory again")
        assert running.ask("take 28", "taken") == "28 taken"
        assert running.ask("give", "lost") == "0 lost"
