"""The C files of a plan, and files in general: written only when their text changes.

A generated file that keeps its text keeps its time stamp, so nothing that depends on it is built again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.errors import UserError
from unilith.kconfig.options import c_string

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def write_if_changed(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Writes each text to its relative path below ``folder``; returns the names of those that changed."""
    changed = []
    for name, text in sorted(files.items()):
        file = folder / name
        try:
            same = file.is_file() and file.read_bytes() == text.encode()
        except OSError as e:
            raise UserError(f"cannot be read: {e.strerror}", where=file) from e
        if not same:
            write_text(file, text)
            changed.append(name)
    return tuple(changed)


def write_text(file: Path, text: str) -> None:
    """Writes a file whole or not at all, and the folders above it. Raises `UserError`."""
    partial = file.with_name(file.name + ".partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(text.encode())
        os.replace(partial, file)  # noqa: PTH105 - atomic: never half a file
    except OSError as e:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UserError(f"cannot be written: {e.strerror}", where=file) from e


def _pointee(pointer: str) -> str:
    """`struct fs_type` of `const struct fs_type *`: the templates say themselves what is constant."""
    return pointer.rstrip().removesuffix("*").strip().removeprefix("const ").lstrip()


def environment() -> Environment:
    """The templates of this package, strict about names."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    env.filters["c_string"] = c_string
    env.filters["pointee"] = _pointee
    return env
