"""An image in QEMU that the host reaches by user networking, as its words for QEMU."""

from __future__ import annotations

from unilith.image.description import ImageDescription
from unilith.run.network import Wanted, network_of
from unilith.run.qemu import find_program, qemu_command


def forwarded(image: ImageDescription, forward: str, memory: int, *, dhcp: bool = False) -> list[str]:
    """QEMU's words for an image with so many bytes of memory: it stays where it was linked for, a port of the host
    leads to it (`8080:80`), and nobody reads what it says."""
    words = qemu_command(
        image,
        find_program(image),
        args=None,
        memory=memory,
        network=network_of(image, Wanted(ports=(forward,), dhcp=dhcp)),
        accel="tcg",
        record=1,
        parameters=("image.move=off",),
    )
    return [word.replace("/proc/self/fd/1", "/dev/null") for word in words]
