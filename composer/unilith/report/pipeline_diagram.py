"""The picture of the pipeline: recipe and catalog become a demand, a selection, a plan, an image, a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 1000, 344
_BOX_WIDTH, _BOX_HEIGHT = 136, 104
_FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"


@dataclass(frozen=True, slots=True)
class Box:
    """One value on the way: where it stands (its upper left corner), what it is, and what makes it."""

    x: int
    y: int
    title: str
    lines: tuple[str, ...]
    maker: str
    colour: str = "#ffffff"


_TOP, _BOTTOM = 40, 208
_STEP = 164
_X = [24 + _STEP * column for column in range(6)]
_GIVEN, _MADE, _ASKED = "#fff3d6", "#e3eefb", "#e6f4e4"

BOXES = (
    Box(_X[0], _TOP, "recipe", ("name, sources,", "files, rules"), "you", _GIVEN),
    Box(_X[1], _TOP, "demand", ("the calls that the", "code can reach"), "demand", _MADE),
    Box(_X[2], _TOP, "selection", ("fewest bytes,", "proved, explained"), "resolver", _MADE),
    Box(_X[3], _TOP, "plan", ("compile, link,", "boot order, tables"), "plan, generate", _MADE),
    Box(_X[4], _TOP, "image", ("one ELF file,", "an initrd"), "ninja, image", _MADE),
    Box(_X[5], _TOP, "run", ("virtual machine", "or process"), "run", _MADE),
    Box(_X[1], _BOTTOM, "catalog", ("manifests, options,", "measured bytes"), "catalog, kconfig", _GIVEN),
    Box(_X[2], _BOTTOM, "lock file", ("choices, reasons,", "certificate"), "why, verify", _ASKED),
    Box(_X[4], _BOTTOM, "sizes", ("predicted and", "linked bytes"), "size", _ASKED),
)


def pipeline_svg() -> str:
    """The picture as SVG, the same bytes on every machine."""
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' "
        f"width='{_WIDTH}' height='{_HEIGHT}' role='img' aria-labelledby='title'>",
        "<title id='title'>Recipe and catalog become a demand, a selection, a plan, an image and a run</title>",
        "<defs><marker id='head' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='8' markerHeight='8' "
        "orient='auto'><path d='M0 0 L10 5 L0 10 z' fill='#4a5568'/></marker></defs>",
        f"<rect width='{_WIDTH}' height='{_HEIGHT}' rx='10' fill='#fbfcfe'/>",
    ]
    middle = _TOP + _BOX_HEIGHT // 2
    parts += [_arrow([(_X[i] + _BOX_WIDTH, middle), (_X[i + 1], middle)]) for i in range(5)]
    centre = [x + _BOX_WIDTH // 2 for x in _X]
    below = _TOP + _BOX_HEIGHT
    parts += [
        _arrow([(centre[1], _BOTTOM), (centre[1], below)]),
        _arrow(
            [(centre[1] + 40, _BOTTOM), (centre[1] + 40, 178), (centre[2] - 40, 178), (centre[2] - 40, below)]
        ),
        _arrow([(centre[2] + 20, below), (centre[2] + 20, _BOTTOM)]),
        _arrow([(centre[4], below), (centre[4], _BOTTOM)]),
    ]
    parts += [_box(box) for box in BOXES]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _arrow(points: Sequence[tuple[int, int]]) -> str:
    path = " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(points))
    return f"<path d='{path}' fill='none' stroke='#4a5568' stroke-width='1.6' marker-end='url(#head)'/>"


def _box(box: Box) -> str:
    centre = box.x + _BOX_WIDTH // 2
    parts = [
        f"<rect x='{box.x}' y='{box.y}' width='{_BOX_WIDTH}' height='{_BOX_HEIGHT}' rx='8' "
        f"fill='{box.colour}' stroke='#4a5568' stroke-width='1.2'/>",
        _text(centre, box.y + 26, box.title, "font-size='16' font-weight='bold' fill='#1a202c'"),
    ]
    parts += [
        _text(centre, box.y + 48 + 17 * number, line, "font-size='12' fill='#2d3748'")
        for number, line in enumerate(box.lines)
    ]
    parts.append(_text(centre, box.y + 93, box.maker, "font-size='11' font-style='italic' fill='#5a6b82'"))
    return "\n".join(parts)


def _text(x: int, y: int, text: str, style: str) -> str:
    return f"<text x='{x}' y='{y}' text-anchor='middle' {_FONT} {style}>{escape(text)}</text>"
