"""What headers declare, as the compiler sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog import headers
from unilith.catalog.headers import header_symbols, interface_symbols, symbol_owners
from unilith.catalog.model import Manifest
from unilith.errors import UserError

HEADER = """
#pragma once
#include <stddef.h>
#include <base.h>
#define slot_macro() slot_alloc(1)
struct slot { int (*member)(void); };
typedef int (*slot_type)(int);
enum slot_kind { SLOT_A, SLOT_B };
extern struct slot slot_object;
extern const char slot_first[], slot_second[4];
extern int (*slot_hook)(int, char);
extern int slot_aligned __attribute__((aligned(8)));
extern struct { int a, b; } slot_anonymous;
void *slot_alloc(size_t size) __attribute__((malloc));
extern int slot_extern(void);
_Noreturn void slot_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
int *(*slot_chooser(void))(int);
static inline int slot_inline(void) { extern int slot_hidden; return slot_alloc(3) != NULL; }
static const int slot_constant = 3;
"""
DECLARED = {
    "slot_object",
    "slot_first",
    "slot_second",
    "slot_hook",
    "slot_aligned",
    "slot_anonymous",
    "slot_alloc",
    "slot_extern",
    "slot_panic",
    "slot_chooser",
}


@pytest.fixture
def slot(tree: SyntheticTree) -> Path:
    tree.interface("base", header="void base_call(void);\n")
    return tree.interface("slot", "requires: [base]", header=HEADER)


def test_functions_and_objects_of_the_own_header_and_nothing_else(
    tree: SyntheticTree, slot: Path, tmp_path: Path
) -> None:
    assert interface_symbols(tree.load(), "slot", cache=tmp_path / "cache") == DECLARED


def test_what_has_no_header_declares_nothing(tree: SyntheticTree, tmp_path: Path) -> None:
    tree.interface("hardware")
    assert interface_symbols(tree.load(), "hardware", cache=tmp_path / "cache") == frozenset()


def test_owners_are_interfaces_before_libraries(tree: SyntheticTree, slot: Path, tmp_path: Path) -> None:
    tree.add("a", files={"include/a.h": "void base_call(void);\nvoid a_call(void);\n"})
    owners = symbol_owners(tree.load(), cache=tmp_path / "cache")
    assert owners["base_call"] == ("base", "a")
    assert owners["a_call"] == ("a",)
    assert set(owners) == DECLARED | {"base_call", "a_call"}


def test_the_answer_is_remembered_until_a_header_changes(
    tree: SyntheticTree, slot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = tree.load()
    asked: list[str] = []
    real = headers.run_compiler

    def counted(arguments: list[str], source: str, manifest: Manifest) -> str:
        asked.append(manifest.name)
        return real(arguments, source, manifest)

    monkeypatch.setattr(headers, "run_compiler", counted)
    first = header_symbols(catalog, catalog.get("slot"), cache=tmp_path / "cache")
    runs = len(asked)
    assert runs > 0
    assert header_symbols(catalog, catalog.get("slot"), cache=tmp_path / "cache") == first
    assert len(asked) == runs
    # A header that it includes counts as well.
    (tree.root / "libs/base/base/include/base.h").write_text("#define slot_extern slot_renamed\n")
    second = header_symbols(catalog, catalog.get("slot"), cache=tmp_path / "cache")
    assert second == (DECLARED - {"slot_extern"}) | {"slot_renamed"}


def test_a_damaged_cache_is_made_anew(tree: SyntheticTree, slot: Path, tmp_path: Path) -> None:
    catalog = tree.load()
    interface_symbols(catalog, "slot", cache=tmp_path / "cache")
    for file in (tmp_path / "cache").rglob("*.json"):
        file.write_text('["slot_', encoding="utf-8")
    assert interface_symbols(catalog, "slot", cache=tmp_path / "cache") == DECLARED


def test_a_header_that_does_not_compile_is_a_user_error(tree: SyntheticTree, tmp_path: Path) -> None:
    tree.interface("bad", header="struct missing bad_object\n")
    with pytest.raises(UserError, match="the headers of `bad` cannot be compiled"):
        interface_symbols(tree.load(), "bad", cache=tmp_path / "cache")


def test_the_cache_folder_follows_the_environment(
    tree: SyntheticTree, slot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path / "own"))
    interface_symbols(tree.load(), "slot")
    assert list((tmp_path / "own/headers").glob("*.json"))
