"""A library's Kconfig file, read just far enough to know which options it defines, and where.

kconfiglib gives options their meaning later (stage `kconfig`); that costs a parse of the whole tree. What the
catalog needs of these files at every start is this: names, types, lines, and that they keep to our rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.yaml_nodes import shown
from unilith.errors import UserError, Where


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``type`` is `bool`, `int`, `hex` or `string`; ``library`` is who owns it."""

    name: str
    type: str
    library: str
    file: Path
    line: int

    @property
    def where(self) -> Where:
        """Where it is defined."""
        return Where(shown(self.file), self.line)


_RESERVED = ("LIB_", "BAD_", "ARCH_")  # what the rendered tree itself defines
_DEFINES = re.compile(r"(?:menu)?config\s+([A-Za-z0-9_]+)\s*(?:#.*)?$")
_TYPE = re.compile(r"(?:def_)?(bool|tristate|int|hex|string)\b")
_FORBIDDEN = {
    "select": "state the need as `requires` in the manifest, or as `depends on`",
    "imply": "state the need as `requires` or `uses` in the manifest",
    "source": "keep a library's options in its one Kconfig file",
    "rsource": "keep a library's options in its one Kconfig file",
    "osource": "keep a library's options in its one Kconfig file",
    "orsource": "keep a library's options in its one Kconfig file",
    "mainmenu": "the rendered tree has its own title",
}


def read_options(file: Path, library: str, errors: list[UserError]) -> tuple[Option, ...]:
    """The options that ``file`` defines, in its order. What is wrong is added to ``errors``."""
    name = shown(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        errors.append(UserError(f"cannot be read: {e}", where=Where(name)))
        return ()
    options: list[Option] = []
    current = ("", 0)
    for line, statement in _statements(text):
        where = Where(name, line)
        keyword = statement.split(None, 1)[0]
        if keyword in _FORBIDDEN:
            errors.append(UserError(f"`{keyword}` is not used here: {_FORBIDDEN[keyword]}", where=where))
        elif found := _DEFINES.match(statement):
            _end_option(current, name, errors)
            current = (found.group(1), line)
            if current[0].startswith(_RESERVED):
                errors.append(
                    UserError(
                        f"the option `{current[0]}` has a name that is reserved",
                        where=where,
                        hint=f"Names that begin with {', '.join(_RESERVED)} belong to the rendered tree.",
                    )
                )
        elif current[0] and (found := _TYPE.match(statement)):
            if found.group(1) == "tristate":
                errors.append(UserError("`tristate` is not used here: there are no modules", where=where))
            options.append(Option(current[0], found.group(1), library, file, current[1]))
            current = ("", 0)
        elif keyword in ("choice", "menu", "endchoice", "endmenu", "if", "endif", "comment"):
            _end_option(current, name, errors)
            current = ("", 0)
    _end_option(current, name, errors)
    return tuple(options)


def _end_option(current: tuple[str, int], file: str, errors: list[UserError]) -> None:
    if current[0]:
        errors.append(
            UserError(
                f"the option `{current[0]}` has no type",
                where=Where(file, current[1]),
                hint="Give it `bool`, `int`, `hex` or `string`.",
            )
        )


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are statements, without help texts, comments and blank lines, continued lines joined."""
    help_indent: int | None = None  # None: outside; -1: its first line is still to come
    pending = ""
    first = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.expandtabs()
        stripped = line.strip()
        if help_indent is not None:
            if not stripped:
                continue
            indent = len(line) - len(line.lstrip())
            if help_indent == -1 and indent > 0:
                help_indent = indent
            if help_indent != -1 and indent >= help_indent:
                continue
            help_indent = None
        if not pending:
            first = number
        if stripped.endswith("\\"):
            pending += stripped[:-1] + " "
            continue
        statement, pending = (pending + stripped).strip(), ""
        if statement in ("help", "---help---"):
            help_indent = -1
        elif statement and not statement.startswith("#"):
            yield first, statement
