"""The rendered tree, as a stock Kconfig tool sees it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import kconfiglib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.catalog import Catalog
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import builtin_root
from unilith.errors import UserError
from unilith.kconfig.render import quoted, render_tree, write_tree
from unilith.kconfig.tree import open_tree


def opened(catalog: Catalog, folder: Path) -> kconfiglib.Kconfig:
    """The tree in the plain library, with every warning that it has."""
    kconf = kconfiglib.Kconfig(str(write_tree(catalog, folder)), warn_to_stderr=False)
    assert kconf.warnings == []
    return kconf


def complaints(kconf: kconfiglib.Kconfig, *selected: str) -> list[str]:
    """The comments that a menu would show."""
    for symbol in kconf.unique_defined_syms:
        symbol.unset_value()
    for name in selected:
        assert kconf.syms[name].set_value("y")
    return [
        node.prompt[0]
        for node in kconf.node_iter()
        if node.item is kconfiglib.COMMENT and kconfiglib.expr_value(node.dep)
    ]


def test_every_library_has_a_prompt_and_help_that_names_its_file(catalog: Catalog, tmp_path: Path) -> None:
    kconf = opened(catalog, tmp_path)
    node = kconf.syms["LIB_STRINGS"].nodes[0]
    assert node.prompt[0] == "What strings is for"
    assert "libs/base/strings/manifest.yaml" in node.help
    assert node.parent.prompt[0] == "Base"
    assert kconf.syms["LIB_PC"].nodes[0].parent.prompt[0] == "Platforms"


def test_options_exist_only_below_their_library(catalog: Catalog, tmp_path: Path) -> None:
    kconf = opened(catalog, tmp_path)
    size = kconf.syms["BUMP_SIZE"]
    assert (size.visibility, size.str_value) == (0, "")
    kconf.syms["LIB_BUMP"].set_value("y")
    assert (size.visibility, size.str_value) == (2, "64")


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        ([], []),
        (["LIB_BUMP"], ["the interface heap requires string: strings"]),
        (["LIB_BUMP", "LIB_STRINGS"], []),
        (["LIB_STRINGS"], ["strings requires heap: bump or fit"]),
        (["LIB_BUMP", "LIB_FIT", "LIB_STRINGS"], ["bump and fit both provide heap; keep one"]),
        (
            ["LIB_EXTRA", "LIB_BUMP", "LIB_STRINGS", "LIB_TRACER", "ARCH_AARCH64"],
            ["extra cannot be together with bump"],
        ),
        (
            ["LIB_EXTRA", "LIB_TRACER", "LIB_STRINGS", "LIB_FIT", "ARCH_AARCH64"],
            ["strings requires heap: bump or fit"],
        ),
        (["LIB_TRACER", "LIB_STRINGS", "LIB_FIT"], ["tracer requires extra"]),
        (["LIB_TRACER", "LIB_STRINGS", "LIB_BUMP"], []),
        (["LIB_LOST"], ["lost requires unprovided, which nothing provides"]),
        (["LIB_PC", "LIB_PROCESS"], ["pc and process are both platforms; keep one"]),
    ],
)
def test_comments_say_what_a_selection_lacks(
    catalog: Catalog, tmp_path: Path, selected: list[str], expected: list[str]
) -> None:
    assert complaints(opened(catalog, tmp_path), *selected) == expected


def test_a_library_for_another_architecture_is_a_complaint(catalog: Catalog, tmp_path: Path) -> None:
    kconf = opened(catalog, tmp_path)
    assert "extra is only for aarch64" in complaints(kconf, "LIB_EXTRA", "ARCH_X86_64")
    assert "extra is only for aarch64" not in complaints(kconf, "LIB_EXTRA", "ARCH_AARCH64")


def test_there_is_no_select_and_the_same_catalog_gives_the_same_text(catalog: Catalog) -> None:
    assert "select" not in render_tree(catalog)
    assert render_tree(catalog) == render_tree(load_catalog(catalog.roots))


def test_an_unchanged_tree_is_not_written_again(catalog: Catalog, tmp_path: Path) -> None:
    file = write_tree(catalog, tmp_path)
    before = file.stat()
    write_tree(catalog, tmp_path)
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert file.stat().st_ino == before.st_ino


def test_our_own_tree_is_loaded_without_warnings(tmp_path: Path) -> None:
    kconf = opened(load_catalog([builtin_root()]), tmp_path)
    assert kconf.syms["LIB_HEAP"].orig_type == kconfiglib.BOOL


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_any_text_can_be_a_prompt(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("quoted") / "Kconfig"
    words = " ".join(text.split())
    if not words.isprintable():
        return
    file.write_text(f"config A\n\tbool {quoted('p' + text)}\n", encoding="utf-8")
    assert kconfiglib.Kconfig(str(file), warn=False).syms["A"].nodes[0].prompt[0] == " ".join(
        f"p{text}".split()
    )


@pytest.mark.parametrize(
    ("kconfig", "message"),
    [
        ('config A_X\n\tbool "x"\n\tdepends on A_X\n', "ependency loop"),
        ('config A_X\n\tbool "x"\n\tdepends on (\n', "Kconfig:3"),
        ('config A_X\n\tbool "x"\n\tdepends on MISSING\n', "Kconfig:1: the option `A_X` refers to `MISSING`"),
    ],
)
def test_mistakes_in_option_files_are_user_errors(tmp_path: Path, kconfig: str, message: str) -> None:
    tree = SyntheticTree(tmp_path / "tree")
    tree.add("a", files={"Kconfig": kconfig})
    with pytest.raises(UserError) as caught:
        open_tree(write_tree(tree.load(), tmp_path / "out"))
    assert message in str(caught.value)


def test_violations_agree_with_the_manifests_for_every_selection(catalog: Catalog, tmp_path: Path) -> None:
    """The rendered rules against a second reading of the manifests, on every set of up to four libraries."""
    kconf = opened(catalog, tmp_path)
    for size in range(5):
        for chosen in combinations(catalog.libraries.values(), size):
            names = {m.name for m in chosen}
            found = complaints(kconf, "ARCH_AARCH64", *(m.symbol for m in chosen))

            def holds(when: str) -> bool:
                return not when or kconf.eval_string(when) == 2

            def there(name: str, names: set[str] = names) -> bool:
                if name in catalog.interfaces:
                    return any(m.name in names and holds(ref.when) for m, ref in catalog.providers(name))
                return name in names

            wrong = any(
                holds(ref.when) and not there(ref.name)
                for m in (*chosen, *(i for i in catalog.interfaces.values() if there(i.name)))
                for ref in m.requires
            )
            wrong |= any(holds(ref.when) and there(ref.name) for m in chosen for ref in m.conflicts)
            heaps = [m for m, ref in catalog.providers("heap") if m.name in names and holds(ref.when)]
            wrong |= len(heaps) > 1
            assert bool(found) == wrong, (names, found)
