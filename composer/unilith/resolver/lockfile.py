"""A selection as text and back: JSON, keys sorted, one item a line, so that differences are readable."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from unilith.errors import UserError, Where
from unilith.resolver.selection import Selection

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = 1
_HINT = "Lock files are written by `unilith lock` and not by hand; let it write this one again."


def to_text(selection: Selection) -> str:
    """The lock file's text; equal selections give equal text."""
    plain = asdict(replace(selection, options=dict(selection.options)))
    return _written({"format": FORMAT, **plain})


def from_text(text: str, file: str = "selection.lock") -> Selection:
    """Reads what `to_text` wrote. Anything else is a `UserError` that names ``file`` and what is wrong."""
    from pydantic import ValidationError

    try:
        plain = json.loads(text)
    except json.JSONDecodeError as e:
        raise _invalid(f"is not JSON: {e.msg}", file, e.lineno) from e
    if not isinstance(plain, dict) or not isinstance(plain.get("format"), int):
        raise _invalid("is not a lock file: it has no `format`", file)
    if plain["format"] != FORMAT:
        raise _invalid(f"has format {plain['format']}, and this version of unilith reads {FORMAT}", file)
    try:
        selection = _adapter().validate_python({k: v for k, v in plain.items() if k != "format"})
    except ValidationError as e:
        first = e.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _invalid(f"is not a valid lock file: `{place}`: {first['msg']}", file) from e
    again = to_text(selection)
    if again != text:
        lines = zip([*again.splitlines(), ""], [*text.splitlines(), ""], strict=False)
        line = next((n for n, (a, b) in enumerate(lines, 1) if a != b), 0)
        raise _invalid("is not as `unilith lock` writes it", file, line)
    return selection


@cache
def _adapter() -> TypeAdapter[Selection]:
    from pydantic import TypeAdapter

    return TypeAdapter(Selection)


def _invalid(message: str, file: str, line: int = 0) -> UserError:
    return UserError(message, where=Where(file, line), hint=_HINT)


def _written(plain: dict[str, Any]) -> str:
    """Top-level lists and mappings take one line an item; so do the steps of the certificate."""
    parts = []
    for key in sorted(plain):
        value = plain[key]
        if key == "certificate":
            rest = {k: v for k, v in value.items() if k != "steps"}
            steps = ",\n".join(f"  {_compact(step)}" for step in value["steps"])
            head = "".join(f"  {_compact(k)}: {_compact(v)},\n" for k, v in sorted(rest.items()))
            parts.append(f' "certificate": {{\n{head}  "steps": [\n{steps}\n  ]\n }}')
        elif isinstance(value, list | tuple) and value:
            items = ",\n".join(f"  {_compact(item)}" for item in value)
            parts.append(f" {_compact(key)}: [\n{items}\n ]")
        elif isinstance(value, dict) and value:
            items = ",\n".join(f"  {_compact(k)}: {_compact(v)}" for k, v in sorted(value.items()))
            parts.append(f" {_compact(key)}: {{\n{items}\n }}")
        else:
            parts.append(f" {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
