"""A YAML file as a checked, immutable value, with errors that name file, line and field.

This is how every file that a person writes in YAML is read: manifests, recipes, workspace files.
A model's fields that its loader sets (``exclude=True``) cannot be given in the file.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from unilith.catalog.model import IDENTIFIER_PATTERN, NAME_PATTERN, SHA256_PATTERN
from unilith.catalog.nearest import suggestion
from unilith.catalog.yaml_nodes import YamlFile, raise_errors, read_yaml
from unilith.errors import UserError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

_KEY = "[key]"  # how pydantic's locations name a mapping's key

# What a person should have written, by the pattern or the type that the value fails.
_PATTERNS = {
    NAME_PATTERN: "must be lower-case words, joined by `-`, `_` or `.`",
    IDENTIFIER_PATTERN: "must be a C identifier",
    SHA256_PATTERN: "must be a SHA-256 in 64 lower-case hexadecimal digits",
}
_TYPES = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
}


def read_model(file: Path, model: type[M]) -> tuple[M, dict[str, int]]:
    """Reads ``file`` as a ``model``.

    Returns it with the lines of its fields: dotted paths of YAML keys and list indices
    (``host-syscalls.0.name``) to line numbers counted from 1; the empty path is the document.
    Raises `UserError`, or `UserErrors` with all that is wrong.
    """
    document = read_yaml(file)
    return check_model(document, model), document.lines


def check_model(document: YamlFile, model: type[M]) -> M:
    """``document``'s value as a ``model``. Raises like `read_model`."""
    errors = [
        _unknown_key(document, model, (name,))
        for name, info in model.model_fields.items()
        if info.exclude and name in document.value
    ]
    raise_errors(errors)
    try:
        return model.model_validate(document.value, by_alias=True, by_name=False)
    except ValidationError as e:
        raise_errors(list(_friendly(e, document, model)))
        raise  # pydantic never reports nothing; keep its report if it should


def _friendly(error: ValidationError, document: YamlFile, model: type[BaseModel]) -> Iterator[UserError]:
    seen: set[str] = set()
    details = sorted(error.errors(), key=lambda d: document.where(_path(d["loc"])).line)
    for detail in details:
        found = _one(detail, document, model)
        if str(found) not in seen:  # the branches of a union tell the same story
            seen.add(str(found))
            yield found


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != _KEY)


def _known(location: tuple[int | str, ...], document: YamlFile) -> tuple[int | str, ...]:
    """The part of a location that the file has; the rest names branches of a union or missing keys."""
    parts = [part for part in location if part != _KEY]
    known: list[int | str] = []
    for part in parts:
        if _path((*known, part)) in document.lines:
            known.append(part)
    return tuple(known)


def _field(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _one(detail: ErrorDetails, document: YamlFile, model: type[BaseModel]) -> UserError:
    location = detail["loc"]
    kind = detail["type"]
    known = _known(location, document)
    where = document.where(_path(known))
    value = detail["input"]
    if kind == "extra_forbidden":
        return _unknown_key(document, model, known)
    if kind == "missing":
        return UserError(f"`{_field((*known, location[-1]))}` is missing", where=where)
    name = f"the key `{known[-1]}`" if location[-1] == _KEY else f"`{_field(known)}`"
    context = detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        valid = [word.strip().strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        hint = suggestion(str(value), valid)
        return UserError(
            f"{name} must be {_choices(valid)}, not `{value}`",
            where=where,
            hint=hint if hint.startswith("Did") else "",
        )
    if kind == "string_pattern_mismatch":
        rule = _PATTERNS.get(context["pattern"], f"must match the pattern {context['pattern']}")
        return UserError(f"{name} {rule}, not `{value}`", where=where)
    if value is None:
        return UserError(
            f"{name} has no value", where=where, hint="Give it one, or leave the whole line out."
        )
    if kind in _TYPES:
        quotable = kind == "string_type" and isinstance(value, bool | int | float)
        hint = (
            "Write it in quotes, so that it is not taken for a number or a truth value." if quotable else ""
        )
        return UserError(f"{name} {_TYPES[kind]}", where=where, hint=hint)
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return UserError(f"{name}: {message}" if known else message, where=where)


def _choices(valid: list[str]) -> str:
    quoted = [f"`{word}`" for word in valid]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _unknown_key(document: YamlFile, model: type[BaseModel], known: tuple[int | str, ...]) -> UserError:
    key = str(known[-1])
    holder = _model_at(model, known[:-1])
    valid = _keys(holder) if holder is not None else []
    inside = f" in `{_field(known[:-1])}`" if len(known) > 1 else ""
    return UserError(
        f"unknown key `{key}`{inside}",
        where=document.where(_path(known)),
        hint=suggestion(key, valid, what="keys"),
    )


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items() if not info.exclude]


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that describes the value at ``location``, if it is one."""
    here: Any = model
    for part in location:
        owner = _inner_model(here)
        if owner is not None and isinstance(part, str):
            fields = {info.alias or name: info for name, info in owner.model_fields.items()}
            if part in fields:
                here = fields[part].annotation
    return _inner_model(here)


@functools.cache
def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner_model(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
