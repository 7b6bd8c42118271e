"""Ports of the host that lead to ports of an image."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE

Protocol = Literal["tcp", "udp"]
_FORWARD = re.compile(r"([0-9]{1,5}):([0-9]{1,5})(?:/(tcp|udp))?")


@dataclass(frozen=True, slots=True)
class Forward:
    """A port of the host that leads to one of the guest."""

    host: int
    guest: int
    protocol: Protocol = "tcp"

    def __str__(self) -> str:
        return f"{self.host}:{self.guest}/{self.protocol}"


def port_forward(text: str) -> Forward:
    """Reads `HOST:GUEST`, of TCP unless `/udp` follows."""
    match = _FORWARD.fullmatch(text)
    if match is None or not all(1 <= int(number) <= 65535 for number in match.groups()[:2]):
        raise UserError(
            f"{text!r} is not a pair of ports",
            hint="Write HOST:GUEST, two numbers from 1 to 65535, as in 8080:80, or 5353:53/udp.",
            exit_status=HOST_SIDE,
        )
    return Forward(int(match[1]), int(match[2]), "udp" if match[3] == "udp" else "tcp")


def check_free(forwards: Sequence[Forward]) -> None:
    """Says which port of the host cannot be had, while it is still a person's mistake and not a program's."""
    seen: set[tuple[int, str]] = set()
    for forward in forwards:
        if (forward.host, forward.protocol) in seen:
            raise UserError(
                f"port {forward.host} of the host is to lead to two places",
                hint="Give each -p a host port of its own.",
                exit_status=HOST_SIDE,
            )
        seen.add((forward.host, forward.protocol))
        _check_free(forward)


def _check_free(forward: Forward) -> None:
    kind = socket.SOCK_STREAM if forward.protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        if forward.protocol == "tcp":
            # Connections that have ended do not keep a port; who still listens does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", forward.host))
            if forward.protocol == "tcp":
                probe.listen(1)
        except OSError as e:
            reasons = {
                errno.EADDRINUSE: ("is already in use", "Choose another one"),
                errno.EACCES: ("may not be used by this user", "Choose one above 1023"),
            }
            reason, way = reasons.get(e.errno or 0, (f"cannot be used: {e.strerror}", "Choose another one"))
            raise UserError(
                f"port {forward.host} of the host {reason}",
                hint=f"{way}: -p PORT:{forward.guest}{'/udp' if forward.protocol == 'udp' else ''}.",
                exit_status=HOST_SIDE,
            ) from e


def reachable(forwards: Sequence[Forward]) -> str:
    """What a person is told of the ports: where each leads."""
    return ", ".join(f"localhost:{f.host} -> port {f.guest} ({f.protocol})" for f in forwards)
