"""How rows look, and the texts that explain the keys and marks."""

from __future__ import annotations

from rich.text import Text

from unilith.tui.rows import Row, RowKind, State

KEYS = (
    "Arrows move  Enter opens  Space switches  y/n on/off  u takes back  / search  ? help  c changes  a hidden\n"
    "s save  o load  d defconfig  f full .config  r lines for the recipe  Esc back  q leave"
)

HELP = (
    "[*]  in the image, because you want it        -*-  in the image, because something needs it",
    "[ ]  not in the image                         [-]  you forbid it",
    "[!]  not in the image, and impossible as things stand; Space says why, and the ways out",
    "(X)  chosen of several   ( )  not chosen      (64) a value, which Enter changes",
    "",
    "Space   takes a choice of yours back, else switches on or off. What a step brings with it is shown first.",
    "y, n    want and forbid; `u` leaves the highlighted row to the resolver again",
    "Enter   opens a menu or changes a value; Esc, left and h go back; j and k move",
    "/       finds libraries, interfaces and options, by words or regular expressions, hidden ones too",
    "?       explains the highlighted row, with the file and line of every statement",
    "c       what your choices changed, and why",
    "a       shows options that Kconfig hides",
    "s, o    save and load your choices: a file for `unilith build --config FILE`",
    "d, f    save them like savedefconfig in another file; save the whole .config",
    "r       the lines that would make the recipe choose the same",
    "q       leaves; so does Esc twice in the first menu",
)


def drawn(row: Row) -> Text:
    """A row as text."""
    indent = "  " * row.depth
    if row.kind is RowKind.GROUP:
        text = Text(f"    {row.label:<24}{row.bytes or 0:>10,}  {row.note}  --->")
    elif row.kind is RowKind.LIBRARY:
        arrow = "  --->" if row.opens else ""
        text = Text(f"{row.state} {row.name:<24}{row.bytes or 0:>10,}  {row.note}{arrow}")
    elif row.kind is RowKind.HEADING:
        text = Text(f"    {indent}--- {row.label}")
    else:
        mark = str(row.state) if row.state is not State.NONE else f"({row.value})"
        text = Text(f"    {indent}{mark} {row.label}{f'  ({row.note})' if row.note else ''}")
    if row.dim:
        text.stylize("dim")
    return text
