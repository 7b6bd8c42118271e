"""Declared means checked: a good library has no findings, and each way to be bad has exactly its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

from unilith.catalog.check import Finding, check_library
from unilith.kconfig.trial import default_options
from unilith.plan.toolchain import find_toolchain

SLOT = "#pragma once\nextern int slot_level;\nint slot_get(void);\nint slot_set(int value);\n"
GOOD = """
#include <config.h>
#include <helper.h>
#include <slot.h>
#ifdef CONFIG_LIB_TRACE
#include <trace.h>
#endif
int slot_level;
static int hidden;
int slot_get(void)
{
    return hidden;
}
int slot_set(int value)
{
#ifdef CONFIG_LIB_TRACE
    trace_event(value);
#endif
    hidden = helper_check(value);
    return GOOD_LIMIT;
}
int good_start(void);
int good_start(void)
{
    return 0;
}
long sys_level(void);
long sys_level(void)
{
    return slot_level;
}
""".replace("GOOD_LIMIT", "CONFIG_GOOD_LIMIT")
LINES = (
    "provides: [slot]",
    "requires: [helper, ready]",
    "uses: [trace]",
    "sources: [good.c]",
    "syscalls: [level]",
    "init: good_start",
)
KCONFIG = 'config GOOD_LIMIT\n\tint "limit"\n\tdefault 7\n'


@pytest.fixture
def world(tree: SyntheticTree) -> SyntheticTree:
    """What the library `good` lives among."""
    tree.interface("slot", header=SLOT)
    tree.interface("ready")
    tree.interface("order", header="/* Nothing to call. */\n#pragma once\n")
    tree.interface("trace", header="#pragma once\nvoid trace_event(int value);\n")
    tree.interface(
        "plug",
        "table: {type: struct plug *, name: plug_table}",
        cardinality="many",
        header="struct plug { int a; };\nextern const struct plug *const plug_table[];\n",
    )
    tree.add("helper", files={"include/helper.h": "#pragma once\nint helper_check(int value);\n"})
    tree.add("other", "syscalls: [other]", files={"include/other.h": "int other_call(void);\n"})
    return tree


def findings(tree: SyntheticTree, tmp_path: Path, name: str = "good") -> list[Finding]:
    catalog = tree.load()
    return check_library(
        catalog,
        catalog.get(name),
        compiler=find_toolchain("x86_64"),
        configure=default_options(catalog),
        work=tmp_path / "work",
        cache=tmp_path / "cache",
    )


def changed(
    tree: SyntheticTree, lines: dict[str, str] | None = None, source: str = GOOD, **files: str
) -> None:
    """Adds `good` with some of its manifest's lines replaced: an empty replacement drops a line."""
    new = [(lines or {}).pop(line.partition(":")[0], line) for line in LINES]
    new += (lines or {}).values()
    more = {name.replace("_h", ".h").replace("_S", ".S"): text for name, text in files.items()}
    tree.add("good", *[line for line in new if line], files={"good.c": source, "Kconfig": KCONFIG, **more})


def only(found: list[Finding], rule: str) -> Finding:
    assert [f.rule for f in found] == [rule], "\n".join(map(str, found))
    return found[0]


def test_a_good_library_has_no_findings(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world)
    assert findings(world, tmp_path) == []


def test_a_header_of_somebody_undeclared(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="#include <other.h>\n" + GOOD)
    found = only(findings(world, tmp_path), "include")
    assert found.text == "`good` includes `other.h` of `other` without declaring it"
    assert (Path(found.where.file).name, found.where.line) == ("good.c", 1)
    assert "Add it to `requires` or `uses`" in found.hint


def test_a_header_of_the_host(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="#include <stdio.h>\n" + GOOD)
    assert "`stdio.h`, which no library has" in only(findings(world, tmp_path), "include").text


def test_freestanding_headers_are_always_there(world: SyntheticTree, tmp_path: Path) -> None:
    names = ("stddef", "stdint", "stdarg", "stdbool", "limits")
    changed(world, source="".join(f"#include <{name}.h>\n" for name in names) + GOOD)
    assert findings(world, tmp_path) == []


def test_a_file_of_somebody_else_by_its_path(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source='#include "../other/include/other.h"\n' + GOOD)
    found = only(findings(world, tmp_path), "include")
    assert found.text == "`good` includes the file `other.h` of `other` by its path"


def test_code_that_does_not_compile(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source=GOOD + "int good_wrong(void) { return missing; }\n")
    found = findings(world, tmp_path)
    assert found[0].rule == "compile"
    assert found[0].where.line > 30


def test_warnings_are_errors(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source=GOOD + "static int good_unused(void) { return 0; }\n")
    assert "unused" in only(findings(world, tmp_path), "compile").text


def test_a_public_header_that_needs_another_before_it(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world)
    (world.root / "libs/base/good/include").mkdir()
    (world.root / "libs/base/good/include/good.h").write_text("size_t good_size(void);\n")
    assert "size_t" in only(findings(world, tmp_path), "compile").text


def test_a_name_of_somebody_undeclared(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="int other_call(void);\n" + GOOD.replace("return hidden", "return other_call()"))
    found = only(findings(world, tmp_path), "undeclared")
    assert found.text == "`good` uses `other_call` of `other` without declaring it"
    assert Path(found.where.file).name == "good.c"


def test_a_name_of_nobody(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="int nobody(void);\n" + GOOD.replace("return hidden", "return nobody()"))
    assert (
        "`nobody`, which nothing that it declares has" in only(findings(world, tmp_path), "undeclared").text
    )


def test_a_name_that_the_compiler_makes_up(world: SyntheticTree, tmp_path: Path) -> None:
    source = GOOD.replace("return hidden", "return __builtin_memcmp(&hidden, &slot_level, (unsigned)hidden)")
    world.interface("string", header="int memcmp(const void *, const void *, unsigned long);\n")
    changed(world, source=source)
    assert "uses `memcmp` of `string`" in only(findings(world, tmp_path), "undeclared").text


def test_the_images_symbols_are_free(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="extern char image_end[];\n" + GOOD.replace("return hidden", "return image_end[0]"))
    assert findings(world, tmp_path) == []


def test_what_the_compiler_calls_is_declared_like_any_other(world: SyntheticTree, tmp_path: Path) -> None:
    source = GOOD.replace("return hidden", "return (int)((__int128)good_a / good_b)")
    changed(world, source="extern __int128 good_a, good_b;\n__int128 good_a, good_b;\n" + source)
    assert "uses `__divti3`, which nothing" in only(findings(world, tmp_path), "undeclared").text


def test_a_system_call_of_somebody_undeclared(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source="long sys_other(void);\n" + GOOD.replace("return hidden", "return sys_other()"))
    assert "uses `sys_other` of `other`" in only(findings(world, tmp_path), "undeclared").text


def test_a_header_that_promises_what_it_does_not_define(world: SyntheticTree, tmp_path: Path) -> None:
    changed(
        world,
        source=GOOD.replace("#include <slot.h>", "#include <slot.h>\n#include <good.h>").replace(
            "return hidden", "return good_more()"
        ),
    )
    (world.root / "libs/base/good/include").mkdir()
    (world.root / "libs/base/good/include/good.h").write_text("#pragma once\nint good_more(void);\n")
    found = only(findings(world, tmp_path), "undeclared")
    assert found.text == "`good` declares `good_more` in its own header but does not define it"


@pytest.mark.parametrize("name", ["slot_level", "slot_set"])
def test_a_provider_defines_all_functions_and_objects(
    world: SyntheticTree, tmp_path: Path, name: str
) -> None:
    source = GOOD.replace("int slot_level;", "").replace("return slot_level", "return 0")
    if name == "slot_set":
        source = GOOD.replace("int slot_set", "int good_set(int value);\nint good_set")
    changed(world, source=source)
    found = only(findings(world, tmp_path), "provides")
    assert found.text == f"`good` provides `slot` but does not define `{name}`"
    assert found.where.line == 3


def test_a_provider_of_many_defines_its_entry_of_the_table(world: SyntheticTree, tmp_path: Path) -> None:
    text = "#include <plug.h>\nconst struct plug {};\n"
    world.add(
        "good", "provides: [plug]", "sources: [good.c]", files={"good.c": text.format("bad_plug = {1}")}
    )
    found = findings(world, tmp_path)
    assert [f.rule for f in found] == ["table", "prefix"]
    assert "does not define the object `good_plug`" in found[0].text
    (world.root / "libs/base/good/good.c").write_text(text.format("good_plug = {1}"))
    assert findings(world, tmp_path) == []


def test_a_system_call_that_is_listed_but_not_there(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, {"syscalls": "syscalls: [level, slope]"})
    found = only(findings(world, tmp_path), "syscalls")
    assert found.text == "`good` lists the system call `slope` but does not define `sys_slope`"
    assert found.where.line == 7


def test_a_system_call_that_is_there_but_not_listed(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, {"syscalls": ""})
    found = only(findings(world, tmp_path), "syscalls")
    assert found.text == "`good` defines `sys_level` but does not list `level` in `syscalls`"
    assert Path(found.where.file).name == "good.c"


def test_an_init_function_that_is_not_there(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, {"init": "init: good_begin"})
    assert "does not define its init function `good_begin`" in only(findings(world, tmp_path), "init").text


def test_an_init_function_of_another_type(world: SyntheticTree, tmp_path: Path) -> None:
    changed(
        world,
        source=GOOD.replace("good_start(void)", "good_start(int level)").replace("return 0", "return level"),
    )
    found = only(findings(world, tmp_path), "init")
    assert found.text == "the init function `good_start` of `good` is declared `int good_start (int level)`"


def test_a_static_init_function_is_none(world: SyntheticTree, tmp_path: Path) -> None:
    source = GOOD.replace("int good_start(void);\nint", "__attribute__((used)) static int")
    changed(world, source=source)
    assert only(findings(world, tmp_path), "init").where.line == 8


def test_a_visible_name_without_its_owners_name(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source=GOOD + "int better;\nint good_enough;\nint slot_more;\n")
    found = only(findings(world, tmp_path), "prefix")
    assert found.text == "`better` is visible outside `good` but does not begin with a word of its name"
    assert found.hint == "Make it static, or begin it with `good_` or `slot_`."


def test_names_in_assembly_count_too(world: SyntheticTree, tmp_path: Path) -> None:
    assembly = ".globl stray\nstray:\n    ret\n.globl good_entry\ngood_entry:\n    jmp good_start\n"
    changed(world, {"sources": "sources: [good.c, more.S]"}, more_S=assembly)
    assert "`stray` is visible" in only(findings(world, tmp_path), "prefix").text


@pytest.mark.parametrize(
    ("line", "name", "where"),
    [
        ("requires: [helper, ready, other]", "other", 4),
        ("requires: [helper, trace]", "trace", 4),
        ("uses: [trace, other]", "other", 5),
    ],
)
def test_a_declaration_that_nothing_needs(
    world: SyntheticTree, tmp_path: Path, line: str, name: str, where: int
) -> None:
    key = line.partition(":")[0]
    lines = {key: line}
    source = GOOD
    if "helper, trace" in line:
        lines["uses"] = ""
        source = GOOD.replace("trace_event", "trace_gone").replace("CONFIG_LIB_TRACE", "GONE")
    changed(world, lines, source=source)
    found = only(findings(world, tmp_path), "unneeded")
    assert (
        found.text
        == f"`good` declares `{name}` in `{key}` but neither includes its header nor uses a name of it"
    )
    assert found.where.line == where


def test_what_has_no_contract_is_never_unneeded(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, {"requires": "requires: [helper, ready, order]"})
    assert findings(world, tmp_path) == []


def test_a_name_alone_is_need_enough(world: SyntheticTree, tmp_path: Path) -> None:
    source = GOOD.replace("#include <helper.h>", "int helper_check(int value);")
    changed(world, source=source)
    assert findings(world, tmp_path) == []


def test_what_is_only_used_must_not_be_needed(world: SyntheticTree, tmp_path: Path) -> None:
    changed(world, source=GOOD.replace("#ifdef CONFIG_LIB_TRACE", "#if 1"))
    found = only(findings(world, tmp_path), "uses")
    assert found.text == "`good` uses `trace_event` even when `trace` is not in the image"
    assert "CONFIG_LIB_TRACE" in found.hint


def test_code_must_compile_without_what_it_uses(world: SyntheticTree, tmp_path: Path) -> None:
    source = GOOD + "#ifdef CONFIG_LIB_TRACE\n#define GOOD_WORD 1\n#endif\nint good_word = GOOD_WORD;\n"
    changed(world, source=source)
    assert "does not compile without what it uses" in only(findings(world, tmp_path), "uses").text


def test_sources_and_needs_under_a_condition_that_does_not_hold(world: SyntheticTree, tmp_path: Path) -> None:
    lines = {
        "sources": "sources: [good.c, {file: arm.c, if: ARCH_AARCH64}]",
        "requires": "requires: [helper, ready, {name: other, if: ARCH_AARCH64}]",
    }
    changed(world, lines)
    (world.root / "libs/base/good/arm.c").write_text("#error not for this architecture\n")
    assert findings(world, tmp_path) == []


def test_an_upstreams_own_files_are_left_alone(world: SyntheticTree, tmp_path: Path) -> None:
    upstream = "upstream: {version: v, license: MIT, url: {url: u, sha256: " + "a" * 64 + "}}"
    source = "int their_start(void);\nint glue(void);\nint glue(void)\n{\n    return their_start();\n}\n"
    world.add(
        "good",
        "provides: [slot]",
        "requires: [helper]",
        "sources: [glue.c, src/*.c]",
        "syscalls: [level]",
        upstream,
        files={"glue.c": source},
    )
    assert findings(world, tmp_path) == []
    (world.root / "libs/base/good/glue.c").write_text("#include <other.h>\n")
    only(findings(world, tmp_path), "include")


def test_a_platforms_entry_and_its_choice_of_libraries_are_free(world: SyntheticTree, tmp_path: Path) -> None:
    world.platform(
        "good",
        "requires: [helper]",
        "link: {entry: begin, load-address: 0}",
        "sources: [entry.S]",
        files={"entry.S": ".globl begin, end\nbegin:\n    ret\nend:\n"},
    )
    assert "`end` is visible" in only(findings(world, tmp_path), "prefix").text


def test_a_symbol_of_a_librarys_own_linker_script_part(world: SyntheticTree, tmp_path: Path) -> None:
    source = "extern char good_room[];\n" + GOOD.replace("return hidden", "return good_room[0]")
    changed(world, source=source)
    only(findings(world, tmp_path), "undeclared")
    manifest = world.root / "libs/base/good/manifest.yaml"
    manifest.write_text(manifest.read_text() + "linker: [room.ld]\n")
    (manifest.parent / "room.ld").write_text("good_room = .;\n")
    assert findings(world, tmp_path) == []


def test_an_interface_requires_only_what_its_header_includes(world: SyntheticTree, tmp_path: Path) -> None:
    world.interface("wide", "requires: [helper, slot]", header="#include <helper.h>\n")
    found = only(findings(world, tmp_path, "wide"), "unneeded")
    assert found.text.startswith("`wide` declares `slot` in `requires`")


def test_floating_point_is_for_those_who_ask(world: SyntheticTree, tmp_path: Path) -> None:
    source = "double good_half(double x);\ndouble good_half(double x)\n{\n    return x / 2;\n}\n"
    changed(world, source=GOOD + source)
    only(findings(world, tmp_path), "compile")
    manifest = world.root / "libs/base/good/manifest.yaml"
    manifest.write_text(manifest.read_text() + "floating-point: true\n")
    assert findings(world, tmp_path) == []
