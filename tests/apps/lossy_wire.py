"""A bad network between an image and its clients: packets get lost, come twice, and in another order.

The image's card is a cable to a switch of ours, whose other side is a tap: TCP of the image and of the host's kernel
have to cope. (QEMU's user networking is no peer for this: a request that got lost while the image repeated its SYN is
never sent again.)
"""

from __future__ import annotations

import contextlib
import os
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

from tests.apps.served import Ready, Server, answering
from tests.apps.tap import frames, tap
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
    """Carries frames between a pair of Unix datagram sockets, ``guest`` the image's and ``switch`` ours, and a tap."""

    def __init__(self, folder: Path, tap: int, harm: Harm) -> None:
        super().__init__(daemon=True)
        self.harm = harm
        self.seen, self.harmed = 0, 0
        self.chance = random.Random(7)
        self._cable = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._cable.bind(str(folder / "switch"))
        self._guest = str(folder / "guest")
        self._tap = tap
        self._ending, self._ended = socket.socketpair()

    def run(self) -> None:
        """Carries until `stop`."""
        late: list[tuple[float, int, bytes]] = []
        sources = [self._cable.fileno(), self._tap, self._ended.fileno()]
        while True:
            wait = max(0.0, late[0][0] - time.monotonic()) if late else None
            readable, _, _ = select.select(sources, [], [], wait)
            if sources[2] in readable:
                return
            while late and late[0][0] <= time.monotonic():
                self._put(*late.pop(0)[1:])
            for source in readable:
                which = sources.index(source)
                frame = os.read(source, 1 << 16)
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
        if to == 1:
            os.write(self._tap, frame)
            return
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):  # nobody there yet, or any more
            self._cable.sendto(frame, self._guest)

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
    with tempfile.TemporaryDirectory(prefix="lossy-", dir="/tmp") as name, tap() as card, frames(card) as end:
        folder = Path(name)
        log = cwd / f"served-{card.name}.log"
        switch = Switch(folder, end, harm)
        switch.start()
        net = f"dgram={folder}/guest:{folder}/switch,{card.place}"
        image = [sys.executable, "-m", "unilith.cli.main", "run", str(recipe), "--target", target, "--quiet"]
        try:
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [*image, "--net", net, *words],
                    cwd=cwd,
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                )
            with answering(Server(guest_port, log, process, host=card.guest), ready) as server:
                yield server, switch
        finally:
            switch.stop()
