"""The catalog that Unilith comes with keeps its own rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.catalog.catalog import ARCHES, Catalog
from unilith.catalog.check import check_library
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import builtin_root, find_places, list_recipes
from unilith.demand.recipe import read_recipe
from unilith.kconfig.options import load_options
from unilith.kconfig.trial import default_options
from unilith.pipeline.headers import third_party_headers
from unilith.plan.toolchain import find_toolchain

CATALOG = load_catalog([builtin_root()])


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return CATALOG


@pytest.mark.parametrize("name", sorted(CATALOG.manifests))
def test_declared_means_checked(catalog: Catalog, name: str, tmp_path: Path) -> None:
    manifest = catalog.get(name)
    arch = (manifest.supports.arch or ARCHES)[0]
    findings = check_library(
        catalog,
        manifest,
        compiler=find_toolchain(arch),
        configure=default_options(catalog, arch),
        work=tmp_path,
        third_party=third_party_headers(catalog, manifest),
    )
    assert not findings, "\n".join(map(str, findings))


def test_every_interface_has_a_provider(catalog: Catalog) -> None:
    assert [name for name in catalog.interfaces if not catalog.providers(name)] == []


def test_every_recipe_is_valid() -> None:
    files = list_recipes(find_places(start=builtin_root())).values()
    assert {"bare", "hello", "lua"} <= {read_recipe(file).name for file in files}


def test_the_rendered_tree_loads_without_a_warning(catalog: Catalog) -> None:
    assert load_options(catalog, []).dotconfig
