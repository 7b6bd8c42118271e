"""The lines of the menus, the search and the help, without a screen."""

from __future__ import annotations

from pathlib import Path

from tests.unit.tui.conftest import MakeModel

from unilith.pipeline.choices_file import Choices
from unilith.tui.about import about_library, about_option
from unilith.tui.find import HitKind, find
from unilith.tui.model import Model
from unilith.tui.rows import RowKind, State, group_rows, groups, library_rows, option_rows


def test_groups_tell_what_is_in_them(make_model: MakeModel) -> None:
    model = make_model(choices=Choices.of(["lwip"], ["tlsf"], {"BUMP_SIZE": "32"}))
    assert groups(model) == ("platforms", "base", "drivers", "memory", "net", "observe")
    memory = group_rows(model)[3]
    assert (memory.label, memory.bytes, memory.note) == ("Memory", 250, "1 of 2 selected, 2 decided by you")


def test_a_library_has_one_of_five_states(make_model: MakeModel) -> None:
    model = make_model(choices=Choices.of(["lwip"], ["tlsf"], {}))
    states = {row.name: row.state for group in groups(model) for row in library_rows(model, group)}
    assert states["lwip"] is State.WANTED
    assert states["bump"] is states["pc"] is State.NEEDED
    assert states["tlsf"] is State.FORBIDDEN
    assert states["tinynet"] is State.OFF
    assert "heap" not in states


def test_options_stand_below_their_library_as_kconfig_shows_them(model: Model) -> None:
    rows = option_rows(model, "bump")
    assert [(r.kind, r.label, r.state, r.value, r.depth) for r in rows] == [
        (RowKind.OPTION, "Bytes of a block", State.NONE, "64", 0),
        (RowKind.OPTION, "Check every block", State.OFF, "", 0),
        (RowKind.OPTION, "Name of the heap", State.NONE, "bump", 0),
        (RowKind.HEADING, "Fit", State.NONE, "", 0),
        (RowKind.OPTION, "first", State.CHOSEN, "", 1),
        (RowKind.OPTION, "best", State.UNCHOSEN, "", 1),
    ]


def test_hidden_options_are_shown_on_demand_with_what_they_need(model: Model) -> None:
    rows = {r.name: r for r in option_rows(model, "bump", hidden=True)}
    assert rows["BUMP_LEVEL"].note == "hidden: needs BUMP_CHECKS && LIB_TRACE && LIB_BUMP"
    assert rows["BUMP_LEVEL"].depth == 1
    assert rows["BUMP_DERIVED"].note == "hidden: follows from others"
    assert rows["BUMP_DERIVED"].dim


def test_options_of_a_library_that_is_out_are_as_they_would_be(make_model: MakeModel) -> None:
    model = make_model(choices=Choices(want=("tlsf",)))
    assert "bump" not in model.answer.names
    assert option_rows(model, "bump")[0].value == "64"


def test_search_finds_names_symbols_texts_and_hidden_things(model: Model) -> None:
    assert find(model, "tlsf")[0].name == "tlsf"
    assert [h.name for h in find(model, "CONFIG_BUMP_LEVEL")] == ["BUMP_LEVEL"]
    assert not find(model, "bump_level")[0].shown
    assert {h.name for h in find(model, "level checks")} == {"BUMP_LEVEL"}
    assert {h.name for h in find(model, "^bump_(size|name)")} == {"BUMP_SIZE", "BUMP_NAME"}
    assert find(model, "  ") == ()
    assert find(model, "no such thing") == ()


def test_a_broken_expression_is_searched_for_as_it_stands(model: Model) -> None:
    assert find(model, "heap (") != ()
    assert find(model, "[") == ()


def test_an_interface_leads_to_its_provider(model: Model) -> None:
    heap = find(model, "heap")[0]
    assert (heap.kind, heap.library, heap.value) == (HitKind.INTERFACE, "bump", "provided by bump")
    nowhere = find(model, "nowhere")[0]
    assert (nowhere.library, nowhere.shown) == ("", False)


def test_help_on_a_library_has_file_and_line_of_everything(model: Model) -> None:
    text = "\n".join(about_library(model, "lwip"))
    folder = Path("libs/net/lwip/manifest.yaml")
    assert f"{folder}:1, licence MIT" in text
    assert "Space key: switch on lwip: +92,500 bytes, brings in virtio-net" in text
    assert "requires net.device  (" in text and f"{folder}:4)" in text
    needed = "\n".join(about_library(model, "boot"))
    assert "In the image with 300 bytes, because\n  the target is pc-x86_64 (" in needed
    assert "providers:\n  bump, in the image\n  tlsf" in "\n".join(about_library(model, "heap"))


def test_help_on_an_option_has_file_line_limits_and_origin(make_model: MakeModel) -> None:
    model = make_model(choices=Choices().setting("BUMP_SIZE", "32"))
    lines = about_option(model, "BUMP_SIZE")
    assert lines[2].startswith("Defined in ") and lines[2].endswith("libs/memory/bump/Kconfig:2")
    assert "Value: 32, set by you" in lines
    assert "Type: int, from 16 to 4096" in lines
    assert "Default: 64" in lines
    assert lines[-1] == "How large a block is."
    assert "Value: 32, follows from others" in about_option(model, "BUMP_DERIVED")
