"""Up-to-date checks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from unilith.pipeline.state import STATE_FILE, State, forget, load_if_current, save, stamp_of


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "inputs"
    folder.mkdir()
    file = folder / "manifest.yaml"
    file.write_text("a")
    return [folder, file, folder / "not-there"]


@pytest.fixture
def saved(tmp_path: Path, inputs: list[Path]) -> State:
    state = State("key", stamp_of(inputs), "probe", {"image": "x"})
    save(tmp_path, state)
    return state


def test_unchanged_inputs_are_current(tmp_path: Path, saved: State) -> None:
    assert load_if_current(tmp_path, "key") == saved


def test_another_request_is_not_current(tmp_path: Path, saved: State) -> None:
    assert load_if_current(tmp_path, "other") is None


def test_a_touched_file_a_new_name_and_an_appearing_file_are_seen(
    tmp_path: Path, saved: State, inputs: list[Path]
) -> None:
    os.utime(inputs[1], ns=(1, 1))
    assert load_if_current(tmp_path, "key") is None
    save(tmp_path, State("key", stamp_of(inputs), "", {}))
    inputs[2].write_text("now there is one")
    assert load_if_current(tmp_path, "key") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 99}', "null"])
def test_a_broken_state_means_composing_again(tmp_path: Path, text: str) -> None:
    (tmp_path / STATE_FILE).write_text(text)
    assert load_if_current(tmp_path, "key") is None


def test_a_forgotten_state_is_gone(tmp_path: Path, saved: State) -> None:
    forget(tmp_path)
    forget(tmp_path)
    assert load_if_current(tmp_path, "key") is None
