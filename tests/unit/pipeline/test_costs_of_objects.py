"""What libraries weigh: graphs of compiled objects, stored and followed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.pipeline.small_world import SmallWorld

from unilith.catalog.catalog import Catalog
from unilith.catalog.costs import (
    Graph,
    Node,
    costs_file,
    library_costs,
    predict,
    pruned,
    read_costs,
    write_costs,
)
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.demand.object_file import read_object
from unilith.errors import UserError
from unilith.pipeline.calibrate import calibrate
from unilith.pipeline.demand import find_demand
from unilith.pipeline.object_graph import object_graph
from unilith.pipeline.request import Request, Silent
from unilith.pipeline.weigh import weigh
from unilith.plan.toolchain import find_toolchain

FLAGS = ["-Os", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fno-pic", "-g1", "-fcommon",
         "-fno-asynchronous-unwind-tables"]  # fmt: skip


def graph_of(folder: Path, *sources: str) -> Graph:
    """The graph of C sources, compiled as one library."""
    objects = []
    for number, text in enumerate(sources):
        file = folder / f"{number}.c"
        file.write_text(text)
        subprocess.run(["gcc", *FLAGS, "-c", file, "-o", file.with_suffix(".o")], check=True)
        objects.append(read_object(file.with_suffix(".o")))
    return object_graph(objects)


def by_name(nodes: Graph) -> dict[str, Node]:
    return {name: node for node in nodes for name in node.defines}


def names_of(nodes: Graph, node: Node) -> set[str]:
    """What a node refers to, by name where there is one."""
    return {
        name
        for other in node.refers
        for name in ([other] if isinstance(other, str) else nodes[other].defines or ["(static)"])
    }


def test_sections_sizes_and_references(tmp_path: Path) -> None:
    nodes = graph_of(
        tmp_path,
        "extern int table[]; int far(int); static __attribute__((noinline)) int own(int n) { return far(n); }\n"
        "int entry(int n) { return own(n) + table[n]; }\n",
        "int far_away(int); int far(int n) { return far_away(n); } int table[10] = {1}; int zeroed[1000];\n",
    )
    named = by_name(nodes)
    assert set(named) >= {"entry", "far", "table"}
    assert names_of(nodes, named["entry"]) == {"(static)", "table"}
    assert names_of(nodes, named["far"]) == {"far_away"}
    assert named["table"].bytes == 40
    assert sum(node.bytes for node in nodes) < 300, "zeroed memory takes no room in a file"


def test_zeroed_objects_weigh_nothing_and_are_followed(tmp_path: Path) -> None:
    named = by_name(graph_of(tmp_path, "int zeroed[1000] = {0}; int *use(void) { return zeroed; }\n"))
    assert named["zeroed"].bytes == 0 and named["use"].bytes > 0


def test_what_can_never_count_is_not_stored(tmp_path: Path) -> None:
    """The empty .text, .data and .bss of every object."""
    nodes = graph_of(tmp_path, "int f(void) { return 1; }\n", "int g(void) { return 2; }\n")
    assert [node.defines for node in nodes] == [("f",), ("g",)]


graphs = st.integers(0, 8).flatmap(
    lambda size: st.tuples(
        *[
            st.builds(
                Node,
                st.sampled_from([0, 0, 5]),
                st.sampled_from([(), (), (f"name{number}",)]),
                st.lists(
                    st.one_of(st.integers(0, size - 1), st.sampled_from(["name0", "other"])),
                    max_size=3,
                    unique=True,
                ).map(tuple),
            )
            for number in range(size)
        ]
    )
)


@given(graphs, st.sets(st.sampled_from([f"name{n}" for n in range(8)])))
def test_pruning_changes_no_prediction(nodes: Graph, roots: set[str]) -> None:
    after = pruned(nodes)
    assert predict({"a": after}, ["a"], roots) == predict({"a": nodes}, ["a"], roots)
    assert sum(n.bytes for n in after) == sum(n.bytes for n in nodes)
    referred = {other for node in after for other in node.refers if isinstance(other, int)}
    assert all(n.bytes or n.defines or i in referred for i, n in enumerate(after))
    assert pruned(after) == after


def test_a_prediction_follows_references_across_libraries() -> None:
    found = {
        "app-side": (Node(10, ("start",), ("middle", "nowhere")), Node(100, ("unused",), ())),
        "middle-lib": (Node(7, ("middle",), (1, "end")), Node(5, (), ()), Node(70, ("other",), (0,))),
        "end-lib": (Node(3, ("end",), ("middle", 0)), Node(30, ("dead",), ())),
        "not-selected": (Node(1000, ("nowhere",), ()),),
    }
    selected = ["app-side", "middle-lib", "end-lib", "never-measured"]
    assert predict(found, selected, ["start", "unknown"]) == {
        "app-side": 10,
        "end-lib": 3,
        "middle-lib": 12,
        "never-measured": 0,
    }
    assert sum(predict(found, selected, []).values()) == 0


def add_files(world: SmallWorld) -> None:
    """A library of two calls."""
    (world.root / "libs/base/files").mkdir()
    text = "name: files\nsummary: Files\nsources: [f.c]\nsyscalls: [read, write]\n"
    (world.root / "libs/base/files/manifest.yaml").write_text(text)
    (world.root / "libs/base/files/f.c").write_text("")


def test_calls_weigh_what_they_reach(world: SmallWorld) -> None:
    add_files(world)
    found = {
        "files": (Node(10, ("sys_read",), (2,)), Node(200, ("sys_write",), (2,)), Node(5, (), ())),
        "extra": (Node(1, ("extra_level",), ()), Node(2, (), ())),
        "gone": (Node(9, (), ()),),
    }
    catalog = load_catalog([world.root])
    assert library_costs(catalog, found, {"read"})["files"] == 15
    assert library_costs(catalog, found, {"read", "write"})["files"] == 215
    assert library_costs(catalog, found, set())["files"] == 215, "called in ways unknown: all of it"
    assert library_costs(catalog, found, set())["extra"] == 3
    assert "gone" not in library_costs(catalog, found, set())


def test_a_table_of_numbers_brings_every_call_in(world: SmallWorld) -> None:
    add_files(world)
    found = {"files": (Node(10, ("sys_read",), ()), Node(200, ("sys_write",), ()), Node(5, ("unused",), ()))}
    demand = find_demand(Request("greet", target="demo-x86_64"), find_places(()), Silent())
    assert weigh(demand, found, ["files"]) == {"files": 0}
    assert weigh(replace(demand, numbered=True), found, ["files"]) == {"files": 210}


@pytest.fixture
def catalog(world: SmallWorld) -> Catalog:
    return load_catalog([world.root])


def test_what_is_written_is_read(catalog: Catalog) -> None:
    found = {"b": (Node(1, ("x",), (0, "y")),), "a": ()}
    file = costs_file(catalog.roots[0], "x86_64")
    write_costs(file, found)
    assert read_costs(catalog, "x86_64") == found
    assert read_costs(catalog, "aarch64") == {}
    assert len(file.read_text().splitlines()) == 4, "a line a library"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"a": 5}',
        '{"a": [[1, [], []], [1, []]]}',
        '{"a": [["1", [], []]]}',
        '{"a": [[-1, [], []]]}',
        '{"a": [[true, [], []]]}',
        '{"a": [[1.5, [], []]]}',
        '{"a": [[1, [2], []]]}',
        '{"a": [[1, [["x"]], []]]}',
        '{"a": [[1, [], [1]]]}',
        '{"a": [[1, [], [-1]]]}',
        '{"a": [[1, [], [null]]]}',
        '{"a": [[1, [], [true]]]}',
        '{"a": [[1, "xy", []]]}',
        '{"a": "xyz"}',
        "\udcff",
        "[" * 100_000,
    ],
)
def test_a_broken_file_of_costs_is_an_error(catalog: Catalog, text: str) -> None:
    file = costs_file(catalog.roots[0], "x86_64")
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match="not a file of measured costs") as e:
        read_costs(catalog, "x86_64")
    assert "calibrate" in e.value.hint and str(file) in str(e.value)


def test_costs_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_costs(tmp_path / "no/such/folder/costs.json", {})


def test_calibrating_measures_every_library(world: SmallWorld, tmp_path: Path) -> None:
    (file,) = calibrate(load_catalog([world.root]), find_toolchain("x86_64"), tmp_path / "work", Silent())
    assert file == costs_file(world.root, "x86_64")
    stored = json.loads(file.read_text())
    assert sorted(stored) == ["boot", "extra", "greeting-large", "greeting-small"]
    ((size, defines, refers),) = stored["greeting-small"]
    assert 0 < size < 40 and defines == ["greeting_size"] and refers == []
    assert file.read_text() == (calibrate(load_catalog([world.root]), find_toolchain("x86_64"),
                                          tmp_path / "again", Silent())[0]).read_text()  # fmt: skip


def test_costs_are_measured_with_one_compiler(world: SmallWorld, tmp_path: Path) -> None:
    clang = find_toolchain("x86_64", cc="clang-14")
    with pytest.raises(UserError, match="measured with GCC"):
        calibrate(load_catalog([world.root]), replace(clang), tmp_path, Silent())


def test_new_costs_compose_again(world: SmallWorld) -> None:
    from tests.unit.pipeline.test_builds_again import built

    built()
    file = costs_file(world.root, "x86_64")
    write_costs(file, {"greeting-large": (Node(900, ("greeting_size",), ()),),
                       "greeting-small": (Node(20, ("greeting_size",), ()),)})  # fmt: skip
    assert "greeting-small" in built()[0].libraries
    write_costs(file, {"greeting-large": (Node(9, ("greeting_size",), ()),),
                       "greeting-small": (Node(20, ("greeting_size",), ()),)})  # fmt: skip
    assert "greeting-large" in built()[0].libraries
