"""What a bridge needs of the way to its guest."""

from __future__ import annotations

import selectors
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from unilith.run.vsock.packets import Header

Handler = Callable[[int], None]
"""Called with what a descriptor is ready for (`selectors`)."""

Received = Callable[[Header, Sequence[memoryview]], None]
"""Called with a packet of the guest; the data are valid during the call."""


class GuestGone(Exception):
    """The guest has ended, or cannot be understood any more; the text says why."""


class Guest(ABC):
    """Packets to the guest and from it.

    ``received`` is called for each packet that comes, and ``room`` when packets can be sent again after ``space()``
    had nothing. Both are set before ``start()``. ``held`` is how many answers wait for room: while there are many,
    the guest is not listened to.
    """

    received: Received
    room: Callable[[], None]
    held: Callable[[], bool]

    @abstractmethod
    def start(self, selector: selectors.BaseSelector) -> None:
        """Registers its descriptors, each with a `Handler` as its data."""

    @abstractmethod
    def space(self) -> list[memoryview] | None:
        """Room for the data of one packet, to be filled from the start; None: there is none now."""

    @abstractmethod
    def send(self, header: Header) -> None:
        """Sends a packet; its ``length`` bytes of data have been written into what ``space()`` gave."""

    @abstractmethod
    def flush(self) -> None:
        """Makes sure that the guest looks at what has been sent; listens again if it did not."""

    @abstractmethod
    def drain(self) -> None:
        """Calls ``received`` for what a guest that has ended had sent before; nothing is sent any more."""
