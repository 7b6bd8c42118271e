"""What a person says about a run, checked: memory, arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unilith.errors import UserError

HOST_SIDE = 125
"""Exit status: the host could not run the image."""
COMMAND_LINE_LIMIT = 4095
"""Bytes of the command line: the entry code takes 4096 with the NUL."""
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30}


def memory_bytes(text: str) -> int:
    """`1152K`, `16M`, `1G`, or a number of bytes; in bytes."""
    match = re.fullmatch(r"([1-9][0-9]*)([KMG]?)", text.strip().upper())
    if match is None or int(match[1]) << _UNITS[match[2]] > 1 << 46:
        raise UserError(
            f"{text!r} is not an amount of memory",
            hint="Write a number with K, M or G, as in 1152K or 16M.",
            exit_status=HOST_SIDE,
        )
    return int(match[1]) << _UNITS[match[2]]


def memory_text(size: int) -> str:
    """The amount in the largest unit that says it exactly, as QEMU and the process image read it."""
    for unit in "GMK":
        if size % (1 << _UNITS[unit]) == 0:
            return f"{size >> _UNITS[unit]}{unit}"
    return f"{size}"


def command_line(args: Sequence[str] | None, parameters: Sequence[str] = ()) -> str:
    """The image's command line: parameters of libraries, `key=value`, then the application's arguments; none
    if `args` is None, and the recipe's own hold.

    Each word stands in quotes if it holds anything that the splitter would take for its own
    (docs/architecture.md, Command line).
    """
    words = [_quoted(word) for word in parameters]
    if args is not None:
        words += ["--", *(_quoted(arg) for arg in args)]
    line = " ".join(words)
    size = len(line.encode("utf-8", "surrogateescape"))
    if "\0" in line:
        raise UserError("an argument holds a NUL byte, which no program can be given", exit_status=HOST_SIDE)
    if size > COMMAND_LINE_LIMIT:
        raise UserError(
            f"the arguments are too long: {size} bytes with their quotes, and an image takes {COMMAND_LINE_LIMIT}",
            hint="Put them into a file of the root file system.",
            exit_status=HOST_SIDE,
        )
    return line


def _quoted(arg: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_./:=,+@%-]+", arg):
        return arg
    escaped = arg.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
