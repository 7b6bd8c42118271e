"""A catalog with everything that the rendering has a form for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.catalog import Catalog

BUMP_OPTIONS = """
config BUMP_SIZE
    int "Bytes"
    range 16 4096
    default 64 if BUMP_CHECKS
    default 128
    help
      config NOT_AN_OPTION

config BUMP_CHECKS
    bool "Check every block"
    default y

config BUMP_LEVEL
    int "Level"
    depends on BUMP_CHECKS && LIB_TRACE
    default 3

config BUMP_BASE
    hex "Base"
    default 0x1000

config BUMP_NAME
    string "Name"
    default "a \\"b\\" $c"

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


def make_catalog(root: Path) -> Catalog:
    """Two heaps, one of them with options; loops of needs, conflicts, conditions, two platforms."""
    tree = SyntheticTree(root)
    tree.interface("heap", "requires: [string]")
    tree.interface("string")
    tree.interface("trace", cardinality="many")
    tree.interface("unprovided")
    tree.add(
        "bump",
        "provides: [heap]",
        "uses: [trace, extra, string]",
        group="memory",
        files={"Kconfig": BUMP_OPTIONS},
    )
    tree.add("fit", "provides: [{name: heap, if: '!LIB_EXTRA || BUMP_SIZE > 3'}]", group="memory")
    tree.add("strings", "provides: [string]", "requires: [heap]")
    tree.add("tracer", "provides: [trace]", "requires: [strings, {name: extra, if: LIB_FIT}]")
    tree.add("extra", "requires: [tracer]", "conflicts: [bump]", "supports: {arch: [aarch64]}")
    tree.add("lost", "requires: [unprovided]", files={"Kconfig": 'config LOST\n\tbool "lost"\n'})
    tree.platform("pc", "provides: [trace]")
    tree.platform("process")
    return tree.load()


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return make_catalog(tmp_path_factory.mktemp("kconfig") / "tree")
