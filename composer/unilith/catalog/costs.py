"""What libraries weigh: measured sizes of their functions and objects, stored in the tree beside the libraries.

`libs/costs.<arch>.json` holds a graph for each library: nodes are the sections of its compiled objects, with the
names that they define and what they refer to. What an image takes of a library is what can be reached from
the calls that it demands, so the same library weighs less where less of it is used. `unilith calibrate` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Arch, Manifest
from unilith.errors import UserError


@dataclass(frozen=True, slots=True)
class Node:
    """One section: its bytes in an image, the names it defines for others, and what it refers to: nodes of the
    same library by number, names of other libraries by name."""

    bytes: int
    defines: tuple[str, ...]
    refers: tuple[int | str, ...]


Graph = tuple[Node, ...]


def pruned(graph: Graph) -> Graph:
    """The graph without the nodes that can never count: no bytes, no names, and nobody refers to them."""
    while True:
        referred = {other for node in graph for other in node.refers if isinstance(other, int)}
        kept = [n for n, node in enumerate(graph) if node.bytes or node.defines or n in referred]
        if len(kept) == len(graph):
            return graph
        new = {old: number for number, old in enumerate(kept)}
        graph = tuple(
            Node(
                graph[old].bytes,
                graph[old].defines,
                tuple(new[other] if isinstance(other, int) else other for other in graph[old].refers),
            )
            for old in kept
        )


def costs_file(root: Path, arch: Arch) -> Path:
    """Where the costs of the libraries of a root stand."""
    return root / "libs" / f"costs.{arch}.json"


def read_costs(catalog: Catalog, arch: Arch) -> dict[str, Graph]:
    """The measured graphs of all roots, by library. A library that was never measured is not there."""
    graphs: dict[str, Graph] = {}
    for root in catalog.roots:
        file = costs_file(root, arch)
        if file.is_file():
            graphs |= _read(file)
    return graphs


def write_costs(file: Path, graphs: Mapping[str, Graph]) -> None:
    """One line a library, so that a change of one shows as a change of one line."""
    lines = []
    for name in sorted(graphs):
        nodes = [[node.bytes, node.defines, node.refers] for node in graphs[name]]
        lines.append(f"{json.dumps(name)}: {json.dumps(nodes, separators=(',', ':'))}")
    try:
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=file) from e


def library_costs(catalog: Catalog, graphs: Mapping[str, Graph], calls: Collection[str]) -> dict[str, int]:
    """The bytes that each measured library adds to an image that demands the system calls ``calls``.

    A library without sources is a contract, and weighs nothing.
    """
    contracts = {m.name: 0 for m in catalog.libraries.values() if not m.sources}
    return contracts | {
        name: _reached_bytes(graphs[name], _roots(catalog, catalog.manifests[name], calls))
        for name in sorted(graphs)
        if name in catalog.manifests
    }


def predict(graphs: Mapping[str, Graph], selected: Collection[str], roots: Iterable[str]) -> dict[str, int]:
    """The bytes of each selected library in an image whose execution and demand begin at the names ``roots``.

    Follows references from library to library, as the linker does.
    """
    defined = {
        name: (library, number)
        for library in sorted(selected)
        for number, node in enumerate(graphs.get(library, ()))
        for name in node.defines
    }
    total = dict.fromkeys(sorted(selected), 0)
    seen: set[tuple[str, int]] = set()
    pending = [defined[name] for name in roots if name in defined]
    while pending:
        place = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        library, number = place
        node = graphs[library][number]
        total[library] += node.bytes
        for other in node.refers:
            if isinstance(other, int):
                pending.append((library, other))
            elif other in defined:
                pending.append(defined[other])
    return total


def _roots(catalog: Catalog, manifest: Manifest, calls: Collection[str]) -> set[str]:
    """The names that bring a library in: its share of the demanded calls, its start, what it provides."""
    roots = {f"sys_{call}" for call in manifest.syscalls if call in calls}
    if manifest.init:
        roots.add(manifest.init)
    for ref in manifest.provides:
        interface = catalog.manifests[ref.name]
        if interface.table is not None:
            roots.add(f"{manifest.identifier}_{interface.identifier}")
    return roots


def _reached_bytes(graph: Graph, roots: set[str]) -> int:
    """Without a root of its own a library is called by others, in ways unknown here: all of it counts."""
    pending = [number for number, node in enumerate(graph) if roots & set(node.defines)]
    if not pending:
        return sum(node.bytes for node in graph)
    seen: set[int] = set()
    while pending:
        number = pending.pop()
        if number not in seen:
            seen.add(number)
            pending += [other for other in graph[number].refers if isinstance(other, int)]
    return sum(graph[number].bytes for number in seen)


def _read(file: Path) -> dict[str, Graph]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return {name: _graph(nodes) for name, nodes in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as e:
        raise UserError(
            f"is not a file of measured costs: {e}", where=file, hint="`unilith calibrate` writes it anew."
        ) from e


def _graph(nodes: Sequence[Sequence[Any]]) -> Graph:
    made = []
    for size, defines, refers in nodes:
        lists = isinstance(defines, list) and isinstance(refers, list)
        if not lists or type(size) is not int or size < 0 or any(type(name) is not str for name in defines):
            raise TypeError("a node is [bytes, [names], [references]]")
        for other in refers:
            if type(other) is not str and (type(other) is not int or not 0 <= other < len(nodes)):
                raise ValueError("a reference leads nowhere")
        made.append(Node(size, tuple(defines), tuple(refers)))
    return tuple(made)
