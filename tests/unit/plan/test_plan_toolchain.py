"""Finding the compiler and its companions."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.plan.toolchain import Toolchain, find_toolchain


def script(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_the_default_compiler_answers() -> None:
    found = find_toolchain("x86_64")
    assert not found.is_clang and "gcc" in found.version.lower()
    assert (found.include / "stddef.h").is_file()
    assert all(file.is_file() for file in found.runtime)
    assert found.cc.is_absolute() and found.launcher == ()


def test_clang_is_known_by_what_it_says(tmp_path: Path) -> None:
    assert find_toolchain("x86_64", cc="clang-14").is_clang
    alias = script(tmp_path, "cc", 'exec clang-14 "$@"')
    assert find_toolchain("x86_64", cc=str(alias)).is_clang


def test_the_key_tells_compilers_and_flags_apart() -> None:
    gcc, clang = find_toolchain("x86_64"), find_toolchain("x86_64", cc="clang-14")
    arm = Toolchain(gcc.cc, gcc.ld, gcc.ar, gcc.strip, "aarch64")
    assert len({gcc.key, clang.key, arm.key}) == 3
    assert gcc.key == find_toolchain("x86_64").key


def test_a_launcher_runs_before_the_compiler() -> None:
    (launcher,) = find_toolchain("x86_64", launcher="ccache").launcher
    assert Path(launcher).is_absolute() and Path(launcher).name == "ccache"


def test_an_unknown_launcher_is_refused() -> None:
    with pytest.raises(UserError, match="'time' is not a compiler launcher") as e:
        find_toolchain("x86_64", launcher="time")
    assert "ccache" in e.value.hint


def test_a_launcher_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("gcc", "ld", "ar", "strip"):
        script(tmp_path, tool, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="'sccache' is not installed"):
        find_toolchain("x86_64", launcher="sccache")


@pytest.mark.parametrize("missing", ["gcc", "ld", "ar", "strip"])
def test_a_missing_program_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for tool in {"gcc", "ld", "ar", "strip"} - {missing}:
        script(tmp_path, tool, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=f"the program '{missing}' is not installed") as e:
        find_toolchain("x86_64")
    assert ("gcc" if missing == "gcc" else "binutils") in e.value.hint


def test_a_path_to_no_program() -> None:
    with pytest.raises(UserError, match=r"there is no program '\./no/gcc'"):
        find_toolchain("x86_64", cc="./no/gcc")


def test_a_relative_path_holds_in_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "mycc", 'exec gcc "$@"')
    monkeypatch.chdir(tmp_path)
    assert find_toolchain("x86_64", cc="./mycc").cc == tmp_path / "mycc"


@pytest.mark.parametrize("does", ["exit 0", "echo hello; exit 1", "exit 1"])
def test_a_program_that_is_no_compiler_is_refused(tmp_path: Path, does: str) -> None:
    found = find_toolchain("x86_64", cc=str(script(tmp_path, "cc", does)))
    for ask in ("version", "include"):
        with pytest.raises(UserError, match="is not a compiler"):
            getattr(found, ask)


def test_a_file_that_cannot_be_started(tmp_path: Path) -> None:
    broken = tmp_path / "cc"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    with pytest.raises(UserError, match="cannot be run"):
        _ = find_toolchain("x86_64", cc=str(broken)).version
