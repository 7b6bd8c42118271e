"""Rows of text in aligned columns; the last column may be cut to the terminal's width."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """The rows, one a line, two blanks between columns; the columns numbered in ``right`` aligned right.

    On a terminal a line is cut to its width; elsewhere nothing is lost.
    """
    if not rows:
        return ""
    widths = [max(len(cell) for cell in cells) for cells in zip_longest(*rows, fillvalue="")]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = []
    for row in rows:
        cells = [cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row)]
        line = "  ".join(cells).rstrip()
        if limit is not None and len(line) > limit:
            line = line[: limit - 1] + "…"
        lines.append(line)
    return "\n".join(lines)
