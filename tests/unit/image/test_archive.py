"""Root file systems from tar archives: what they hold comes back, and nothing in them is trusted."""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image import archive
from unilith.image.archive import Scratch, read_tarball
from unilith.image.tree import Tree

Adder = Callable[[tarfile.TarFile], None]


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def add(
    tar: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = ""
) -> None:
    info = member(name, kind, target, 0o755 if kind == tarfile.DIRTYPE else 0o640)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def make(file: Path, fill: Adder, mode: str = "w") -> Path:
    with tarfile.open(file, mode) as tar:
        fill(tar)
    return file


def read(file: Path) -> Tree:
    scratch = file.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return read_tarball(file, Scratch(scratch))


def shown(tree: Tree) -> dict[str, tuple[int, bytes]]:
    return {entry.name: (entry.mode, entry.read()) for entry in tree.entries()}


def ordinary(tar: tarfile.TarFile) -> None:
    add(tar, "./", kind=tarfile.DIRTYPE)
    add(tar, "./etc/", kind=tarfile.DIRTYPE)
    add(tar, "./etc/motd", b"hello\n")
    add(tar, "./etc/also", kind=tarfile.LNKTYPE, target="./etc/motd")
    add(tar, "bin", kind=tarfile.SYMTYPE, target="usr/bin")
    add(tar, "usr/bin/a", b"program")
    add(tar, "n" * 200 + "/" + "long", b"1")


WHOLE = {
    "bin": (stat.S_IFLNK | 0o777, b"usr/bin"),
    "etc": (stat.S_IFDIR | 0o755, b""),
    "etc/also": (stat.S_IFREG | 0o640, b"hello\n"),
    "etc/motd": (stat.S_IFREG | 0o640, b"hello\n"),
    "n" * 200: (stat.S_IFDIR | 0o755, b""),
    "n" * 200 + "/long": (stat.S_IFREG | 0o640, b"1"),
    "usr": (stat.S_IFDIR | 0o755, b""),
    "usr/bin": (stat.S_IFDIR | 0o755, b""),
    "usr/bin/a": (stat.S_IFREG | 0o640, b"program"),
}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_an_archive_however_compressed_is_read(tmp_path: Path, mode: str) -> None:
    assert shown(read(make(tmp_path / "root", ordinary, mode))) == WHOLE


def test_zstd_is_left_to_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = make(tmp_path / "root.tar", ordinary)
    subprocess.run(["zstd", "-q", plain], check=True)
    assert shown(read(tmp_path / "root.tar.zst")) == WHOLE
    (tmp_path / "cut.zst").write_bytes((tmp_path / "root.tar.zst").read_bytes()[:-20])
    with pytest.raises(UserError, match="cannot be decompressed"):
        read(tmp_path / "cut.zst")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="zstd is not installed"):
        read(tmp_path / "root.tar.zst")


def test_files_go_where_links_of_the_archive_lead(tmp_path: Path) -> None:
    def fill(tar: tarfile.TarFile) -> None:
        add(tar, "usr/lib/keep", b"k")
        add(tar, "lib", kind=tarfile.SYMTYPE, target="/usr/lib")
        add(tar, "lib/new", b"n")
        add(tar, "usr/local", kind=tarfile.SYMTYPE, target="../lib")
        add(tar, "usr/local/third", b"t")

    tree = shown(read(make(tmp_path / "root.tar", fill)))
    assert {name for name, (mode, _) in tree.items() if stat.S_ISREG(mode)} == {
        "usr/lib/keep",
        "usr/lib/new",
        "usr/lib/third",
    }


def test_the_last_member_of_a_name_wins(tmp_path: Path) -> None:
    def fill(tar: tarfile.TarFile) -> None:
        add(tar, "a/below", b"1")
        add(tar, "b", b"1")
        add(tar, "a", b"a file now")
        add(tar, "b/x", b"a folder now")

    assert {n: c for n, (m, c) in shown(read(make(tmp_path / "r", fill))).items() if stat.S_ISREG(m)} == {
        "a": b"a file now",
        "b/x": b"a folder now",
    }


def test_a_sparse_file_reads_with_its_holes(tmp_path: Path) -> None:
    (tmp_path / "sparse").write_bytes(b"a")
    with (tmp_path / "sparse").open("r+b") as file:
        file.seek(1 << 20)
        file.write(b"end")
    subprocess.run(["tar", "-cSf", tmp_path / "s.tar", "-C", tmp_path, "sparse"], check=True)
    assert (tmp_path / "s.tar").stat().st_size < 100_000
    assert read(tmp_path / "s.tar")["sparse"].read() == (tmp_path / "sparse").read_bytes()


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda tar: add(tar, "../x", b"1"), "leaves it"),
        (lambda tar: add(tar, "a/../../x", b"1"), "leaves it"),
        (lambda tar: add(tar, "/etc/passwd", b"1"), "leaves it"),
        (lambda tar: add(tar, "x" * 300, b"1"), "too long"),
        (lambda tar: add(tar, "d/" * 3000 + "x", b"1"), "too long"),
        (lambda tar: tar.addfile(member("dev/sda", tarfile.BLKTYPE)), "neither a file"),
        (lambda tar: tar.addfile(member("dev/null", tarfile.CHRTYPE)), "neither a file"),
        (lambda tar: tar.addfile(member("pipe", tarfile.FIFOTYPE)), "neither a file"),
        (lambda tar: add(tar, "h", kind=tarfile.LNKTYPE, target="gone"), "hard link to what"),
        (lambda tar: add(tar, "h", kind=tarfile.LNKTYPE, target="../../etc/passwd"), "leaves it"),
        (lambda tar: add(tar, "l", kind=tarfile.SYMTYPE, target=""), "leads nowhere"),
    ],
)
def test_hostile_members_are_refused(tmp_path: Path, fill: Adder, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        read(make(tmp_path / "bad.tar", fill))
    assert refused.value.where is not None and "bad.tar" in str(refused.value.where)


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    def climbing(tar: tarfile.TarFile) -> None:
        add(tar, "out", kind=tarfile.SYMTYPE, target="../../..")
        add(tar, "out/etc/passwd", b"1")

    def circling(tar: tarfile.TarFile) -> None:
        add(tar, "a", kind=tarfile.SYMTYPE, target="b")
        add(tar, "b", kind=tarfile.SYMTYPE, target="a")
        add(tar, "a/x", b"1")

    with pytest.raises(UserError, match="a link that leaves it"):
        read(make(tmp_path / "climbing.tar", climbing))
    with pytest.raises(UserError, match="in a circle"):
        read(make(tmp_path / "circling.tar", circling))


def test_what_is_cut_off_or_no_archive_is_refused(tmp_path: Path) -> None:
    whole = make(tmp_path / "root.tar", lambda tar: add(tar, "a", bytes(5000))).read_bytes()
    for size in (100, 600, 3000, 5000):
        (tmp_path / "cut.tar").write_bytes(whole[:size])
        with pytest.raises(UserError, match="not a whole tar archive"):
            read(tmp_path / "cut.tar")
    packed = gzip.compress(whole)
    (tmp_path / "cut.gz").write_bytes(packed[:-30])
    with pytest.raises(UserError, match="cannot be decompressed"):
        read(tmp_path / "cut.gz")
    with pytest.raises(UserError, match="No such file"):
        read(tmp_path / "absent.tar")


def test_bombs_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LIMIT", 1 << 20)
    bomb = make(tmp_path / "bomb.tar.gz", lambda tar: add(tar, "zeroes", bytes(3 << 20)), "w:gz")
    assert bomb.stat().st_size < 10_000
    with pytest.raises(UserError, match="holds more than"):
        read(bomb)
    sparse = make(tmp_path / "sparse.tar", lambda tar: add(tar, "a", b"x"))
    header = bytearray(sparse.read_bytes())
    header[124:136] = b"77777777777\0"  # the size: 8 GiB
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    sparse.write_bytes(header)
    with pytest.raises(UserError, match="holds more than"):
        read(sparse)
    names = make(tmp_path / "names.tar", lambda tar: add(tar, "n", b"1"))
    extended = bytearray(names.read_bytes())
    extended[156:157] = b"x"  # a header that claims to be 1 GiB of names
    extended[124:136] = b"%011o\0" % (1 << 30)
    extended[148:156] = b" " * 8
    extended[148:156] = b"%06o\0 " % sum(extended[:512])
    names.write_bytes(extended)
    with pytest.raises(UserError, match="has a header of more than"):
        read(names)
