"""Where libraries, platforms and recipes are looked for, and where builds go.

The built-in tree comes first, then what a workspace file lists, then what the command line adds. A
workspace file is `unilith-workspace.yaml` in the current folder or the nearest folder above it; its paths are
relative to it::

    libraries: [libs-of-ours]     # roots as `load_catalog` takes them
    recipes: [recipes]            # folders of recipe folders
    build: out                    # instead of `build`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.model import Model
from unilith.catalog.nearest import nearest
from unilith.catalog.yaml_model import read_model
from unilith.catalog.yaml_nodes import line_of, raise_errors, shown
from unilith.errors import UserError, Where

WORKSPACE_FILE = "unilith-workspace.yaml"
RECIPE_FILE = "recipe.yaml"


class Workspace(Model):
    """The content of a workspace file."""

    libraries: tuple[str, ...] = ()
    """Folders of libraries and platforms."""
    recipes: tuple[str, ...] = ()
    """Folders of recipe folders."""
    build: str = "build"
    """The folder that builds go to."""


@dataclass(frozen=True, slots=True)
class Places:
    """All places, as absolute paths. ``workspace`` is the workspace file, if there is one."""

    libraries: tuple[Path, ...]
    recipes: tuple[Path, ...]
    build: Path
    workspace: Path | None = None


def builtin_root() -> Path:
    """The tree that Unilith comes with: inside the installed package, or the checkout around it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "tree"
    return installed if installed.is_dir() else package.parent.parent


def find_places(
    libraries: Sequence[Path] = (), recipes: Sequence[Path] = (), *, start: Path | None = None
) -> Places:
    """All places, for a command that runs in the folder ``start`` (the current one by default).

    ``libraries`` and ``recipes`` are further roots from the command line. Raises `UserError`.
    """
    here = (start or Path.cwd()).resolve()
    builtin = builtin_root()
    library_roots = [builtin]
    recipe_roots = [builtin]
    build = here / "build"
    file = find_workspace(here)
    if file is not None:
        workspace, lines = read_model(file, Workspace)
        errors: list[UserError] = []
        library_roots += _listed(file, "libraries", workspace.libraries, lines, errors)
        recipe_roots += _listed(file, "recipes", workspace.recipes, lines, errors)
        raise_errors(errors)
        build = file.parent / workspace.build
    for given in (*libraries, *recipes):
        if not (here / given).is_dir():
            raise UserError(f"there is no folder `{given}`", hint="It was given on the command line.")
    library_roots += [(here / given).resolve() for given in libraries]
    # A folder of libraries may bring recipes too.
    recipe_roots += [root for root in library_roots if (root / "recipes").is_dir()]
    recipe_roots += [(here / given).resolve() for given in recipes]
    return Places(
        libraries=tuple(dict.fromkeys(library_roots)),
        recipes=tuple(dict.fromkeys(map(_recipe_folder, recipe_roots))),
        build=build,
        workspace=file,
    )


def find_workspace(start: Path) -> Path | None:
    """The workspace file in ``start`` or the nearest folder above it."""
    return next((f for d in (start, *start.parents) if (f := d / WORKSPACE_FILE).is_file()), None)


def list_recipes(places: Places) -> Mapping[str, Path]:
    """The recipe files in the catalog's recipe folders by name of their folder, sorted.

    A name that occurs in two places is an error, like a library's.
    """
    found: dict[str, Path] = {}
    for root in places.recipes:
        for file in _recipe_files(root):
            first = found.setdefault(file.parent.name, file)
            if first != file:
                raise UserError(
                    f"there is another recipe `{file.parent.name}`",
                    where=Where(shown(file)),
                    hint=f"{shown(first)} has the name already; rename one of the two folders.",
                )
    return dict(sorted(found.items()))


def find_recipe(recipe: str, places: Places, *, start: Path | None = None) -> Path:
    """The absolute path of the recipe file that ``recipe`` means.

    It is a name in the catalog, or the path of a recipe file or of the folder around it. Raises `UserError`.
    """
    here = start or Path.cwd()
    known = list_recipes(places)
    if recipe in known:
        return known[recipe]
    path = here / recipe
    if path.is_file():
        return path.resolve()
    if (path / RECIPE_FILE).is_file():
        return (path / RECIPE_FILE).resolve()
    if path.is_dir():
        raise UserError(
            f"there is no `{RECIPE_FILE}` in the folder `{recipe}`",
            hint="The smallest recipe has two keys, `name` and `sources`; `unilith recipe new` writes one.",
        )
    if "/" in recipe or recipe.endswith((".yaml", ".yml")):
        raise UserError(f"there is no file or folder `{recipe}`", hint="Give a recipe's file or folder.")
    best = nearest(recipe, known)
    raise UserError(
        f"there is no recipe `{recipe}`",
        hint=f"Did you mean `{best}`?" if best else "`unilith list recipes` shows all.",
    )


def _recipe_folder(root: Path) -> Path:
    return root / "recipes" if (root / "recipes").is_dir() or root == builtin_root() else root


def _recipe_files(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from (f for d in sorted(root.iterdir()) if (f := d / RECIPE_FILE).is_file())


def _listed(
    file: Path, key: str, entries: Sequence[str], lines: dict[str, int], errors: list[UserError]
) -> Iterator[Path]:
    for index, entry in enumerate(entries):
        folder = (file.parent / entry).resolve()
        if folder.is_dir():
            yield folder
        else:
            errors.append(
                UserError(
                    f"`{key}[{index}]` names the folder `{entry}`, which does not exist",
                    where=Where(shown(file), line_of(lines, f"{key}.{index}")),
                    hint="Paths are relative to the folder of this file.",
                )
            )
