"""Option values: what is asked for comes out, or an error says why not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import kconfiglib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.catalog import Catalog
from unilith.errors import UserError, UserErrors, Where
from unilith.kconfig.options import Asked, c_string, config_header, image_wide, load_options
from unilith.kconfig.render import write_tree

SELECTED = ("bump", "strings", "tracer", "pc")


def test_defaults(catalog: Catalog) -> None:
    values = load_options(catalog, SELECTED)
    assert values.options == {
        "BUMP_BASE": "0x1000",
        "BUMP_BEST": "n",
        "BUMP_CHECKS": "y",
        "BUMP_DERIVED": "64",
        "BUMP_FIRST": "y",
        "BUMP_LEVEL": "3",
        "BUMP_NAME": 'a "b" $c',
        "BUMP_SIZE": "64",
    }


def test_interfaces_and_conditions(catalog: Catalog) -> None:
    values = load_options(catalog, SELECTED)
    assert values.holds("LIB_HEAP && LIB_BUMP && !LIB_FIT && BUMP_SIZE = 64 && ARCH_X86_64")
    assert values.holds("")
    assert not values.holds("ARCH_AARCH64 || LIB_EXTRA")
    assert load_options(catalog, SELECTED, arch="aarch64").holds("ARCH_AARCH64 && !ARCH_X86_64")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"BUMP_SIZE": 256}, {"BUMP_SIZE": "256", "BUMP_DERIVED": "256"}),
        ({"CONFIG_BUMP_SIZE": "0x20"}, {"BUMP_SIZE": "32"}),
        ({"BUMP_CHECKS": False}, {"BUMP_CHECKS": "n", "BUMP_SIZE": "128"}),
        ({"BUMP_CHECKS": "n", "BUMP_SIZE": "64"}, {"BUMP_SIZE": "64"}),
        ({"BUMP_BASE": 8192}, {"BUMP_BASE": "0x2000"}),
        ({"BUMP_BASE": "0xABC"}, {"BUMP_BASE": "0xABC"}),
        ({"BUMP_NAME": 'x"y\\'}, {"BUMP_NAME": 'x"y\\'}),
        ({"BUMP_BEST": True}, {"BUMP_BEST": "y", "BUMP_FIRST": "n"}),
        ({"BUMP_BEST": True, "BUMP_FIRST": False}, {"BUMP_BEST": "y"}),
    ],
)
def test_what_is_asked_for_comes_out(
    catalog: Catalog, asked: dict[str, Asked], expected: dict[str, str]
) -> None:
    options = load_options(catalog, SELECTED, asked).options
    assert {name: options[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"BUMP_SIZ": 1}, "there is no option `BUMP_SIZ`\n  Did you mean `BUMP_SIZE`?"),
        ({"LIB_FIT": True}, "`LIB_FIT` is no option: it stands for `fit`"),
        ({"ARCH_AARCH64": True}, "`ARCH_AARCH64` is no option: the target decides it"),
        (
            {"LOST": True},
            "the option `LOST` cannot be `y`: it belongs to `lost`, which is not part of the image",
        ),
        ({"BUMP_SIZE": 8}, "the option `BUMP_SIZE` cannot be `8`: it must be between 16 and 4096"),
        ({"BUMP_SIZE": "many"}, "the option `BUMP_SIZE` cannot be `many`: it is a whole number"),
        ({"BUMP_BASE": "xyz"}, "the option `BUMP_BASE` cannot be `xyz`: it is a hexadecimal number"),
        ({"BUMP_CHECKS": "maybe"}, "the option `BUMP_CHECKS` cannot be `maybe`: it is a bool"),
        ({"BUMP_CHECKS": "m"}, "the option `BUMP_CHECKS` cannot be `m`: it is a bool"),
        ({"BUMP_DERIVED": 7}, "the option `BUMP_DERIVED` cannot be `7`: it cannot be set; its value follows"),
        (
            {"BUMP_CHECKS": False, "BUMP_LEVEL": 4},
            "the option `BUMP_LEVEL` cannot be `4`: it needs BUMP_CHECKS && LIB_TRACE && LIB_BUMP, which",
        ),
        ({"BUMP_FIRST": False}, "the option `BUMP_FIRST` cannot be `n`: only one of its choice is possible"),
        ({"BUMP_NAME": "a\nb"}, "the option `BUMP_NAME` cannot hold a control character"),
        ({"BUMP_SIZE": 16, "CONFIG_BUMP_SIZE": 17}, "the option `BUMP_SIZE` is asked to be `16` and `17`"),
    ],
)
def test_what_cannot_be_had_is_an_error_that_says_why(
    catalog: Catalog, asked: dict[str, Asked], message: str
) -> None:
    with pytest.raises(UserError) as caught:
        load_options(catalog, SELECTED, asked)
    assert str(caught.value).startswith(message)


def test_two_members_of_a_choice_cannot_be_had(catalog: Catalog) -> None:
    with pytest.raises(UserError, match="only one of its choice"):
        load_options(catalog, SELECTED, {"BUMP_FIRST": True, "BUMP_BEST": True})


def test_errors_name_the_place_and_come_together(catalog: Catalog) -> None:
    wheres = {"BUMP_SIZE": Where("recipe.yaml", 7), "LOST": Where("recipe.yaml", 8)}
    with pytest.raises(UserErrors) as caught:
        load_options(catalog, SELECTED, {"BUMP_SIZE": 8, "LOST": True}, wheres=wheres)
    assert [str(e.where) for e in caught.value.errors] == ["recipe.yaml:7", "recipe.yaml:8"]


def test_a_default_that_its_own_range_refuses_is_an_error(tmp_path: Path) -> None:
    tree = SyntheticTree(tmp_path)
    tree.add("a", files={"Kconfig": 'config A_X\n\tint "x"\n\trange 1 2\n\tdefault 9\n'})
    with pytest.raises(UserError, match="in the options: default value 9"):
        load_options(tree.load(), ["a"])


def test_an_interface_cannot_be_selected(catalog: Catalog) -> None:
    with pytest.raises(UserError, match="`heap` is an interface"):
        load_options(catalog, ["heap"])


names = st.sampled_from(["bump", "fit", "strings", "tracer", "extra", "lost", "pc", "process"])
asked_values = st.fixed_dictionaries(
    {},
    optional={
        "BUMP_SIZE": st.integers(16, 4096),
        "BUMP_CHECKS": st.booleans(),
        "BUMP_BASE": st.integers(0, 2**40),
        "BUMP_NAME": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
        "BUMP_BEST": st.just(True),
    },
)


@settings(deadline=None, max_examples=60)
@given(st.frozensets(names), asked_values, st.sampled_from(["x86_64", "aarch64"]))
def test_every_dotconfig_is_accepted_back_unchanged(
    catalog: Catalog,
    tmp_path_factory: pytest.TempPathFactory,
    selected: frozenset[str],
    asked: dict[str, Asked],
    arch: str,
) -> None:
    values = load_options(catalog, selected, asked if "bump" in selected else {}, arch=arch)
    folder = tmp_path_factory.mktemp("accepted")
    kconf = kconfiglib.Kconfig(str(write_tree(catalog, folder)), warn_to_stderr=False)
    file = folder / "config"
    file.write_text(values.dotconfig, encoding="utf-8")
    kconf.load_config(str(file))
    assert kconf.warnings == []
    assert kconf.missing_syms == []
    assert {name: kconf.syms[name].str_value for name in values.symbols} == values.symbols
    kconf.write_config(str(folder / "again"), header=values.dotconfig.partition("\n")[0] + "\n")
    assert (folder / "again").read_text(encoding="utf-8") == values.dotconfig


def test_the_same_input_gives_the_same_text(catalog: Catalog) -> None:
    first = load_options(catalog, ["bump", "pc"], {"BUMP_SIZE": 32, "BUMP_CHECKS": True})
    second = load_options(catalog, ["pc", "bump"], {"BUMP_CHECKS": True, "BUMP_SIZE": 32})
    assert first == second


def test_what_was_asked_before_leaves_nothing_behind(catalog: Catalog) -> None:
    first = load_options(catalog, SELECTED)
    assert load_options(catalog, SELECTED, {"BUMP_SIZE": 32}, arch="aarch64") != first
    with pytest.raises(UserErrors):
        load_options(catalog, SELECTED, {"BUMP_SIZE": 8, "LOST": True})
    assert load_options(catalog, SELECTED) == first


def test_a_library_sees_its_own_options_and_the_uses_that_are_there(catalog: Catalog) -> None:
    selected = ("bump", "strings", "lost", "pc")
    values = load_options(catalog, selected, {"BUMP_NAME": 'é?"\\', "BUMP_BASE": "abc"})
    header = config_header(catalog, catalog.get("bump"), values.options, selected)
    assert header.splitlines()[3:] == [
        "#define CONFIG_BUMP_SIZE 64",
        "#define CONFIG_BUMP_CHECKS 1",
        "#define CONFIG_BUMP_LEVEL 3",
        "#define CONFIG_BUMP_BASE 0xabc",
        '#define CONFIG_BUMP_NAME "\\303\\251\\077\\042\\134"',
        "#define CONFIG_BUMP_DERIVED 64",
        "#define CONFIG_BUMP_FIRST 1",
        "#define CONFIG_LIB_TRACE 1",
        "#define CONFIG_LIB_STRING 1",
    ]
    bare = config_header(catalog, catalog.get("strings"), values.options, selected)
    assert "#define" not in bare


def test_what_concerns_all_code_is_told_to_every_library(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is, where the image has it; whether a library says that it uses it does not matter."""
    provided = next(name for name in catalog.interfaces if catalog.providers(name))
    provider = catalog.providers(provided)[0][0].name
    monkeypatch.setattr("unilith.kconfig.options.IMAGE_WIDE", (provided, "none.such"))
    macro = f"CONFIG_{catalog.get(provided).symbol}"
    assert image_wide(catalog, [provider]) == (macro,)
    assert image_wide(catalog, []) == ()
    assert f"#define {macro} 1\n" in config_header(catalog, catalog.get("strings"), {}, ["strings", provider])


def test_an_option_that_has_no_value_is_not_defined(catalog: Catalog) -> None:
    values = load_options(catalog, ["bump"], {"BUMP_CHECKS": False})
    header = config_header(catalog, catalog.get("bump"), values.options, ["bump"])
    assert "BUMP_LEVEL" not in header
    assert "BUMP_CHECKS" not in header
    assert "CONFIG_LIB_" not in header


@settings(deadline=None, max_examples=10)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=1, max_size=20
    )
)
def test_a_c_string_means_its_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("string")
    source = "".join(f"const char s{n}[] = {c_string(t)};\n" for n, t in enumerate(texts))
    checks = "".join(
        f'_Static_assert(sizeof s{n} == {len(t.encode()) + 1}, "length");\n' for n, t in enumerate(texts)
    )
    file = folder / "s.c"
    file.write_text(source + checks, encoding="ascii")
    subprocess.run(["gcc", "-std=c99", "-Werror", "-c", file, "-o", folder / "s.o"], check=True)
    assert all(t.encode() + b"\0" in (folder / "s.o").read_bytes() for t in texts)
