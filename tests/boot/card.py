"""An image in a machine of QEMU whose network card is a test's to choose."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.boot.wire import Greeting, Wire, built, greet, plugged, sockets

CARD = {"qemu-x86_64": "virtio-net-pci,romfile=", "microvm-x86_64": "virtio-net-device"}


@contextlib.contextmanager
def machine(
    workshop: Path,
    target: str,
    device: str,
    *build: str,
    recipe: str = "udp-kv",
    greeting: Greeting = greet,
    further: str = "",
) -> Iterator[tuple[Wire, Path]]:
    """A cable to the card that QEMU makes of ``device``, and the socket of the machine's control."""
    from unilith.image.description import ImageDescription
    from unilith.run.network import Network
    from unilith.run.qemu import find_program, qemu_command

    image = built(recipe, target, *build, cwd=workshop)
    description = ImageDescription.read(image / "image.json")
    record = image / "record"
    with sockets(workshop) as (end, theirs, ours), record.open("wb") as file:
        control = theirs.parent / "control"
        words = qemu_command(
            description,
            find_program(description),
            args=None,
            memory=8 << 20,
            network=Network(),
            accel="tcg",
            record=file.fileno(),
        )
        local, remote = f"local.type=unix,local.path={theirs}", f"remote.type=unix,remote.path={ours}"
        words += ["-netdev", f"dgram,id=net,{local},{remote}", "-device", f"{device},netdev=net,id=card"]
        words += ["-qmp", f"unix:{control},server=on,wait=off", *further.split()]
        words = [word.replace(f"/proc/self/fd/{file.fileno()}", str(record)) for word in words]
        with plugged(words, end, theirs, workshop) as wire:
            greeting(wire)
            yield wire, control
