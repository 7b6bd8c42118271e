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

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
"""linux/if_tun.h"""


@dataclass(frozen=True)
class Tap:
    """Its name, and the addresses of its two ends: a network of four (of those that RFC 2544 sets aside for tests) that
    no other test process has."""

    name: str
    ours: str
    guest: str

    def mean_length(self) -> float:
        """Bytes of a frame that the guest has sent."""
        # sysfs-class-net-statistics: what the guest sends, the host receives.
        counts = Path("/sys/class/net", self.name, "statistics")
        return int((counts / "rx_bytes").read_text()) / int((counts / "rx_packets").read_text())

    @property
    def place(self) -> str:
        """What `--net` says of the image's address."""
        return f"ip={self.guest}/30,gateway={self.ours}"


def _ip(*words: str) -> None:
    by_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run([*by_root, "ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@contextlib.contextmanager
def tap() -> Iterator[Tap]:
    """Makes one, with an address."""
    first = os.getpid() % (1 << 15) * 4
    prefix = f"198.{18 + (first >> 16)}.{first >> 8 & 0xFF}"
    made = Tap(f"unilith{os.getpid()}", f"{prefix}.{(first & 0xFF) + 1}", f"{prefix}.{(first & 0xFF) + 2}")
    _ip("tuntap", "add", "dev", made.name, "mode", "tap", "user", str(os.geteuid()))
    try:
        _ip("address", "add", f"{made.ours}/30", "dev", made.name)
        _ip("link", "set", made.name, "up")
        yield made
    finally:
        _ip("link", "delete", made.name)


@contextlib.contextmanager
def frames(of: Tap) -> Iterator[int]:
    """A descriptor from which frames of the host come, one a read, and by which it gets some."""
    end = os.open("/dev/net/tun", os.O_RDWR)
    try:
        fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", of.name.encode(), IFF_TAP | IFF_NO_PI))
        yield end
    finally:
        os.close(end)
