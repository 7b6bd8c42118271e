"""The pages on YAML files: their fields, taken from the pydantic models and from what stands below each field."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from unilith.catalog.model import Manifest
from unilith.catalog.roots import Workspace
from unilith.demand.recipe import Recipe
from unilith.report.markdown import anchor, code, fenced, plain, table

_SCALARS = {str: "text", int: "number", bool: "`true` or `false`", Path: "path"}


def manifest_schema_page() -> str:
    """Every field of `manifest.yaml`."""
    example = """
name: virtio-net
summary: Network device driver for virtio-net (virtio 1.2, section 5.1)
provides: [net.device]
requires: [virtio, heap, {name: irq, if: VIRTIO_NET_INTERRUPTS}]
sources: [virtio_net.c]
init: virtio_net_init
"""
    text = (
        "A library, an interface and a platform are each a folder with a `manifest.yaml`. "
        "A key that is not listed here is an error. The contracts behind the fields stand in "
        "[architecture.md](../architecture.md).\n\nA made-up example:\n"
    )
    return f"# manifest.yaml\n\n{text}\n{fenced(example.strip(), 'yaml')}\n{_models(Manifest)}"


def recipe_schema_page() -> str:
    """Every field of `recipe.yaml`."""
    example = "name: greet\nsources: [greet.c]\n"
    text = (
        "A recipe is one YAML file per application. `name` and `sources` are all that it needs. "
        "A key that is not listed here is an error.\n"
    )
    short = (
        "`forbid` may also be a plain list: `forbid: [heap-bump, license:GPL-*]` forbids libraries and "
        "interfaces by name, and licences by the prefix `license:`.\n"
    )
    return f"# recipe.yaml\n\n{text}\n{fenced(example, 'yaml')}\n{_models(Recipe)}\n{short}"


def workspace_schema_page() -> str:
    """Every field of the workspace file."""
    text = (
        "The workspace file stands in the current folder or the nearest folder above it. It adds folders of "
        "your own to those that Unilith comes with.\n"
    )
    example = "libraries: [libs-of-ours]\nrecipes: [recipes]\nbuild: out\n"
    return f"# unilith-workspace.yaml\n\n{text}\n{fenced(example, 'yaml')}\n{_models(Workspace)}"


def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each field of a model's class, as a string of its own."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            found[before.target.id] = after.value.value
    return found


def nested_models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that a model's fields are made of, each once, in the order of the fields."""
    found: dict[type[BaseModel], None] = {}
    pending = [model]
    while pending:
        for field in _shown(pending.pop(0)).values():
            for inner in _inside(field.annotation):
                if inner not in found and inner is not model:
                    found[inner] = None
                    pending.append(inner)
    return list(found)


def _models(top: type[BaseModel]) -> str:
    parts = ["## Fields\n", _fields(top)]
    for inner in nested_models(top):
        parts += [f"## {_heading(inner)}\n", plain(inspect.getdoc(inner) or "") + "\n", _fields(inner)]
    return "\n".join(parts)


def _fields(model: type[BaseModel]) -> str:
    texts = field_texts(model)
    rows = [
        (
            code(field.alias or name),
            _kind(field.annotation, field),
            _default(field),
            plain(texts.get(name, "")),
        )
        for name, field in _shown(model).items()
    ]
    return table(("field", "value", "default", "meaning"), rows)


def _shown(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields that a file can have; others are filled in by the loader."""
    return {name: field for name, field in model.model_fields.items() if not field.exclude}


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, bool):
        return code(str(value).lower())
    if value is None or isinstance(value, tuple | dict | BaseModel) or value == "":
        return ""
    return code(value.value if isinstance(value, StrEnum) else str(value))


def _kind(annotation: Any, field: FieldInfo | None = None) -> str:
    """A type in words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_kind(a) for a in args if a is not NoneType)
    if origin is tuple:
        return f"list of {_kind(args[0])}"
    if origin is dict:
        return f"{_kind(args[0])}: {_kind(args[1])}, any number"
    if origin is Literal:
        return ", ".join(code(str(a)) for a in args)
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _kind(args[0])
    if inspect.isclass(annotation):
        if issubclass(annotation, StrEnum):
            return ", ".join(code(member.value) for member in annotation)
        if issubclass(annotation, BaseModel):
            return f"[{_heading(annotation)}](#{anchor(_heading(annotation))})"
        return _SCALARS.get(annotation, annotation.__name__)
    return str(annotation)


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _inside(inner)


def _heading(model: type[BaseModel]) -> str:
    """`DebianSource` -> "Debian source"; a `Ref` is a reference to people."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
    known = {"ref": "Reference", "url source": "URL source", "pypi source": "PyPI source"}
    return known.get(words, words.capitalize())
