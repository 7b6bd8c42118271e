"""The page on the command line, made from the command tree without running anything."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from unilith.report.markdown import anchor, code, codes, fenced, table


class Command(Protocol):
    """What is used of a click command; a group has ``commands`` too."""

    name: str | None
    help: str | None
    hidden: bool
    params: list[Any]


def walk(command: Command, prefix: str) -> Iterator[tuple[str, Command]]:
    """The commands below a group with their full names, in the order of the code; hidden ones are left out."""
    for name, inner in subcommands(command).items():
        if not inner.hidden:
            yield f"{prefix} {name}", inner
            yield from walk(inner, f"{prefix} {name}")


def subcommands(command: Command) -> Mapping[str, Command]:
    """The commands of a group by name; nothing for a command that is no group."""
    found: Mapping[str, Command] = getattr(command, "commands", {})
    return found


def commands_page(top: Command, program: str = "unilith") -> str:
    """Every command with its arguments and options."""
    everything = list(walk(top, program))
    rows = [
        (f"[{name}](#{anchor(name)})", _first_sentence(c.help or ""))
        for name, c in everything
        if not subcommands(c)
    ]
    parts = ["# Commands\n", _help(top.help or ""), table(("command", "what it does"), rows)]
    for name, command in everything:
        parts += [f"## {name}\n", _help(command.help or "")]
        if subcommands(command):
            continue
        parts.append(fenced(f"{name} {_usage(command)}".strip()))
        arguments = [(code(_word(p)), _presence(p), _text(p)) for p in _arguments(command)]
        if arguments:
            parts.append(table(("argument", "", "meaning"), arguments))
        options = [(_spellings(p), _default(p), _text(p)) for p in _options(command)]
        if options:
            parts.append(table(("option", "default", "meaning"), options))
    return "\n".join(parts)


def _arguments(command: Command) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "argument"]


def _options(command: Command) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "option" and not p.hidden and p.name != "help"]


def _usage(command: Command) -> str:
    words = ["[OPTIONS]"] if _options(command) else []
    for p in _arguments(command):
        word = _word(p)
        if p.nargs == -1 and "..." not in word:
            word += "..."
        words.append(word if p.required or word.startswith("[") else f"[{word}]")
    return " ".join(words)


def _word(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _presence(parameter: Any) -> str:
    return "required" if parameter.required else "optional"


def _spellings(option: Any) -> str:
    """`--target`, `-t`, with the word for the value if it takes one."""
    names = codes([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    word = option.metavar or option.name.strip("_").upper()
    return f"{names} {word}"


def _default(option: Any) -> str:
    if isinstance(option.show_default, str):
        return str(option.show_default)
    if option.is_flag or option.default is None or option.default == "":
        return ""
    return code(str(option.default))


def _text(parameter: Any) -> str:
    text = str(getattr(parameter, "help", "") or "")
    if getattr(parameter, "multiple", False) and "repeated" not in text:
        text = f"{text} May be repeated.".strip()
    variable = getattr(parameter, "envvar", None)
    if variable:
        names = [variable] if isinstance(variable, str) else variable
        text = f"{text} Also the environment variable {codes(list(names))}.".strip()
    return text


def _help(text: str) -> str:
    """Help as Markdown: what click is told not to wrap stands in a block of its own."""
    return "\n".join(_paragraphs(inspect.cleandoc(text).split("\n\n")))


def _paragraphs(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        head, mark, rest = paragraph.partition("\b\n")
        if not mark:
            yield " ".join(paragraph.split()) + "\n"
            continue
        if head.strip():
            yield " ".join(head.split()) + "\n"
        yield fenced(inspect.cleandoc("\n" + rest))


def _first_sentence(text: str) -> str:
    words = " ".join(text.split("\b", maxsplit=1)[0].split())
    return re.split(r"(?<=\.)\s", words, maxsplit=1)[0]
