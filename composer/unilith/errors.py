"""The one kind of error that a user can cause: what is wrong, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file that a person wrote. ``line`` counts from 1; 0 means the whole file."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class UserError(Exception):
    """Ends a command with one message and no traceback.

    ``message`` says what is wrong in one sentence, ``where`` in which file and line,
    ``hint`` what to do next. ``exit_status`` is the command's exit status.
    """

    def __init__(
        self, message: str, *, where: Where | Path | None = None, hint: str = "", exit_status: int = 1
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = Where(str(where)) if isinstance(where, Path) else where
        self.hint = hint
        self.exit_status = exit_status

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  {self.hint}" if self.hint else text


class UserErrors(UserError):
    """Several independent mistakes, all reported at once."""

    def __init__(self, errors: list[UserError]) -> None:
        super().__init__("\n".join(str(e) for e in errors))
        self.errors = errors
