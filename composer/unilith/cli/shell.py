"""`unilith shell`."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE
from unilith.run.vsock.shell import PORT, Shell, shell_at

PROMPT = "> "
DESCRIPTION = "image.json"


def talk(where: str, command: str, *, target: str, output: Path | None, port: int | None) -> int:
    """One command, or a conversation until the end of the input; the exit status."""
    path, usual = _socket(where, target, output)
    with shell_at(path, port or usual) as shell:
        if command:
            _show(shell.ask(command))
        else:
            _converse(shell)
    return 0


def _socket(where: str, target: str, output: Path | None) -> tuple[Path, int]:
    """The socket that is meant, and the port of the shell behind it."""
    given = Path(where)
    if given.exists() and stat.S_ISSOCK(given.stat().st_mode):
        return given, PORT
    from unilith.catalog.roots import find_places
    from unilith.image.description import ImageDescription
    from unilith.run.vsock.host import shell_socket

    if given.name == DESCRIPTION:
        file = given
    else:
        recipe = given.resolve().parent if given.is_file() else given
        file = (output or find_places(()).build / recipe.name / target) / DESCRIPTION
    description = ImageDescription.read(file)
    if not description.shell_port:
        raise UserError(
            f"{description.recipe} has no shell",
            hint="Ask for it in the recipe, `needs: [shell]`, and build and run it again.",
            exit_status=HOST_SIDE,
        )
    return shell_socket(description), description.shell_port


def _converse(shell: Shell) -> None:
    asks = sys.stdin.isatty()
    if asks:
        import readline  # noqa: F401  (it gives input() a history)
    while True:
        try:
            line = input(PROMPT if asks else "")
        except EOFError:
            return
        if line.strip() in ("exit", "quit"):
            return
        if line.strip():
            _show(shell.ask(line))


def _show(answer: bytes) -> None:
    """An answer is text of the image: a terminal is shown no control characters of it."""
    if sys.stdout.isatty():
        answer = bytes(byte if byte >= 32 or byte in b"\n\t" else ord("?") for byte in answer)
    sys.stdout.flush()
    os.write(sys.stdout.fileno(), answer)
