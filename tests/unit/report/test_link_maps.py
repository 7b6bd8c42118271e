"""Who has which bytes of an image, read from maps that the real linker writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.report.link_map import Share, linked_objects, shares

SECTION = '__attribute__((section("{}"))) '
SOURCES = {
    "obj/app/main.c": "int lib_value(void); int pulled(void); volatile char text[100] = {1};\n"
    "int _start(void); int _start(void) { return lib_value() + pulled() + text[0]; }\n",
    "obj/lib-one/deep/value.c": "static volatile char zeroed[5000]; const volatile char table[77] = {1};\n"
    "int lib_value(void); int lib_value(void) { return zeroed[3] + table[4]; }\n"
    "int a_function_with_a_name_that_is_far_too_long_for_the_column_of_a_map(void);\n"
    "int a_function_with_a_name_that_is_far_too_long_for_the_column_of_a_map(void) { return 5; }\n"
    + SECTION.format("named_without_a_dot")
    + "char odd[33] = {1};\n"
    + SECTION.format(".noinit.pages.stack")
    + "char stack[4096];\n",
    "obj/unused/unused.c": "int unused(void); int unused(void) { return 1; }\n",
    "cache/pulled.c": "int pulled(void); int pulled(void) { return 9; }\n",
}


@pytest.fixture(scope="module")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    for name, text in SOURCES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        flags = ["-Os", "-g1", "-ffunction-sections", "-fdata-sections", "-fno-pic", "-ffreestanding"]
        flags += ["-fno-asynchronous-unwind-tables", "-Werror"]
        subprocess.run(["gcc", *flags, "-c", file, "-o", f"{file}.o"], check=True)
    subprocess.run(["ar", "rcD", "cache/libc.a", "cache/pulled.c.o"], cwd=folder, check=True)
    (folder / "script").write_text(
        "SECTIONS { . = 0x100000; .text : { *(.text .text.*) } .rodata : { *(.rodata .rodata.*) }\n"
        ".data : { *(.data .data.* named_without_a_dot) } .bss : { *(.bss .bss.* COMMON) }\n"
        ".noinit (NOLOAD) : { *(.noinit .noinit.*) } /DISCARD/ : { *(.comment .note.*) } }\n"
    )
    objects = [f"{name}.o" for name in SOURCES if name.startswith("obj/")]
    command = ["ld", "--gc-sections", "-e", "_start", "-u", "odd", "-u", "stack", "-Map=image.map"]
    long_name = "a_function_with_a_name_that_is_far_too_long_for_the_column_of_a_map"
    command += ["-u", long_name, "-T", "script", "-o", "image"]
    subprocess.run([*command, *objects, folder / "cache/libc.a"], cwd=folder, check=True)
    return folder / "image.map"


def test_every_part_has_its_bytes(map_file: Path) -> None:
    found = shares(map_file)
    assert set(found) == {"app", "lib-one", "libc"}
    sizes = {}
    for line in subprocess.run(
        ["nm", "-S", map_file.with_name("image")], capture_output=True, text=True, check=True
    ).stdout.splitlines():
        words = line.split()
        if len(words) == 4:
            sizes[words[3]] = int(words[1], 16)
    assert found["app"] == Share(sizes["_start"] + 100, 0)
    long_name = "a_function_with_a_name_that_is_far_too_long_for_the_column_of_a_map"
    assert found["lib-one"].stored == sizes["lib_value"] + sizes[long_name] + 77 + 33
    assert found["lib-one"].zeroed == 5000 + 4096
    assert found["libc"] == Share(sizes["pulled"], 0)


def test_the_objects_that_were_linked_are_found_again(map_file: Path) -> None:
    found = linked_objects(map_file)
    assert found.keys() == {"app", "lib-one", "unused"}, "an archive is no object"
    assert found["lib-one"] == [map_file.parent / "obj/lib-one/deep/value.c.o"]
    assert all(file.is_file() for files in found.values() for file in files)


def test_a_map_that_is_cut_off_is_no_traceback(map_file: Path, tmp_path: Path) -> None:
    content = map_file.read_bytes()
    cut = tmp_path / "cut.map"
    for keep in range(0, len(content), 97):
        cut.write_bytes(content[:keep])
        try:
            shares(cut)
        except UserError as e:
            assert "cut.map" in str(e)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_no_traceback(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.map"
    file.write_bytes(b"Linker script and memory map\n" + content)
    assert all(share.stored >= 0 for share in shares(file).values())


@pytest.mark.parametrize("content", [b"", b"\x7fELF\0\0", b"not a map\n" * 10])
def test_what_is_no_map_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "image.map").write_bytes(content)
    with pytest.raises(UserError, match="is not a linker's map"):
        shares(tmp_path / "image.map")


def test_a_missing_map_says_what_to_do(tmp_path: Path) -> None:
    for file in (tmp_path / "absent.map", tmp_path):
        with pytest.raises(UserError, match="cannot be read") as e:
            shares(file)
        assert "Build the recipe first" in e.value.hint
