"""Compiled objects as a graph: what there is to weigh of a library, and what refers to what."""

from __future__ import annotations

from collections.abc import Sequence

from unilith.catalog.costs import Graph, Node, pruned
from unilith.demand.object_file import UNDEFINED, ObjectFile


def object_graph(objects: Sequence[ObjectFile]) -> Graph:
    """The sections of a library's objects as one graph; what takes no room in an image file weighs nothing."""
    numbers: dict[tuple[int, int], int] = {}
    defined: dict[str, int] = {}
    for which, item in enumerate(objects):
        for index, section in item.sections.items():
            if section.in_memory:
                numbers[which, index] = len(numbers)
        for symbol in item.symbols:
            if symbol.exported and (which, symbol.section) in numbers:
                defined[symbol.name] = numbers[which, symbol.section]
    nodes = []
    for which, index in numbers:
        item = objects[which]
        section = item.sections[index]
        refers: dict[int | str, None] = {}
        for number in item.references.get(index, ()):
            symbol = item.symbols[number]
            if symbol.section > UNDEFINED:
                # What a section of code says of one that no image holds (debug information) weighs nothing.
                if (which, symbol.section) in numbers:
                    refers[numbers[which, symbol.section]] = None
            elif symbol.name:
                refers[defined.get(symbol.name, symbol.name)] = None
        exported = sorted(s.name for s in item.symbols if s.exported and s.section == index)
        size = section.size if section.stored else 0
        nodes.append(Node(size, tuple(exported), tuple(refers)))
    return pruned(tuple(nodes))
