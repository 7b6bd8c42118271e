"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """A table; the columns numbered in ``right`` aligned right. Cells are Markdown: only `|` is escaped."""
    rule = ["---:" if i in right else "---" for i in range(len(header))]
    lines = [header, rule, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: str) -> str:
    """Inline code; nothing for nothing."""
    return f"`{text}`" if text else ""


def codes(words: Sequence[str]) -> str:
    """Inline code, separated by commas."""
    return ", ".join(map(code, words))


def fenced(text: str, language: str = "") -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def anchor(heading: str) -> str:
    """The name by which a heading can be linked to, as common Markdown renderers make it."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def plain(docstring: str) -> str:
    """A docstring as Markdown: one paragraph a paragraph, ``code`` as `code`."""
    paragraphs = [" ".join(p.split()) for p in docstring.replace("``", "`").strip().split("\n\n")]
    return "\n\n".join(paragraphs)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
