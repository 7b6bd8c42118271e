"""What the resolver makes of a user's choices: an answer, or the reasons why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from unilith.pipeline.choices_file import Choices
from unilith.resolver.problem import Statement
from unilith.resolver.selection import Resolved, SelectedLibrary
from unilith.tui.options import Unmet


@dataclass(frozen=True)
class Answer:
    """An image that can be had.

    ``weights`` are predicted bytes by library, ``total`` their sum with the application. ``options`` are the values
    of all options in the image; ``settings`` those that the recipe or the user asks for.
    """

    choices: Choices
    resolved: Resolved
    weights: Mapping[str, int]
    total: int
    options: Mapping[str, str]
    settings: Mapping[str, str]

    @cached_property
    def libraries(self) -> Mapping[str, SelectedLibrary]:
        """The libraries and the platform in the image, by name."""
        return {library.name: library for library in self.resolved.selection.libraries}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(self.libraries)


@dataclass(frozen=True)
class Impossible:
    """There is no such image: ``statements`` cannot hold together, or options cannot have the values of ``unmet``.

    ``reasons`` says it in lines that name files.
    """

    choices: Choices
    reasons: tuple[str, ...]
    statements: tuple[Statement, ...] = ()
    unmet: tuple[Unmet, ...] = ()


Outcome = Answer | Impossible
