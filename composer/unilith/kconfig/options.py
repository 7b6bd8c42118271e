"""Option values: what a user asks for in, every option's value out, as kconfiglib sees it.

Nothing that a user asks for is dropped silently: a value that Kconfig does not take as it is, for whatever
reason, is a `UserError` that says why.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.expression import evaluate, parse
from unilith.catalog.model import Manifest
from unilith.catalog.nearest import suggestion
from unilith.catalog.option_files import Option
from unilith.catalog.yaml_nodes import raise_errors
from unilith.errors import UserError, Where
from unilith.kconfig.render import write_tree

if TYPE_CHECKING:
    from unilith.kconfig.tree import Kconfig, Symbol

Asked = bool | int | str
"""A value as recipes and command lines give it: `true`, 64, `0x10`, `text`."""


@dataclass(frozen=True)
class OptionValues:
    """The value of every symbol, as text: ``y`` or ``n`` for a bool, empty for one that has none.

    ``options`` holds the options of the selected libraries; ``symbols`` all options and the `LIB_...` and
    `ARCH_...` symbols, with their ``types``, for conditions. ``dotconfig`` is the text of the `.config`.
    """

    options: Mapping[str, str]
    symbols: Mapping[str, str]
    types: Mapping[str, str]
    dotconfig: str

    def holds(self, condition: str) -> bool:
        """Whether the `if:` of a manifest holds; an empty one does."""
        return not condition or evaluate(parse(condition), self.symbols, self.types)


def load_options(
    catalog: Catalog,
    selected: Collection[str],
    asked: Mapping[str, Asked] | None = None,
    *,
    arch: str = "x86_64",
    wheres: Mapping[str, Where] | None = None,
    folder: Path | None = None,
) -> OptionValues:
    """Every option's value when exactly the libraries and platforms ``selected`` are in the image.

    ``asked`` maps options (with or without `CONFIG_`) to the values that the user wants, ``wheres`` to the
    places where they are asked for. The rendered tree is written to ``folder``, or to a temporary one.
    Raises `UserError` or `UserErrors` for every value that cannot be had, and for what is wrong in a
    library's Kconfig file.
    """
    from unilith.kconfig.tree import complaints

    wanted, places = _normalised(catalog, asked or {}, wheres or {})
    kconf = _open(catalog, folder)
    for name in selected:
        if name in catalog.interfaces:
            raise UserError(f"`{name}` is an interface; select a library that provides it")
        kconf.syms[catalog.get(name).symbol].set_value("y")
    kconf.syms[ARCH_SYMBOLS[arch]].set_value("y")
    # Every value is set before any is checked: one may allow another.
    accepted = {name: kconf.syms[name].set_value(value) for name, value in wanted.items()}
    raise_errors(
        [
            _refused(catalog, kconf.syms[name], value, selected, places.get(name))
            for name, value in wanted.items()
            if not accepted[name] or kconf.syms[name].str_value != value
        ]
    )
    values = _values(catalog, kconf, selected)
    raise_errors(complaints(kconf))
    return values


def _normalised(
    catalog: Catalog, asked: Mapping[str, Asked], wheres: Mapping[str, Where]
) -> tuple[dict[str, str], dict[str, Where]]:
    """What is asked for by plain option names; an unknown name is an error."""
    values: dict[str, str] = {}
    places: dict[str, Where] = {}
    errors: list[UserError] = []
    for given, value in asked.items():
        name = given.removeprefix("CONFIG_")
        where = wheres.get(given)
        text = _text(value, catalog.options[name].type) if name in catalog.options else ""
        if name not in catalog.options:
            errors.append(_unknown(catalog, name, where))
        elif not text.isprintable():
            errors.append(UserError(f"the option `{name}` cannot hold a control character", where=where))
        elif values.setdefault(name, text) != text:
            errors.append(
                UserError(f"the option `{name}` is asked to be `{values[name]}` and `{text}`", where=where)
            )
        if where is not None:
            places[name] = where
    raise_errors(errors)
    return values, places


def _text(value: Asked, kind: str) -> str:
    """A value as Kconfig writes it."""
    if isinstance(value, bool):
        return "y" if value else "n"
    if isinstance(value, int):
        return hex(value) if kind == "hex" else str(value)
    if kind == "int" and re.fullmatch("0[xX][0-9a-fA-F]+", value):
        return str(int(value, 16))
    return value


def _unknown(catalog: Catalog, name: str, where: Where | None) -> UserError:
    owner = catalog.by_symbol(name)
    if owner is not None:
        return UserError(
            f"`{name}` is no option: it stands for `{owner.name}`",
            where=where,
            hint=f"Ask for `{owner.name}` itself, as a need of the recipe or with --want.",
        )
    if name in ARCH_SYMBOLS.values():
        return UserError(f"`{name}` is no option: the target decides it", where=where)
    return UserError(f"there is no option `{name}`", where=where, hint=suggestion(name, catalog.options))


def _refused(
    catalog: Catalog, symbol: Symbol, value: str, selected: Collection[str], where: Where | None
) -> UserError:
    from unilith.kconfig.tree import refusal

    option = catalog.options[symbol.name]
    if option.library not in selected:
        return UserError(
            f"the option `{option.name}` cannot be `{value}`: it belongs to `{option.library}`, "
            "which is not part of the image",
            where=where,
            hint=f"Ask for `{option.library}` too, or drop the option ({option.where}).",
        )
    return UserError(
        f"the option `{option.name}` cannot be `{value}`: {refusal(symbol, value)}",
        where=where,
        hint=f"It is defined in {option.where}.",
    )


_opened: tuple[Catalog, Kconfig] | None = None
"""The tree that was opened last: a catalog never changes, and reading its tree takes longer than all that is asked."""


def _open(catalog: Catalog, folder: Path | None) -> Kconfig:
    """The catalog's tree, nothing of which has been set."""
    global _opened  # noqa: PLW0603
    if folder is not None:
        file = write_tree(catalog, folder)
    if _opened is not None and _opened[0] is catalog:
        kconf = _opened[1]
        kconf.unset_values()
        kconf.warnings.clear()
        return kconf
    from unilith.kconfig.tree import open_tree  # loads kconfiglib

    if folder is not None:
        kconf = open_tree(file)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            kconf = open_tree(write_tree(catalog, Path(temporary)))
    _opened = (catalog, kconf)
    return kconf


def _values(catalog: Catalog, kconf: Kconfig, selected: Collection[str]) -> OptionValues:
    symbols = {name: kconf.syms[name].str_value for name in catalog.options}
    types = {name: option.type for name, option in catalog.options.items()}
    for name in (*(m.symbol for m in catalog), *ARCH_SYMBOLS.values()):
        symbols[name] = kconf.syms[name].str_value
        types[name] = "bool"
    return OptionValues(
        options={
            name: symbols[name] for name, option in catalog.options.items() if option.library in selected
        },
        symbols=dict(sorted(symbols.items())),
        types=dict(sorted(types.items())),
        dotconfig=kconf.dotconfig(),
    )


def library_options(catalog: Catalog, manifest: Manifest) -> tuple[Option, ...]:
    """The options that a library defines, with file and line, in the order of its Kconfig file."""
    return catalog.library_options(manifest.name)


IMAGE_WIDE = ("sched.parallel",)
"""Interfaces that all C files of an image are told of: threads run on several processors at once."""


def image_wide(catalog: Catalog, selected: Collection[str]) -> tuple[str, ...]:
    """The symbols of those interfaces of `IMAGE_WIDE` that the image has, for which a macro is defined."""
    return tuple(
        f"CONFIG_{catalog.get(name).symbol}"
        for name in IMAGE_WIDE
        if name in catalog.interfaces and any(m.name in selected for m, _ in catalog.providers(name))
    )


def config_header(
    catalog: Catalog, manifest: Manifest, values: Mapping[str, str], selected: Iterable[str]
) -> str:
    """The text of the `config.h` that this library alone sees.

    ``values`` are option values as `OptionValues` has them; ``selected`` are the names of all that is
    in the image. Holds `CONFIG_<OPTION>` for the library's own options (a bool that is n is not defined), and
    `CONFIG_LIB_<NAME>` for each entry of `uses` that the image has. What concerns all code, if only by the
    headers that it includes, is told to every library: `image_wide`.
    """
    present = set(selected)
    lines = [
        f"/* Generated: the options of {manifest.name}, which no other library sees. */",
        "#pragma once",
        "",
    ]
    for option in library_options(catalog, manifest):
        value = values.get(option.name, "")
        match option.type:
            case "bool":
                lines += [f"#define CONFIG_{option.name} 1"] if value == "y" else []
            case "string":
                lines.append(f"#define CONFIG_{option.name} {c_string(value)}")
            case "hex":
                digits = value if value[:2] in ("", "0x", "0X") else f"0x{value}"
                lines += [f"#define CONFIG_{option.name} {digits}"] if value else []
            case _:
                lines += [f"#define CONFIG_{option.name} {int(value)}"] if value else []
    for name in (ref.name for ref in manifest.uses):
        used = catalog.get(name)
        if name in present or any(m.name in present for m, _ in catalog.providers(name)):
            lines.append(f"#define CONFIG_{used.symbol} 1")
    lines += (f"#define {symbol} 1" for symbol in image_wide(catalog, present))
    return "\n".join([*dict.fromkeys(lines), ""]) if len(lines) > 3 else "\n".join([*lines[:2], ""])


def c_string(text: str) -> str:
    """A C string literal of these characters, in ASCII whatever they are."""
    escaped = ""
    for byte in text.encode():
        char = chr(byte)
        # Three octal digits end an escape, whatever follows; a question mark could begin a trigraph.
        escaped += char if char.isascii() and char.isprintable() and char not in '"\\?' else f"\\{byte:03o}"
    return f'"{escaped}"'
