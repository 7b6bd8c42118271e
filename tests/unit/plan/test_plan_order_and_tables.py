"""What starts when, and which providers stand in a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.catalog import Catalog
from unilith.errors import UserError
from unilith.kconfig.options import OptionValues
from unilith.plan.compose import Chosen, boot_steps, library_unit, provider_tables
from unilith.plan.model import Unit
from unilith.plan.toolchain import find_toolchain


def always(_condition: str) -> bool:
    return True


@pytest.fixture
def world(tmp_path: Path) -> SyntheticTree:
    return SyntheticTree(tmp_path)


def steps(catalog: Catalog, holds: str = "") -> list[str]:
    selected = list(catalog.libraries.values())
    return [s.library for s in boot_steps(catalog, selected, lambda when: not when or holds in (when, "*"))]


def starting(world: SyntheticTree, name: str, *lines: str) -> None:
    start = f"{name.replace('-', '_')}_init"
    world.add(
        name, f"init: {start}", f"sources: [{name}.c]", *lines, files={f"{name}.c": f"int {start}(void);\n"}
    )


def test_what_is_required_starts_first_however_indirectly(world: SyntheticTree) -> None:
    starting(world, "a", "requires: [middle]")
    world.add("middle", "requires: [far]")
    world.interface("far")
    starting(world, "z", "provides: [far]")
    assert steps(world.load()) == ["z", "a"]


def test_without_needs_names_decide(world: SyntheticTree) -> None:
    for name in ("c", "a", "b"):
        starting(world, name)
    assert steps(world.load()) == ["a", "b", "c"]


def test_a_condition_decides_whether_a_requirement_counts(world: SyntheticTree) -> None:
    world.add("speed", files={"Kconfig": 'config SPEED_ON\n    bool "On"\n'})
    starting(world, "a", "requires: [{name: b, if: SPEED_ON}]")
    starting(world, "b")
    assert steps(world.load()) == ["a", "b"]
    assert steps(world.load(), "SPEED_ON") == ["b", "a"]


def test_a_provider_counts_only_while_it_provides(world: SyntheticTree) -> None:
    world.interface("slot")
    world.add("speed", files={"Kconfig": 'config SPEED_ON\n    bool "On"\n'})
    starting(world, "a", "requires: [slot]")
    starting(world, "b", "provides: [{name: slot, if: SPEED_ON}]")
    starting(world, "c", "provides: [{name: slot, if: LIB_A}]")
    assert steps(world.load()) == ["a", "b", "c"]
    assert steps(world.load(), "SPEED_ON") == ["b", "a", "c"]
    assert steps(world.load(), "LIB_A") == ["b", "c", "a"]


def test_what_is_used_starts_first_if_it_can(world: SyntheticTree) -> None:
    starting(world, "a", "uses: [b]")
    starting(world, "b")
    assert steps(world.load()) == ["b", "a"]


def test_a_requirement_outweighs_a_use(world: SyntheticTree) -> None:
    starting(world, "a", "uses: [b]")
    starting(world, "b", "requires: [c]")
    starting(world, "c", "requires: [a]")
    assert steps(world.load()) == ["a", "c", "b"]


def test_libraries_that_use_each_other_start_by_name(world: SyntheticTree) -> None:
    starting(world, "a", "uses: [b]")
    starting(world, "b", "uses: [a]")
    assert steps(world.load()) == ["b", "a"]  # the first by name has its wish


def test_a_loop_of_requirements_is_named(world: SyntheticTree) -> None:
    starting(world, "a", "requires: [quiet]")
    world.add("quiet", "requires: [b]")
    starting(world, "b", "requires: [a]")
    with pytest.raises(UserError, match="a -> b -> a"):
        steps(world.load())


def test_a_loop_of_libraries_that_do_not_start_is_none(world: SyntheticTree) -> None:
    world.add("p", "requires: [q]")
    world.add("q", "requires: [p, z]")
    starting(world, "a", "requires: [p]")
    starting(world, "z")
    assert steps(world.load()) == ["z", "a"]


def drivers(world: SyntheticTree) -> Catalog:
    world.interface(
        "net.device",
        'table: {type: "const struct net_device *", name: net_devices}',
        header="struct net_device { int index; };\n",
        cardinality="many",
    )
    world.interface("one.slot")
    world.add("z-card", "provides: [net.device, one.slot]")
    world.add("b-card", "provides: [{name: net.device, if: LIB_STACK}]")
    world.add("a-card", "provides: [net.device]")
    world.add("stack", "uses: [net.device]")
    return world.load()


def test_a_table_lists_selected_providers_by_name(world: SyntheticTree) -> None:
    catalog = drivers(world)
    selected = [catalog.get(n) for n in ("z-card", "b-card", "stack", "a-card")]
    (table,) = provider_tables(catalog, selected, always)
    assert (table.name, table.type, table.header) == (
        "net_devices",
        "const struct net_device *",
        "net_device.h",
    )
    assert table.entries == ("a_card_net_device", "b_card_net_device", "z_card_net_device")
    (table,) = provider_tables(catalog, selected, lambda when: not when)
    assert table.entries == ("a_card_net_device", "z_card_net_device")


def test_who_looks_at_an_empty_table_finds_one(world: SyntheticTree) -> None:
    catalog = drivers(world)
    (table,) = provider_tables(catalog, [catalog.get("stack")], always)
    assert table.entries == ()


def test_nobody_looks_no_table(world: SyntheticTree) -> None:
    world.add("alone")
    catalog = drivers(world)
    assert provider_tables(catalog, [catalog.get("alone")], always) == ()


def test_a_unit_has_the_flags_and_folders_of_its_manifest(world: SyntheticTree) -> None:
    world.interface("slot", header="void slot_call(void);\n")
    world.add(
        "lib",
        "requires: [slot]",
        "sources: [lib.c]",
        "cflags: [-fno-builtin]",
        "floating-point: true",
        files={"lib.c": "", "include/lib.h": "", "Kconfig": 'config LOUD\n    int "How"\n'},
    )
    world.add("plain", "sources: [plain.c]", files={"plain.c": ""})
    world.add("headers", files={"include/headers.h": ""})
    world.add("giver", "provides: [slot]")
    catalog = world.load()
    options = OptionValues({"LOUD": "3"}, {"LOUD": "3"}, {"LOUD": "int"}, "")
    chosen = Chosen(("lib", "plain", "headers", "giver"), options)
    toolchain = find_toolchain("x86_64")

    def unit(name: str, tree: Path | None = None) -> Unit | None:
        trees = {name: tree} if tree else {}
        return library_unit(catalog, catalog.get(name), chosen, toolchain, trees, archived=False)

    lib, plain = unit("lib", world.root), unit("plain")
    assert lib is not None and plain is not None and lib.config is not None
    folder = world.root / "libs/base/lib"
    assert lib.sources == (folder / "lib.c",)
    assert lib.roots == (folder, world.root) and len(plain.roots) == 1
    assert lib.include == (folder, folder / "include", world.root / "libs/base/slot/include")
    assert lib.flags[-1] == "-fno-builtin"
    assert "-mgeneral-regs-only" not in lib.flags and "-mgeneral-regs-only" in plain.flags
    assert "#define CONFIG_LOUD 3" in lib.config
    assert unit("headers") is None


def test_an_upstreams_headers_are_for_whoever_requires_it(world: SyntheticTree) -> None:
    pin = (
        "upstream: {version: v1, license: MIT, url: {url: 'https://example.org/v', sha256: " + "a" * 64 + "}}"
    )
    world.add("vendor", pin, "include: [src/include]", "sources: [src/*.c]")
    world.add("user", "requires: [vendor]", "sources: [user.c]", files={"user.c": ""})
    world.add("stranger", "sources: [stranger.c]", files={"stranger.c": ""})
    catalog = world.load()
    tree = world.root / "unpacked"
    (tree / "src").mkdir(parents=True)
    (tree / "src/vendor.c").write_text("")
    chosen = Chosen(("vendor", "user", "stranger"), OptionValues({}, {}, {}, ""))
    toolchain = find_toolchain("x86_64")
    folders = {
        name: unit.include_system
        for name in chosen.libraries
        if (
            unit := library_unit(
                catalog, catalog.get(name), chosen, toolchain, {"vendor": tree}, archived=False
            )
        )
    }
    assert folders == {"vendor": (tree / "src/include",), "user": (tree / "src/include",), "stranger": ()}
