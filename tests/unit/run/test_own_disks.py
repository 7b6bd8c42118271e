"""The disks that come with an image, and those that are made at the first run and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription, OwnDisk
from unilith.run.disks import disks_of


def described(folder: Path, **more: object) -> ImageDescription:
    (folder / "rootfs.erofs").write_bytes(bytes(4096))
    said = {
        "recipe": "greet",
        "target": "qemu-x86_64",
        "arch": "x86_64",
        "platform": "qemu",
        "runner": "qemu",
        "settings": {},
        "image": "image.elf",
        "debug": "image.debug",
        "memory": "16M",
        "has_disks": True,
        "disks": (
            OwnDisk(name="rootfs", file=Path("rootfs.erofs"), readonly=True),
            OwnDisk(name="data", file=Path("../state/data.img"), size=5 << 20, format="ext4"),
        ),
        **more,
    }
    ImageDescription.model_validate(said).write(folder / "image.json")
    return ImageDescription.read(folder / "image.json")


def test_a_disk_is_made_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    description = described(tmp_path / "build")
    root, data = disks_of(description, ())
    assert (root.name, root.readonly, root.file) == ("rootfs", True, tmp_path / "build/rootfs.erofs")
    assert (data.name, data.readonly, data.file) == ("data", False, tmp_path / "state/data.img")
    content = bytearray(data.file.read_bytes())
    assert len(content) == 5 << 20 and content[1080:1082] == b"\x53\xef"  # the magic number of ext4
    content[-3:] = b"own"
    data.file.write_bytes(content)
    disks_of(description, ())
    assert data.file.read_bytes() == content


def test_a_raw_disk_is_zeroes(tmp_path: Path) -> None:
    disk = OwnDisk(name="log", file=Path("log.img"), size=1 << 20)
    (made,) = disks_of(described(tmp_path, disks=(disk,)), ())
    assert made.file.read_bytes() == bytes(1 << 20)


def test_the_command_line_replaces_a_disk_by_its_name_and_adds_others(tmp_path: Path) -> None:
    for name in ("mine", "more"):
        (tmp_path / name).write_bytes(bytes(512))
    found = disks_of(described(tmp_path), (f"{tmp_path}/mine,name=data", f"{tmp_path}/more"))
    assert [disk.file.name for disk in found] == ["rootfs.erofs", "mine", "more"]
    assert not (tmp_path.parent / "state/data.img").exists()


def test_a_disk_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    disk = OwnDisk(name="log", file=Path("file/log.img"), size=1 << 20)
    with pytest.raises(UserError, match="the disk log cannot be made"):
        disks_of(described(tmp_path, disks=(disk,)), ())
