"""Stamps, and what a request is called."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from unilith.pipeline import state
from unilith.pipeline.request import Request


def test_time_size_and_mode_make_a_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    os.utime(file, ns=(7, 7))
    first = state.stamp_of([file])
    assert state.stamp_of([file]) == first

    def restamped() -> dict[str, int]:
        os.utime(file, ns=(7, 7))
        return state.stamp_of([file])

    file.write_text("two!")
    assert restamped() != first
    file.write_text("two")
    assert restamped() == first, "content is not looked at"
    file.chmod(0o600)
    assert restamped() != first
    file.unlink()
    assert state.stamp_of([file]) == {str(file): 0}


def test_a_folder_is_stamped_by_its_names(tmp_path: Path) -> None:
    os.utime(tmp_path, ns=(7, 7))
    before = state.stamp_of([tmp_path])
    (tmp_path / "new").touch()
    assert state.stamp_of([tmp_path]) != before


def test_what_changed_since_it_was_read_never_fits(tmp_path: Path) -> None:
    work = tmp_path / "out/work"
    work.mkdir(parents=True)
    old, new = tmp_path / "old", tmp_path / "new"
    for file in (old, new):
        file.touch()
    os.utime(old, ns=(10**18, 10**18))
    begun = new.stat().st_mtime_ns
    stamps = state.stamp_of([old, new, tmp_path, tmp_path / "out"], begun=begun, inside=work)
    assert stamps[str(new)] == -1 and stamps[str(old)] > 0
    assert stamps[str(tmp_path)] > 0 and stamps[str(tmp_path / "out")] > 0, "building changes these"
    state.save(work, state.State("r", stamps, "", {}))
    assert state.load_if_current(work, "r") is None


def test_what_is_final_is_believed_however_new(tmp_path: Path) -> None:
    cache, other = tmp_path / "cache", tmp_path / "other"
    for folder in (cache, other):
        folder.mkdir()
        (folder / "a").touch()
    stamps = state.stamp_of([cache / "a", other / "a"], begun=1, final=cache)
    assert stamps[str(cache / "a")] > 0 and stamps[str(other / "a")] == -1


def test_a_time_to_come_is_believed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch()
    os.utime(file, ns=(10**19, 10**19))
    assert state.stamp_of([file], begun=1)[str(file)] > 0


def test_an_identity_is_of_a_folder_and_its_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = state.identity("key", ["ld"], "gcc", "")
    assert state.identity("key", ["ld"], "gcc", "") == first
    assert state.identity("other", ["ld"], "gcc", "") != first
    assert state.identity("key", ["ld"], "clang-14", "") != first
    monkeypatch.chdir(tmp_path)
    assert state.identity("key", ["ld"], "gcc", "") != first


def test_equal_requests_have_equal_keys_in_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request("hello", output=Path("out"))
    key = request.key
    monkeypatch.chdir(tmp_path)
    assert Request("hello", output=Path("out")).key == key
    others = {
        replace(request, **change).key
        for change in (
            {"recipe": "lua"},
            {"target": "process-x86_64"},
            {"output": None},
            {"libraries": (Path("x"),)},
            {"want": ("x",)},
            {"forbid": ("x",)},
            {"options": (("A", "1"),)},
            {"cc": "clang"},
            {"launcher": "ccache"},
        )  # type: ignore[arg-type]
    }
    assert len(others | {key}) == 10


def test_a_note_of_the_folder_is_kept_for_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path / "cache"))
    work = tmp_path / "with \udcff and\nlines" / "work"
    work.mkdir(parents=True)
    state.save(work, state.State("r", {}, "", {}))
    state.remember("id", work)
    assert state.find("id") == work
    assert state.find("unknown") is None
    state.forget(work)
    assert state.find("id") is None


def test_a_note_that_cannot_be_kept_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path / "cache"))
    state.remember("id", tmp_path)
    assert state.find("id") is None
