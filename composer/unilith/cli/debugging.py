"""The options of `unilith run` that concern the debugger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unilith.errors import UserError

if TYPE_CHECKING:
    from unilith.pipeline.request import Request
    from unilith.run.gdb import Debugging


def debugging_of(request: Request, wanted: bool, port: int | None, commands: Path | None) -> Debugging | None:
    """What the options ask for; None: no debugger. Naming a port or commands asks for one, too."""
    if not wanted and port is None and commands is None:
        return None
    if port is not None and not 1 <= port <= 65535:
        raise UserError(f"{port} is not a port", hint="Give a number from 1 to 65535.")
    if commands is not None and not commands.is_file():
        raise UserError("there is no such file of gdb commands", where=commands)
    from unilith.run.gdb import Debugging

    return Debugging(port=port, commands=commands, sources=tuple(_sources(request)))


def _sources(request: Request) -> list[Path]:
    """The folders around those whose names debug information begins with: a library's, a platform's, a recipe's."""
    from unilith.catalog.roots import find_places

    places = find_places(request.libraries)
    found: list[Path] = []
    for root in places.libraries:
        found += sorted(folder for folder in (root / "libs").glob("*") if folder.is_dir())
        found += [folder for folder in (root / "platforms",) if folder.is_dir()]
    found += places.recipes
    given = Path(request.recipe)
    if given.exists():
        found.append((given if given.is_dir() else given.parent).resolve().parent)
    return found
