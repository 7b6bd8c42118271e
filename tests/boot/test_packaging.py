"""Unilith away from its checkout, with libraries and recipes of a user's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.boot.command import unilith

CHECKOUT = Path(__file__).parents[2]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.mark.boot
def test_an_installed_package_composes_and_runs(tmp_path: Path) -> None:
    """The wheel carries libraries, platforms and recipes; nothing of the checkout is used."""
    site = tmp_path / "site"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--target",
            site,
            CHECKOUT,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from unilith.cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, site, "run", "hello", "--target", "process-x86_64"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0 and "Hello" in ran.stdout, ran
    commands = (tmp_path / "build/hello/process-x86_64/work/image.ninja").read_text()
    assert str(site) in commands and str(CHECKOUT / "libs") not in commands


OWN = {
    "libs/base/answer/manifest.yaml": "name: answer\nkind: interface\ncardinality: one\nsummary: The answer\n",
    "libs/base/answer/include/answer.h": "#pragma once\n\nint answer_get(void);\n",
    "libs/base/answer-short/manifest.yaml": "name: answer-short\nsummary: The answer, at once\n"
    "provides: [answer]\nsources: [answer_short.c]\n",
    "libs/base/answer-short/answer_short.c": "#include <answer.h>\n\nint answer_get(void)\n{\n    return 42;\n}\n",
    "recipes/ask/recipe.yaml": "name: ask\nsources: [ask.c]\n",
    "recipes/ask/ask.c": "#include <answer.h>\n\nint main(void)\n{\n    return answer_get();\n}\n",
}


@pytest.mark.boot
@pytest.mark.parametrize("how", ["option", "workspace"])
def test_a_users_own_library_and_recipe(tmp_path: Path, how: str) -> None:
    """The application calls a function of the user's interface; its provider is found and linked."""
    write(tmp_path / "ours", OWN)
    words = ["--library", "ours"] if how == "option" else []
    if how == "workspace":
        (tmp_path / "unilith-workspace.yaml").write_text(
            "libraries: [ours]\nrecipes: [ours/recipes]\nbuild: out\n"
        )
    ran = unilith("run", "ask", "--target", "process-x86_64", *words, cwd=tmp_path)
    assert ran.status == 42, ran
    assert (tmp_path / ("out" if how == "workspace" else "build") / "ask").is_dir()
    why = unilith("why", "ask", "answer-short", "--target", "process-x86_64", *words, cwd=tmp_path)
    assert why.status == 0 and "ask calls answer_get()" in why.console, why


def test_a_build_from_a_lock_decides_nothing(tmp_path: Path) -> None:
    recipe = tmp_path / "kept"
    assert unilith("recipe", "new", recipe, cwd=tmp_path).status == 0
    target = ["--target", "process-x86_64"]
    locked = unilith("lock", recipe, *target, cwd=tmp_path)
    assert locked.status == 0, locked
    lock = recipe / "process-x86_64.lock"
    assert unilith("lock", recipe, *target, "--check", cwd=tmp_path).status == 0
    assert unilith("verify", lock, cwd=tmp_path).status == 0
    built = unilith("build", recipe, *target, "--json", cwd=tmp_path)
    assert built.status == 0, built
    kept = json.loads(Path(json.loads(built.console)["selection"]).read_text())
    assert kept == json.loads(lock.read_text())
    (recipe / "kept.c").write_text(
        "#include <sys/utsname.h>\n\nint main(void)\n{\n    struct utsname u;\n    return uname(&u);\n}\n"
    )
    stale = unilith("build", recipe, *target, cwd=tmp_path)
    assert stale.status == 1 and "uname" in stale.errors and "--update" in stale.errors, stale
    assert unilith("lock", recipe, *target, "--check", cwd=tmp_path).status == 1
    assert unilith("lock", recipe, *target, "--update", cwd=tmp_path).status == 0
    assert unilith("build", recipe, *target, cwd=tmp_path).status == 0


def test_a_tampered_lock_is_found_out(tmp_path: Path) -> None:
    built = unilith("build", "bare", "--target", "process-x86_64", "--output", tmp_path / "out", cwd=tmp_path)
    assert built.status == 0, built
    lock = tmp_path / "out" / "selection.lock"
    assert unilith("verify", lock, cwd=tmp_path).status == 0
    plain = json.loads(lock.read_text())
    gone = next(lib for lib in plain["libraries"] if lib["name"] == "panic")
    text = (
        "\n".join(line for line in lock.read_text().splitlines() if json.dumps(gone["reason"]) not in line)
        + "\n"
    )
    (tmp_path / "bad.lock").write_text(text)
    ran = unilith("verify", tmp_path / "bad.lock", cwd=tmp_path)
    assert ran.status == 1 and "Traceback" not in ran.errors, ran
