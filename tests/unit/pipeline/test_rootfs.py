"""What a recipe says of its root file system and its disks, and what follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unilith.catalog.roots import find_places
from unilith.demand.recipe import Recipe, read_recipe
from unilith.errors import UserError
from unilith.pipeline.rootfs import own_disks, own_shares, pack_rootfs, with_container


def recipe(folder: Path, text: str) -> Recipe:
    folder.mkdir(exist_ok=True)
    (folder / "recipe.yaml").write_text(f"name: greet\nsources: [a.c]\n{text}\n")
    return read_recipe(folder / "recipe.yaml")


def container(folder: Path) -> None:
    folder.mkdir(parents=True)
    config = {"config": {"Cmd": ["sh", "-c", "x"], "Env": ["A=1", "B=2"]}}
    (folder / "c.json").write_text(json.dumps(config))
    (folder / "manifest.json").write_text(json.dumps([{"Config": "c.json", "Layers": []}]))


def test_a_container_says_how_the_program_starts_where_the_recipe_does_not(tmp_path: Path) -> None:
    container(tmp_path / "r/image")
    made = with_container(recipe(tmp_path / "r", "rootfs: image\nenv: {B: mine}"), "x86_64", tmp_path / "w")
    assert made.args == ("-c", "x") and made.env == {"A": "1", "B": "mine"}
    made = with_container(recipe(tmp_path / "r", "rootfs: image\nargs: [own]"), "x86_64", tmp_path / "w")
    assert made.args == ("own",)


def test_a_root_on_a_disk_is_mounted_first_and_has_its_mount_points(tmp_path: Path) -> None:
    (tmp_path / "r/files").mkdir(parents=True)
    made = recipe(
        tmp_path / "r",
        "rootfs: {from: files, as: erofs}\ndisks: {data: {size: 8M}}\n"
        "mounts: [{at: /data/inner, kind: ext4, source: serial=data}]",
    )
    assert made.options["MOUNTS"] == "/:erofs:serial=rootfs:ro /data/inner:ext4:serial=data"
    build = tmp_path / "project/build/greet/x"
    build.mkdir(parents=True)
    places = find_places(start=tmp_path / "project")
    root, data = own_disks(made, build, places)
    assert (str(root.file), root.readonly) == ("rootfs.erofs", True)
    assert (build / data.file).resolve() == tmp_path / "project/.unilith/disks/greet/data.img"
    assert (data.size, data.format) == (8 << 20, "ext4")
    pack_rootfs(made, "x86_64", {}, build, tmp_path / "w")
    packed = (build / "rootfs.erofs").read_bytes()
    assert b"inner" in packed and b"dev" in packed
    pack_rootfs(recipe(tmp_path / "r", "rootfs: files"), "x86_64", {}, build, tmp_path / "w")
    assert sorted(file.name for file in build.iterdir()) == ["initrd.cpio"]


def test_a_root_that_is_shared_is_the_folder_itself(tmp_path: Path) -> None:
    (tmp_path / "r/a,b").mkdir(parents=True)
    made = recipe(tmp_path / "r", "rootfs: {from: 'a,b', as: shared}")
    assert made.options["MOUNTS"] == "/:share:rootfs"
    assert own_shares(made) == (f"{tmp_path}/r/a,,b,tag=rootfs",)
    (tmp_path / "r/file").write_text("")
    with pytest.raises(UserError, match="is a folder as it stands"):
        pack_rootfs(
            recipe(tmp_path / "r", "rootfs: {from: file, as: shared}"), "x86_64", {}, tmp_path, tmp_path / "w"
        )
    container(tmp_path / "r/image")
    made = recipe(tmp_path / "r", "rootfs: {from: image, as: shared}")
    with pytest.raises(UserError, match="`image` is none"):
        pack_rootfs(made, "x86_64", {}, tmp_path, tmp_path / "w")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rootfs: {from: files, as: zip}", "must be"),
        ("rootfs: {as: erofs}", "`rootfs.from` is missing"),
        ("rootfs: {from: files, compression: lz4}", "only a root file system `as: erofs`"),
        ("rootfs: {from: files, as: erofs, free: 1M}", "only a root file system `as: ext4`"),
        ("rootfs: {from: files, as: ext4}\nmounts: [{at: /, kind: ramfs}]", "so is one of the `mounts`"),
        ("disks: {rootfs: {size: 1M}}", "the disk that the root file system is on"),
        ("disks: {data: {size: 12}}", "size"),
        ("disks: {data: {}}", "`disks.data.size` is missing"),
    ],
)
def test_mistakes_are_said_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        recipe(tmp_path / "r", text)
    assert ":" in str(refused.value.where)
