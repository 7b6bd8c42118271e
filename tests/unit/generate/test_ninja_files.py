"""Ninja files, run by ninja, in folders whose names ninja and the shell would take apart."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.generate.plans import TOOLCHAIN, plan_of

from unilith.catalog.model import Link
from unilith.errors import UserError
from unilith.generate.files import write_if_changed
from unilith.generate.linker import link_flags, linker_script
from unilith.generate.ninja import (
    archive_ninja,
    compile_flags,
    image_ninja,
    objects_ninja,
    probe_ninja,
    unit_object,
)
from unilith.plan.model import Unit

NAMES = ["plain", "two words", "dollar$HOME", "colon:here", "a(b)", "hash#tag", "ümlaut", "$$ :", "[x]"]
# Ninja cannot read these names in what the compiler says of headers, and so compiles every time.
READ_BY_NO_NINJA = ["it's", 'quo"te', "a;b", "a&b"]


def ninja(folder: Path, text: str) -> str:
    """Runs a ninja file; returns what ninja says."""
    write_if_changed(folder, {"build.ninja": text})
    done = subprocess.run(
        ["ninja", "-C", folder, "-f", "build.ninja"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def app_in(folder: Path, *flags: str) -> Unit:
    """A program of one source and one header, in two folders of its own."""
    for name, content in {
        "src/main.c": "#include <own.h>\nint main(void) { return OWN + WORD; }\n",
        "include/own.h": "#define OWN 1\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return Unit(
        "app",
        (folder / "src/main.c",),
        (folder,),
        ("-ffreestanding", "-Werror", "-g1", "-DWORD=2", *flags),
        include=(folder / "include",),
        prefix_map=((folder, "app"),),
    )


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str) -> None:
    app = app_in(tmp_path / name / "source")
    build = tmp_path / name / "build"
    assert "[2/2]" in ninja(build, probe_ninja(TOOLCHAIN, (app,), (), ("main",)))
    assert (build / "app.probe.o").is_file()
    assert "no work to do" in ninja(build, probe_ninja(TOOLCHAIN, (app,), (), ("main",)))


@pytest.mark.parametrize("name", READ_BY_NO_NINJA)
def test_names_that_ninja_cannot_read_are_built_too(tmp_path: Path, name: str) -> None:
    app = app_in(tmp_path / name / "source")
    build = tmp_path / name / "build"
    ninja(build, probe_ninja(TOOLCHAIN, (app,), (), ("main",)))
    assert (build / "app.probe.o").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_header_is_seen_whatever_its_folder_is_called(tmp_path: Path, name: str) -> None:
    app = app_in(tmp_path / name)
    text = objects_ninja(TOOLCHAIN, [app])
    ninja(tmp_path / "build", text)
    os.utime(tmp_path / name / "include/own.h")
    assert "compile" in ninja(tmp_path / "build", text)
    assert "no work to do" in ninja(tmp_path / "build", text)


@pytest.mark.parametrize("word", ['"two words"', "'$HOME'", "$$", "a;b", "`id`"])
def test_a_flag_is_one_word(tmp_path: Path, word: str) -> None:
    app = replace(app_in(tmp_path / "app"), flags=("-ffreestanding", f"-DTEXT={word}", "-DWORD=0"))
    (tmp_path / "app/src/main.c").write_text(
        "#include <own.h>\n#define SHOW(x) #x\n#define SHOWN(x) SHOW(x)\nconst char text[] = SHOWN(TEXT);\n"
    )
    ninja(tmp_path / "build", objects_ninja(TOOLCHAIN, [app]))
    shown = (tmp_path / "build" / unit_object(app, app.sources[0])).read_bytes()
    assert word.encode() in shown


def test_a_compiler_in_a_folder_with_blanks_and_a_launcher(tmp_path: Path) -> None:
    tools = tmp_path / "my $tools"
    tools.mkdir()
    for tool in ("gcc", "launch"):
        (tools / tool).write_text(f'#!/bin/sh\necho {tool} >> "{tmp_path}/log"\n' + ('exec "$@"' if tool == "launch"
                                  else 'exec gcc "$@"') + "\n")  # fmt: skip
        (tools / tool).chmod(0o755)
    toolchain = replace(TOOLCHAIN, cc=tools / "gcc", launcher=(str(tools / "launch"),))
    ninja(tmp_path / "build", objects_ninja(toolchain, [app_in(tmp_path / "app")]))
    assert (tmp_path / "log").read_text().split() == ["launch", "gcc"]


def test_a_line_break_in_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds a line break"):
        objects_ninja(TOOLCHAIN, [app_in(tmp_path / "two\nlines")])


def test_debug_information_knows_no_place_of_this_machine(tmp_path: Path) -> None:
    build = tmp_path / "build"
    app = app_in(tmp_path / "app")
    app = replace(app, prefix_map=(*app.prefix_map, (build, "build")))
    ninja(build, objects_ninja(TOOLCHAIN, [app]))
    assert str(tmp_path).encode() not in (build / unit_object(app, app.sources[0])).read_bytes()


def test_the_commands_of_a_library_say_nothing_of_other_libraries(tmp_path: Path) -> None:
    """What they say of this one is what it can see: its own folder, and those of its headers, wherever they stand."""
    own, near, upstream, other = (tmp_path / name for name in ("own", "near", "tree", "other"))
    unit = Unit("own", (own / "own.c",), (own, upstream), (), include=(own, near / "include"))
    names = ((near, "near"), (other, "other"), (own, "own"), (upstream, "up"), (tmp_path / "build", "build"))
    plan = plan_of(units=(unit,), prefix_map=names)
    text = image_ninja(plan, (), image="image.elf", debug="image.debug", link_flags=())
    flags = next(line for line in text.splitlines() if line.startswith("flags_own"))
    seen = [word.split("=")[2] for word in flags.split() if word.startswith("-ffile-prefix-map=")]
    assert seen == ["near", "own", "up", "build"]


def test_include_paths_keep_their_precedence() -> None:
    unit = Unit(
        "lib",
        (),
        (Path("/l"),),
        ("-O1",),
        include=(Path("/a"), Path("/b")),
        include_system=(Path("/s"),),
        include_after=(Path("/z"),),
        config="",
    )
    assert compile_flags(unit) == ("-O1", "-Igen/lib", "-I/a", "-I/b", "-isystem/s", "-idirafter/z")


def test_no_two_sources_share_an_object() -> None:
    roots = (Path("/r/app"), Path("/cache/tree"))
    sources = [
        "/r/app/x.c",
        "/r/app/sub/x.c",
        "/r/app/x.S",
        "/cache/tree/x.c",
        "/cache/tree/sub/x.c",
        "/r/app/../x.c",
        "/r/app/../other/x.c",
        "/elsewhere/x.c",
    ]
    unit = Unit("app", tuple(map(Path, sources)), roots, ())
    objects = [unit_object(unit, source) for source in unit.sources]
    assert len(set(objects)) == len(sources)
    assert all(o.startswith("obj/app/") and ".." not in o for o in objects)
    assert objects[0] == "obj/app/x.c.o"


def test_an_archive_holds_its_members_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.c").write_text(f"int {name};\n")
    sources = [tmp_path / f"{n}.c" for n in ("b", "a", "c")]
    units = [
        Unit("lib-0", (sources[2], sources[0]), (tmp_path,), ("-O1",)),
        Unit("lib-1", (sources[1],), (tmp_path,), ("-O2",)),
    ]
    ninja(tmp_path / "b d", archive_ninja(TOOLCHAIN, units, sources, "lib.a"))
    listed = subprocess.run(["ar", "t", tmp_path / "b d/lib.a"], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["b.c.o", "a.c.o", "c.c.o"]


LINK = Link(entry="boot_entry", load_address=0x100000)
FREE = ("-ffreestanding", "-fno-pic", "-O1", "-g1")


def image_in(folder: Path) -> str:
    """Writes a small image's files below ``folder`` and builds it in ``folder/out/work``; says what ninja says."""
    sources = {
        "app/main.c": "int lib_add(int); int main_value = 3; int main(void) { return lib_add(main_value); }\n",
        "lib/lib.c": "#include <config.h>\n#include <lib.h>\nint lib_add(int n) { return n + CONFIG_N; }\n",
        "lib/include/lib.h": "int lib_add(int n);\n",
        "out/work/gen/boot.c": "#include <lib.h>\nint boot_entry(void);\nint main(void);\n"
        "int boot_entry(void) { return lib_add(main()); }\n",
        "out/work/gen/lib/config.h": "#define CONFIG_N 4\n",
        "out/work/linker.ld": linker_script(LINK, ["    extra_part = .;"]),
    }
    write_if_changed(folder, sources)
    lib = Unit("lib", (folder / "lib/lib.c",), (folder / "lib",), FREE, (folder / "lib/include",), config="")
    plan = plan_of(
        app=(Unit("app", (folder / "app/main.c",), (folder / "app",), FREE),),
        units=(lib,),
        prefix_map=((folder, "x"),),
    )
    text = image_ninja(
        plan, ["boot.c"], image="../image.elf", debug="../image.debug", link_flags=link_flags(LINK)
    )
    return ninja(folder / "out/work", text)


def symbols(file: Path) -> dict[str, int]:
    """Names and addresses of a linked file."""
    listed = subprocess.run(["nm", file], capture_output=True, text=True, check=True).stdout
    return {line.split()[2]: int(line.split()[0], 16) for line in listed.splitlines()}


@pytest.mark.parametrize("name", ["plain", "two words$ :"])
def test_an_image_is_linked_and_stripped(tmp_path: Path, name: str) -> None:
    out = tmp_path / name / "out"
    assert "strip" in image_in(tmp_path / name)
    found = symbols(out / "image.debug")
    assert found["image_start"] == found["text_start"] == LINK.load_address
    assert found["main_value"] >= found["data_start"] > found["rodata_end"] - 1
    assert found["extra_part"] == found["image_end"] and found["image_end"] % 4096 == 0
    empty = subprocess.run(["nm", out / "image.elf"], capture_output=True, text=True, check=True)
    assert empty.stdout == ""
    assert (out / "work/image.map").is_file()
    assert "no work to do" in image_in(tmp_path / name)


def test_a_changed_linker_script_links_again_and_compiles_nothing(tmp_path: Path) -> None:
    image_in(tmp_path)
    script = tmp_path / "out/work/linker.ld"
    time = script.stat().st_mtime_ns
    script.write_text("/* changed */\n" + script.read_text())
    os.utime(script, ns=(time + 10**9, time + 10**9))
    said = subprocess.run(
        ["ninja", "-C", tmp_path / "out/work", "-f", "build.ninja"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "link ../image.debug" in said and "] compile" not in said


def test_probe_and_image_compile_the_application_once(tmp_path: Path) -> None:
    image_in(tmp_path)
    app = Unit("app", (tmp_path / "app/main.c",), (tmp_path / "app",), FREE)
    said = ninja(tmp_path / "out/work", probe_ninja(TOOLCHAIN, (app,), (), ("main",)))
    assert "] compile" not in said and "link app.probe.o" in said
    assert "] compile" not in image_in(tmp_path)


def test_guarded_calls_are_wrapped() -> None:
    text = image_ninja(plan_of(guarded=("read",)), [], image="i", debug="d", link_flags=())
    assert "--wrap=sys_read" in text and "--wrap=sys_write" not in text


def test_segments_have_exact_permissions(tmp_path: Path) -> None:
    image_in(tmp_path)
    listed = subprocess.run(
        ["readelf", "-lW", tmp_path / "out/image.elf"], capture_output=True, text=True, check=True
    ).stdout
    load = [line.split() for line in listed.splitlines() if line.strip().startswith("LOAD")]
    flags = ["".join(words[6:-1]) for words in load]
    assert flags and set(flags) <= {"RE", "R", "RW"} and "RE" in flags
