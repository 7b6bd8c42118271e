"""The root file system of a recipe: read from wherever it comes, packed as the recipe says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.demand.recipe import Recipe, RootFs
from unilith.errors import UserError, Where
from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd
from unilith.image.tree import Tree
from unilith.pipeline.build import INITRD

if TYPE_CHECKING:
    from unilith.image.archive import Scratch
    from unilith.image.container import Container

_CONTAINER_FILES = ("oci-layout", "manifest.json", "repositories")
"""One of these lies in every folder that a container image was unpacked to."""


def with_container(recipe: Recipe, arch: str, work: Path) -> Recipe:
    """The recipe with what the container image that its `rootfs` is says of its program, where the recipe itself
    says nothing: arguments, variables. Raises `UserError` if there is no such source."""
    if recipe.rootfs is None:
        return recipe
    source = _source(recipe, recipe.rootfs)
    if _is_plain_folder(source):
        return recipe
    with _scratch(work) as scratch:
        container = _container(source, arch, scratch)
    if container is None:
        return recipe
    config = container.config
    # The first word is the container's program; in the image that is the application itself.
    return recipe.model_copy(
        update={
            "args": recipe.args or config.command[1:],
            "env": {**dict(config.environment), **recipe.env},
        }
    )


def pack_rootfs(
    recipe: Recipe, arch: str, programs: Mapping[str, Path], folder: Path, work: Path
) -> list[Path]:
    """Packs the recipe's files and its programs, name -> file, into the build folder; `work` is for what passes.

    Returns what it was made from: a change of any of it asks for packing again.
    """
    with _scratch(work) as scratch:
        tree, made_from = _read(recipe, arch, scratch)
        for name, program in programs.items():
            tree.add(name, 0o755, program)
        write_initrd(tree, folder / INITRD)
    return made_from


def _read(recipe: Recipe, arch: str, scratch: Scratch) -> tuple[Tree, list[Path]]:
    if recipe.rootfs is None:
        return Tree(), []
    source = _source(recipe, recipe.rootfs)
    if _is_plain_folder(source):
        return read_folder(source), [source, *sorted(source.rglob("*"))]
    from unilith.image.archive import read_tarball

    container = _container(source, arch, scratch)
    made_from = [source, *(sorted(source.rglob("*")) if source.is_dir() else ())]
    if container is not None:
        return container.tree(scratch), made_from
    return (read_folder(source) if source.is_dir() else read_tarball(source, scratch)), made_from


def _source(recipe: Recipe, rootfs: RootFs) -> Path:
    # As it is written, and not what links lead to: messages and stamps name it.
    source = Path(os.path.normpath(recipe.folder / rootfs.source))
    if not source.exists():
        raise UserError(
            f"`rootfs` names `{rootfs.source}`, which does not exist",
            where=Where(f"{recipe.folder.name}/{recipe.file.name}", recipe.lines.get("rootfs", 0)),
            hint="The path is relative to the recipe's folder.",
        )
    return source


def _is_plain_folder(source: Path) -> bool:
    return source.is_dir() and not any((source / name).is_file() for name in _CONTAINER_FILES)


def _container(source: Path, arch: str, scratch: Scratch) -> Container | None:
    from unilith.image.container import find_container

    return find_container(source, arch, scratch)


@contextmanager
def _scratch(work: Path) -> Iterator[Scratch]:
    from unilith.image.archive import Scratch

    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rootfs-", dir=work) as folder:
        yield Scratch(Path(folder))
