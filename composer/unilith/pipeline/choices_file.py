"""A user's choices as a file: what menuconfig saves and what `--config` takes.

Its form is Kconfig's own: `CONFIG_LIB_HEAP_TLSF=y` wants a library, `# CONFIG_LIB_HEAP_BUMP is not set` forbids
it, `CONFIG_FD_TABLE_MAX=64` sets an option. What a file does not mention is left to the resolver. A file that names
a platform or an architecture describes a whole image, as the `.config` of a build folder and those of other
Kconfig tools do: there, a library that is not mentioned is forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.nearest import suggestion
from unilith.catalog.yaml_nodes import raise_errors, shown
from unilith.errors import UserError, Where
from unilith.kconfig.render import VIOLATION_PREFIX
from unilith.pipeline.request import Request

FILE_NAME = "choices.config"
"""What menuconfig calls the file in the build folder; `.config` there is the build's own, with every value."""

_SET = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)")
_UNSET = re.compile(r"# CONFIG_([A-Za-z0-9_]+) is not set")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user decided: names of libraries or interfaces, sorted, and option values as Kconfig writes them.

    ``complete``: they came from a description of a whole image.
    """

    want: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    complete: bool = False

    @staticmethod
    def of(want: Iterable[str], forbid: Iterable[str], options: Mapping[str, str]) -> Choices:
        """Choices in the one order that makes equal ones equal."""
        return Choices(tuple(sorted(set(want))), tuple(sorted(set(forbid))), tuple(sorted(options.items())))

    @property
    def settings(self) -> dict[str, str]:
        """The options by name."""
        return dict(self.options)

    def wanting(self, name: str) -> Choices:
        """Also want ``name``."""
        return Choices.of((*self.want, name), _without(self.forbid, name), self.settings)

    def forbidding(self, name: str) -> Choices:
        """Also forbid ``name``."""
        return Choices.of(_without(self.want, name), (*self.forbid, name), self.settings)

    def leaving(self, name: str) -> Choices:
        """Leave it to the resolver whether ``name`` is in."""
        return Choices.of(_without(self.want, name), _without(self.forbid, name), self.settings)

    def setting(self, option: str, value: str) -> Choices:
        """Also set an option."""
        return Choices.of(self.want, self.forbid, {**self.settings, option: value})

    def unsetting(self, option: str) -> Choices:
        """Leave an option to the recipe or to its default."""
        return Choices.of(self.want, self.forbid, {n: v for n, v in self.options if n != option})

    def over(self, other: Choices) -> Choices:
        """Both; where they contradict each other, these hold and not ``other``'s."""
        return Choices.of(
            (*self.want, *(n for n in other.want if n not in self.forbid)),
            (*self.forbid, *(n for n in other.forbid if n not in self.want)),
            {**other.settings, **self.settings},
        )

    def __len__(self) -> int:
        return len(self.want) + len(self.forbid) + len(self.options)


def choices_of(request: Request) -> Choices:
    """The choices of a command line."""
    options = {name.removeprefix("CONFIG_"): value for name, value in request.options}
    return Choices.of(request.want, request.forbid, options)


def with_choices(request: Request, choices: Choices) -> Request:
    """The request that asks for ``choices``; its own come first."""
    both = choices_of(request).over(choices)
    return replace(request, want=both.want, forbid=both.forbid, options=both.options)


def choices_text(catalog: Catalog, choices: Choices, recipe: str) -> str:
    """The file's text."""
    lines = [f"# Choices for {recipe}. What is not mentioned here is left to the resolver."]
    lines += [f"CONFIG_{catalog.get(name).symbol}=y" for name in choices.want]
    lines += [f"# CONFIG_{catalog.get(name).symbol} is not set" for name in choices.forbid]
    for name, value in choices.options:
        kind = catalog.options[name].type if name in catalog.options else ""
        if kind == "bool" and value == "n":
            lines.append(f"# CONFIG_{name} is not set")
        else:
            lines.append(f"CONFIG_{name}={_quoted(value) if kind == 'string' else value}")
    return "\n".join([*lines, ""])


def read_choices(file: Path, catalog: Catalog, target: str = "") -> Choices:
    """Reads a file. Raises `UserError` or `UserErrors` with file and line for what it cannot mean.

    ``target`` is the name of the target that the choices are for; a file about another platform or
    architecture is refused.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise UserError(f"the choices cannot be read: {_reason(e)}", where=file) from e
    return parse_choices(text, shown(file), catalog, target)


def parse_choices(text: str, name: str, catalog: Catalog, target: str = "") -> Choices:
    """The choices in ``text``, which is the content of the file ``name``."""
    reader = _Reader(catalog, name)
    for number, line in enumerate(text.splitlines(), 1):
        reader.line(number, line.strip())
    if target and reader.places:
        reader.check_target(target)
    raise_errors(reader.errors)
    values = reader.libraries
    want = {n for n, on in values.items() if on}
    forbid = {n for n, on in values.items() if not on}
    if reader.places:
        want -= catalog.interfaces.keys()
        forbid = catalog.libraries.keys() - want
    return replace(Choices.of(want, forbid, reader.options), complete=bool(reader.places))


class _Reader:
    def __init__(self, catalog: Catalog, file: str) -> None:
        self.catalog = catalog
        self.file = file
        self.libraries: dict[str, bool] = {}
        self.options: dict[str, str] = {}
        self.places: dict[str, tuple[bool, Where]] = {}  # platforms and architectures, by symbol
        self.errors: list[UserError] = []
        self.arches = set(ARCH_SYMBOLS.values())

    def line(self, number: int, line: str) -> None:
        where = Where(self.file, number)
        if found := _UNSET.fullmatch(line):
            self.value(found[1], "n", where)
        elif found := _SET.fullmatch(line):
            self.value(found[1], found[2], where)
        elif line and not line.startswith("#"):
            message = f"`{line}` is no line of a configuration"
            hint = "Write CONFIG_NAME=VALUE or # CONFIG_NAME is not set."
            self.errors.append(UserError(message, where=where, hint=hint))

    def value(self, symbol: str, value: str, where: Where) -> None:
        manifest = self.catalog.by_symbol(symbol)
        if symbol.startswith(VIOLATION_PREFIX):
            return  # a consequence that other Kconfig tools write down
        if symbol in self.arches or (manifest is not None and manifest.name in self.catalog.platforms):
            self.places[symbol] = (value == "y", where)
        elif manifest is not None:
            if value not in ("y", "n"):
                self.errors.append(UserError(f"`{symbol}` is y or is not set", where=where))
            self.libraries[manifest.name] = value == "y"
        elif symbol in self.catalog.options:
            self.options[symbol] = self.plain(symbol, value, where)
        else:
            known = [*self.catalog.options, *(m.symbol for m in self.catalog)]
            message = f"there is no library or option `{symbol}`"
            self.errors.append(UserError(message, where=where, hint=suggestion(symbol, known)))

    def plain(self, symbol: str, value: str, where: Where) -> str:
        if self.catalog.options[symbol].type != "string":
            return value
        if found := _STRING.fullmatch(value):
            return re.sub(r"\\(.)", r"\1", found[1])
        self.errors.append(UserError(f"the text of `{symbol}` must stand in quotation marks", where=where))
        return value

    def check_target(self, name: str) -> None:
        target = self.catalog.target(name)
        own = {target.platform.symbol, ARCH_SYMBOLS[target.arch]}
        for symbol, (on, where) in self.places.items():
            if on and symbol not in own:
                message = f"the file describes an image with `{symbol}`, and the target is {name}"
                hint = "Name the target that it was made for with --target."
                self.errors.append(UserError(message, where=where, hint=hint))


def _without(names: Iterable[str], name: str) -> tuple[str, ...]:
    return tuple(n for n in names if n != name)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not text in UTF-8"
