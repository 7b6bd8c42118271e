"""A selection as a graph: the application and its libraries, who needs whom and by which interface or calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unilith.catalog.catalog import Catalog
from unilith.resolver.selection import Selection
from unilith.resolver.statements import STUB_LIBRARY


@dataclass(frozen=True, slots=True)
class Node:
    """A box: the application, a library or the platform. ``tip`` says why it is there."""

    name: str
    bytes: int
    tip: str
    kind: str  # "app", "library" or "platform"


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` needs ``target``; ``label`` says what of it."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges in order of name; ``title`` says what is drawn."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(catalog: Catalog, selection: Selection, app_bytes: int) -> Graph:
    """The graph of a selection. What the application demands comes from its facts."""
    app = f"{selection.recipe} "  # with a blank: a library may have the recipe's name
    givers: dict[str, tuple[str, ...]] = {b.name: b.providers for b in selection.interfaces}
    callers = {b.name: b.providers for b in selection.syscalls}
    nodes = [Node(app, app_bytes, "the application with its C library", "app")]
    labels: dict[tuple[str, str], list[str]] = {}
    for fact in selection.facts:
        targets = {**givers, **callers}.get(fact.name, (fact.name,) if fact.name in selection.names else ())
        for target in targets:
            labels.setdefault((app, target), []).append(fact.name)
    labels.update({(app, STUB_LIBRARY): list(selection.stubs)} if STUB_LIBRARY in selection.names else {})
    drawn = {n for n in selection.names if catalog.get(n).sources}  # the others are headers
    for library in (lib for lib in selection.libraries if lib.name in drawn):
        manifest = catalog.get(library.name)
        kind = "platform" if library.name in catalog.platforms else "library"
        nodes.append(Node(library.name, library.bytes, library.reason, kind))
        for ref in manifest.requires:
            for target in givers.get(ref.name, (ref.name,)):
                if target in selection.names and target != library.name:
                    labels.setdefault((library.name, target), []).append(ref.name)
    edges = [Edge(a, b, _label(words)) for (a, b), words in sorted(labels.items()) if b in drawn]
    title = f"{selection.recipe} for {selection.target}: {selection.bytes:,} bytes of libraries"
    return Graph(title, tuple(nodes), tuple(edges))


def _label(words: list[str]) -> str:
    shown = sorted(dict.fromkeys(words))
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")


def layers(graph: Graph) -> list[list[Node]]:
    """The nodes in rows, each below everything that needs it; what needs each other shares a row's depth.

    Within a row, nodes stand near the middle of those above that need them.
    """
    depth = _depths(graph)
    rows: dict[int, list[Node]] = {}
    for node in graph.nodes:
        rows.setdefault(depth[node.name], []).append(node)
    place: dict[str, float] = {}
    above: dict[str, list[str]] = {}
    for edge in graph.edges:
        above.setdefault(edge.target, []).append(edge.source)
    ordered = []
    for level in sorted(rows):
        row = sorted(rows[level], key=lambda n: (_middle(above.get(n.name, []), place), n.name))
        for number, node in enumerate(row):
            place[node.name] = (number + 0.5) / len(row)
        ordered.append(row)
    return ordered


def _middle(names: list[str], place: Mapping[str, float]) -> float:
    known = [place[n] for n in names if n in place]
    return sum(known) / len(known) if known else 0.5


def _depths(graph: Graph) -> dict[str, int]:
    """The longest way from the top, loops cut at the node that the search came from."""
    below: dict[str, list[str]] = {}
    for edge in graph.edges:
        below.setdefault(edge.source, []).append(edge.target)
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def visit(start: str) -> None:
        stack = [(start, iter(below.get(start, ())))]
        state[start] = 1
        while stack:
            name, children = stack[-1]
            for child in children:
                if state.get(child) == 1:
                    back.add((name, child))
                elif child not in state:
                    state[child] = 1
                    stack.append((child, iter(below.get(child, ()))))
                    break
            else:
                state[name] = 2
                order.append(name)
                stack.pop()

    for node in graph.nodes:
        if node.name not in state:
            visit(node.name)
    depth = dict.fromkeys(state, 0)
    for name in reversed(order):
        for child in below.get(name, ()):
            if (name, child) not in back:
                depth[child] = max(depth[child], depth[name] + 1)
    return depth
