"""The drivers of network cards against QEMU's real devices, with whole frames from a peer of our own."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest
from tests.boot.card import CARD, machine
from tests.boot.command import VIRTUAL, run
from tests.boot.monitor import Monitor
from tests.boot.wire import connected, datagram, ethernet, ipv4, udp

pytestmark = pytest.mark.boot

ECHO, STORE, CONTROL = 7, 4000, 4001


@pytest.mark.parametrize("target", VIRTUAL)
def test_packets_come_and_go(workshop: Path, target: str) -> None:
    with connected("udp-kv", target, cwd=workshop) as wire:
        assert wire.ask(STORE, b"get key") == b"none"
        assert wire.ask(STORE, b"set key of stone") == b"stored"
        assert wire.ask(STORE, b"get key") == b"value of stone"
        assert wire.ask(STORE, b"del key") == b"deleted"
        assert wire.ask(STORE, b"get key") == b"none"
        # Every length from an empty datagram to a full frame, and each byte of it.
        for length in (0, 1, 17, 18, 19, 63, 64, 65, 500, 1000, 1471, 1472):
            data = bytes(i * 7 % 251 for i in range(length))
            assert wire.ask(ECHO, data) == data
        # More than the rings hold, many at once, none lost, all in order.
        frames = [udp(ECHO, b"%06d" % i + bytes(i % 600)) for i in range(3000)]
        answers = wire.exchange(frames, window=100)
        assert [int(datagram(a)[:6]) for a in answers] == list(range(3000))
        wire.send(udp(CONTROL, b"quit"))
        assert wire.ended() == (0, "udp-kv: ready\n")


@pytest.mark.parametrize("target", VIRTUAL)
def test_foreign_frames_do_no_harm(workshop: Path, target: str) -> None:
    chance = random.Random(1)
    good = udp(ECHO, b"0123456789")
    frames = [chance.randbytes(chance.choice([14, 15, 20, 42, 60, 200, 1514])) for _ in range(300)]
    frames += [good[:length] for length in range(14, len(good))]
    for _ in range(600):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(12, 42)] = chance.randrange(256)
        frames.append(bytes(broken))
    frames += [
        ethernet(0x0800, ipv4(17, b"\x15\xb3\x00\x07" + length.to_bytes(2, "big") + b"\0\0" + b"x" * 10))
        for length in (0, 1, 7, 8, 17, 19, 1000, 65535)
    ]
    with connected("udp-kv", target, cwd=workshop) as wire:
        for frame in frames:
            wire.send(frame)
        # Some may be fit for an answer by chance: what counts is that the image serves on.
        wire.send(udp(STORE, b"set after storm"))
        while not (frame := wire.receive()).endswith(b"stored"):
            pass
        assert wire.ask(STORE, b"get after") == b"value storm"
        assert wire.process.poll() is None


@pytest.mark.parametrize(
    ("target", "device", "build"),
    [
        ("qemu-x86_64", "virtio-net-pci,romfile=,packed=on", ["--set", "VIRTIO_PACKED=y"]),
        ("qemu-x86_64", "virtio-net-pci,romfile=,packed=on,event_idx=off", ["--set", "VIRTIO_PACKED=y"]),
        ("qemu-x86_64", "virtio-net-pci,romfile=,disable-legacy=on", ["--set", "VIRTIO_PACKED=y"]),
        ("qemu-x86_64", "virtio-net-pci,romfile=,event_idx=off,mrg_rxbuf=off", []),
        (
            "qemu-x86_64",
            "virtio-net-pci,romfile=,mac=52:54:00:12:34:56,rx_queue_size=1024,tx_queue_size=256",
            [],
        ),
        ("qemu-x86_64", "virtio-net-pci,romfile=", ["--forbid", "pci-ports"]),
        ("microvm-x86_64", "virtio-net-device,event_idx=off,mrg_rxbuf=off,status=off", []),
        ("microvm-x86_64", "virtio-net-device,packed=on,indirect_desc=off", ["--set", "VIRTIO_PACKED=y"]),
    ],
)
def test_other_features(workshop: Path, target: str, device: str, build: list[str]) -> None:
    with machine(workshop, target, device, *build) as (wire, _):
        frames = [udp(ECHO, b"%06d" % i + bytes(i % 1400)) for i in range(1500)]
        answers = wire.exchange(frames, window=70)
        assert [int(datagram(a)[:6]) for a in answers] == list(range(1500))


@pytest.mark.parametrize("target", VIRTUAL)
def test_link_goes_down_and_comes_back(workshop: Path, target: str) -> None:
    with machine(workshop, target, CARD[target]) as (wire, control), Monitor(control) as monitor:
        for _ in range(3):
            monitor("set_link", name="card", up=False)
            for _ in range(20):
                wire.send(udp(ECHO, b"lost"))
            monitor("set_link", name="card", up=True)
            # What was sent meanwhile may have been lost, or kept by QEMU, and the image hears of the link a moment
            # later than we do: what is sent again and again arrives.
            wire.socket.settimeout(0.5)
            for _ in range(60):
                wire.send(udp(ECHO, b"found"))
                with contextlib.suppress(TimeoutError):
                    while datagram(wire.receive()) != b"found":
                        pass
                    break
            else:
                pytest.fail("nothing comes through after the link is up again")


def test_the_first_of_several_cards(workshop: Path) -> None:
    """In the order of their places on the bus, not of QEMU's words; behind functions that are not virtio's."""
    others = "-netdev user,id=other -device virtio-net-pci,romfile=,netdev=other,addr=9 -device e1000,romfile=,addr=2"
    card = "virtio-net-pci,romfile=,mac=52:54:00:12:34:56,addr=3.1,multifunction=on"
    with machine(
        workshop, "qemu-x86_64", card, further=f"{others} -device virtio-rng-pci,addr=3.0,multifunction=on"
    ) as (
        wire,
        _,
    ):
        assert wire.ask(ECHO, b"first") == b"first"


def test_devices_that_the_command_line_tells_of(workshop: Path) -> None:
    """Without ACPI, QEMU's microvm adds `virtio_mmio.device=` to the command line, as Firecracker does."""
    with machine(workshop, "microvm-x86_64", CARD["microvm-x86_64"], further="-machine microvm,acpi=off") as (
        wire,
        _,
    ):
        assert wire.ask(ECHO, b"told") == b"told"


@pytest.mark.parametrize("target", VIRTUAL)
def test_no_card_is_told(workshop: Path, target: str) -> None:
    ran = run("udp-kv", target, "--quiet", "--net", "none", cwd=workshop)
    assert (ran.status, ran.console) == (1, "udp-kv: no network device\n"), ran
