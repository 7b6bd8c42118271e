"""Whatever a user gets wrong ends in one message and the right exit status, never in a traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.pipeline.small_world import SmallWorld

TARGET = ("--target", "demo-x86_64")


def failed(done: subprocess.CompletedProcess[str], status: int, *said: str) -> str:
    """Asserts that a command failed as it should; returns its message."""
    assert done.returncode == status, done
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr, done.stderr
    assert done.stdout == ""
    for text in said:
        assert text in done.stderr, done.stderr
    return done.stderr


RECIPES = {
    "empty": (b"", "recipe.yaml"),
    "binary": (bytes(range(256)), "recipe.yaml"),
    "latin-1": (b"name: gr\xfc\xdfe\n", "recipe.yaml"),
    "a list": (b"- name\n", "recipe.yaml"),
    "broken YAML": (b"name: greet\nsources: [main.c\n", "recipe.yaml:"),
    "a tab": (b"name: greet\n\tsources: [main.c]\n", "recipe.yaml:2"),
    "a wrong key": (b"name: greet\nlibc: none\nsource: [main.c]\n", "recipe.yaml:3: unknown key `source`"),
    "a key twice": (b"name: greet\nname: greet\nsources: [main.c]\n", "recipe.yaml:2"),
    "a wrong type": (b"name: greet\nsources: main.c\n", "recipe.yaml:2: `sources` must be a list"),
    "a wrong name": (b"name: Greet It\nsources: [main.c]\n", "recipe.yaml:1"),
    "no sources": (b"name: greet\n", "`sources` is missing"),
    "nothing to compile": (b"name: greet\nlibc: none\nsources: []\n", "recipe.yaml:3: greet has nothing to compile"),
    "a missing source": (b"name: greet\nlibc: none\nsources: [main.c, no.c]\n", "recipe.yaml:3: no source file"),
    "a missing folder": (b"name: greet\nlibc: none\nsources: [main.c]\ninclude: [x]\n", "recipe.yaml:4: `include`"),
    "no rootfs": (b"name: greet\nlibc: none\nsources: [main.c]\nrootfs: gone\n", "greet/recipe.yaml:4: `rootfs`"),
    "a need that is none": (b"name: greet\nlibc: none\nsources: [main.c]\nneeds: [greting]\n", "greeting"),
    "a wrong option": (b"name: greet\nlibc: none\nsources: [main.c]\noptions: {EXTRA_LEVL: 3}\n", "`EXTRA_LEVEL`"),
    "a NUL in an argument": (b'name: greet\nlibc: none\nsources: [main.c]\nargs: ["a\\0b"]\n', "recipe.yaml:4"),
    "a NUL in a variable": (b'name: greet\nlibc: none\nsources: [main.c]\nenv: {A: "a\\0b"}\n', "recipe.yaml:4"),
    "half a character": (b'name: greet\nlibc: none\nsources: [main.c]\nargs: ["\\ud800"]\n', "recipe.yaml"),
    "a line break in a flag": (b'name: greet\nlibc: none\nsources: [main.c]\ncflags: ["-DA\\nB"]\n', "line break"),
}  # fmt: skip


@pytest.mark.parametrize("kind", RECIPES)
def test_a_recipe_that_is_wrong(world: SmallWorld, kind: str) -> None:
    content, said = RECIPES[kind]
    (world.recipe / "recipe.yaml").write_bytes(content)
    message = failed(world.unilith("build", "greet", *TARGET, "--quiet"), 1, said)
    assert message.startswith("error: ") and len(message.splitlines()) <= 4


def test_code_that_does_not_compile_is_the_compilers_message(world: SmallWorld) -> None:
    world.write("main.c", "int main(void) { return undeclared; }\n")
    message = failed(world.unilith("build", "greet", *TARGET, "-q"), 1, "main.c:1:25: error: ", "undeclared")
    assert "-ffreestanding" not in message and "ninja:" not in message and "[1/" not in message


def test_code_that_calls_what_nobody_has(world: SmallWorld) -> None:
    world.write("main.c", "int frobnicate(void);\nint main(void) { return frobnicate(); }\n")
    failed(world.unilith("build", "greet", *TARGET, "-q"), 1, "'frobnicate'", "Referred to by: main")


COMMANDS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no such recipe": (("build", "greeet"), 1, "there is no recipe `greeet`"),
    "no such path": (("build", "./nowhere"), 1, "there is no file or folder `./nowhere`"),
    "a folder without a recipe": (("build", "tree"), 1, "there is no `recipe.yaml` in the folder `tree`"),
    "an endless name": (("build", "x" * 5000), 1, "error: "),
    "a target's name": (("build", "greet", "--target", "demo-x86-64"), 1, "Did you mean `demo-x86_64`?"),
    "a wanted library": (("build", "greet", *TARGET, "--want", "extraa"), 1, "extra"),
    "a forbidden library": (("build", "greet", *TARGET, "--forbid", "extraa"), 1, "extra"),
    "what cannot be": (("build", "greet", *TARGET, "--forbid", "greeting"), 1, "cannot be composed"),
    "an assignment": (("build", "greet", *TARGET, "--set", "EXTRA_LEVEL"), 1, "--set OPTION=VALUE"),
    "an option's name": (("build", "greet", *TARGET, "--set", "EXTRA_LEVL=3"), 1, "EXTRA_LEVEL"),
    "an option's value": (("build", "greet", *TARGET, "--set", "EXTRA_LEVEL=much"), 1, "EXTRA_LEVEL"),
    "a compiler": (("build", "greet", *TARGET, "--cc", "no-such-cc"), 1, "'no-such-cc' is not installed"),
    "a launcher": (("build", "greet", *TARGET, "--launcher", "nice"), 1, "'nice' is not a compiler launcher"),
    "a folder of libraries": (("build", "greet", *TARGET, "-L", "nowhere"), 1, "there is no folder `nowhere`"),
    "a folder without libraries": (("build", "greet", *TARGET, "-L", "greet"), 1, "holds no library"),
    "an output in a file": (("build", "greet", *TARGET, "-o", "greet/main.c"), 1, "greet/main.c"),
    "an output below a file": (("build", "greet", *TARGET, "-o", "greet/main.c/x"), 1, "greet/main.c/x"),
    "an output nobody can write": (("build", "greet", *TARGET, "-o", "/proc/x"), 1, "/proc/x"),
    "a choices file": (("build", "greet", *TARGET, "--config", "nowhere.config"), 1, "nowhere.config"),
    "nothing to run": (("run", "greeet"), 125, "there is no recipe `greeet`"),
    "a target to run": (("run", "greet", "--target", "demo"), 125, "there is no target `demo`"),
    "what to list": (("list", "librarys"), 1, "there is nothing to list called `librarys`"),
    "a library to show": (("lib", "show", "extraa"), 1, "Did you mean `extra`?"),
    "a library to check": (("lib", "check", "extraa"), 1, "Did you mean `extra`?"),
    "a recipe's name": (("recipe", "new", "Big Name"), 1, "`Big Name` cannot be a name"),
    "a recipe that exists": (("recipe", "new", "greet"), 1, "`greet` exists already"),
    "a recipe below a file": (("recipe", "new", "greet/main.c/x"), 1, "cannot be written"),
    "a library that exists": (("lib", "new", "extra"), 1, "there is a library `extra` already"),
    "a library's name": (("lib", "new", "a.b"), 1, "Dots become dashes: a-b"),
    "what a library provides": (("lib", "new", "mine", "--provides", "greting"), 1, "Did you mean `greeting`?"),
    "a library that provides a library": (("lib", "new", "mine", "--provides", "extra"), 1, "not an interface"),
    "no command": (("frobnicate",), 2, "No such command"),
    "no argument": (("build",), 2, "Missing argument"),
    "no such flag": (("build", "greet", "--frobnicate"), 2, "No such option"),
    "a number": (("run", "greet", "--timeout", "soon"), 2, "--timeout"),
}  # fmt: skip


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_that_is_wrong(world: SmallWorld, kind: str) -> None:
    words, status, said = COMMANDS[kind]
    failed(world.unilith(*words), status, said)
    assert (world.recipe / "main.c").read_text().startswith("#include")


def test_a_catalog_that_is_wrong_names_every_mistake(world: SmallWorld) -> None:
    (world.root / "libs/base/extra/manifest.yaml").write_text("name: extra\nsummary: X\nrequires: [nobody]\n")
    (world.root / "libs/base/boot/manifest.yaml").write_text("name: boot\nsummry: X\n")
    failed(world.unilith("build", "greet", *TARGET), 1, "boot/manifest.yaml:2: unknown key `summry`")


def test_an_unreadable_recipe(world: SmallWorld) -> None:
    (world.recipe / "recipe.yaml").unlink()
    (world.recipe / "recipe.yaml").symlink_to("recipe.yaml")
    failed(world.unilith("build", "greet", *TARGET), 1, "recipe")


def test_a_current_folder_that_is_gone(world: SmallWorld) -> None:
    gone = world.folder / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$0" && exec "$@"', gone, sys.executable, "-m", "unilith.cli.main", "build", "x"],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "composer")},
        capture_output=True,
        text=True,
        check=False,
    )
    failed(done, 1, "No such file or directory")


def limited(size: int) -> Callable[[], None]:
    """For a child: no file may grow beyond ``size`` bytes, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 100, 1000, 3000, 9000])
def test_a_full_disk_ends_in_a_message_and_harms_no_later_build(world: SmallWorld, size: int) -> None:
    process = world.start("build", "greet", *TARGET, preexec_fn=limited(size))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in err and err.rstrip().splitlines(), err
    assert "error: " in err
    assert world.unilith("build", "greet", *TARGET).returncode == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[]", b'{"recipe": 5}'])
def test_a_damaged_image_description_cannot_be_run(world: SmallWorld, content: bytes) -> None:
    (world.folder / "image.json").write_bytes(content)
    failed(world.unilith("run", "image.json"), 125, "is not an image description")


def test_a_damaged_choices_file(world: SmallWorld) -> None:
    (world.folder / "a.config").write_bytes(b"\xff\xfe\0CONFIG_LIB_NOPE=y\n")
    failed(world.unilith("build", "greet", *TARGET, "--config", "a.config"), 1, "a.config")


def test_damaged_costs(world: SmallWorld) -> None:
    (world.root / "libs/costs.x86_64.json").write_text("{")
    failed(world.unilith("build", "greet", *TARGET), 1, "costs.x86_64.json", "calibrate")
