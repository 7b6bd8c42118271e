"""Taps: network interfaces of the host whose other end is an image."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import struct
from collections.abc import Iterator
from pathlib import Path

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE

# linux/if_tun.h and linux/if.h
DEVICE = Path("/dev/net/tun")
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
IFF_UP = 0x1

INTERFACES = Path("/sys/class/net")
NOBODY = -1
"""The owner of an interface that anybody may use who may make one."""


def check_tap(name: str, interfaces: Path = INTERFACES) -> None:
    """Says what is wrong with an interface before an image waits behind it for packets that never come."""
    place = interfaces / name
    if not place.is_dir():
        raise _wrong(f"this machine has no network interface {name}", f"Make it, as root: {_making(name)}.")
    try:
        kind = int((place / "tun_flags").read_text(), 0)
    except FileNotFoundError:
        kind = 0
    if not kind & IFF_TAP:
        raise _wrong(f"the network interface {name} is not a tap", f"Make one, as root: {_making('tap0')}.")
    owner = int((place / "owner").read_text())
    if os.geteuid() not in (0, owner):
        whose = "root" if owner == NOBODY else _name(owner)
        raise _wrong(
            f"the tap {name} may be used by {whose} only", f"Make your own, as root: {_making('tap1')}."
        )
    if not int((place / "flags").read_text(), 0) & IFF_UP:
        raise _wrong(f"the tap {name} is down", f"As root: ip link set {name} up.")


@contextlib.contextmanager
def opened_tap(name: str) -> Iterator[int]:
    """A descriptor that gives and takes a frame a call, and does not block."""
    try:
        end = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
    except OSError as e:
        raise _wrong(f"cannot open {DEVICE}: {e.strerror}", "The host's kernel needs the module tun.") from e
    try:
        try:
            fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        except OSError as e:
            reason = "somebody uses it already" if e.errno == errno.EBUSY else e.strerror
            raise _wrong(f"cannot use the tap {name}: {reason}", "") from e
        yield end
    finally:
        os.close(end)


def _making(name: str) -> str:
    return f"ip tuntap add dev {name} mode tap user {_name(os.geteuid())}, and ip link set {name} up"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _wrong(message: str, hint: str) -> UserError:
    return UserError(message, hint=hint, exit_status=HOST_SIDE)
