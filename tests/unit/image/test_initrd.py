"""The archive of the root file system, read back by a reader of the test's own."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.image.folder import read_folder
from unilith.image.initrd import TRAILER, write_initrd
from unilith.image.tree import Tree


def make_tree(folder: Path) -> Path:
    (folder / "etc").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "etc/motd").write_text("hello\n")
    (folder / "bin/run").write_text("#!/bin/sh\n")
    (folder / "bin/run").chmod(0o750)
    (folder / "bin/link").symlink_to("../etc/motd")
    (folder / "empty").write_bytes(b"")
    return folder


Member = tuple[str, int, bytes]


def parse(archive: bytes) -> list[Member]:
    """Name, mode and content of each member; asserts what every member must have."""
    members: list[Member] = []
    at = 0
    while True:
        assert at % 4 == 0
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        _, mode, uid, gid, _, time, size, *devices, name_size, check = fields
        assert (uid, gid, time, check, devices) == (0, 0, 0, 0, [0, 0, 0, 0])
        raw = archive[at + 110 : at + 110 + name_size]
        assert raw.endswith(b"\0")
        start = (at + 110 + name_size + 3) & ~3
        name = os.fsdecode(raw[:-1])
        if name == "TRAILER!!!":
            assert start == len(archive)
            return members
        members.append((name, mode, archive[start : start + size]))
        at = (start + size + 3) & ~3


def test_members_have_sorted_names_plain_modes_and_their_content(tmp_path: Path) -> None:
    write_initrd(read_folder(make_tree(tmp_path / "root")), tmp_path / "initrd.cpio")
    assert parse((tmp_path / "initrd.cpio").read_bytes()) == [
        ("bin", stat.S_IFDIR | 0o755, b""),
        ("bin/link", stat.S_IFLNK | 0o777, b"../etc/motd"),
        ("bin/run", stat.S_IFREG | 0o755, b"#!/bin/sh\n"),
        ("empty", stat.S_IFREG | 0o644, b""),
        ("etc", stat.S_IFDIR | 0o755, b""),
        ("etc/motd", stat.S_IFREG | 0o644, b"hello\n"),
    ]


def test_two_copies_of_a_folder_give_the_same_bytes(tmp_path: Path) -> None:
    first = make_tree(tmp_path / "one")
    second = tmp_path / "two"
    second.mkdir()
    for path in sorted(first.rglob("*"), reverse=True):
        target = second / path.relative_to(first)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.is_file():
            shutil.copy(path, target, follow_symlinks=False)
    (second / "etc/motd").chmod(0o600)
    os.utime(second / "etc/motd", (1, 1))
    write_initrd(read_folder(first), tmp_path / "one.cpio")
    write_initrd(read_folder(second), tmp_path / "two.cpio")
    assert (tmp_path / "one.cpio").read_bytes() == (tmp_path / "two.cpio").read_bytes()


def test_a_file_with_two_names_is_stored_twice(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").write_text("same")
    os.link(root / "a", root / "b")
    write_initrd(read_folder(root), tmp_path / "out")
    assert [(name, content) for name, _, content in parse((tmp_path / "out").read_bytes())] == [
        ("a", b"same"),
        ("b", b"same"),
    ]


def test_extra_files_bring_their_folders_and_win(tmp_path: Path) -> None:
    tree = read_folder(make_tree(tmp_path / "root"))
    tree.add("/etc/motd", 0o644, b"ours")
    tree.add("usr/share/x", 0o644, b"new")
    write_initrd(tree, tmp_path / "out")
    members = {name: content for name, _, content in parse((tmp_path / "out").read_bytes())}
    assert members["etc/motd"] == b"ours"
    assert members["usr/share/x"] == b"new"
    assert list(members)[-3:] == ["usr", "usr/share", "usr/share/x"]
    only = Tree()
    only.add("x", 0o644, b"1")
    write_initrd(only, tmp_path / "only")
    assert [name for name, _, _ in parse((tmp_path / "only").read_bytes())] == ["x"]


@pytest.mark.parametrize("extra", ["empty/x", "etc"])
def test_an_extra_file_that_cannot_be_there_is_refused(tmp_path: Path, extra: str) -> None:
    with pytest.raises(UserError, match="the recipe has a"):
        read_folder(make_tree(tmp_path / "root")).add(extra, 0o644, b"")


def test_what_an_image_cannot_hold_is_refused_by_name(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    os.mkfifo(root / "pipe")
    with pytest.raises(UserError, match="neither a file") as refused:
        write_initrd(read_folder(root), tmp_path / "out")
    assert str(refused.value.where) == str(root / "pipe")
    (root / "pipe").unlink()
    (root / "TRAILER!!!").write_text("")
    with pytest.raises(UserError, match="ends a cpio archive"):
        write_initrd(read_folder(root), tmp_path / "out")
    with pytest.raises(UserError, match="no such folder"):
        read_folder(tmp_path / "absent")
    assert not (tmp_path / "out").exists()


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..", TRAILER) and len(name.encode()) < 200
)


@settings(max_examples=50)
@given(files=st.dictionaries(NAMES, st.binary(max_size=70), max_size=8))
def test_any_files_come_back(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("any")
    (place / "root").mkdir()
    for name, content in files.items():
        (place / "root" / name).write_bytes(content)
    write_initrd(read_folder(place / "root"), place / "out")
    members = parse((place / "out").read_bytes())
    assert {name: content for name, _, content in members} == files
    assert [name for name, _, _ in members] == sorted(files, key=os.fsencode)
