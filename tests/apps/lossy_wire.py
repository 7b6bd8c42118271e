"""A bad network between an image and its clients: packets get lost, come twice, and in another order.

The image's card is a cable to a switch of ours, whose other cable ends in a QEMU without a machine: its user networking
plays the router, so that clients of the host reach the image as ever, and TCP at both ends has to cope.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.apps.served import Ready, Server, answering, free_port
from tests.boot.command import environment, unilith

HELD = 0.005
"""Seconds that a packet is late which others overtake."""


@dataclass(frozen=True)
class Harm:
    """How likely it is that something befalls a packet."""

    lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0


class Switch(threading.Thread):
    """Carries frames between two cables, each a pair of Unix datagram sockets: ``a`` and ``b`` are its ends, and
    ``a.peer`` and ``b.peer`` beside them those of the others."""

    def __init__(self, folder: Path, harm: Harm) -> None:
        super().__init__(daemon=True)
        self.harm = harm
        self.seen, self.harmed = 0, 0
        self.chance = random.Random(7)
        self.ends: list[tuple[socket.socket, Path]] = []
        for name in ("a", "b"):
            end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            end.bind(str(folder / name))
            self.ends.append((end, folder / f"{name}.peer"))
        self._ending, self._ended = socket.socketpair()

    def run(self) -> None:
        """Carries until `stop`."""
        late: list[tuple[float, int, bytes]] = []
        sources = [end for end, _ in self.ends] + [self._ended]
        while True:
            wait = max(0.0, late[0][0] - time.monotonic()) if late else None
            readable, _, _ = select.select(sources, [], [], wait)
            if self._ended in readable:
                return
            while late and late[0][0] <= time.monotonic():
                self._put(*late.pop(0)[1:])
            for source in readable:
                which = sources.index(source)
                frame = source.recv(1 << 16)
                self.seen += 1
                kind = self.chance.random()
                if kind < self.harm.lost + self.harm.twice + self.harm.late:
                    self.harmed += 1
                if kind < self.harm.lost:
                    continue
                if kind < self.harm.lost + self.harm.late:
                    late.append((time.monotonic() + HELD, 1 - which, frame))
                    continue
                self._put(1 - which, frame)
                if kind > 1 - self.harm.twice:
                    self._put(1 - which, frame)

    def _put(self, to: int, frame: bytes) -> None:
        end, peer = self.ends[to]
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):  # nobody there yet, or any more
            end.sendto(frame, str(peer))

    def stop(self) -> None:
        """Ends it."""
        self._ending.send(b".")
        self.join()


@contextlib.contextmanager
def badly_served(
    recipe: str | Path, target: str, guest_port: int, ready: Ready, harm: Harm, *words: str, cwd: Path
) -> Iterator[tuple[Server, Switch]]:
    """As `tests.apps.served.serving`, over a bad network."""
    built = unilith("build", recipe, "--target", target, "--quiet", cwd=cwd)
    assert built.status == 0, built
    port = free_port()
    log = cwd / f"served-{port}.log"
    with tempfile.TemporaryDirectory(prefix="lossy-", dir="/tmp") as name, log.open("wb") as out:
        folder = Path(name)
        switch = Switch(folder, harm)
        switch.start()
        cable = f"local.type=unix,local.path={folder}/b.peer,remote.type=unix,remote.path={folder}/b"
        router = ["qemu-system-x86_64", "-machine", "none", "-nodefaults", "-display", "none"]
        router += ["-netdev", f"user,id=user,hostfwd=tcp:127.0.0.1:{port}-:{guest_port}"]
        router += ["-netdev", f"dgram,id=cable,{cable}"]
        for end in ("user", "cable"):
            router += ["-netdev", f"hubport,id=hub-{end},hubid=0,netdev={end}"]
        net = f"dgram={folder}/a.peer:{folder}/a,ip=10.0.2.15/24,gateway=10.0.2.2"
        image = [sys.executable, "-m", "unilith.cli.main", "run", str(recipe), "--target", target, "--quiet"]
        routing = subprocess.Popen(router, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            process = subprocess.Popen(
                [*image, "--net", net, *words],
                cwd=cwd,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
            with answering(Server(port, log, process), ready) as server:
                yield server, switch
        finally:
            routing.kill()
            routing.wait()
            switch.stop()
