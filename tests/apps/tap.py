"""A network card of the host's own kernel (a tap), for as long as a test needs it. Only root may make one: the tests
are root's, or of somebody whom sudo asks for no password. What uses it is the tests' own user."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unilith.run.tap import DEVICE, IFF_NO_PI, IFF_TAP, TUNSETIFF

TUNSETOFFLOAD = 0x400454D0
IFF_VNET_HDR = 0x4000
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4
"""linux/if_tun.h"""

SIX = "fe80::1"
"""The host's end of a tap that has IPv6."""


@dataclass(frozen=True)
class Tap:
    """Its name, and the addresses of its two ends: a network of four (of those that RFC 2544 sets aside for tests) that
    no other test process has."""

    name: str
    ours: str
    guest: str

    def mean_length(self, way: str = "rx") -> float:
        """Bytes of a frame that the guest has sent; with "tx", that was sent to it."""
        # sysfs-class-net-statistics: what the guest sends, the host receives.
        counts = Path("/sys/class/net", self.name, "statistics")
        return int((counts / f"{way}_bytes").read_text()) / int((counts / f"{way}_packets").read_text())

    @property
    def place(self) -> str:
        """What `--net` says of the image's address."""
        return f"ip={self.guest}/30,gateway={self.ours}"


def _ip(*words: str) -> None:
    by_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run([*by_root, "ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@contextlib.contextmanager
def tap(*, six: bool = False) -> Iterator[Tap]:
    """Makes one, with an address; with `six`, with one of IPv6 that is there at once, too."""
    first = os.getpid() % (1 << 15) * 4
    prefix = f"198.{18 + (first >> 16)}.{first >> 8 & 0xFF}"
    with _link(f"unilith{os.getpid()}") as name:
        made = Tap(name, f"{prefix}.{(first & 0xFF) + 1}", f"{prefix}.{(first & 0xFF) + 2}")
        _ip("address", "add", f"{made.ours}/30", "dev", name)
        if six:
            _ip("address", "add", f"{SIX}/64", "dev", name, "nodad")
        _ip("link", "set", name, "up")
        yield made


@contextlib.contextmanager
def cable() -> Iterator[tuple[Tap, Tap]]:
    """Two without addresses, the first for an image: what comes out of one goes into the other as it is."""
    names = [f"unilith{os.getpid()}{end}" for end in "abc"]
    with _link(names[0]), _link(names[1]):
        _ip("link", "add", names[2], "type", "bridge", "mcast_snooping", "0")
        try:
            for name in names[:2]:
                _ip("link", "set", name, "master", names[2], "up")
            _ip("link", "set", names[2], "addrgenmode", "none", "up")
            yield Tap(names[0], "", ""), Tap(names[1], "", "")
        finally:
            _ip("link", "delete", names[2])


@contextlib.contextmanager
def _link(name: str) -> Iterator[str]:
    _ip("tuntap", "add", "dev", name, "mode", "tap", "user", str(os.geteuid()))
    try:
        yield name
    finally:
        _ip("link", "delete", name)


@contextlib.contextmanager
def frames(of: Tap, *, long: bool = False) -> Iterator[int]:
    """A descriptor from which frames of the host come, one a read, and by which it gets some. `long` ones have virtio's
    header in front, and may be longer than the network's."""
    flags = IFF_TAP | IFF_NO_PI | (IFF_VNET_HDR if long else 0)
    end = os.open(DEVICE, os.O_RDWR)
    try:
        fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", of.name.encode(), flags))
        if long:
            fcntl.ioctl(end, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
        yield end
    finally:
        os.close(end)
