"""Reading foreign trees: newer constructs, environment, macros, errors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.unit.kconfig_foreign.kconfig_trees import load, settle

from unilith.errors import UserError, Where
from unilith.kconfig.foreign import load_tree, read_text
from unilith.kconfig.foreign_lines import property_line, settings_lines


def values(kconf: Any, **given: str) -> dict[str, str]:
    return settle(kconf, given)


def test_bare_modules(tmp_path: Path) -> None:
    kconf = load(tmp_path, 'config MODULES\n\tbool "m"\n\tmodules\nconfig A\n\ttristate "a"\n')
    assert values(kconf, MODULES="y", A="m")["A"] == "m"
    assert values(kconf, MODULES="n", A="m")["A"] == "y"
    assert kconf.syms["A"].nodes[0].linenr == 4


def test_the_word_modules_in_a_help_text_stays(tmp_path: Path) -> None:
    kconf = load(tmp_path, 'config A\n\tbool "a"\n\thelp\n\t  About\n\t  modules\n\nconfig B\n\tbool "b"\n')
    assert kconf.syms["A"].nodes[0].help == "About\nmodules"
    assert kconf.syms["B"].nodes


def test_transitional(tmp_path: Path) -> None:
    kconf = load(
        tmp_path,
        'config NEW\n\tbool "new"\n\tdefault OLD\n\nconfig OLD\n\tbool\n\ttransitional\n\thelp\n\t  Was NEW.\n',
    )
    assert kconf.syms["OLD"].str_value == "n"
    assert "OLD" not in [s.name for s in kconf.unique_defined_syms if s.config_string]


@pytest.mark.parametrize(
    ("a", "b", "c", "visible"),
    [("n", "n", "n", 2), ("n", "m", "n", 0), ("m", "m", "n", 1), ("y", "y", "n", 2), ("n", "y", "n", 0)],
)
def test_a_conditional_dependency(tmp_path: Path, a: str, b: str, c: str, visible: int) -> None:
    text = (
        'config MODULES\n\tbool "m"\n\tmodules\n'
        'config A\n\ttristate "a"\nconfig B\n\ttristate "b"\nconfig C\n\tbool "c"\n'
        'config X\n\ttristate "x"\n\tdepends on A if B || \\\n\t C\n'
    )
    kconf = load(tmp_path, text)
    values(kconf, MODULES="y", A=a, B=b, C=c)
    assert kconf.syms["X"].visibility == visible


def test_the_condition_of_a_dependency_is_compared_with_n(tmp_path: Path) -> None:
    # X || Y = n, and not X || !Y: while Y is m, X decides.
    text = (
        'config MODULES\n\tbool "m"\n\tmodules\nconfig A\n\ttristate "a"\nconfig B\n\ttristate "b"\n'
        'config X\n\ttristate "x"\n\tdepends on A if !(B && A = n)\n'
    )
    kconf = load(tmp_path, text)
    values(kconf, MODULES="y", A="n", B="m")
    assert kconf.syms["X"].visibility == 0
    values(kconf, MODULES="y", A="n", B="y")
    assert kconf.syms["X"].visibility == 2


def test_configdefault(tmp_path: Path) -> None:
    kconf = load(tmp_path, "configdefault A\n\tdefault y\n\nconfig A\n\tbool\n\tdefault n\n")
    assert kconf.syms["A"].str_value == "y"


def test_macros_run_where_they_may_write_and_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "Kconfig.include").write_text("")
    text = 'config A\n\tdef_bool $(shell,touch made && echo "$TOOL" | grep -q tool && echo y)\n'
    (tmp_path / "Kconfig").write_text(text)
    before = dict(os.environ)
    kconf = load_tree(tmp_path, env={"TOOL": "a tool"}).kconf
    assert kconf.syms["A"].str_value == "y"
    assert not (tmp_path / "made").exists()
    assert dict(os.environ) == before


def test_what_a_macro_prints_on_several_lines_becomes_one(tmp_path: Path) -> None:
    kconf = load(tmp_path, "config A\n\tstring\n\tdefault \"$(shell,printf 'a\\nb\\n\\n')\"\n")
    assert kconf.syms["A"].str_value == "a b"


LINUX_MAKEFILE = "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\nEXTRAVERSION = -rc1\n"


def linux(folder: Path) -> Path:
    for name in ("arch/x86", "arch/arm64", "scripts"):
        (folder / name).mkdir(parents=True)
    (folder / "Makefile").write_text(LINUX_MAKEFILE)
    (folder / "Kconfig").write_text('mainmenu "Linux $(KERNELVERSION)"\nsource "arch/$(SRCARCH)/Kconfig"\n')
    (folder / "arch/x86/Kconfig").write_text('config X\n\tstring\n\tdefault "$(ARCH) $(CC)"\n')
    (folder / "arch/arm64/Kconfig").write_text('config A\n\tstring\n\tdefault "$(CC_VERSION_TEXT)"\n')
    return folder


def test_a_linux_tree_gets_what_its_makefile_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ARCH", "CC", "CROSS_COMPILE"):
        monkeypatch.delenv(name, raising=False)
    kconf = load_tree(linux(tmp_path), arch="x86_64").kconf
    assert kconf.mainmenu_text == "Linux 6.1.7-rc1"
    assert kconf.syms["X"].str_value == "x86_64 gcc"
    other = load_tree(tmp_path, arch="arm64", env={"CC": "cc"}).kconf
    assert "X" not in other.syms
    assert other.syms["A"].str_value


def test_an_unknown_architecture(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no architecture pdp11") as caught:
        load_tree(linux(tmp_path), arch="pdp11")
    assert "arm64, x86" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config A\n\tbool\n\tfrobnicate\n", "couldn't parse"),
        ('source "nowhere"\n', "not found"),
        ('config A\n\tbool "a"\n\tdepends on B\nconfig B\n\tbool "b"\n\tdepends on A\n', "ependency loop"),
    ],
)
def test_a_faulty_tree_is_the_users_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(tmp_path, text)


def test_no_tree_here(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Kconfig"):
        load_tree(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        load_tree(tmp_path / "absent")


def test_reading_text_replaces_what_was_set(tmp_path: Path) -> None:
    kconf = load(tmp_path, 'config A\n\tbool "a"\nconfig B\n\tbool "b"\n')
    read_text(kconf, "CONFIG_A=y\n")
    read_text(kconf, "CONFIG_B=y\n")
    assert (kconf.syms["A"].str_value, kconf.syms["B"].str_value) == ("n", "y")


def test_the_line_of_a_property(tmp_path: Path) -> None:
    text = """menu "outer"
\tdepends on NET
if PCI
config A
\tbool "a"
\tdepends on B && \\
\t  C
\tselect D if B
\tdefault y if E

endif
config F
\tbool
endmenu
"""
    (tmp_path / "Kconfig").write_text(text)

    def line(start: int, keyword: str, name: str) -> int:
        return property_line(tmp_path, Where("Kconfig", start), keyword, name).line

    assert line(4, "depends", "B") == 6
    assert line(4, "select", "D") == 8
    assert line(4, "default", "y") == 9
    assert line(4, "depends", "PCI") == 3
    assert line(4, "depends", "NET") == 2
    assert line(12, "depends", "NET") == 2
    assert line(12, "depends", "PCI") == 12
    assert line(12, "select", "NET") == 12


def test_the_lines_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("CONFIG_A=y\n# CONFIG_B is not set\n# note\nCONFIG_A=n\n")
    found = {name: where.line for name, where in settings_lines(tmp_path / "c").items()}
    assert found == {"A": 4, "B": 2}
