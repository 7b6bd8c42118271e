"""Sources that the compiler optimises as one: code of one file is inlined into another."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from tests.unit.pipeline.small_world import SmallWorld

from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent

GREET = Request("greet", target="demo-x86_64")

RECIPE = """name: greet
libc: none
sources: [main.c]
parts:
  words:
    sources: [words/outer.c, words/inner.c]
    cflags: [-O2]
    lto: true
"""
SOURCES = {
    "main.c": "int outer(int);\nint main(int count, char **words) { (void)words; return outer(count); }\n",
    "words/outer.c": "int inner(int);\nint outer(int);\nint outer(int n) { return inner(n) + 1; }\n",
    "words/inner.c": "int inner(int);\nint inner(int n) { return 3 * n; }\n",
}


@pytest.fixture
def words(world: SmallWorld) -> SmallWorld:
    """The recipe with a part of two files."""
    world.write("recipe.yaml", RECIPE)
    for name, text in SOURCES.items():
        world.write(name, text)
    return world


def functions(folder: Path) -> set[str]:
    """The functions in an image."""
    with (folder / "image.debug").open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {s.name for s in table.iter_symbols() if s["st_info"]["type"] == "STT_FUNC"}


def test_a_function_of_another_file_is_inlined(words: SmallWorld) -> None:
    assert {"outer"} == functions(build(GREET, Silent()).folder) & {"outer", "inner"}
    words.write("recipe.yaml", RECIPE.replace("lto: true", "lto: false"))
    assert {"outer", "inner"} <= functions(build(GREET, Silent()).folder)


def test_the_applications_own_files_are_optimised_as_one(words: SmallWorld) -> None:
    words.write(
        "recipe.yaml", "name: greet\nlibc: none\nsources: [main.c, words/*.c]\ncflags: [-O2]\nlto: true\n"
    )
    assert not functions(build(GREET, Silent()).folder) & {"outer", "inner"}


def test_a_changed_file_changes_the_image(words: SmallWorld) -> None:
    before = build(GREET, Silent()).image.read_bytes()
    assert build(GREET, Silent()).image.read_bytes() == before
    words.write("words/inner.c", SOURCES["words/inner.c"].replace("3", "7"))
    assert build(GREET, Silent()).image.read_bytes() != before


def test_two_places_give_the_same_bytes(words: SmallWorld) -> None:
    first = build(GREET, Silent()).folder
    images = [(first / name).read_bytes() for name in ("image.elf", "image.debug")]
    elsewhere = words.folder / "elsewhere" / "deeper"
    shutil.copytree(words.recipe, elsewhere / "greet")
    second = build(
        replace(GREET, recipe=str(elsewhere / "greet"), output=words.folder / "other"), Silent()
    ).folder
    assert images == [(second / name).read_bytes() for name in ("image.elf", "image.debug")]


def test_clang_compiles_each_by_itself(words: SmallWorld) -> None:
    assert {"outer", "inner"} <= functions(build(replace(GREET, cc="clang-14"), Silent()).folder)
