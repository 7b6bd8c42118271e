"""Disks of a run: what the command line may say, and what QEMU and process images are told."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.disks import Disk, disks_of, opened_disks, qemu_disks, read_disk


def description(has_disks: bool = True) -> ImageDescription:
    return ImageDescription(
        recipe="store",
        target="qemu-x86_64",
        arch="x86_64",
        platform="qemu",
        runner="qemu",
        settings={},
        image=Path("image.elf"),
        debug=Path("image.debug"),
        memory="4M",
        has_disks=has_disks,
    )


def made(folder: Path, name: str = "disk.img", size: int = 4096) -> Path:
    file = folder / name
    file.touch()
    os.truncate(file, size)
    return file


@pytest.mark.parametrize(
    ("text", "disk"),
    [
        ("a.img", Disk(Path("a.img"))),
        ("a,,b.img,raw", Disk(Path("a,b.img"))),
        ("a.img,name=data,readonly", Disk(Path("a.img"), "data", True)),
        ("a.img,blkdebug=faults.conf", Disk(Path("a.img"), faults=Path("faults.conf"))),
        ("a.img,record=stream", Disk(Path("a.img"), record=Path("stream"))),
    ],
)
def test_what_is_written_is_read(text: str, disk: Disk) -> None:
    assert read_disk(text) == disk


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a file comes first"),
        (",name=x", "a file comes first"),
        ("a.img,name=", "a name has"),
        ("a.img,name=two words", "a name has"),
        ("a.img,name=" + "x" * 21, "a name has"),
        ("a.img,readonly=on", "none of"),
        ("a.img,name", "none of"),
        ("a.img,cache=none", "none of"),
        ("a.img,readonly,readonly", "twice"),
        ("a.img,blkdebug=a,record=b", "not both"),
    ],
)
def test_what_is_no_disk_is_said(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=re.escape(reason)) as error:
        read_disk(text)
    assert error.value.exit_status == 125 and "FILE[,name=NAME]" in (error.value.hint or "")


def test_files_that_cannot_be_disks_are_said(tmp_path: Path) -> None:
    odd, empty = made(tmp_path, "odd.img", 1000), made(tmp_path, "empty.img", 0)
    good = made(tmp_path)
    for text, reason in (
        (str(tmp_path / "none.img"), "there is no such disk image"),
        (str(odd), "has 1000 bytes"),
        (str(empty), "is empty"),
        (f"{tmp_path},readonly", "neither a file nor a block device"),
        (f"{good},blkdebug={tmp_path}/none", "no such file of faults"),
        (f"{good},record={tmp_path}", "cannot write the record"),
    ):
        with pytest.raises(UserError, match=re.escape(reason)):
            disks_of(description(), [text])


def test_disks_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    one, two = made(tmp_path, "1.img"), made(tmp_path, "2.img")
    with pytest.raises(UserError, match="two disks have the name 'x'"):
        disks_of(description(), [f"{one},name=x", f"{two},name=x"])
    with pytest.raises(UserError, match="is two disks at once"):
        disks_of(description(), [f"{one},readonly", f"{one}"])
    assert len(disks_of(description(), [f"{one},readonly", f"{one},readonly", f"{two}"])) == 3
    with pytest.raises(UserError, match="27 disks are more than 26"):
        disks_of(description(), [f"{one},readonly"] * 27)


def test_an_image_without_a_driver_gets_no_disk(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="store drives no disks"):
        disks_of(description(False), [str(made(tmp_path))])
    assert disks_of(description(False), []) == ()


def test_qemu_is_told(tmp_path: Path) -> None:
    file, faults = made(tmp_path, "a,b.img"), made(tmp_path, "faults.conf")
    plain, faulty = disks_of(
        description(), [f"{tmp_path}/a,,b.img,name=data", f"{made(tmp_path)},readonly,blkdebug={faults}"]
    )
    assert plain.file == file
    words = qemu_disks([plain, faulty], "virtio-blk-device", "microvm-x86_64")
    assert words[1] == (
        "driver=raw,node-name=disk0,discard=unmap,read-only=off,"
        f"file.driver=file,file.filename={tmp_path}/a,,b.img"
    )
    assert words[3] == "virtio-blk-device,drive=disk0,rerror=report,werror=report,serial=data"
    assert f"read-only=on,file.driver=blkdebug,file.config={faults},file.image.driver=file" in words[5]
    (recorded,) = disks_of(description(), [f"{file},record={tmp_path}/stream".replace("a,b", "a,,b")])
    assert (tmp_path / "stream").read_bytes() == b""
    assert qemu_disks([recorded], "d", "t")[1].endswith(
        f"file.driver=blklogwrites,file.log.driver=file,file.log.filename={tmp_path}/stream,"
        f"file.file.driver=file,file.file.filename={tmp_path}/a,,b.img"
    )
    with pytest.raises(UserError, match="has no disks"):
        qemu_disks([plain], None, "other-x86_64")
    assert qemu_disks([], None, "other-x86_64") == []


def test_a_process_gets_descriptors(tmp_path: Path) -> None:
    disks = disks_of(description(), [f"{made(tmp_path)},name=data", f"{made(tmp_path, '2.img')},readonly"])
    with opened_disks(disks) as (descriptors, parameters):
        first, second = descriptors
        assert parameters == [f"disk={first},name=data", f"disk={second},readonly"]
        os.pwrite(first, b"written", 0)
        with pytest.raises(OSError, match="Bad file"):
            os.pwrite(second, b"x", 0)
    assert (tmp_path / "disk.img").read_bytes().startswith(b"written")
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(first)
    with (
        pytest.raises(UserError, match="cannot be given faults"),
        opened_disks([Disk(disks[0].file, faults=disks[1].file)]),
    ):
        pass
