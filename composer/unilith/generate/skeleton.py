"""The files of a new library or recipe: small, complete, and free of anything to delete."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Kind
from unilith.errors import UserError

_NAME = re.compile(r"[a-z][a-z0-9]*([-._][a-z0-9]+)*")


def write_new(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Writes ``files`` into a folder that is new or empty; never overwrites."""
    written = []
    try:
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError(
                f"`{folder}` exists already and is not an empty folder", hint="Choose another name."
            )
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(file)
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=folder) from e
    return written


def new_recipe_files(name: str) -> dict[str, str]:
    """A recipe with a program that greets and lists its arguments."""
    _check(name)
    source = f"{name.replace('-', '_').replace('.', '_')}.c"
    return {
        "recipe.yaml": f"name: {name}\nsources: [{source}]\n",
        source: f"""#include <stdio.h>

int main(int argc, char **argv)
{{
    printf("Hello from {name}\\n");
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\\n", i, argv[i]);
    return 0;
}}
""",
    }


def new_library_files(catalog: Catalog, name: str, provides: str) -> dict[str, str]:
    """A library with one function, its contract, and a host test; or one that provides an interface."""
    _check(name)
    if "." in name:
        raise UserError(
            f"a library's folder cannot be called `{name}`",
            hint=f"Dots become dashes: {name.replace('.', '-')}.",
        )
    if name in catalog.manifests:
        raise UserError(f"there is a library `{name}` already", where=catalog.get(name).where())
    prefix = name.replace("-", "_").replace(".", "_")
    manifest = f"name: {name}\nsummary: What {name} does, in one line\n"
    if provides:
        interface = catalog.get(provides)
        if interface.kind is not Kind.INTERFACE:
            raise UserError(
                f"`{provides}` is a {interface.kind.value}, not an interface",
                hint="`unilith list interfaces` shows what can be provided.",
            )
        headers = sorted(h.name for h in (interface.folder / "include").glob("*.h"))
        includes = "".join(f"#include <{h}>\n" for h in headers)
        return {
            "manifest.yaml": f"{manifest}provides: [{interface.name}]\nsources: [{prefix}.c]\n",
            f"{prefix}.c": f"{includes}\n/* Define here all that the header declares; "
            f"`unilith lib check {name}` says what is still missing. */\n",
        }
    return {
        "manifest.yaml": f"{manifest}sources: [{prefix}.c]\n",
        f"include/{prefix}.h": f"/*\n * {prefix}_double() returns twice `value`.\n */\n#pragma once\n\n"
        f"unsigned long {prefix}_double(unsigned long value);\n",
        f"{prefix}.c": f"#include <{prefix}.h>\n\nunsigned long {prefix}_double(unsigned long value)\n"
        "{\n    return 2 * value;\n}\n",
        f"tests/test_{prefix}.c": f"#include <assert.h>\n#include <{prefix}.h>\n\nint main(void)\n{{\n"
        f"    assert({prefix}_double(21) == 42);\n    return 0;\n}}\n",
    }


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UserError(
            f"`{name}` cannot be a name", hint="Lower-case words of letters and digits, joined by `-` or `.`."
        )
