"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass

TIMED_OUT = 124
CRASHED = 126


@dataclass(frozen=True, slots=True)
class RunResult:
    """`status` is the application's, or 124 (time-out), 125 (host-side failure), 126 (the image crashed).

    `message` says in a sentence what went wrong, and is empty if nothing did. `console` is the
    console's text if it was captured. `seconds` is the time from start to end on the host's clock.
    """

    status: int
    message: str = ""
    console: bytes = b""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The captured console as text, with plain line ends."""
        return self.console.decode("utf-8", "replace").replace("\r\n", "\n")
