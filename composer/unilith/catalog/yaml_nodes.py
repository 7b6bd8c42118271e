"""YAML text as plain values, with the line that each of them stands on.

The data model is YAML 1.2's core schema and JSON's shape: mappings, lists, text, numbers, true, false
and null. That spares people the traps of YAML 1.1: `no` and `on` are text, and so is `8080:22`.
A key that occurs twice, a merge key or a structure that contains itself is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unilith.errors import UserError, UserErrors, Where

if TYPE_CHECKING:
    import yaml

# YAML 1.2.2, section 10.3.2 (core schema, tag resolution).
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass
class YamlFile:
    """A YAML file's content.

    ``lines`` maps the dotted path of every key and list entry to its line, counted from 1:
    ``requires`` and ``requires.0.name``. The path of the whole document is the empty string.
    """

    file: str
    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    errors: list[UserError] = field(default_factory=list)

    def where(self, path: str = "") -> Where:
        """The place of ``path``, or of the nearest thing around it that has a line."""
        return Where(self.file, line_of(self.lines, path))


def line_of(lines: dict[str, int], path: str) -> int:
    """The line of a dotted path, or of what encloses it; 0 if nothing is known."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 0)


def raise_errors(errors: list[UserError]) -> None:
    """Raises what was found wrong: nothing, one error, or all of them together, in the order found."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise UserErrors(errors)


def shown(file: Path) -> str:
    """A file's name as messages show it: relative to the current folder if it lies below that."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def read_yaml(file: Path) -> YamlFile:
    """Reads one YAML file whose document is a mapping. Raises `UserError`."""
    name = shown(file)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot be read: {e.strerror}", where=Where(name)) from e
    except UnicodeDecodeError as e:
        raise UserError("is not text in UTF-8", where=Where(name)) from e
    return parse_yaml(text, name)


def parse_yaml(text: str, file: str) -> YamlFile:
    """Like `read_yaml`, for text at hand; ``file`` is its name in messages."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        problem = e.problem or e.context or "cannot be understood"
        raise UserError(
            f"is not valid YAML: {problem}", where=Where(file, mark.line + 1 if mark else 0)
        ) from e
    except yaml.YAMLError as e:
        raise UserError(
            "is not valid YAML: it holds a character that text cannot have", where=Where(file)
        ) from e
    if root is None:
        raise UserError("is empty", where=Where(file), hint="It must hold at least the key `name`.")
    if not isinstance(root, yaml.MappingNode):
        raise UserError("must hold keys and values, such as `name: greet`", where=Where(file, 1))
    document = YamlFile(file)
    document.value = _convert(root, "", document, ())
    document.lines[""] = 1
    raise_errors(document.errors)
    return document


def _convert(node: yaml.Node, path: str, document: YamlFile, around: tuple[int, ...]) -> Any:
    import yaml

    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    if id(node) in around:
        document.errors.append(UserError("contains itself", where=Where(document.file, line)))
        return None
    inside = (*around, id(node))
    prefix = f"{path}." if path else ""
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, document)
    if isinstance(node, yaml.SequenceNode):
        return [
            _convert(entry, f"{prefix}{index}", document, inside) for index, entry in enumerate(node.value)
        ]
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        key = _scalar(key_node, document) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str | int) or isinstance(key, bool):
            document.errors.append(UserError("a key must be a word", where=Where(document.file, key_line)))
            continue
        key_path = f"{prefix}{key}"
        if key in result:
            first = document.lines[key_path]
            document.errors.append(
                UserError(
                    f"`{key}` is given twice",
                    where=Where(document.file, key_line),
                    hint=f"It already stands on line {first}; keep one of them.",
                )
            )
            continue
        document.lines[key_path] = key_line
        result[key] = _convert(value_node, key_path, document, inside)
    return result


def _scalar(node: yaml.ScalarNode, document: YamlFile) -> Any:
    text: str = node.value
    if not node.tag.startswith("tag:yaml.org,2002:"):
        where = Where(document.file, node.start_mark.line + 1)
        document.errors.append(UserError(f"the tag `{node.tag}` has no meaning here", where=where))
        return None
    if node.style:  # quoted, or a block: text as it stands
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
