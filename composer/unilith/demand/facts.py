"""What an application needs, as facts that say where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unilith.errors import Where


class FactKind(StrEnum):
    """What the fact's name is the name of."""

    LIBRARY = "library"
    INTERFACE = "interface"
    SYSCALL = "syscall"
    OPTION = "option"  # a Kconfig symbol without its CONFIG_; `SYMBOL=value` where the value is not y


@dataclass(frozen=True, slots=True)
class Origin:
    """Why something stands: a sentence a person understands, and the line that says so."""

    text: str
    where: Where | None = None

    def __str__(self) -> str:
        return f"{self.text} ({self.where})" if self.where else self.text


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the application needs.

    ``origin.text`` is a clause that can follow "because": "ae_epoll.o in redis-server calls epoll_wait".
    ``when``, if not empty, is the Kconfig expression under which it is needed.
    """

    kind: FactKind
    name: str
    origin: Origin
    when: str = ""
