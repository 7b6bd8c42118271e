"""From a request to a selection: whose wishes count, and what is said when they cannot all hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.pipeline.small_world import SmallWorld

from unilith.catalog.costs import Node, costs_file, write_costs
from unilith.catalog.roots import find_places
from unilith.errors import UserError
from unilith.pipeline.demand import find_demand
from unilith.pipeline.request import Request, Silent
from unilith.pipeline.resolve import Resolution, resolve

GREET = Request("greet", target="demo-x86_64")


def resolved(**change: Any) -> Resolution:
    request = replace(GREET, **change)
    return resolve(request, find_demand(request, find_places(request.libraries), Silent()))


def test_the_program_shows_what_it_needs(world: SmallWorld) -> None:
    assert resolved().selection.names == ("boot", "demo", "greeting-large")


def test_measured_costs_decide(world: SmallWorld) -> None:
    found = {
        f"greeting-{n}": (Node(size, ("greeting_size",), ()),) for n, size in (("large", 90), ("small", 9))
    }
    write_costs(costs_file(world.root, "x86_64"), found)
    assert "greeting-small" in resolved().selection.names


def test_wishes_of_the_command_and_of_the_recipe_count(world: SmallWorld) -> None:
    assert "extra" in resolved(want=("extra",)).selection.names
    assert "greeting-small" in resolved(forbid=("greeting-large",)).selection.names
    world.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\nneeds: [extra]\n"
                               "forbid: [greeting-large]\noptions: {EXTRA_LEVEL: 5}\n")  # fmt: skip
    found = resolved()
    assert found.selection.names == ("boot", "demo", "extra", "greeting-small")
    assert found.options.options["EXTRA_LEVEL"] == found.selection.options["EXTRA_LEVEL"] == "5"


def test_an_option_brings_its_library_in(world: SmallWorld) -> None:
    found = resolved(options=(("EXTRA_LEVEL", "7"),))
    assert "extra" in found.selection.names and found.options.options["EXTRA_LEVEL"] == "7"


def test_the_commands_value_comes_before_the_recipes(world: SmallWorld) -> None:
    world.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\noptions: {EXTRA_LEVEL: 5}\n")
    assert resolved(options=(("EXTRA_LEVEL", "6"),)).options.options["EXTRA_LEVEL"] == "6"


def test_an_option_of_what_is_forbidden_is_never_dropped(world: SmallWorld) -> None:
    with pytest.raises(UserError, match="these cannot all hold") as e:
        resolved(options=(("EXTRA_LEVEL", "7"),), forbid=("extra",))
    assert "EXTRA_LEVEL" in e.value.message and "extra" in e.value.message


def test_a_refusal_names_the_statements_that_contradict_each_other(world: SmallWorld) -> None:
    with pytest.raises(UserError) as e:
        resolved(forbid=("greeting",))
    message = e.value.message
    assert "greet cannot be composed for demo-x86_64" in message
    assert "greet calls greeting_size(): main" in message and "forbid" in message


def test_a_program_without_a_c_library_is_linked_with_none(world: SmallWorld) -> None:
    folder = world.root / "libs/base/some-libc"
    folder.mkdir()
    (folder / "manifest.yaml").write_text("name: some-libc\nsummary: A C library\nprovides: [libc]\n")
    with pytest.raises(UserError, match="written without a C library"):
        resolved(want=("some-libc",))


def test_a_call_by_number_needs_the_c_library(world: SmallWorld) -> None:
    from unilith.pipeline.build import build

    world.write("main.c", "long sys_dispatch(long, ...);\nint main(int n) { return sys_dispatch(n); }\n")
    with pytest.raises(UserError, match="makes system calls by number"):
        build(GREET, Silent())
