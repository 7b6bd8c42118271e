"""The network of a process image: passt, a program without privileges that carries its packets to the host's sockets.

passt gets one end of a socket pair, the image the other (`--net-fd`); each frame on it is preceded by its length, 32
bits in network order. It ends when the image's end is closed.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from unilith.errors import UserError
from unilith.run.network import USER_ADDRESS, USER_DNS, USER_GATEWAY, Network
from unilith.run.options import HOST_SIDE

PROGRAM = "passt"
MTU = 1500
GATEWAY_MAC = "52:55:0a:00:02:02"
"""The address that QEMU's user networking gives its gateway."""
BEGINS = 10.0
"""Seconds after which a passt that says nothing is given up; it takes a few milliseconds."""


@contextlib.contextmanager
def passt(network: Network) -> Iterator[int]:
    """Runs passt for the time of a run; the value is the descriptor for the image."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise UserError(
            f"{PROGRAM} is not installed, and a process image has its network by it",
            hint=f"Install the package {PROGRAM}, run with --net none, or use a virtual machine.",
            exit_status=HOST_SIDE,
        )
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs, tempfile.TemporaryFile() as said, _capture(network.capture) as capture:
        process = subprocess.Popen(
            passt_command(program, network, theirs.fileno(), capture),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        try:
            if not _answers(ours):
                process.kill()
                process.wait()
                said.seek(0)
                raise UserError(
                    f"{PROGRAM} could not begin: {_last_line(said.read()) or 'it does not say why'}",
                    hint="It needs a network on the host, and user namespaces.",
                    exit_status=HOST_SIDE,
                )
            yield ours.fileno()
        finally:
            ours.close()
            process.terminate()
            process.wait()


def _answers(connection: socket.socket) -> bool:
    """Whether passt runs and has its ports: it answers when it is asked who the gateway is (RFC 826)."""
    card = bytes.fromhex("525400123456")
    ours, gateway = (ipaddress.IPv4Address(a.partition("/")[0]).packed for a in (USER_ADDRESS, USER_GATEWAY))
    request = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, card, ours, bytes(6), gateway)
    frame = struct.pack("!6s6sH", b"\xff" * 6, card, 0x0806) + request
    connection.settimeout(BEGINS)
    try:
        connection.sendall(struct.pack("!I", len(frame)) + frame)
        # Length and frame come in two parts, and with a time limit a call returns what is there.
        missing = 4 + len(frame)
        while missing > 0 and (part := connection.recv(missing)):
            missing -= len(part)
    except OSError:
        return False
    connection.settimeout(None)
    return missing == 0


@contextlib.contextmanager
def _capture(wanted: Path | None) -> Iterator[Path | None]:
    """Where passt writes its packets. Started by root it turns into nobody, who may not write just anywhere."""
    if wanted is None or os.geteuid() != 0:
        yield wanted
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        file = folder / "capture"
        file.touch()
        file.chmod(0o666)
        try:
            yield file
        finally:
            shutil.copyfile(file, wanted)


def passt_command(program: str, network: Network, descriptor: int, capture: Path | None) -> list[str]:
    """passt's command line; `descriptor` is its end of the socket pair."""
    address = ipaddress.IPv4Interface(USER_ADDRESS)
    command = [program, "--foreground", "--quiet", "--fd", str(descriptor)]
    command += ["--address", str(address.ip), "--netmask", str(address.network.prefixlen)]
    command += ["--gateway", USER_GATEWAY, "--mac-addr", GATEWAY_MAC, "--mtu", str(MTU)]
    command += ["--dns-forward", USER_DNS, "--ipv4-only"]
    for protocol in ("tcp", "udp"):
        ports = ",".join(f"{f.host}:{f.guest}" for f in network.forwards if f.protocol == protocol)
        command += [f"--{protocol}-ports", ports or "none"]
    if capture is not None:
        command += ["--pcap", str(capture)]
    return command


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    # Where there is no system logger, passt complains of that for every line.
    return next((line for line in reversed(lines) if "syslog" not in line), "")
