"""Which part of an image takes how many bytes, from the linker's map (GNU ld manual, option `-Map`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unilith.errors import UserError

_START = "Linker script and memory map"
# " .text.name   0xADDRESS   0xSIZE   FILE"; a long section name stands on a line of its own.
_INPUT = re.compile(r"^ ([^\s*]\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$")
_NAME_ALONE = re.compile(r"^ ([^\s*]\S*)$")
_OUTPUT = re.compile(r"^(\.\S+)(?:\s|$)")
_ARCHIVE = re.compile(r"/?([^/]+)\.a\(")
_LOADED = "LOAD "
_ZEROED = (".bss", ".noinit", ".page_tables", ".tbss")


@dataclass(frozen=True, slots=True)
class Share:
    """What one part has of an image: bytes stored in the file, and zeroed bytes that only memory holds."""

    stored: int = 0
    zeroed: int = 0


def shares(map_file: Path) -> dict[str, Share]:
    """The share of each part by name: libraries, `app`, `gen` (generated tables), and archives (`libc`)."""
    totals: dict[str, list[int]] = {}
    output = pending = ""
    for line in _map_lines(map_file):
        if alone := _NAME_ALONE.match(line):
            pending = alone[1]
            continue
        item = _INPUT.match(f" {pending} {line}" if pending and line.startswith(" " * 16) else line)
        pending = ""
        if item:
            address, size = int(item[2], 16), int(item[3], 16)
            if address and size and not output.startswith((".debug", ".comment")):
                which = output.startswith(_ZEROED)
                totals.setdefault(_part(item[4]), [0, 0])[which] += size
        elif heading := _OUTPUT.match(line):
            output = heading[1]
        elif line.startswith("/DISCARD/"):
            output = ".debug"
    return {name: Share(*totals[name]) for name in sorted(totals)}


def linked_objects(map_file: Path) -> dict[str, list[Path]]:
    """The object files that the linker was given, by part; their paths begin in the map's folder."""
    objects: dict[str, list[Path]] = {}
    for line in _map_lines(map_file):
        if line.startswith(_LOADED) and line.endswith(".o"):
            file = line.removeprefix(_LOADED)
            objects.setdefault(_part(file), []).append(map_file.parent / file)
    return objects


def _map_lines(map_file: Path) -> list[str]:
    try:
        text = map_file.read_text(encoding="utf-8", errors="replace")
    except OSError as e:
        raise UserError(
            f"cannot be read: {e.strerror}", where=map_file, hint="Build the recipe first."
        ) from e
    _, found, body = text.partition(_START)
    if not found:
        raise UserError("is not a linker's map", where=map_file)
    return body.splitlines()


def _part(file: str) -> str:
    """`obj/vfs/path.c.o` belongs to vfs, `.../libc.a(printf.c.o)` to libc."""
    if archive := _ARCHIVE.search(file):
        return archive[1]
    parts = Path(file).parts
    return parts[parts.index("obj") + 1] if "obj" in parts[:-2] else "other"
