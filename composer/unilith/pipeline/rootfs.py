"""The root file system of a recipe: read from wherever it comes, packed as the recipe says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.demand.recipe import DIRECTORY_OPTION, ROOT, USER_OPTION, Recipe, RootFs
from unilith.errors import UserError, Where
from unilith.image.description import OwnDisk
from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd
from unilith.image.tree import Tree
from unilith.pipeline.build import INITRD

if TYPE_CHECKING:
    from unilith.catalog.roots import Places
    from unilith.image.archive import Scratch
    from unilith.image.container import Container

STATE = ".unilith"
"""The folder beside the build folder for what is not built, and kept."""
_PACKED = {
    "initrd": INITRD,
    "tar": "initrd.tar",
    "erofs": "rootfs.erofs",
    "ext4": "rootfs.ext4",
    "shared": "",
}
_CONTAINER_FILES = ("oci-layout", "manifest.json", "repositories")
"""One of these lies in every folder that a container image was unpacked to."""


def with_container(recipe: Recipe, arch: str, work: Path) -> Recipe:
    """The recipe with what the container image that its `rootfs` is says of its program, where the recipe itself
    says nothing: arguments, variables, where it starts, and as whom. Raises `UserError` if there is no such
    source."""
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
        user = _user(container, scratch) if recipe.user is None else None
    options = dict(recipe.options)
    if user is not None:
        options[USER_OPTION] = user
    if recipe.directory is None and config.directory:
        options[DIRECTORY_OPTION] = config.directory
    # The first word is the container's program; in the image that is the application itself.
    return recipe.model_copy(
        update={
            "args": recipe.args or config.command[1:],
            "env": {**dict(config.environment), **recipe.env},
            "options": options,
        }
    )


def _user(container: Container, scratch: Scratch) -> str | None:
    """Who the container's program is started as, in numbers; None if that is root."""
    from unilith.image.accounts import numbers_of

    said = container.config.user
    return numbers_of(said, lambda: container.tree(scratch)) if said else None


def packed_file(recipe: Recipe) -> str:
    """The name of what the root file system is packed to, in the build folder; nothing if it is shared as it is."""
    return _PACKED[recipe.rootfs.kind if recipe.rootfs is not None else "initrd"]


def remove_packed(folder: Path, but: str) -> None:
    """Removes what was packed when the recipe said something else."""
    for name in set(_PACKED.values()) - {but, ""}:
        (folder / name).unlink(missing_ok=True)


def pack_rootfs(
    recipe: Recipe, arch: str, programs: Mapping[str, Path], folder: Path, work: Path
) -> list[Path]:
    """Packs the recipe's files and its programs, name -> file, into the build folder; `work` is for what passes.

    Returns what it was made from: a change of any of it asks for packing again.
    """
    remove_packed(folder, but=packed_file(recipe))
    if recipe.rootfs is not None and recipe.rootfs.kind == "shared":
        return _shared(recipe, recipe.rootfs, programs)
    with _scratch(work) as scratch:
        tree, made_from = _read(recipe, arch, scratch)
        for name, program in programs.items():
            tree.add(name, 0o755, program)
        directory = recipe.options.get(DIRECTORY_OPTION)
        if isinstance(directory, str) and directory.strip("/"):
            tree.add_folder(directory)
        _pack(recipe, tree, folder / packed_file(recipe), scratch.folder / "packing")
    return made_from


def _pack(recipe: Recipe, tree: Tree, file: Path, scratch: Path) -> None:
    kind = recipe.rootfs.kind if recipe.rootfs is not None else "initrd"
    if kind == "initrd":
        write_initrd(tree, file)
        return
    # Imported here, for few recipes need them.
    from unilith.image.erofs import write_erofs
    from unilith.image.ext4 import write_ext4
    from unilith.image.tarball import write_tarball

    assert recipe.rootfs is not None
    if kind == "tar":
        write_tarball(tree, file)
        return
    for place in ("/dev", *(mount.at for mount in recipe.mounts)):
        if place != "/":
            tree.add_folder(place)
    scratch.mkdir()
    label = recipe.name
    if kind == "ext4":
        free = bytes_of(recipe.rootfs.free) if recipe.rootfs.free else 0
        write_ext4(tree, file, scratch, label=label, free=free)
    else:
        write_erofs(tree, file, scratch, label=label, compression=recipe.rootfs.compression)


def _shared(recipe: Recipe, rootfs: RootFs, programs: Mapping[str, Path]) -> list[Path]:
    """A folder that is shared is not packed, and nothing can be put into it. The layers of a container image are not
    the folder that they make, and the host's user could not own the files of others there."""
    source = _source(recipe, rootfs)
    if not _is_plain_folder(source) or programs:
        what = "`programs` cannot be put into it" if programs else f"`{rootfs.source}` is none"
        raise UserError(
            f"a root file system `as: shared` is a folder as it stands; {what}",
            where=Where(f"{recipe.folder.name}/{recipe.file.name}", recipe.lines.get("rootfs", 0)),
        )
    return []


def own_shares(recipe: Recipe) -> tuple[str, ...]:
    """The folder that is shared as the root, as the command line would have it."""
    if recipe.rootfs is None or recipe.rootfs.kind != "shared":
        return ()
    folder = str(_source(recipe, recipe.rootfs).absolute()).replace(",", ",,")
    return (f"{folder},tag={ROOT}",)


def own_disks(recipe: Recipe, folder: Path, places: Places) -> tuple[OwnDisk, ...]:
    """The disks that come with the image: its root, and those of the recipe, which outlive the build folder."""
    found = []
    if recipe.rootfs is not None and recipe.rootfs.kind in ("erofs", "ext4"):
        readonly = recipe.rootfs.kind == "erofs"
        found.append(OwnDisk(name=ROOT, file=Path(packed_file(recipe)), readonly=readonly))
    for name, disk in recipe.disks.items():
        file = places.build.parent / STATE / "disks" / recipe.name / f"{name}.img"
        place = Path(os.path.relpath(file, folder))
        found.append(OwnDisk(name=name, file=place, size=bytes_of(disk.size), format=disk.kind))
    return tuple(found)


def bytes_of(amount: str) -> int:
    """`64M` in bytes."""
    return int(amount[:-1]) << {"K": 10, "M": 20, "G": 30}[amount[-1]]


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
        tree = container.tree(scratch)
        if USER_OPTION not in recipe.options and not any(need.name == "permissions" for need in recipe.needs):
            tree.give_to_root()  # nobody else is there to whom it could belong
        return tree, made_from
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
