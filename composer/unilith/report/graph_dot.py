"""A graph in the language of Graphviz."""

from __future__ import annotations

from unilith.report.graph import Graph

_SHAPES = {"app": "ellipse", "library": "box", "platform": "house"}


def dot_text(graph: Graph) -> str:
    """The graph as DOT (graphviz.org, "DOT Language")."""
    lines = [f"digraph {_quoted(graph.title)} {{", "  rankdir=TB;", '  node [fontname="sans-serif"];']
    for node in graph.nodes:
        label = _quoted(f"{node.name.strip()}\n{node.bytes:,} bytes")
        lines.append(
            f"  {_quoted(node.name)} [label={label}, shape={_SHAPES[node.kind]}, tooltip={_quoted(node.tip)}];"
        )
    for edge in graph.edges:
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(edge.label)}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
