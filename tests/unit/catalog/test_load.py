"""From folders to a catalog, and every rule that a manifest must keep to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.load import load_catalog
from unilith.errors import UserError, UserErrors


def complaint(tree: SyntheticTree) -> str:
    """The one error of a tree, without the path to it."""
    with pytest.raises(UserError) as caught:
        tree.load()
    return str(caught.value).replace(f"{tree.root}/", "")


def test_kinds_are_told_apart_and_sorted(tree: SyntheticTree) -> None:
    tree.interface("heap")
    tree.add("b", "provides: [heap]", "syscalls: [brk]")
    tree.add("a", "provides: [{name: heap, if: LIB_B}]", "requires: [heap]")
    tree.platform("pc", "provides: [heap]", "supports: {arch: [x86_64]}")
    catalog = tree.load()
    assert list(catalog.libraries) == ["a", "b"]
    assert list(catalog.interfaces) == ["heap"]
    assert list(catalog.platforms) == ["pc"]
    assert [(m.name, ref.when) for m, ref in catalog.providers("heap")] == [
        ("a", "LIB_B"),
        ("b", ""),
        ("pc", ""),
    ]
    assert [m.name for m in catalog.syscall_providers("brk")] == ["b"]
    assert catalog.syscall_providers("open") == ()
    assert catalog.get("a").where("requires.0").line == 4
    assert catalog.by_symbol("LIB_HEAP") is catalog.interfaces["heap"]


def test_the_inputs_are_every_file_read_and_every_folder_listed(tree: SyntheticTree) -> None:
    folder = tree.add("a", files={"Kconfig": 'config A_X\n\tbool "x"\n', "a.c": ""})
    catalog = tree.load()
    assert set(catalog.input_files) == {folder / "manifest.yaml", folder / "Kconfig"}
    assert set(catalog.input_dirs) == {tree.root / "libs", tree.root / "libs/base", folder}


def test_targets_are_machines_and_architectures(tree: SyntheticTree) -> None:
    tree.platform("qemu", "supports: {arch: [x86_64]}", machine="microvm")
    tree.platform("process")
    catalog = tree.load()
    assert list(catalog.targets) == ["microvm-x86_64", "process-aarch64", "process-x86_64"]
    target = catalog.target("microvm-x86_64")
    assert (target.machine_name, target.machine.runner, target.platform.name, target.arch) == (
        "microvm",
        "qemu",
        "qemu",
        "x86_64",
    )
    with pytest.raises(UserError) as caught:
        catalog.target("microvm-aarch64")
    assert "Known targets: microvm-x86_64, process-aarch64, process-x86_64." in caught.value.hint


def test_unknown_names_suggest_the_nearest(tree: SyntheticTree) -> None:
    tree.add("virtio")
    with pytest.raises(UserError) as caught:
        tree.load().get("virtoi")
    assert caught.value.hint == "Did you mean `virtio`?"


def test_the_include_path_is_what_is_declared_and_what_its_interfaces_require(tree: SyntheticTree) -> None:
    header = {"include/x.h": ""}
    for name in ("base", "far", "used", "hidden"):
        tree.add(name, files=header)
    tree.add("near", "requires: [hidden]", files=header)
    tree.interface("deep", "requires: [far]", header="/* deep */")
    tree.interface("slot", "requires: [deep]", header="/* slot */")
    tree.interface("bare")
    me = tree.add("me", "provides: [slot]", "requires: [near, bare]", "uses: [used]", files=header)
    libs = tree.root / "libs/base"
    catalog = tree.load()
    assert catalog.include_dirs(catalog.get("me")) == (
        me,
        *(libs / name / "include" for name in ("me", "slot", "near", "used", "deep", "far")),
    )


def test_later_roots_add_and_may_be_of_any_form(tree: SyntheticTree, tmp_path: Path) -> None:
    tree.add("a")
    for name in ("own/b", "own/group/c", "single"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "manifest.yaml").write_text(f"name: {folder.name}\nsummary: s\nrequires: [a]\n")
    catalog = load_catalog([tree.root, tmp_path / "own", tmp_path / "single"])
    assert list(catalog.libraries) == ["a", "b", "c", "single"]
    assert catalog.relative(catalog.get("c").file) == "group/c/manifest.yaml"
    assert catalog.relative(catalog.get("a").file) == "libs/base/a/manifest.yaml"


def test_a_name_in_two_roots_names_both_files(tree: SyntheticTree, tmp_path: Path) -> None:
    tree.add("a")
    other = SyntheticTree(tmp_path / "other")
    other.add("a", group="net")
    with pytest.raises(UserError) as caught:
        load_catalog([tree.root, other.root])
    message = str(caught.value)
    assert str(tree.root / "libs/base/a/manifest.yaml:1") in message
    assert str(other.root / "libs/net/a/manifest.yaml:1") in message


@pytest.mark.parametrize("missing", [True, False])
def test_a_root_without_libraries_is_an_error(tmp_path: Path, missing: bool) -> None:
    root = tmp_path / "root"
    if not missing:
        root.mkdir()
    with pytest.raises(UserError, match="is not a folder of libraries" if missing else "holds no library"):
        load_catalog([root])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["cardinality: one"], "3: a library cannot have `cardinality`"),
        (["table: {type: int *, name: t}"], "3: a library cannot have `table`"),
        (["asked-by: [mmap]"], "3: a library cannot have `asked-by`"),
        (["machines: {pc: {runner: qemu}}"], "3: a library cannot have `machines`"),
        (["link: {entry: f, load-address: 0}"], "3: a library cannot have `link`"),
        (["kind: interface"], "1: the interface `a` lacks `cardinality`"),
        (["kind: interface", "cardinality: one", "sources: []"], "5: an interface cannot have `sources`"),
        (["kind: interface", "cardinality: one", "init: f"], "5: an interface cannot have `init`"),
        (
            ["kind: interface", "cardinality: many", "table: {type: int *, name: t}"],
            "5: `table` needs a header that declares the table",
        ),
        (
            ["kind: interface", "cardinality: one", "table: {type: int *, name: slot}"],
            "5: `table` needs `cardinality: many`",
        ),
        (
            ["kind: platform", "machines: {pc: {runner: qemu}}"],
            "3: the platform `a` stands among the libraries",
        ),
        (["sources: [a.c]"], "3: there is no file `a.c` in the folder of `a`"),
        (["sources:", "  - ../b/b.c"], "4: the file `../b/b.c` lies outside the library's folder"),
        (["sources: [/etc/passwd]"], "3: the file `/etc/passwd` lies outside the library's folder"),
        (["upstream: {version: v, license: MIT}"], "3: `upstream` does not say where to get the sources"),
        (
            ["requires: [helo]"],
            "3: `requires` names `helo`, but there is no such library or interface\n  Did you mean",
        ),
        (["uses: [{name: helo, if: y}]"], "3: `uses` names `helo`, but there is no such"),
        (["conflicts: [nothing]"], "3: `conflicts` names `nothing`, but"),
        (["provides: [hello]"], "3: `provides` names the library `hello`; only interfaces can be provided"),
        (
            ["provides: [slit]"],
            "3: `provides` names `slit`, but there is no such interface\n  Did you mean `slot`?",
        ),
        (["requires: [pc]"], "3: `requires` names the platform `pc`"),
        (["requires: [a]"], "3: `a` names itself in `requires`"),
        (["requires: [hello, hello]"], "3: `hello` stands twice in `requires`"),
        (["requires: [hello]", "uses: [hello]"], "4: `hello` stands in `requires` and in `uses`"),
        (["syscalls: [read, read]"], "3: `read` stands twice in `syscalls`"),
        (["requires: [{name: hello, if: A &&}]"], "3: the condition `A &&` ends where a symbol belongs"),
        (
            ["requires:", "  - name: hello", "    if: LIB_HELO"],
            "5: the condition `LIB_HELO` uses `LIB_HELO`, which nothing defines\n  Did you mean `LIB_HELLO`?",
        ),
        (
            ["requires: [{name: hello, if: CONFIG_LIB_SLOT}]"],
            "3: the condition `CONFIG_LIB_SLOT` uses `CONFIG_LIB_SLOT`, which nothing defines\n  Write",
        ),
    ],
)
def test_rule(tree: SyntheticTree, lines: list[str], message: str) -> None:
    tree.add("hello")
    tree.interface("slot")
    tree.platform("pc")
    headers = {"include/a.h": ""} if "name: slot" in lines[-1] else {}
    tree.add("a", *lines, files=headers)
    if "platform" in lines[0]:
        lines[1] = "machines: {other: {runner: qemu}}"
    assert complaint(tree).startswith(f"libs/base/a/manifest.yaml:{message}")


def test_conditions_may_use_options_libraries_interfaces_and_architectures(tree: SyntheticTree) -> None:
    tree.interface("slot")
    tree.add("b", files={"Kconfig": 'config B_SIZE\n\tint "size"\n'})
    tree.add("a", "requires: [{name: b, if: B_SIZE > 3 && LIB_SLOT && !LIB_B && ARCH_X86_64}]")
    assert tree.load().get("a").requires[0].when


def test_with_an_upstream_a_source_may_be_a_glob_of_it(tree: SyntheticTree) -> None:
    tree.add(
        "a",
        "sources: [own.c, src/*.c]",
        "upstream: {version: v, license: MIT, url: {url: u, sha256: " + "a" * 64 + "}}",
        files={"own.c": ""},
    )
    assert len(tree.load().get("a").sources) == 2


def test_a_patch_must_exist(tree: SyntheticTree) -> None:
    url = "url: {url: u, sha256: " + "a" * 64 + "}"
    tree.add("a", "upstream:", "  version: v", "  license: MIT", "  " + url, "  patches: [fix.patch]")
    assert complaint(tree).startswith("libs/base/a/manifest.yaml:7: there is no file `fix.patch`")


def test_the_folder_is_named_after_the_library(tree: SyntheticTree) -> None:
    folder = tree.add("a")
    folder.rename(folder.parent / "b")
    assert "libs/base/b/manifest.yaml:1: the folder of `a` is called `b`" in complaint(tree)


@pytest.mark.parametrize("name", ["app", "gen"])
def test_names_of_a_builds_own_parts_are_taken(tree: SyntheticTree, name: str) -> None:
    tree.add(name)
    assert f"`{name}` cannot be the name of a library" in complaint(tree)


def test_names_that_share_a_symbol_are_an_error(tree: SyntheticTree) -> None:
    tree.interface("a.b")
    tree.add("a-b", group="net")
    assert "`a-b` is too like `a.b`: both become `LIB_A_B`" in complaint(tree)


def test_a_library_among_the_platforms_is_an_error(tree: SyntheticTree) -> None:
    folder = tree.platform("pc")
    (folder / "manifest.yaml").write_text("name: pc\nsummary: s\n")
    assert "`pc` stands among the platforms, but is no platform" in complaint(tree)


def test_a_platform_has_machines_of_its_own(tree: SyntheticTree) -> None:
    tree.platform("a", machine="pc")
    tree.platform("b", machine="pc")
    assert complaint(tree).startswith(
        "platforms/b/manifest.yaml:4: the machine `pc` belongs to the platform `a`"
    )


@pytest.mark.parametrize(
    ("kconfig", "message"),
    [
        ("config A_X\n\tbool\n\tselect A_Y\n", "Kconfig:3: `select` is not used here"),
        ("config A_X\n\ttristate\n", "Kconfig:2: `tristate` is not used here"),
        ('source "other"\n', "Kconfig:1: `source` is not used here"),
        ("config LIB_X\n\tbool\n", "Kconfig:1: the option `LIB_X` has a name that is reserved"),
        ("\nconfig A_X\n\thelp\n\t  bool\n", "Kconfig:2: the option `A_X` has no type"),
        ("config B_X\n\tbool\n", "Kconfig:1: the option `B_X` is already defined"),
    ],
)
def test_rules_of_option_files(tree: SyntheticTree, kconfig: str, message: str) -> None:
    tree.add("aa", files={"Kconfig": "config B_X\n\tbool\n"})
    tree.add("b", files={"Kconfig": kconfig})
    assert complaint(tree).startswith(f"libs/base/b/{message}")


def test_options_are_found_with_type_and_line_and_help_is_no_statement(tree: SyntheticTree) -> None:
    lines = [
        "",
        "# config A_COMMENTED",
        "menuconfig A_MENU",
        '\tbool "menu" # no',
        "\thelp",
        "\t  config A_HELP",
        "\t    bool",
        "",
        "\t  select A_MENU",
        "",
        "config A_SIZE",
        "    default 4",
        '    int "size" \\',
        "        if A_MENU",
        "",
        "choice",
        '\tprompt "one of"',
        "config A_ONE",
        '\tbool "one"',
        "endchoice",
        "config A_ADDRESS",
        "\thex",
        "config A_NAME",
        '\tstring "x"',
    ]
    text = "\n".join([*lines, ""])
    tree.interface("slot")
    tree.add("a", files={"Kconfig": text})
    catalog = tree.load()
    assert [(o.name, o.type, o.line) for o in catalog.library_options("a")] == [
        ("A_MENU", "bool", 3),
        ("A_SIZE", "int", 11),
        ("A_ONE", "bool", 18),
        ("A_ADDRESS", "hex", 21),
        ("A_NAME", "string", 23),
    ]


def test_mistakes_in_several_files_are_reported_together(tree: SyntheticTree) -> None:
    tree.add("a", "sources: [x.c]")
    tree.add("b", "requirs: []")
    tree.add("c", files={"Kconfig": "config C_X\n"})
    with pytest.raises(UserErrors) as caught:
        tree.load()
    assert len(caught.value.errors) == 3


def test_mistakes_come_in_the_order_of_files_and_lines(tree: SyntheticTree) -> None:
    tree.add("b", "requires: [gone]")
    tree.add("a", "requires: [gone]", "provides: [gone]")
    with pytest.raises(UserErrors) as caught:
        tree.load()
    places = [(Path(e.where.file).parent.name, e.where.line) for e in caught.value.errors if e.where]
    assert places == [("a", 3), ("a", 4), ("b", 3)]


def test_a_hundred_libraries_are_read_without_superfluous_work(tree: SyntheticTree) -> None:
    tree.interface("slot")
    for number in range(100):
        tree.add(
            f"lib{number}",
            "provides: [slot]",
            "requires: [{name: slot, if: LIB_SLOT}]",
            "sources: [a.c]",
            "license: MIT",
            files={"a.c": ""},
        )
    start = time.process_time()
    tree.load()
    assert time.process_time() - start < 1  # 0.05 s when the machine is idle; the bound is for lost caches
