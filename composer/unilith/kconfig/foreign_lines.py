"""The line of a property. kconfiglib knows only where a definition begins; a person wants the line that says it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from unilith.errors import Where

_ENTRY = re.compile(
    r"\s*(config|menuconfig|configdefault|choice|endchoice|menu|endmenu|if|endif|comment|source|rsource)\b"
)
_KEYWORDS = {
    "default": r"(?:default|def_bool|def_tristate|def_int|def_hex|def_string)",
    "depends": r"(?:depends\s+on|if|visible\s+if)",
    "": r"\w+",
}


def property_line(root: Path, where: Where, keyword: str, name: str) -> Where:
    """The line of the definition at ``where`` with ``keyword`` (``select``, ``imply``, ``default``, ``depends``,
    or "" for any) that mentions ``name``; ``where`` itself if there is none.

    A dependency may also stand in an enclosing ``if`` or ``menu``: these are looked for upwards.
    """
    lines = _lines(root / where.file)
    mentions = re.compile(rf"\s*{_KEYWORDS.get(keyword, keyword)}\b.*(?<![\w]){re.escape(name)}(?!\w)")
    for number in range(where.line, len(lines)):
        if _ENTRY.match(lines[number]):
            break
        if mentions.match(lines[number]):
            return Where(where.file, number + 1)
    return _enclosing(where, lines, mentions) if keyword in ("depends", "") else where


def _enclosing(where: Where, lines: list[str], mentions: re.Pattern[str]) -> Where:
    depth = 0
    for number in range(min(where.line, len(lines)) - 2, -1, -1):
        line = lines[number]
        word = line.split(None, 1)[0] if line.strip() else ""
        if word in ("endif", "endmenu", "endchoice"):
            depth += 1
        elif word == "if" and not line.startswith(("\t\t", "    " * 3)):
            if depth:
                depth -= 1
            elif mentions.match(line):
                return Where(where.file, number + 1)
        elif word in ("menu", "choice"):
            if depth:
                depth -= 1
            else:
                found = _in_entry(lines, number + 1, mentions)
                if found:
                    return Where(where.file, found)
    return where


def _in_entry(lines: list[str], begin: int, mentions: re.Pattern[str]) -> int:
    for number in range(begin, len(lines)):
        if _ENTRY.match(lines[number]):
            return 0
        if mentions.match(lines[number]):
            return number + 1
    return 0


@lru_cache(maxsize=64)
def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def settings_lines(path: Path, prefix: str = "CONFIG_") -> dict[str, Where]:
    """For each symbol that a .config speaks of, the line that does (the last one, which counts)."""
    pattern = re.compile(rf"(?:# )?{re.escape(prefix)}(\w+)(?:=| is not set)")
    found: dict[str, Where] = {}
    for number, line in enumerate(_lines(path), 1):
        match = pattern.match(line)
        if match:
            found[match[1]] = Where(str(path), number)
    return found
