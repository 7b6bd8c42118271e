"""From a tarball to a tree: patches, hostile archives, sharing."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.upstream.served_sources import Served, make_tarball

from unilith.catalog.model import Upstream
from unilith.errors import UserError
from unilith.upstream.tree import source_tree, unpack
from unilith.upstream.unpack import unpack_tarball

PATCH = b"""--- a/greet.c
+++ b/greet.c
@@ -1,4 +1,4 @@
 int greet(void)
 {
-    return 1;
+    return 2;
 }
"""


def pinned(url: str, content: bytes, *patches: str) -> Upstream:
    source = {"url": url, "sha256": hashlib.sha256(content).hexdigest()}
    return Upstream.model_validate({"version": "1.0", "license": "MIT", "url": source, "patches": patches})


def test_the_tree_is_the_single_folder_of_the_tarball_patched_and_read_only(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "two.patch").write_bytes(PATCH)
    pin = pinned(served.url, tarball, "two.patch")
    tree = source_tree(pin, tmp_path, cache=cache)
    assert "return 2;" in (tree / "greet.c").read_text()
    assert sorted(p.name for p in tree.iterdir()) == ["README", "greet.c"]
    assert [p.stat().st_mode & 0o777 for p in sorted(tree.iterdir())] == [0o444, 0o444]
    assert (tree / "README").stat().st_mtime == 1_000_000_000
    assert [p.name for p in (cache / "trees").iterdir()] == [tree.name]


def test_a_tree_that_is_there_needs_neither_network_nor_tarball(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path
) -> None:
    pin = pinned(served.url, tarball)
    tree = source_tree(pin, tmp_path, cache=cache)
    for file in (cache / "tarballs").iterdir():
        file.unlink()
    assert source_tree(pin, tmp_path, cache=cache, offline=True) == tree
    assert served.asked == 1


def test_another_patch_gives_another_tree(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path
) -> None:
    plain = source_tree(pinned(served.url, tarball), tmp_path, cache=cache)
    (tmp_path / "fix.patch").write_bytes(PATCH)
    second = source_tree(pinned(served.url, tarball, "fix.patch"), tmp_path, cache=cache)
    (tmp_path / "fix.patch").write_bytes(PATCH.replace(b"2;", b"3;"))
    third = source_tree(pinned(served.url, tarball, "fix.patch"), tmp_path, cache=cache)
    assert len({plain, second, third}) == 3
    assert "return 1;" in (plain / "greet.c").read_text()
    assert "return 3;" in (third / "greet.c").read_text()


@pytest.mark.parametrize(
    "patch",
    [
        PATCH.replace(b"return 1", b"return 7"),
        PATCH.replace(b"greet.c", b"absent.c"),
        PATCH.replace(b"a/greet.c", b"a/../../outside").replace(b"b/greet.c", b"b/../../outside"),
        b"no patch at all\n",
    ],
)
def test_a_patch_that_does_not_apply_leaves_no_tree(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path, patch: bytes
) -> None:
    (tmp_path / "bad.patch").write_bytes(patch)
    with pytest.raises(UserError, match="does not apply") as refused:
        source_tree(pinned(served.url, tarball, "bad.patch"), tmp_path, cache=cache)
    assert str(refused.value.where) == str(tmp_path / "bad.patch")
    assert list((cache / "trees").iterdir()) == []


def test_a_missing_patch_is_named(served: Served, tarball: bytes, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the patch"):
        source_tree(pinned(served.url, tarball, "absent.patch"), tmp_path, cache=cache)
    assert served.asked == 0


def test_what_a_release_leaves_to_be_generated_is_made_once(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "not passed on")
    pin = pinned(served.url, tarball)

    def prepared(*command: str) -> Upstream:
        return pin.model_copy(update={"prepare": (command,)})

    made = prepared("sh", "-c", "echo $SECRET $TZ >made; cp greet.c copied.c; date +%N >>made")
    tree = source_tree(made, tmp_path, cache=cache)
    first = (tree / "made").read_text()
    assert first.startswith("UTC\n") and (tree / "copied.c").read_text() == (tree / "greet.c").read_text()
    assert (tree / "made").stat().st_mode & 0o222 == 0
    assert (source_tree(made, tmp_path, cache=cache) / "made").read_text() == first
    assert source_tree(pin, tmp_path, cache=cache) != tree
    with pytest.raises(UserError, match=r"failed: .*: no such thing"):
        source_tree(prepared("sh", "-c", "echo no such thing >&2; exit 1"), tmp_path, cache=cache)
    with pytest.raises(UserError, match="no-such-program is not installed"):
        source_tree(prepared("no-such-program"), tmp_path, cache=cache)


def test_several_folders_stay_as_they_are(cache: Path, tmp_path: Path) -> None:
    content = make_tarball({"a/x.c": b"x", "b/y.c": b"y"}, mode=0o700)
    file = tmp_path / hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    tree = unpack(file, pinned("http://nowhere.invalid/", content), tmp_path, cache)
    assert sorted(p.name for p in tree.iterdir()) == ["a", "b"]
    assert os.access(tree / "a/x.c", os.X_OK)


Entry = tuple[str, bytes, str]


def archive_of(file: Path, *entries: Entry) -> Path:
    """A tar archive of (name, type, link name)."""
    with tarfile.open(file, "w") as archive:
        for name, kind, link in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            if kind == tarfile.REGTYPE:
                info.size = 4
                archive.addfile(info, io.BytesIO(b"data"))
            else:
                archive.addfile(info)
    return file


@pytest.mark.parametrize(
    "entries",
    [
        [("../outside", tarfile.REGTYPE, "")],
        [("/outside", tarfile.REGTYPE, "")],
        [("a/../../outside", tarfile.REGTYPE, "")],
        [("a/../..", tarfile.DIRTYPE, "")],
        [("link", tarfile.SYMTYPE, "../outside")],
        [("link", tarfile.SYMTYPE, "/etc/passwd")],
        [("a/link", tarfile.SYMTYPE, "../../outside")],
        [("link", tarfile.LNKTYPE, "../outside")],
        [("link", tarfile.LNKTYPE, "absent")],
        [("inner", tarfile.DIRTYPE, ""), ("s", tarfile.SYMTYPE, "inner"), ("hard", tarfile.LNKTYPE, "s")],
        [("device", tarfile.CHRTYPE, "")],
        [("pipe", tarfile.FIFOTYPE, "")],
    ],
)
def test_a_hostile_archive_is_refused(tmp_path: Path, entries: list[Entry]) -> None:
    folder = tmp_path / "into"
    folder.mkdir()
    with pytest.raises(UserError, match="holds"):
        unpack_tarball(archive_of(tmp_path / "evil.tar", *entries), folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["evil.tar", "into"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "into"
    folder.mkdir()
    entries = [("a", tarfile.DIRTYPE, ""), ("b", tarfile.SYMTYPE, "a"), ("b/file", tarfile.REGTYPE, "")]
    with pytest.raises(UserError, match="two different things"):
        unpack_tarball(archive_of(tmp_path / "evil.tar", *entries), folder)
    assert not (folder / "a" / "file").exists()


def test_links_inside_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "into"
    folder.mkdir()
    entries = [
        ("sub/link", tarfile.SYMTYPE, "../file"),
        ("hard", tarfile.LNKTYPE, "file"),
        ("file", tarfile.REGTYPE, ""),
    ]
    unpack_tarball(archive_of(tmp_path / "good.tar", *entries), folder)
    assert (folder / "sub/link").read_bytes() == (folder / "hard").read_bytes() == b"data"


@given(data=st.data())
def test_a_damaged_archive_is_a_user_error_or_harmless(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(make_tarball({"a/x.c": b"x" * 3000, "a/y.c": b"y"}))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    del whole[data.draw(st.integers(1, len(whole))) :]
    outer = tmp_path_factory.mktemp("damaged")
    (outer / "into").mkdir()
    (outer / "t").write_bytes(whole)
    try:
        unpack_tarball(outer / "t", outer / "into")
    except UserError as e:
        assert "archive" in e.message or "holds" in e.message
    assert sorted(p.name for p in outer.iterdir()) == ["into", "t"]
