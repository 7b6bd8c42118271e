"""Where things are looked for: the built-in tree, the workspace, the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.catalog import roots
from unilith.catalog.roots import builtin_root, find_places, find_recipe, list_recipes
from unilith.errors import UserError


def recipe(folder: Path) -> Path:
    folder.mkdir(parents=True)
    file = folder / "recipe.yaml"
    file.write_text(f"name: {folder.name}\nsources: [a.c]\n")
    return file


def test_the_builtin_tree_has_libraries() -> None:
    assert (builtin_root() / "libs").is_dir()
    assert find_places().libraries[0] == builtin_root()


def test_an_installed_package_has_its_tree_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "unilith"
    (package / "tree/libs").mkdir(parents=True)
    monkeypatch.setattr(roots, "__file__", str(package / "catalog/roots.py"))
    assert builtin_root() == package / "tree"


def test_without_a_workspace_builds_go_below_the_current_folder(tmp_path: Path) -> None:
    places = find_places(start=tmp_path)
    assert places.build == tmp_path / "build"
    assert places.workspace is None


def test_a_workspace_file_above_is_found_and_its_paths_are_relative_to_it(tmp_path: Path) -> None:
    for name in ("ours/libs", "apps", "deep/er", "extra/recipes"):
        (tmp_path / name).mkdir(parents=True)
    file = tmp_path / "unilith-workspace.yaml"
    file.write_text("libraries: [ours]\nrecipes: [apps]\nbuild: out\n")
    places = find_places([Path("../../extra")], start=tmp_path / "deep/er")
    assert places.libraries == (builtin_root(), tmp_path / "ours", tmp_path / "extra")
    assert places.recipes == (builtin_root() / "recipes", tmp_path / "apps", tmp_path / "extra/recipes")
    assert places.build == tmp_path / "out"
    assert places.workspace == file


def test_a_workspace_is_checked_like_any_file(tmp_path: Path) -> None:
    file = tmp_path / "unilith-workspace.yaml"
    file.write_text("librarys: []\n")
    with pytest.raises(UserError, match=r"1: unknown key `librarys`\n  Did you mean `libraries`"):
        find_places(start=tmp_path)
    file.write_text("recipes:\n  - .\nlibraries:\n  - gone\n")
    with pytest.raises(UserError, match=r"yaml:4: `libraries\[0\]` names the folder `gone`, which does not"):
        find_places(start=tmp_path)


def test_a_folder_given_on_the_command_line_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder `gone`"):
        find_places([Path("gone")], start=tmp_path)


def test_a_recipe_is_a_name_a_file_or_a_folder(tmp_path: Path) -> None:
    known = recipe(tmp_path / "apps/known")
    other = recipe(tmp_path / "else/other")
    places = find_places(recipes=[tmp_path / "apps"], start=tmp_path)
    assert list_recipes(places)["known"] == known
    for means, file in [("known", known), ("else/other", other), ("else/other/recipe.yaml", other)]:
        assert find_recipe(means, places, start=tmp_path) == file
    assert find_recipe(".", places, start=other.parent) == other
    assert find_recipe(str(other), places, start=tmp_path) == other


def test_an_unknown_recipe_says_what_to_do(tmp_path: Path) -> None:
    recipe(tmp_path / "apps/known")
    places = find_places(recipes=[tmp_path / "apps"], start=tmp_path)
    with pytest.raises(UserError, match="there is no recipe `knwon`\n  Did you mean `known`"):
        find_recipe("knwon", places, start=tmp_path)
    with pytest.raises(UserError, match=r"there is no `recipe.yaml` in the folder `apps`"):
        find_recipe("apps", places, start=tmp_path)
    with pytest.raises(UserError, match="there is no file or folder `a/b`"):
        find_recipe("a/b", places, start=tmp_path)


def test_two_recipes_of_one_name_are_an_error(tmp_path: Path) -> None:
    first, second = recipe(tmp_path / "a/same"), recipe(tmp_path / "b/same")
    places = find_places(recipes=[tmp_path / "a", tmp_path / "b"], start=tmp_path)
    with pytest.raises(UserError) as caught:
        list_recipes(places)
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)
