"""The network of a run: what is at the other end of the image's network card, and how the image learns its address."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import Literal

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.options import HOST_SIDE
from unilith.run.ports import Forward, check_free, port_forward

Kind = Literal["none", "user", "tap", "dgram"]
SETTINGS = ("ip", "gateway", "dns", "ip6", "gateway6")
"""What may stand behind a network's place, in the order of `Network`'s fields."""
KINDS = "user, none, tap=INTERFACE or dgram=OURS:THEIRS"

# What QEMU's user networking gives a guest when nobody says otherwise (QEMU manual, "Network options"); passt
# is told to do the same, so that an image finds one network everywhere.
USER_ADDRESS = "10.0.2.15/24"
USER_GATEWAY = "10.0.2.2"
USER_DNS = "10.0.2.3"


@dataclass(frozen=True, slots=True)
class Network:
    """How an image is connected. `where` is the tap's name or two socket paths; `address` is empty for DHCP."""

    kind: Kind = "none"
    where: tuple[str, ...] = ()
    address: str = ""
    gateway: str = ""
    dns: str = ""  # one address, or two with a comma between
    _: KW_ONLY
    address6: str = ""
    gateway6: str = ""
    forwards: tuple[Forward, ...] = ()
    capture: Path | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the image's command line says of its addresses; nothing if it has to ask by DHCP."""
        if self.kind == "none":
            return ()
        named = (("net.ip", self.address), ("net.gateway", self.gateway), ("net.dns", self.dns))
        named = (
            *(named if self.address else ()),
            ("net.ip6", self.address6),
            ("net.gateway6", self.gateway6),
        )
        return tuple(f"{key}={value}" for key, value in named if value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about the network, as it was written."""

    net: str = ""
    ports: tuple[str, ...] = ()
    dhcp: bool = False
    capture: Path | None = field(default=None)


def network_of(description: ImageDescription, wanted: Wanted) -> Network:
    """The network of a run. An image without one gets none, and asking for one is an error."""
    network = read_network(wanted.net) if wanted.net else Network("user" if description.network else "none")
    forwards = tuple(port_forward(port) for port in wanted.ports or description.ports)
    if not description.network:
        asked = (
            "ports" if wanted.ports or description.ports else "a network" if network.kind != "none" else ""
        )
        if asked or wanted.capture:
            raise UserError(
                f"{description.recipe} has no network, so it cannot be given {asked or 'a capture'}",
                hint="A program that opens sockets gets a network by itself; "
                "one that does without asks for it in its recipe: `needs: [net.device]`.",
                exit_status=HOST_SIDE,
            )
        return network
    if network.kind != "user":
        if wanted.ports:
            raise UserError(
                f"ports lead to an image by user networking only, not by --net {wanted.net}",
                hint="On another network the image has an address of its own: connect to that.",
                exit_status=HOST_SIDE,
            )
        forwards = ()
    if network.kind == "user" and not network.address:
        network = replace(network, address=USER_ADDRESS, gateway=USER_GATEWAY, dns=USER_DNS)
    if wanted.dhcp:
        network = replace(network, address="", gateway="", dns="")
    if network.kind == "none" and wanted.capture:
        raise UserError("there is nothing to capture with --net none", exit_status=HOST_SIDE)
    check_free(forwards)
    return replace(network, forwards=forwards, capture=_writable(wanted.capture))


def read_network(text: str) -> Network:
    """Reads `user`, `none`, `tap=INTERFACE` or `dgram=OURS:THEIRS`, with `,ip=A.B.C.D/N`, `,gateway=`, `,dns=`,
    `,ip6=A::B/64` and `,gateway6=` behind it, `dns` at most twice: an image knows two servers of names."""
    first, *rest = text.split(",")
    kind, equals, where = first.partition("=")
    settings: dict[str, str] = {}
    for word in rest:
        key, _, value = word.partition("=")
        before = settings.get(key, "")
        if key not in SETTINGS or (before and (key != "dns" or "," in before)):
            raise _wrong(text, f"{word!r} is none of {', '.join(f'{name}=' for name in SETTINGS)}")
        settings[key] = ",".join(filter(None, (before, _address(text, key, value))))
    if ("gateway" in settings or "dns" in settings) and "ip" not in settings:
        raise _wrong(text, "an address of a gateway or name server needs ip= beside it")
    if kind in ("user", "none") and equals:
        raise _wrong(text, f"nothing follows {kind}")
    places: tuple[str, ...] = ()
    match kind:
        case "none" if settings:
            raise _wrong(text, "no network needs no address")
        case "user" if settings:
            raise _wrong(text, "user networking has addresses of its own")
        case "none" | "user":
            pass
        case "tap":
            if not where or len(where) > 15:  # IFNAMSIZ, with its NUL, is 16 (netdevice(7))
                raise _wrong(text, "tap= names an interface of the host")
            places = (where,)
        case "dgram":
            ours, colon, theirs = where.partition(":")
            if not (ours and colon and theirs):
                raise _wrong(text, "dgram= names two Unix sockets")
            places = (ours, theirs)
        case _:
            raise _wrong(text, f"there is no {kind!r}")
    address, gateway, dns, address6, gateway6 = (settings.get(key, "") for key in SETTINGS)
    return Network(kind, places, address, gateway, dns, address6=address6, gateway6=gateway6)


def _address(text: str, key: str, value: str) -> str:
    try:
        if key == "ip":
            if "/" not in value:
                raise ValueError("the length of the network's part follows, as in 192.168.1.2/24")
            return str(ipaddress.IPv4Interface(value))
        if key == "ip6":
            if not value.endswith("/64"):
                raise ValueError("a network has 64 bits, as in fd00:1::2/64")
            return str(ipaddress.IPv6Interface(value))
        if key == "gateway6":
            return str(ipaddress.IPv6Address(value))
        return str(ipaddress.IPv4Address(value))
    except ValueError as e:
        raise _wrong(text, f"{key}={value}: {e}") from e


def _wrong(text: str, reason: str) -> UserError:
    return UserError(
        f"{text!r} is not a network: {reason}",
        hint=f"Write {KINDS}, with ,ip=192.168.1.2/24,gateway=192.168.1.1 behind it where you want to.",
        exit_status=HOST_SIDE,
    )


def _writable(file: Path | None) -> Path | None:
    """The capture's place; an error if it cannot be written."""
    if file is None:
        return None
    try:
        file.open("wb").close()
    except OSError as e:
        raise UserError(f"cannot write the capture: {e.strerror}", where=file, exit_status=HOST_SIDE) from e
    return file.absolute()


def qemu_network(network: Network, device: str | None, target: str) -> list[str]:
    """QEMU's words for a network; `device` is the card that the machine has."""
    if network.kind == "none":
        return []
    if device is None:
        raise UserError(f"the machine {target} has no network card", exit_status=HOST_SIDE)
    words = ["-netdev", _back_end(network), "-device", f"{device},netdev=net"]
    if network.capture is not None:
        words += ["-object", f"filter-dump,id=capture,netdev=net,file={_escaped(str(network.capture))}"]
    return words


def _back_end(network: Network) -> str:
    match network.kind:
        case "tap":
            # Packets whose checksums and segments are left to the tap carry a header of virtio before the frame, which
            # QEMU would write into the capture.
            plain = ",vnet_hdr=off" if network.capture is not None else ""
            return f"tap,id=net,ifname={_escaped(network.where[0])},script=no,downscript=no{plain}"
        case "dgram":
            ours, theirs = map(_escaped, network.where)
            local, remote = f"local.type=unix,local.path={ours}", f"remote.type=unix,remote.path={theirs}"
            return f"dgram,id=net,{local},{remote}"
        case _:
            return "user,id=net" + _forwards(network.forwards)


def _forwards(forwards: Sequence[Forward]) -> str:
    return "".join(f",hostfwd={f.protocol}::{f.host}-:{f.guest}" for f in forwards)


def _escaped(value: str) -> str:
    """A comma in a value of QEMU's options is written twice (QEMU manual, "Invocation")."""
    return value.replace(",", ",,")
