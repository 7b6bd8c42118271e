"""The proof that nothing cheaper exists: plain values, readable by people and by the checker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """At least one of ``variables`` is on in every answer.

    That follows from the statements whose origins read as in ``because``, together with the earlier steps
    ``after``. ``share`` is what the step adds to the lower bound, in folded units: a variable that costs b
    bytes weighs ``b * scale + 1``, and the shares of all steps with it do not exceed that. 0 for a step that
    only serves others.
    """

    variables: tuple[str, ...]
    because: tuple[str, ...]
    after: tuple[int, ...] = ()
    share: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """No answer has fewer than ``bytes`` bytes, nor, of those with as many, fewer than ``count`` variables
    on: whatever hits all steps costs at least that. ``scale`` is greater than any count.

    ``complete`` is false where the proof would have become too long: the steps then hold, but prove less.
    """

    bytes: int
    count: int
    scale: int
    steps: tuple[Step, ...]
    complete: bool = True
