"""What a second build notices, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.unit.pipeline.small_world import MAIN, SmallWorld

from unilith.errors import UserError
from unilith.pipeline.build import Built, build
from unilith.pipeline.request import Request

GREET = Request("greet", target="demo-x86_64")


@dataclass
class Watching:
    """A reporter that keeps what it hears."""

    steps: list[str] = field(default_factory=list)
    compiled: list[str] = field(default_factory=list)

    def step(self, text: str) -> None:
        self.steps.append(text)

    def progress(self, done: int, total: int, text: str) -> None:
        if text.startswith("compile "):
            self.compiled.append(Path(text.removeprefix("compile ")).name)

    def note(self, text: str) -> None:
        pass

    def tool_output(self, text: str) -> None:
        pass

    @property
    def composed(self) -> bool:
        return "resolve" in self.steps


def built(request: Request = GREET) -> tuple[Built, Watching]:
    watching = Watching()
    return build(request, watching), watching


def age(folder: Path) -> None:
    """Lets all files of a folder be long finished, as they are when people build."""
    for place, _, names in os.walk(folder):
        for name in (place, *(os.path.join(place, n) for n in names)):  # noqa: PTH118
            os.utime(name, ns=(10**18, 10**18))


@pytest.fixture
def old(world: SmallWorld) -> SmallWorld:
    """The world after a first build, which a second one finds nothing to do in."""
    age(world.root)
    age(world.recipe)
    built()
    _, second = built()
    assert not second.composed and not second.compiled
    return world


def test_nothing_changed_nothing_happens(old: SmallWorld) -> None:
    image = old.folder / "build/greet/demo-x86_64/image.elf"
    before = image.stat().st_mtime_ns
    result, second = built()
    assert result.image == image and second.steps == [] and second.compiled == []
    assert image.stat().st_mtime_ns == before
    assert result.libraries == ("boot", "demo", "greeting-large")


CHANGES: dict[str, Callable[[SmallWorld], object]] = {
    "the recipe": lambda w: w.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\nargs: [x]\n"),
    "a manifest": lambda w: _append(w.root / "libs/base/extra/manifest.yaml", "# new\n"),
    "options": lambda w: _append(w.root / "libs/base/extra/Kconfig", "# new\n"),
    "a new library": lambda w: _write(w.root / "libs/base/new/manifest.yaml", "name: new\nsummary: New\n"),
    "a library that is gone": lambda w: shutil.rmtree(w.root / "libs/base/extra"),
    "an interface's header": lambda w: _append(w.root / "libs/base/greeting/include/greeting.h", "#define G 1\n"),
    "a new header of an interface": lambda w: _write(w.root / "libs/base/greeting/include/a.h", "\n"),
    "a new workspace": lambda w: _write(w.folder / "unilith-workspace.yaml", "build: build\n"),
}  # fmt: skip


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_composes_again(old: SmallWorld, what: str) -> None:
    CHANGES[what](old)
    _, second = built()
    assert second.composed


def test_a_recipe_that_joins_the_catalog_takes_the_name(old: SmallWorld) -> None:
    _write(old.root / "recipes/greet/recipe.yaml", "name: greet\nlibc: none\nsources: [two.c]\n")
    _write(old.root / "recipes/greet/two.c", "int main(void) { return 2; }\n")
    result, _ = built()
    assert "greeting-large" not in result.libraries


def test_a_size_or_mode_that_changes_behind_the_clock_is_seen(old: SmallWorld) -> None:
    file = old.recipe / "recipe.yaml"
    stamp = file.stat().st_mtime_ns
    _append(file, "summary: Greets\n")
    os.utime(file, ns=(stamp, stamp))
    assert built()[1].composed


def test_a_changed_source_compiles_alone(old: SmallWorld) -> None:
    old.write("main.c", MAIN.replace("count +", "count -"))
    _, second = built()
    assert second.compiled == ["main.c"] and not second.composed


def test_a_changed_library_compiles_alone(old: SmallWorld) -> None:
    _append(old.root / "libs/base/greeting-large/size.c", "/* more */\n")
    _, second = built()
    assert second.compiled == ["size.c"] and not second.composed


def test_a_new_demand_resolves_again(old: SmallWorld) -> None:
    old.write("main.c", "int main(void) { return 3; }\n")
    result, second = built()
    assert second.composed and result.libraries == ("boot", "demo")


@pytest.mark.parametrize("name", ["sub/deep/more.c", "sub/more.c", "more.c"])
def test_a_source_that_a_glob_now_matches_is_built(world: SmallWorld, name: str) -> None:
    (world.recipe / "sub/deep").mkdir(parents=True)
    world.write("recipe.yaml", "name: greet\nlibc: none\nsources: ['**/*.c']\n")
    age(world.recipe)
    built()
    assert not built()[1].composed
    world.write(name, "int more(void);\nint more(void) { return 1; }\n")
    _, second = built()
    assert Path(name).name in second.compiled


@pytest.mark.parametrize("name", ["sub/extra.c", "extra.c"])
def test_a_source_that_is_gone_is_no_longer_built(world: SmallWorld, name: str) -> None:
    world.write("recipe.yaml", f"name: greet\nlibc: none\nsources: ['*.c', '{name}']\n")
    world.write(name, "int more(void);\nint more(void) { return 1; }\n")
    built()
    (world.recipe / name).unlink()
    with pytest.raises(UserError, match="no source file matches"):
        built()
    world.write("recipe.yaml", "name: greet\nlibc: none\nsources: ['*.c']\n")
    assert built()[0].image.is_file()


def test_a_source_of_a_library_that_is_gone_is_the_manifests_mistake(old: SmallWorld) -> None:
    (old.root / "libs/base/greeting-large/size.c").unlink()
    with pytest.raises(UserError, match=r"there is no file `size\.c`"):
        built()


def test_a_header_of_the_application_is_seen(world: SmallWorld) -> None:
    world.write("own.h", "#define OWN 1\n")
    world.write("main.c", '#include "own.h"\nint main(void) { return OWN; }\n')
    built()
    world.write("own.h", "#define OWN 23456\n")
    result, second = built()
    assert "main.c" in second.compiled
    assert (23456).to_bytes(4, "little") in result.image.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"cc": "clang-14"},
        {"launcher": "ccache"},
        {"want": ("extra",)},
        {"forbid": ("greeting-large",)},
        {"options": (("EXTRA_LEVEL", "7"),)},
        {"output": Path("elsewhere")},
    ],
)
def test_another_request_composes_again(old: SmallWorld, change: dict[str, object]) -> None:
    other = replace(GREET, **change)  # type: ignore[arg-type]
    assert other.key != GREET.key
    assert built(other)[1].composed
    assert not built(other)[1].composed
    if "output" not in change:
        assert built()[1].composed


def test_another_compiler_of_the_same_name_composes_again(
    old: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = old.folder / "tools"
    tools.mkdir()
    (tools / "gcc").write_text('#!/bin/sh\nexec clang-14 "$@"\n')
    (tools / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    _, second = built()
    assert second.composed and "main.c" in second.compiled


def test_a_newer_composer_composes_again(old: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    before = GREET.key
    monkeypatch.setattr("unilith.pipeline.request.__version__", "999")
    assert GREET.key != before
    assert built()[1].composed


@pytest.mark.parametrize(
    "name", ["image.elf", "image.debug", "image.json", "selection.lock", ".config", "bom.json"]
)
def test_what_was_deleted_is_made_again(old: SmallWorld, name: str) -> None:
    file = old.folder / "build/greet/demo-x86_64" / name
    content = file.read_bytes()
    file.unlink()
    built()
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "content", ['{"format": 3}', "", "null", '{"format": 3, "request": "", "inputs": [], "result": 1}']
)
def test_a_damaged_state_means_composing_again(old: SmallWorld, content: str) -> None:
    (old.folder / "build/greet/demo-x86_64/work/state.json").write_text(content)
    assert built()[1].composed


def test_a_result_that_is_none_means_composing_again(old: SmallWorld) -> None:
    state = old.folder / "build/greet/demo-x86_64/work/state.json"
    state.write_text(state.read_text().replace('"libraries"', '"other"'))
    assert built()[1].composed


def test_a_damaged_note_of_the_folder_costs_time_only(old: SmallWorld) -> None:
    for note in (old.folder / "cache/builds").iterdir():
        note.write_bytes(b"\xff\0\n")
    assert built()[1].composed
    for note in (old.folder / "cache/builds").iterdir():
        note.write_bytes(b"")
    assert built()[1].composed
    assert not (old.folder / "lock").exists()


def test_the_same_words_in_another_folder_are_another_request(
    old: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = replace(GREET, output=old.folder / "out")
    first = built(out)[0].image.read_bytes()
    second = SmallWorld(old.folder / "second")
    second.write("main.c", "int main(void) { return 7; }\n")
    monkeypatch.chdir(second.folder)
    assert built(out)[0].image.read_bytes() != first
    monkeypatch.chdir(old.folder)
    assert built(out)[0].image.read_bytes() == first


def test_a_failed_build_is_not_taken_for_the_one_before(old: SmallWorld) -> None:
    """Its files are written when it fails; the request before finds them in place of its own."""
    image = old.folder / "build/greet/demo-x86_64/image.elf"
    before = image.read_bytes()
    _append(old.root / "libs/base/extra/extra.c", "#error broken\n")
    with pytest.raises(UserError, match="#error broken"):
        built(replace(GREET, forbid=("greeting-large",), want=("extra",)))
    result, again = built()
    assert again.composed and result.libraries == ("boot", "demo", "greeting-large")
    assert image.read_bytes() == before


def test_what_changes_while_it_is_built_is_read_again(old: SmallWorld) -> None:
    class Meddling(Watching):
        def step(self, text: str) -> None:
            if text == "compile and link":
                _append(old.recipe / "recipe.yaml", "args: [later]\n")

    old.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\nsummary: x\n")
    build(GREET, Meddling())
    result, second = built()
    assert second.composed and b"later" in result.image.read_bytes()
    assert not built()[1].composed


def test_a_build_folder_inside_the_recipe_is_no_change_of_it(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(world.root)
    age(world.recipe)
    monkeypatch.chdir(world.recipe)
    here = replace(GREET, recipe=".")
    built(here)
    assert not built(here)[1].composed


def test_a_recipe_file_of_another_name_is_watched(world: SmallWorld) -> None:
    (world.recipe / "recipe.yaml").rename(world.recipe / "other.yaml")
    request = replace(GREET, recipe="greet/other.yaml")
    age(world.recipe)
    built(request)
    _append(world.recipe / "other.yaml", "args: [changed]\n")
    assert b"changed" in built(request)[0].image.read_bytes()


def test_the_root_file_system_is_packed_again(world: SmallWorld) -> None:
    _write(world.root / "libs/base/rootfs/manifest.yaml",
           "name: rootfs\nsummary: Files\nkind: interface\ncardinality: one\n")  # fmt: skip
    _write(world.root / "libs/base/tar/manifest.yaml", "name: tar\nsummary: Files\nprovides: [rootfs]\n")
    world.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\nrootfs: files\n")
    world.write("files/etc/motd", "hello")
    age(world.recipe)
    built()
    initrd = world.folder / "build/greet/demo-x86_64/initrd.cpio"
    assert not built()[1].composed

    def changed() -> bool:
        before = initrd.read_bytes()
        assert built()[1].composed
        return initrd.read_bytes() != before

    world.write("files/etc/motd", "goodbye")
    assert changed()
    world.write("files/etc/new", "")
    assert changed()
    (world.recipe / "files/etc/motd").chmod(0o755)
    assert changed()
    (world.recipe / "files/etc/new").unlink()
    assert changed()
    initrd.unlink()
    built()
    assert initrd.is_file()
