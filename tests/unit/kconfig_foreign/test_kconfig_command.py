"""`unilith kconfig` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from unilith.cli.kconfig import app
from unilith.errors import UserError

TREE = """mainmenu "Example"

config MODULES
\tbool "Modules"
\tmodules

menuconfig NET
\tbool "Networking"

if NET
config VIRTIO_NET
\ttristate "Virtio network"
\tdepends on VIRTIO
\tselect FAILOVER

config FAILOVER
\ttristate

config SLOW_NET
\tbool "Slow network"
\tdepends on !VIRTIO_NET
\tdefault y
endif

config VIRTIO
\ttristate

choice
\tprompt "Bus"
config BUS_PCI
\tbool "PCI"
config BUS_MMIO
\tbool "MMIO"
\tselect VIRTIO
endchoice

config QUEUES
\tint "Queues"
\trange 1 8
\tdefault 2
\tdepends on VIRTIO_NET

config MANY
\tdef_bool QUEUES > 4

config NEVER
\tbool "Never"
\tdepends on NOWHERE

config FORCES
\tbool "Forces"
\tselect FAILOVER

config LABEL
\tstring "Label"
\tdefault "a\\"b"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "Kconfig").write_text(TREE)
    return tmp_path


def run(tree: Path, command: str, *arguments: str) -> Result:
    result = CliRunner().invoke(app, [command, "--tree", str(tree), "--quiet", *arguments])
    if isinstance(result.exception, UserError):
        raise result.exception
    return result


def test_solve_gives_a_reason_for_every_line(tree: Path) -> None:
    result = run(tree, "solve", "--want", "VIRTIO_NET", "--output", str(tree / ".config"))
    assert result.exit_code == 0
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "NET y VIRTIO_NET depends on it",
        "VIRTIO_NET y wanted",
        'BUS_MMIO y one member of the choice "Bus" has to be chosen',
        "5 options are on, the fewest possible: those above and 2 without a prompt",
    ]
    written = (tree / ".config").read_text()
    assert "CONFIG_VIRTIO_NET=y\n" in written
    assert "# CONFIG_MODULES is not set\n" in written
    assert "CONFIG_QUEUES=2\n" in written
    assert 'CONFIG_LABEL="a\\"b"\n' in written


def test_solve_sets_a_number_so_that_a_comparison_holds(tree: Path) -> None:
    result = run(tree, "solve", "--want", "MANY", "--json", "--output", str(tree / "c"))
    found = json.loads(result.stdout)
    assert found["on"]["MANY"]["value"] == "y"
    assert "CONFIG_QUEUES=5\n" in (tree / "c").read_text()
    assert found["count"] == len(found["on"]) == 6


def test_solve_with_given_values(tree: Path) -> None:
    defconfig = tree / "defconfig"
    arguments = ("--set", "VIRTIO_NET=m", "--set", "QUEUES=8", "--set", "LABEL=x y", "--forbid", "SLOW_NET")
    result = run(tree, "solve", *arguments, "--defconfig", str(defconfig), "--json")
    assert json.loads(result.stdout)["on"]["VIRTIO_NET"]["value"] == "m"
    lines = defconfig.read_text().splitlines()
    assert {"CONFIG_MODULES=y", "CONFIG_VIRTIO_NET=m", "CONFIG_QUEUES=8", 'CONFIG_LABEL="x y"'} <= set(lines)


def test_solve_refuses_with_reasons(tree: Path) -> None:
    result = run(tree, "solve", "--want", "VIRTIO_NET", "--want", "BUS_PCI")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "there is no such configuration, for these cannot hold together:"
    assert "  VIRTIO_NET depends on VIRTIO  (Kconfig:13)" in result.stdout.splitlines()


def test_why_not_names_file_and_line(tree: Path) -> None:
    result = run(tree, "why-not", "NEVER")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "NEVER cannot be on:",
        "  NEVER is wanted",
        "  NEVER depends on NOWHERE  (Kconfig:48)",
    ]
    result = run(tree, "why-not", "VIRTIO_NET SLOW_NET")
    assert "  SLOW_NET depends on !VIRTIO_NET  (Kconfig:21)" in result.stdout.splitlines()


def test_why_not_beside_a_configuration(tree: Path) -> None:
    config = tree / "config"
    config.write_text("# CONFIG_NET is not set\nCONFIG_BUS_MMIO=y\n")
    result = run(tree, "why-not", "VIRTIO_NET", "--config", str(config))
    assert result.stdout.splitlines() == [
        "VIRTIO_NET cannot be on:",
        "  VIRTIO_NET is wanted",
        "  VIRTIO_NET depends on NET  (Kconfig:10)",
        f"  NET is set to n  ({config}:1)",
    ]


def test_why_not_says_when_nothing_is_against_it(tree: Path) -> None:
    result = run(tree, "why-not", "NET", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"possible": True, "statements": []}


def test_fix_is_the_smallest_edit(tree: Path) -> None:
    config = tree / "config"
    config.write_text("# CONFIG_NET is not set\nCONFIG_BUS_PCI=y\nCONFIG_FORCES=y\n")
    result = run(tree, "fix", "VIRTIO_NET", "--config", str(config), "--output", str(tree / "new"))
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        f"NET n -> y ({config}:1)",
        "VIRTIO_NET n -> y",
        f"BUS_PCI y -> n ({config}:2)",
        "BUS_MMIO n -> y",
        "4 options to change; what they select or hide follows by itself",
    ]
    written = (tree / "new").read_text()
    assert "CONFIG_VIRTIO_NET=y\n" in written
    assert "CONFIG_FORCES=y\n" in written


def test_lint_finds_all_four_kinds(tree: Path) -> None:
    extra = "config LATE\n\tbool\n\tdefault y\n\tdefault n if NET\n"
    with (tree / "Kconfig").open("a") as file:
        file.write(extra)
    result = run(tree, "lint")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "Kconfig:46: NEVER can never be on: it depends on NOWHERE, which never holds" in lines
    assert "Kconfig:48: NOWHERE is used here and defined nowhere" in lines
    assert (
        "Kconfig:52: FORCES selects FAILOVER, even where FAILOVER's own dependencies (NET) do not hold"
        in lines
    )
    assert "Kconfig:60: LATE's default n if NET never applies: one before it always does" in lines
    assert (
        lines[-1]
        == "1 dead option, 1 undefined name, 1 select against dependencies, 1 default that never applies"
    )
    only = json.loads(run(tree, "lint", "--only", "dead", "--json").stdout)
    assert [f["option"] for f in only["findings"]] == ["NEVER"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("solve", "--want", "VIRTI_NET"), "no option VIRTI_NET"),
        (("solve", "--set", "QUEUES=many"), 'QUEUES cannot be "many"'),
        (("solve", "--set", "NET=m"), 'NET cannot be "m"'),
        (("solve", "--set", "NET"), "--set NET lacks a value"),
        (("lint", "--only", "style"), "--only cannot be style"),
        (("fix", "NET", "--config", "/absent"), "cannot read the configuration"),
        (("solve", "--output", "/absent/file"), "cannot write the configuration"),
    ],
)
def test_mistakes_end_in_one_message(tree: Path, command: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        run(tree, *command)
