"""Builds: the same bytes anywhere, only what changed is compiled, nothing happens when nothing changed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, Ran, most_telling, unilith


def build(recipe: str | Path, folder: Path, *words: str, target: str = "microvm-x86_64") -> Ran:
    ran = unilith(
        "build", recipe, "--target", target, "--output", folder, "--verbose", *words, cwd=folder.parent
    )
    assert ran.status == 0, ran
    return ran


def compiled(ran: Ran) -> list[str]:
    """The files that a verbose build says it compiled."""
    return [line.split("compile ")[1] for line in ran.errors.splitlines() if "] compile " in line]


@pytest.mark.parametrize("target", most_telling("qemu-x86_64"))
def test_two_builds_in_two_places_are_the_same_bytes(
    tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNILITH_LAUNCHER", "")  # a cache would give the second what the first has compiled
    first, second = tmp_path / "one" / "here", tmp_path / "two" / "a-longer-way" / "down"
    copy = tmp_path / "copy" / "lua"
    shutil.copytree(RECIPES.parents[2] / "recipes" / "lua", copy)
    first.parent.mkdir(parents=True)
    second.parent.mkdir(parents=True)
    build("lua", first, target=target)
    for file in copy.rglob("*"):
        os.utime(file, ns=(1, 1), follow_symlinks=False)
    build(copy, second, target=target)
    names = ["image.elf", "image.debug", "initrd.cpio", "selection.lock", ".config"]
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_nothing_is_compiled_when_nothing_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert compiled(build("hello", out))
    image = (out / "image.elf").stat().st_mtime_ns
    again = build("hello", out)
    assert compiled(again) == [] and "resolve" not in again.errors, again
    assert (out / "image.elf").stat().st_mtime_ns == image


def test_a_changed_source_is_compiled_alone(tmp_path: Path) -> None:
    recipe = tmp_path / "greet"
    assert unilith("recipe", "new", recipe, cwd=tmp_path).status == 0
    build(recipe, tmp_path / "out")
    source = recipe / "greet.c"
    source.write_text(source.read_text().replace("Hello", "Goodbye"))
    again = compiled(build(recipe, tmp_path / "out"))
    assert [Path(f).name for f in again] == ["greet.c"]


def test_a_new_demand_of_a_changed_source_is_resolved(tmp_path: Path) -> None:
    recipe = tmp_path / "grow"
    assert unilith("recipe", "new", recipe, cwd=tmp_path).status == 0
    build(recipe, tmp_path / "out")
    before = json.loads((tmp_path / "out" / "selection.lock").read_text())
    source = recipe / "grow.c"
    source.write_text(
        "#include <stdio.h>\n#include <sys/utsname.h>\n"
        "int main(void) { struct utsname u; uname(&u); puts(u.sysname); return 0; }\n"
    )
    build(recipe, tmp_path / "out")
    after = json.loads((tmp_path / "out" / "selection.lock").read_text())
    assert before != after


def test_a_changed_option_compiles_only_what_sees_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    everything = compiled(build("lua", out))
    changed = compiled(build("lua", out, "--set", "FD_TABLE_MAX=99"))
    assert len(everything) > 40
    assert changed and all("/fd-table/" in f or f.startswith("gen/") for f in changed), changed


def test_an_option_that_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    for setting, said in [
        ("NO_SUCH_OPTION=1", "NO_SUCH_OPTION"),
        ("FD_TABLE_MAX=-5", "FD_TABLE_MAX"),
    ]:
        ran = unilith("build", "lua", "--set", setting, cwd=tmp_path)
        assert ran.status == 1 and said in ran.errors and "Traceback" not in ran.errors, ran


def test_clang_builds_the_same_selection(tmp_path: Path) -> None:
    build("hello", tmp_path / "out", "--cc", "clang-14", target="process-x86_64")
    ran = unilith("run", tmp_path / "out" / "image.json", cwd=tmp_path)
    assert ran.status == 0 and "Hello" in ran.console, ran


def test_a_second_build_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every client that could fetch anything is out of reach, and the build does not notice."""
    build("lua", tmp_path / "first")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("gcc", "ld", "ar", "strip", "ninja", "as"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(tools))
    build("lua", tmp_path / "second")


def test_a_user_error_is_one_message(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "recipe.yaml").write_text("name: broken\nsources: [missing.c]\nargz: []\n")
    ran = unilith("build", broken, cwd=tmp_path)
    assert ran.status == 1 and "recipe.yaml:3" in ran.errors and "args" in ran.errors, ran
    assert "Traceback" not in ran.errors
