"""A conversation with the shell of an image (libs/observe/shell)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE

END = b"\x04"
"""Stands behind each answer."""
PORT = 1022
PATIENCE = 30.0
"""Seconds for an answer, which takes milliseconds."""


class Shell:
    """A connection to the shell."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.rest = b""

    def ask(self, command: str) -> bytes:
        """The answer to one line. Raises `UserError`."""
        try:
            self.connection.sendall(command.replace("\n", " ").encode() + b"\n")
            while END not in self.rest:
                part = self.connection.recv(1 << 16)
                if not part:
                    raise UserError("the image ended the conversation", exit_status=HOST_SIDE)
                self.rest += part
        except OSError as e:
            said = "the image does not answer" if isinstance(e, TimeoutError) else "the image has ended"
            raise UserError(said, exit_status=HOST_SIDE) from e
        answer, _, self.rest = self.rest.partition(END)
        return answer


@contextlib.contextmanager
def shell_at(path: Path, port: int) -> Iterator[Shell]:
    """The shell of the image whose socket is at ``path``. Raises `UserError`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(path))
            connection.sendall(b"CONNECT %d\n" % port)
            said = bytearray()
            while not said.endswith(b"\n") and (byte := connection.recv(1)):
                said += byte
        except OSError as e:
            reason = "nothing answers" if isinstance(e, TimeoutError) else e.strerror or str(e)
            raise UserError(f"there is no running image: {reason}", where=path, exit_status=HOST_SIDE) from e
        if not said.startswith(b"OK "):
            raise UserError(
                f"the image has no shell at port {port}, or it is busy",
                where=path,
                hint="Ask for it in the recipe: `needs: [shell]`.",
                exit_status=HOST_SIDE,
            )
        yield Shell(connection)
