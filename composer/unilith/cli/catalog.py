"""`unilith list` and `unilith lib`: what the catalog holds."""

from __future__ import annotations

import json as json_format
import sys
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from unilith.cli.options import JsonOpt, LibraryOpt

lib = typer.Typer(no_args_is_help=True, help="Look at libraries, check them, begin new ones.")
recipe = typer.Typer(no_args_is_help=True, help="Begin a recipe.")


class What(StrEnum):
    """What `unilith list` lists."""

    LIBS = "libs"
    PLATFORMS = "platforms"
    RECIPES = "recipes"
    INTERFACES = "interfaces"
    TARGETS = "targets"


def list_command(
    what: Annotated[str, typer.Argument(metavar="libs|platforms|targets|recipes|interfaces")],
    library: LibraryOpt = None,
    json: JsonOpt = False,
) -> None:
    """List what the catalog holds."""
    from unilith.errors import UserError
    from unilith.report.columns import columns

    if what not in list(What):
        raise UserError(f"there is nothing to list called `{what}`", hint=f"One of: {', '.join(What)}.")
    rows = list(_rows(What(what), tuple(library or ())))
    if json:
        print(
            json_format.dumps(
                [dict(zip(("name", "detail", "summary"), r, strict=True)) for r in rows], indent=2
            )
        )
    else:
        print(columns(rows))


def _rows(what: What, libraries: tuple[Path, ...]) -> Iterable[tuple[str, str, str]]:
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places, list_recipes

    places = find_places(libraries)
    if what is What.RECIPES:
        from unilith.demand.recipe import read_recipe

        for file in list_recipes(places).values():
            found = read_recipe(file)
            version = found.upstream.version if found.upstream else ""
            yield found.name, version, found.summary
        return
    catalog = load_catalog(places.libraries)
    if what is What.LIBS:
        for m in catalog.libraries.values():
            yield m.name, m.group, m.summary
    elif what is What.PLATFORMS:
        for m in catalog.platforms.values():
            yield m.name, " ".join(m.machines), m.summary
    elif what is What.TARGETS:
        for t in catalog.targets.values():
            yield t.name, t.platform.name, t.platform.summary
    else:
        for m in catalog.interfaces.values():
            givers = " ".join(p.name for p, _ in catalog.providers(m.name)) or "(nobody)"
            yield m.name, givers, m.summary


@lib.command("check")
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Libraries; all if none is named.")] = None,
    library: LibraryOpt = None,
) -> None:
    """Compare manifests with what the code really includes, calls and defines."""
    from unilith.catalog.catalog import ARCHES
    from unilith.catalog.check import check_library
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places
    from unilith.kconfig.trial import default_options
    from unilith.pipeline.headers import third_party_headers
    from unilith.plan.toolchain import find_toolchain

    catalog = load_catalog(find_places(tuple(library or ())).libraries)
    chosen = [catalog.get(n) for n in names] if names else list(catalog)
    findings = []
    for manifest in chosen:
        arch = (manifest.supports.arch or ARCHES)[0]
        with tempfile.TemporaryDirectory() as work:
            findings += check_library(
                catalog,
                manifest,
                compiler=find_toolchain(arch),
                configure=default_options(catalog, arch),
                work=Path(work),
                third_party=third_party_headers(catalog, manifest),
            )
    for finding in findings:
        print(finding)
    print(
        f"{len(chosen)} checked, {len(findings) or 'no'} finding{'s' * (len(findings) != 1)}", file=sys.stderr
    )
    raise typer.Exit(1 if findings else 0)


@lib.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A library, interface or platform.")],
    library: LibraryOpt = None,
) -> None:
    """Show one manifest: what it gives, what it needs, who needs it."""
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places
    from unilith.report.manifest import manifest_page

    catalog = load_catalog(find_places(tuple(library or ())).libraries)
    print(manifest_page(catalog, catalog.get(name)))


@lib.command("new")
def new_library(
    folder: Annotated[Path, typer.Argument(help="The new library's folder: GROUP/NAME.")],
    provides: Annotated[str, typer.Option("--provides", help="An interface that it is to provide.")] = "",
) -> None:
    """Begin a library: a manifest, a header, a source and a host test, ready to build."""
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places
    from unilith.generate.skeleton import new_library_files, write_new

    catalog = load_catalog(find_places().libraries)
    folder = folder if folder.name else folder.resolve()
    for file in write_new(folder, new_library_files(catalog, folder.name, provides)):
        print(file)


@recipe.command("new")
def new_recipe(folder: Annotated[Path, typer.Argument(help="The new recipe's folder.")]) -> None:
    """Begin a recipe: `recipe.yaml` and a small program, ready to run."""
    from unilith.generate.skeleton import new_recipe_files, write_new

    for file in write_new(folder, new_recipe_files((folder if folder.name else folder.resolve()).name)):
        print(file)
    print(f"\nNow: unilith run {folder}")
