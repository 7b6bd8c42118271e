"""A graph as a picture: SVG that needs nothing but a browser."""

from __future__ import annotations

from html import escape

from unilith.report.graph import Edge, Graph, Node, layers

_WIDTH, _HEIGHT = 168, 44  # of a box
_GAP, _DROP = 22, 62  # between boxes of a row, and between rows
_MARGIN, _TITLE = 24, 40
_PER_ROW = 8
_FILL = {"app": "#d7e8ff", "library": "#f4f4ee", "platform": "#dff3df"}


def svg_text(graph: Graph) -> str:
    """The picture. A box's shade grows with its bytes; pointing at a box or a line tells why it is there."""
    rows = [row[i : i + _PER_ROW] for row in layers(graph) for i in range(0, len(row), _PER_ROW)]
    width = 2 * _MARGIN + max(map(len, rows)) * (_WIDTH + _GAP) - _GAP
    height = _TITLE + 2 * _MARGIN + len(rows) * (_HEIGHT + _DROP) - _DROP
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        left = (width - (len(row) * (_WIDTH + _GAP) - _GAP)) / 2
        for column, node in enumerate(row):
            places[node.name] = (
                left + column * (_WIDTH + _GAP),
                _TITLE + _MARGIN + number * (_HEIGHT + _DROP),
            )
    most = max((node.bytes for node in graph.nodes if node.kind != "app"), default=1) or 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width:g}" height="{height:g}" fill="white"/>',
        f'<text x="{_MARGIN}" y="{_TITLE - 12}" font-size="16">{escape(graph.title)}</text>',
        *(_line(edge, places) for edge in graph.edges),
        *(_box(node, places[node.name], node.bytes / most) for node in graph.nodes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(edge: Edge, places: dict[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    x1, x2 = x1 + _WIDTH / 2, x2 + _WIDTH / 2
    if y2 > y1:
        y1 += _HEIGHT
    else:
        y2 += _HEIGHT
    bend = (y2 - y1) / 2
    path = f"M{x1:g} {y1:g} C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
    tip = escape(f"{edge.source.strip()} needs {edge.label} of {edge.target}")
    return f'<path d="{path}" fill="none" stroke="#8a8a8a" stroke-opacity="0.55"><title>{tip}</title></path>'


def _box(node: Node, place: tuple[float, float], share: float) -> str:
    x, y = place
    bar = max(0.0, min(1.0, share)) * (_WIDTH - 8) if node.kind != "app" else 0
    radius = 20 if node.kind == "app" else 4
    return (
        f"<g><title>{escape(node.tip)}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="{radius}" fill="{_FILL[node.kind]}" '
        'stroke="#555"/>'
        f'<rect x="{x + 4:g}" y="{y + _HEIGHT - 6:g}" width="{bar:.1f}" height="3" fill="#d9822b"/>'
        f'<text x="{x + _WIDTH / 2:g}" y="{y + 18:g}" text-anchor="middle">{escape(node.name.strip())}</text>'
        f'<text x="{x + _WIDTH / 2:g}" y="{y + 33:g}" text-anchor="middle" fill="#666" font-size="11">'
        f"{node.bytes:,} bytes</text></g>"
    )
