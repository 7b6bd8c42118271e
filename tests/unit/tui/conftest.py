"""A menu about a small catalog that stands on the disk, with every kind of need and option."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.catalog import Catalog
from unilith.demand.facts import Fact, FactKind, Origin
from unilith.demand.recipe import Recipe
from unilith.kconfig.render import write_tree
from unilith.kconfig.tree import open_tree
from unilith.pipeline.choices_file import Choices
from unilith.tui.model import Model
from unilith.tui.options import OptionTree
from unilith.tui.subject import Subject

BUMP_OPTIONS = """
config BUMP_SIZE
    int "Bytes of a block"
    range 16 4096
    default 64
    help
      How large a block is.

config BUMP_CHECKS
    bool "Check every block"

config BUMP_LEVEL
    int "Level of checks"
    depends on BUMP_CHECKS && LIB_TRACE
    default 3

config BUMP_NAME
    string "Name of the heap"
    default "bump"

config BUMP_DERIVED
    int
    default BUMP_SIZE

choice
    prompt "Fit"

config BUMP_FIRST
    bool "first"

config BUMP_BEST
    bool "best"

endchoice
"""

COSTS = {
    "pc": 4000,
    "process": 3000,
    "boot": 300,
    "strings": 200,
    "bump": 250,
    "tlsf": 1900,
    "lwip": 90000,
    "tinynet": 50000,
    "virtio-net": 2500,
    "loop": 300,
    "tap": 900,
    "tracer": 700,
    "lost": 10,
    "calls": 80,
}


def make_catalog(root: Path) -> Catalog:
    """Two platforms; two heaps; two network stacks, the small one under the GPL; three network devices."""
    tree = SyntheticTree(root)
    for name in ("hardware", "host.calls", "heap", "string", "net.stack", "nowhere"):
        tree.interface(name)
    tree.interface("trace", cardinality="many")
    tree.interface("net.device", cardinality="many")
    tree.platform("pc", "provides: [hardware]", "requires: [boot]", machine="pc")
    tree.platform("process", "provides: [host.calls]", "requires: [boot]", machine="process")
    tree.add("boot", "requires: [string]", "sources: [boot.c]", files={"boot.c": ""})
    tree.add("strings", "provides: [string]")
    tree.add("bump", "provides: [heap]", "uses: [trace]", group="memory", files={"Kconfig": BUMP_OPTIONS})
    tree.add("tlsf", "provides: [heap]", group="memory")
    tree.add("lwip", "provides: [net.stack]", "requires: [net.device, heap]", group="net")
    tree.add(
        "tinynet", "provides: [net.stack]", "requires: [net.device]", "license: GPL-2.0-only", group="net"
    )
    tree.add("virtio-net", "provides: [net.device]", "requires: [hardware, heap]", group="drivers")
    tree.add("tap", "provides: [net.device]", "requires: [host.calls]", group="drivers")
    tree.add("tracer", "provides: [trace]", "conflicts: [tlsf]", group="observe")
    tree.add("lost", "requires: [nowhere]", group="observe")
    tree.add("calls", "syscalls: [getpid]", "conflicts: [tracer]", group="observe")
    return tree.load()


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return make_catalog(tmp_path_factory.mktemp("menu") / "tree")


@pytest.fixture(scope="session")
def option_trees(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> OptionTree:
    return OptionTree(catalog, open_tree(write_tree(catalog, tmp_path_factory.mktemp("rendered"))), "x86_64")


def needs(*names: str) -> tuple[Fact, ...]:
    """The application needs these interfaces; a name with brackets is a system call."""
    return tuple(
        Fact(FactKind.SYSCALL, n[:-2], Origin(f"app calls {n[:-2]}"))
        if n.endswith("()")
        else Fact(FactKind.INTERFACE, n, Origin(f"app needs {n}"))
        for n in names
    )


MakeModel = Callable[..., Model]


@pytest.fixture
def make_model(catalog: Catalog, option_trees: OptionTree) -> MakeModel:
    def make(*demand: str, choices: Choices | None = None, target: str = "pc-x86_64", **recipe: Any) -> Model:
        subject = Subject(
            recipe=Recipe(
                **{
                    "name": "app",
                    "sources": ("app.c",),
                    "folder": Path("/recipes/app"),
                    "lines": {},
                    **recipe,
                }
            ),
            catalog=catalog,
            target=catalog.target(target),
            facts=needs(*(demand or ("heap",))),
            costs=COSTS,
            weigh=lambda names: {n: COSTS[n] for n in sorted(names)},
            application=1000,
        )
        return Model(subject, option_trees, choices)

    return make


@pytest.fixture
def model(make_model: MakeModel) -> Model:
    return make_model()
