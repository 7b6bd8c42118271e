"""What a partially linked program reaches, and by which path.

The object is the output of `ld -r --unique`: one section for each function or object of the sources, with
the relocations kept. A section that refers to a symbol reaches the section that defines it, so the undefined
names that are reachable from the roots are exactly the names that the final link will ask for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from unilith.demand.object_file import UNDEFINED, read_object


@dataclass(frozen=True, slots=True)
class Reached:
    """A name, and the shortest chain of functions and objects that leads to it, root first."""

    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """``undefined`` is in order of name; ``stored`` counts the bytes that it all takes in an image; ``asked``
    are the names looked out for that something reachable refers to, in order."""

    undefined: tuple[Reached, ...]
    stored: int
    asked: tuple[Reached, ...] = ()


def reach(file: Path, roots: tuple[str, ...], look_for: Collection[str] = ()) -> Reach:
    """What ``roots`` reach in the relocatable object ``file``.

    ``look_for`` are names that are defined in it. A library that calls its own functions by hidden names does
    not refer to them: those who do are the program.

    A root that the object does not define is reported as undefined and reached by nothing.
    """
    program = read_object(file)
    defined = {s.name: s.section for s in program.symbols if s.name and s.section > UNDEFINED}

    came_from: dict[int, int | None] = {}
    found: dict[str, int | None] = {}
    asked: dict[str, int | None] = {}
    queue: deque[int] = deque()

    def visit(section: int, by: int | None) -> None:
        if section not in came_from:
            came_from[section] = by
            queue.append(section)

    for root in roots:
        if root in defined:
            visit(defined[root], None)
        else:
            found.setdefault(root, None)
    while queue:
        section = queue.popleft()
        for index in program.references.get(section, ()):
            symbol = program.symbols[index]
            if symbol.section > UNDEFINED:
                visit(symbol.section, section)
                if symbol.name in look_for:
                    asked.setdefault(symbol.name, section)
            elif symbol.section == UNDEFINED and symbol.name and not symbol.weak:
                found.setdefault(symbol.name, section)

    def path(section: int | None) -> tuple[str, ...]:
        steps: list[str] = []
        while section is not None:
            steps.append(program.sections[section].label)
            section = came_from[section]
        return tuple(reversed(steps))

    reached = (program.sections[index] for index in came_from)
    return Reach(
        undefined=tuple(Reached(name, path(found[name])) for name in sorted(found)),
        stored=sum(s.size for s in reached if s.in_memory and s.stored),
        asked=tuple(Reached(name, path(asked[name])) for name in sorted(asked)),
    )
