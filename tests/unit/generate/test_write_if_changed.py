"""Generated files: written only if their text changes, and never half."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.generate.files import write_if_changed


def test_an_unchanged_text_keeps_its_time_stamp(tmp_path: Path) -> None:
    assert write_if_changed(tmp_path, {"a/b.c": "one\n", "c.h": "two\n"}) == ("a/b.c", "c.h")
    for name in ("a/b.c", "c.h"):
        os.utime(tmp_path / name, ns=(5, 5))
    assert write_if_changed(tmp_path, {"a/b.c": "one\n", "c.h": "other\n"}) == ("c.h",)
    assert (tmp_path / "a/b.c").stat().st_mtime_ns == 5
    assert (tmp_path / "c.h").stat().st_mtime_ns != 5
    assert (tmp_path / "c.h").read_text() == "other\n"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b.c", "c.h"]


@pytest.mark.parametrize("there", [b"\xff\xfe not UTF-8", b"one\r\n", b"one", b""])
def test_what_stands_there_is_compared_byte_for_byte(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "a.c").write_bytes(there)
    assert write_if_changed(tmp_path, {"a.c": "one\n"}) == ("a.c",)
    assert (tmp_path / "a.c").read_bytes() == b"one\n"


def test_a_folder_in_the_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.c").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_if_changed(tmp_path, {"a.c": ""})
    assert [p.name for p in tmp_path.iterdir()] == ["a.c"]


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("")
    with pytest.raises(UserError, match="cannot be written: ") as e:
        write_if_changed(tmp_path / "build", {"work/a.c": ""})
    assert str(e.value.where) == f"{tmp_path}/build/work/a.c"


def test_a_folder_that_nobody_can_write_to_is_an_error() -> None:
    with pytest.raises(UserError, match="cannot be written: "):
        write_if_changed(Path("/proc/self"), {"a.c": ""})


def test_a_full_disk_is_an_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_if_changed(tmp_path, {"a.c": "old\n"})

    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_if_changed(tmp_path, {"a.c": "new\n"})
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.c", "old\n")]
