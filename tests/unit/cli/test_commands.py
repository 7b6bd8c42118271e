"""What commands print, where, and with which exit status."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.unit.pipeline.small_world import SmallWorld
from typer.main import get_command

from unilith.cli.main import app

TARGET = ("--target", "demo-x86_64")


def every_command(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of each command and group."""
    found = [path]
    for name, below in getattr(command, "commands", {}).items():
        found += every_command(below, (*path, name))
    return found


@pytest.mark.parametrize("words", every_command(get_command(app)), ids=" ".join)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises((SystemExit, typer.Exit)) as ended:
        app([*words, "--help"])
    assert getattr(ended.value, "code", 0) in (0, None)
    said = capsys.readouterr()
    assert "Usage:" in said.out and said.err == ""
    assert len(said.out.splitlines()) > 4


def test_a_build_says_what_it_made(world: SmallWorld) -> None:
    done = world.unilith("build", "greet", *TARGET)
    first, second = done.stdout.splitlines()
    assert first.startswith("build/greet/demo-x86_64/image.elf  ") and first.endswith(" bytes  demo-x86_64")
    assert second == "3 libraries: boot, demo, greeting-large"
    assert "resolve" in done.stderr and "compile" in done.stderr


def test_quiet_says_nothing_but_the_result(world: SmallWorld) -> None:
    done = world.unilith("build", "greet", *TARGET, "--quiet")
    assert done.stderr == "" and len(done.stdout.splitlines()) == 1 and done.returncode == 0
    assert world.unilith("build", "greet", *TARGET, "-q").stderr == ""


def test_json_is_one_object(world: SmallWorld) -> None:
    done = world.unilith("build", "greet", *TARGET, "--json")
    said = json.loads(done.stdout)
    assert said["libraries"] == ["boot", "demo", "greeting-large"] and said["target"] == "demo-x86_64"
    assert said["bytes"] == Path(said["image"]).stat().st_size
    assert Path(said["selection"]).is_file()


def test_the_commands_choices_reach_the_image(world: SmallWorld) -> None:
    done = world.unilith(
        "build",
        "greet",
        *TARGET,
        "--want",
        "extra",
        "--forbid",
        "greeting-large",
        "--set",
        "EXTRA_LEVEL=7",
        "-o",
        "x",
    )
    assert done.stdout.splitlines()[1] == "4 libraries: boot, demo, extra, greeting-small"
    assert "CONFIG_EXTRA_LEVEL=7" in (world.folder / "x/.config").read_text()


KINDS = {
    "libs": ["boot", "extra", "greeting-large", "greeting-small"],
    "interfaces": ["greeting", "libc"],
    "platforms": ["demo"],
    "targets": ["demo-x86_64"],
    "recipes": [],
}


@pytest.mark.parametrize("kind", KINDS)
def test_list(world: SmallWorld, kind: str) -> None:
    done = world.unilith("list", kind)
    assert done.returncode == 0 and done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines() if line] == KINDS[kind]
    rows = json.loads(world.unilith("list", kind, "--json").stdout)
    assert [row["name"] for row in rows] == KINDS[kind]


def test_list_recipes(world: SmallWorld) -> None:
    (world.folder / "tree/recipes").mkdir()
    world.recipe.rename(world.folder / "tree/recipes/greet")
    assert world.unilith("list", "recipes").stdout.split() == ["greet"]


def test_show_tells_who_gives_and_who_needs(world: SmallWorld) -> None:
    shown = world.unilith("lib", "show", "greeting").stdout
    assert shown.startswith("greeting: What greeting is for\n")
    assert "greeting-large greeting-small" in shown and "cardinality" in shown
    shown = world.unilith("lib", "show", "extra").stdout
    assert "EXTRA_LEVEL" in shown and "extra/manifest.yaml" in shown
    assert "demo" in world.unilith("lib", "show", "boot").stdout


def test_a_new_recipe_is_ready_to_build(world: SmallWorld) -> None:
    done = world.unilith("recipe", "new", "fresh-one")
    assert done.returncode == 0 and "unilith run fresh-one" in done.stdout
    assert (world.folder / "fresh-one/recipe.yaml").read_text() == "name: fresh-one\nsources: [fresh_one.c]\n"
    flags = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-fsyntax-only"]
    subprocess.run(["gcc", *flags, world.folder / "fresh-one/fresh_one.c"], check=True)


def test_new_never_overwrites(world: SmallWorld) -> None:
    for place in ("greet", "greet/main.c"):
        before = {f: f.read_bytes() for f in world.recipe.iterdir()}
        done = world.unilith("recipe", "new", place)
        assert done.returncode == 1 and "exists already" in done.stderr
        assert {f: f.read_bytes() for f in world.recipe.iterdir()} == before
    (world.folder / "dangling").symlink_to("nowhere")
    assert "exists already" in world.unilith("recipe", "new", "dangling").stderr
    (world.folder / "empty").mkdir()
    assert world.unilith("recipe", "new", "empty").returncode == 0


def test_new_in_the_current_folder(world: SmallWorld) -> None:
    here = world.folder / "right-here"
    here.mkdir()
    world.folder = here
    assert world.unilith("recipe", "new", ".").returncode == 0
    assert (here / "recipe.yaml").read_text().startswith("name: right-here\n")


@pytest.mark.parametrize("provides", [(), ("--provides", "greeting")])
def test_a_new_library_is_one(world: SmallWorld, provides: tuple[str, ...]) -> None:
    done = world.unilith("lib", "new", "tree/libs/base/fresh-lib", *provides)
    assert done.returncode == 0, done.stderr
    checked = world.unilith("lib", "check", "fresh-lib")
    if provides:
        assert checked.returncode == 1 and "greeting_size" in checked.stdout
    else:
        assert checked.returncode == 0, checked.stdout
        test = world.root / "libs/base/fresh-lib/tests/test_fresh_lib.c"
        binary = world.folder / "test"
        sources = [test, test.parent.parent / "fresh_lib.c"]
        subprocess.run(["gcc", f"-I{test.parent.parent}/include", *sources, "-o", binary], check=True)
        subprocess.run([binary], check=True)


def on_a_terminal(world: SmallWorld, *words: str, **env: str) -> bytes:
    """What a command writes to a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    process = world.start(*words, stderr=theirs, **env)
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the last writer has gone
            break
        if not piece:
            break
        said += piece
    process.communicate(timeout=60)
    os.close(ours)
    return said


def test_colours_are_for_terminals_that_want_them(world: SmallWorld) -> None:
    plain = {"NO_COLOR": "", "TERM": "xterm"}
    os.environ.pop("NO_COLOR", None)
    assert b"\x1b[31merror:" in on_a_terminal(world, "build", "nope", TERM="xterm")
    assert b"\x1b[" not in on_a_terminal(world, "build", "nope", **plain)
    assert b"\x1b[" not in on_a_terminal(world, "build", "nope", TERM="dumb")
    assert "\x1b[" not in world.unilith("build", "nope").stderr


def test_progress_on_a_terminal_leaves_nothing_behind(world: SmallWorld) -> None:
    said = on_a_terminal(world, "build", "greet", *TARGET, TERM="xterm")
    assert b"compile" in said and said.endswith(b"\r\x1b[K") and b"\n" not in said


def test_nobody_reads_any_more(world: SmallWorld) -> None:
    process = world.start("list", "libs")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert "Traceback" not in process.stderr.read() and process.wait(60) in (1, 141)
    process.stderr.close()


def test_a_terminal_of_few_letters_shows_what_it_can(world: SmallWorld) -> None:
    manifest = world.root / "libs/base/extra/manifest.yaml"
    manifest.write_text(manifest.read_text().replace("What extra is for", "Größe → 5"))
    done = world.unilith("list", "libs", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 0 and "Gr??e ? 5" in done.stdout and done.stderr == ""


def test_size_tells_where_the_bytes_are(world: SmallWorld) -> None:
    done = world.unilith("size", "greet", *TARGET)
    assert done.returncode == 0, done.stderr
    parts = {line.split()[0] for line in done.stdout.splitlines()[1:]}
    assert {"application", "boot", "greeting-large", "gen", "total"} <= parts
    said = json.loads(world.unilith("size", "greet", *TARGET, "--json").stdout)
    assert said["parts"]["boot"]["linked"] > 0 and said["bytes"] > 0


def test_size_tells_what_options_add(world: SmallWorld) -> None:
    folder = world.root / "libs/base/greeting-large"
    (folder / "Kconfig").write_text('config GREETING_BYTES\n    int "Bytes"\n    default 8\n')
    (folder / "size.c").write_text(
        "#include <config.h>\n#include <greeting.h>\n"
        "static const volatile char bytes[CONFIG_GREETING_BYTES] = {1};\n"
        "int greeting_size(void) { return bytes[0]; }\n"
    )
    assert world.unilith("calibrate", "--quiet").returncode == 0
    words = ("size", "greet", *TARGET, "--forbid", "greeting-small", "--set", "GREETING_BYTES=4008", "--json")
    done = world.unilith(*words)
    part = json.loads(done.stdout)["parts"]["greeting-large"]
    assert part["compiled"] == part["linked"] == part["predicted"] + 4000


def test_calibrate_writes_what_later_builds_weigh(world: SmallWorld) -> None:
    done = world.unilith("calibrate", "--quiet")
    assert done.returncode == 0 and done.stdout.split() == [str(world.root / "libs/costs.x86_64.json")]
    assert "greeting-small" in json.loads((world.root / "libs/costs.x86_64.json").read_text())
    assert world.unilith("build", "greet", *TARGET).returncode == 0
