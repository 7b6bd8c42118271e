"""Trees packed as file systems: what is in comes out again, as other programs see it; equal trees give equal bytes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.archive import Scratch, read_tarball
from unilith.image.erofs import write_erofs
from unilith.image.ext4 import make_ext4, write_ext4
from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd
from unilith.image.tarball import write_tarball
from unilith.image.tree import Entry, Tree

Packer = Callable[[Tree, Path, Path], None]

PACKERS: dict[str, Packer] = {
    "initrd": lambda tree, file, _: write_initrd(tree, file),
    "ext4": lambda tree, file, scratch: write_ext4(tree, file, scratch, label="greet"),
    "erofs": lambda tree, file, scratch: write_erofs(tree, file, scratch, label="greet"),
    "erofs-lz4": lambda tree, file, scratch: write_erofs(
        tree, file, scratch, label="greet", compression="lz4"
    ),
}


def make_folder(folder: Path, *, backwards: bool = False, umask: int = 0o022, time: int = 1) -> Path:
    """The same files, made in another order, under another mask and at another time."""
    before = os.umask(umask)
    try:
        files = {
            "etc/motd": b"hello\n",
            "etc/zero": b"",
            "usr/share/large": b"0123456789abcdef" * 5000,
            'usr/odd "name" of $it': b"odd",
            "bin/run": b"#!/bin/sh\n",
            **{f"many/file-{number:03}": b"%d" % number for number in range(150)},
        }
        for name in sorted(files, reverse=backwards):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(files[name])
        (folder / "bin/run").chmod(0o700)
        (folder / "bin/short").symlink_to("../etc/motd")
        (folder / "bin/long").symlink_to("../" + "long/" * 40 + "end")
        for path in folder.rglob("*"):
            os.utime(path, (time, time), follow_symlinks=False)
    finally:
        os.umask(before)
    return folder


def pack(packer: Packer, tree: Tree, place: Path) -> Path:
    (place / "scratch").mkdir(parents=True)
    packer(tree, place / "packed", place / "scratch")
    return place / "packed"


def checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("packer", PACKERS)
def test_equal_folders_give_equal_bytes_wherever_and_whenever(tmp_path: Path, packer: str) -> None:
    one = make_folder(tmp_path / "here")
    two = make_folder(tmp_path / "elsewhere/with a blank", backwards=True, umask=0o077, time=1_700_000_000)
    before = os.umask(0o027)
    try:
        first = pack(PACKERS[packer], read_folder(one), tmp_path / "a")
        os.umask(0o077)
        second = pack(PACKERS[packer], read_folder(two), tmp_path / "b/c")
    finally:
        os.umask(before)
    assert checksum(first) == checksum(second)
    (two / "etc/motd").write_bytes(b"Hello\n")
    assert checksum(pack(PACKERS[packer], read_folder(two), tmp_path / "d")) != checksum(first)


def test_a_time_that_is_given_is_that_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    file = pack(PACKERS["ext4"], read_folder(make_folder(tmp_path / "root")), tmp_path / "a")
    shown = subprocess.run(
        ["/usr/sbin/debugfs", "-R", "stat /etc/motd", file], capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"time: 0x([0-9a-f]{8})", shown)) == {f"{10**9:08x}"}


def checked(file: Path) -> None:
    done = subprocess.run(["/usr/sbin/e2fsck", "-fn", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ext4_holds_the_files_as_its_own_tools_see_them(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "root")
    file = pack(PACKERS["ext4"], read_folder(root), tmp_path / "a")
    checked(file)
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(["/usr/sbin/debugfs", "-R", f"rdump / {out}", file], capture_output=True, check=True)
    (out / "lost+found").rmdir()
    assert shown(out) == shown(root)


def shown(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        content = path.read_bytes() if stat.S_ISREG(mode) else b""
        if stat.S_ISLNK(mode):
            content = os.fsencode(os.readlink(path))  # noqa: PTH115 - as it is, not made a path
        kind = stat.S_IFMT(mode) | (mode & 0o100 if stat.S_ISREG(mode) else 0)
        found[path.relative_to(folder).as_posix()] = (kind, content)
    return found


@pytest.mark.parametrize("packer", ["erofs", "erofs-lz4"])
def test_erofs_holds_the_files_as_its_own_tools_see_them(tmp_path: Path, packer: str) -> None:
    file = pack(PACKERS[packer], read_folder(make_folder(tmp_path / "root")), tmp_path / "a")
    done = subprocess.run(["fsck.erofs", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = subprocess.run(
        ["dump.erofs", "--path=/usr/share/large", file], capture_output=True, text=True, check=True
    ).stdout
    assert "80000" in said and "rw-r--r--" in said


def owned_tree(user: int) -> Tree:
    """Files of several owners, some of which nobody may read, and a folder of several blocks."""
    tree = Tree()
    tree.put(Entry("data", stat.S_IFDIR | 0o500, b"", (user, 50)))
    tree.put(Entry("data/kept", stat.S_IFREG | 0o200, b"x" * 5000, (user, 50)))
    tree.put(Entry("data/link", stat.S_IFLNK | 0o777, b"kept", (user, 51)))
    tree.add_folder("many")
    for number in range(400):
        entry = Entry(f"many/file-{number}", stat.S_IFREG | 0o640, b"%d" % number, (number, number + 1))
        tree.put(entry)
    return tree


@pytest.mark.parametrize("packer", ["erofs", "erofs-lz4"])
@pytest.mark.parametrize("user", [1000, 3_000_000])
def test_erofs_has_owners_and_permissions_whoever_packs_it(tmp_path: Path, packer: str, user: int) -> None:
    file = pack(PACKERS[packer], owned_tree(user), tmp_path / "a")
    assert checksum(file) == checksum(pack(PACKERS[packer], owned_tree(user), tmp_path / "b"))
    done = subprocess.run(["fsck.erofs", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for name, owner, mode in (
        ("/data", f"{user} Gid: 50", "0500"),
        ("/data/kept", f"{user} Gid: 50", "0200"),
        ("/data/link", f"{user} Gid: 51", "0777"),
        ("/many/file-0", "0 Gid: 1", "0640"),
        ("/many/file-399", "399 Gid: 400", "0640"),
        ("/many", "0 Gid: 0", "0755"),
    ):
        said = subprocess.run(
            ["dump.erofs", f"--path={name}", file], capture_output=True, text=True, check=True
        ).stdout
        assert f"Uid: {owner} Access: {mode}" in " ".join(said.split()), said


def test_a_tar_archive_has_owners(tmp_path: Path) -> None:
    write_tarball(owned_tree(3_000_000), tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as tar:
        found = {info.name: (info.uid, info.gid, info.mode) for info in tar}
    assert found["data"] == (3_000_000, 50, 0o500) and found["data/link"] == (3_000_000, 51, 0o777)
    assert found["data/kept"] == (3_000_000, 50, 0o200) and found["many/file-399"] == (399, 400, 0o640)


def test_names_of_one_file_stay_one_file(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    with tarfile.open(tmp_path / "root.tar", "w") as tar:
        info = tarfile.TarInfo("a")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        for name in ("b", "c/d"):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.LNKTYPE, "a"
            tar.addfile(info)
    (tmp_path / "s").mkdir()
    tree = read_tarball(tmp_path / "root.tar", Scratch(tmp_path / "s"))
    ext4 = pack(PACKERS["ext4"], tree, tmp_path / "x")
    checked(ext4)
    said = subprocess.run(
        ["/usr/sbin/debugfs", "-R", "stat /c/d", ext4], capture_output=True, text=True, check=True
    ).stdout
    assert "Links: 3" in said
    assert pack(PACKERS["erofs"], tree, tmp_path / "y").stat().st_size < 300_000


def test_a_disk_is_made_with_a_journal_and_holes(tmp_path: Path) -> None:
    make_ext4(tmp_path / "disk", 64 << 20, "data")
    checked(tmp_path / "disk")
    info = (tmp_path / "disk").stat()
    assert info.st_size == 64 << 20 and info.st_blocks * 512 < 8 << 20
    make_ext4(tmp_path / "again", 64 << 20, "data")
    assert checksum(tmp_path / "disk") == checksum(tmp_path / "again")


def test_what_a_file_system_cannot_hold_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    tree.put(Entry("two\nlines", stat.S_IFREG | 0o644, b"x"))
    with pytest.raises(UserError, match="end of line"):
        pack(PACKERS["ext4"], tree, tmp_path / "a")
    assert not (tmp_path / "a/packed").exists()
    assert pack(PACKERS["erofs"], tree, tmp_path / "b").stat().st_size > 0
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("unilith.image.host_tools._PLACES", ())
    for packer in ("ext4", "erofs"):
        with pytest.raises(UserError, match="is not installed") as refused:
            pack(PACKERS[packer], tree, tmp_path / packer)
        assert "apt-get install" in (refused.value.hint or "")
