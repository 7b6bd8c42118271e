"""The committed reference is what the code says."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field
from tests.unit.docs.documents import ROOT
from typer import Option, Typer
from typer.main import get_command

from unilith.catalog.model import Manifest
from unilith.catalog.roots import Workspace
from unilith.cli.main import app
from unilith.demand.recipe import Recipe
from unilith.report.markdown import anchor, table
from unilith.report.reference import documents, write_documents
from unilith.report.reference_commands import commands_page
from unilith.report.reference_schema import field_texts, nested_models


@pytest.fixture(scope="module")
def command() -> Any:
    return get_command(app)


def test_the_committed_reference_is_what_the_code_says(command: Any) -> None:
    stale = [
        name
        for name, text in documents(ROOT, command).items()
        if not (ROOT / "docs" / name).is_file() or (ROOT / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "`make docs` writes them anew"


def test_no_page_of_the_reference_is_left_over(command: Any) -> None:
    made = {Path(name).name for name in documents(ROOT, command) if name.startswith("reference/")}
    assert {f.name for f in (ROOT / "docs" / "reference").iterdir()} == made


def test_pages_are_the_same_each_time(command: Any) -> None:
    assert documents(ROOT, command) == documents(ROOT, command)


def test_writing_changes_only_what_differs(command: Any, tmp_path: Path) -> None:
    written = write_documents(ROOT, command, tmp_path)
    assert tmp_path / "reference" / "manifest.md" in written
    assert tmp_path / "images" / "pipeline.svg" in written
    assert write_documents(ROOT, command, tmp_path) == []
    (tmp_path / "reference" / "recipe.md").write_text("old")
    (tmp_path / "reference" / "gone.md").write_text("the page of something that is no more")
    assert write_documents(ROOT, command, tmp_path) == [
        tmp_path / "reference" / "recipe.md",
        tmp_path / "reference" / "gone.md",
    ]
    assert not (tmp_path / "reference" / "gone.md").exists()


@pytest.mark.parametrize("top", [Manifest, Recipe, Workspace])
def test_every_field_says_what_it_is_for(top: type[BaseModel]) -> None:
    for model in [top, *nested_models(top)]:
        shown = {name for name, field in model.model_fields.items() if not field.exclude}
        assert shown == set(field_texts(model)), model.__name__


def test_every_command_and_parameter_says_what_it_is_for(command: Any) -> None:
    silent = []
    pending = [(command, "unilith")]
    while pending:
        current, name = pending.pop()
        pending += [(c, f"{name} {n}") for n, c in getattr(current, "commands", {}).items()]
        if not current.help:
            silent.append(name)
        silent += [f"{name} {p.name}" for p in current.params if not p.help and p.name != "what"]
    assert silent == []


class Colour(StrEnum):
    RED = "red"


class Inner(BaseModel):
    """Has one field."""

    depth: int = 3
    """How deep."""


class Outer(BaseModel):
    """Has several."""

    inner: tuple[Inner, ...] = ()
    """What is inside."""
    colour: Colour | None = None
    way: Literal["in", "out"] = Field(alias="the-way")
    """One
    of two."""


def test_texts_stand_below_their_fields() -> None:
    assert field_texts(Outer) == {"inner": "What is inside.", "way": "One\n    of two."}
    assert nested_models(Outer) == [Inner]


def test_a_page_of_commands() -> None:
    small = Typer(help="A program.")

    @small.command()
    def paint(colour: str = Option("red", "--colour", "-c", help="Of the paint.")) -> None:
        """Paint it. Then wait.

        \b
          small paint --colour blue
        """

    @small.command(hidden=True)
    def secret() -> None:
        """Not shown."""

    page = commands_page(get_command(small), "small")
    assert "| [small paint](#small-paint) | Paint it. |" in page
    assert "| `--colour`, `-c` COLOUR | `red` | Of the paint. |" in page
    assert "```\nsmall paint --colour blue\n```" in page
    assert "secret" not in page


def test_a_bar_does_not_break_a_table() -> None:
    assert (
        table(("a", "b"), [("x|y", "two\nlines")], right=(0,))
        == "| a | b |\n| ---: | --- |\n| x\\|y | two lines |\n"
    )


def test_anchors() -> None:
    assert anchor("unilith lib check") == "unilith-lib-check"
    assert anchor("boot.info") == "bootinfo"
