"""Which files the `sources:` of a manifest or recipe name."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.catalog.model import Manifest, Source
from unilith.errors import UserError
from unilith.plan.compose import expand_sources, source_folders


def always(_condition: str) -> bool:
    return True


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "lib"
    folder.mkdir()
    for name in ("a.c", "b.c", "entry.S", "note.txt"):
        (folder / name).touch()
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    for name in ("a.c", "src/x.c", "src/y.c", "src/y.h", "src/deep/z.c", "src/deep/er/w.S", "main.c"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return folder


def expand(own: Path, *sources: str, tree: Path | None = None, own_only: bool = False) -> list[str]:
    entries = tuple(Source(file=s) for s in sources)
    manifest = manifest_of(own, entries)
    found = expand_sources(entries, manifest, tree, always, own_only=own_only)
    return [f.relative_to(own.parent).as_posix() for f in found]


def manifest_of(own: Path, entries: tuple[Source, ...]) -> Manifest:
    lines = {f"sources.{number}": 10 + number for number in range(len(entries))}
    return Manifest(name="lib", summary="", folder=own, lines=lines, sources=entries)


def test_files_beside_the_manifest_come_in_the_order_written(own: Path) -> None:
    assert expand(own, "b.c", "entry.S", "a.c") == ["lib/b.c", "lib/entry.S", "lib/a.c"]


def test_a_file_named_twice_is_compiled_once(own: Path) -> None:
    assert expand(own, "a.c", "./a.c", "*.c") == ["lib/a.c", "lib/b.c"]


def test_a_file_beside_the_manifest_wins_over_the_tree(own: Path, tree: Path) -> None:
    assert expand(own, "a.c", "main.c", tree=tree) == ["lib/a.c", "tree/main.c"]


def test_globs_are_sorted_and_take_only_what_is_compiled(own: Path, tree: Path) -> None:
    assert expand(own, "src/*", tree=tree) == ["tree/src/x.c", "tree/src/y.c"]
    assert expand(own, "src/**/*.[cS]", tree=tree) == [
        "tree/src/deep/er/w.S",
        "tree/src/deep/z.c",
        "tree/src/x.c",
        "tree/src/y.c",
    ]


def test_a_mark_takes_files_out_again(own: Path, tree: Path) -> None:
    assert expand(own, "src/*.c", "!src/x.c", tree=tree) == ["tree/src/y.c"]
    assert expand(own, "src/**/*.c", "!src/deep/*", tree=tree) == ["tree/src/x.c", "tree/src/y.c"]
    assert expand(own, "src/*.c", "!src/*.c", "src/y.c", tree=tree) == ["tree/src/y.c"]


def test_a_mark_takes_out_a_file_beside_the_manifest(own: Path) -> None:
    assert expand(own, "*.c", "!a.c") == ["lib/b.c"]


def test_sources_of_an_archive_are_not_expanded_again(own: Path, tree: Path) -> None:
    assert expand(own, "a.c", "src/*.c", "no/such/*.c", tree=tree, own_only=True) == ["lib/a.c"]


def test_a_condition_decides(own: Path) -> None:
    entries = (
        Source(file="a.c", when="SMP"),
        Source(file="b.c", when="TINY"),
        Source(file="gone.c", when="SMP"),
    )
    found = expand_sources(entries, manifest_of(own, entries), None, lambda when: when == "TINY")
    assert [f.name for f in found] == ["b.c"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("missing.c", "no source file matches `missing.c`"),
        ("sub/*.c", "no source file matches"),
        ("!missing.c", "no source file matches `missing.c`"),
        ("note.txt", "`note.txt` is no source file"),
        ("/no-such-folder/*.c", "neither a file nor a pattern"),
        ("", "neither a file nor a pattern"),
        ("x**", "neither a file nor a pattern"),
        (".", "neither a file nor a pattern"),
    ],
)
def test_a_mistake_names_the_line_of_the_entry(own: Path, pattern: str, said: str) -> None:
    with pytest.raises(UserError) as e:
        expand(own, "a.c", pattern)
    assert said in e.value.message
    assert str(e.value.where) == f"{own}/manifest.yaml:11"


def test_the_folders_that_decide_what_globs_match(tmp_path: Path) -> None:
    for name in ("src/a", "src/b/c", "other"):
        (tmp_path / name).mkdir(parents=True)

    def folders(*sources: str) -> set[str]:
        found = source_folders((Source(file=s) for s in sources), tmp_path)
        return {f.relative_to(tmp_path).as_posix() for f in found}

    assert folders("main.c") == {"."}
    assert folders("src/main.c") == {".", "src"}
    assert folders("src/*/x.c") == {".", "src", "src/a", "src/b"}
    assert folders("src/**/*.c", "!other/y.c") == {".", "src", "src/a", "src/b", "src/b/c", "other"}
    assert folders("new/*.c") == {".", "new"}
