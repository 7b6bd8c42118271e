"""A catalog and an application small enough to build in a unit test: no C library, no real machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.catalog.synthetic_tree import SyntheticTree

COMPOSER = Path(__file__).parents[3] / "composer"

BOOT = """#include <args.h>
#include <boot.h>
int main(int, char **);
int boot_entry(void);
int boot_entry(void) { return main((int)boot_step_count, (char **)recipe_argv); }
"""
MAIN = """#include <greeting.h>
int main(int count, char **words) { return count + words[0][0] + greeting_size(); }
"""
# What stands before a command: the tree takes the place of the one that Unilith comes with.
_DRIVER = """import sys
from pathlib import Path
import unilith.catalog.roots as roots
tree = Path(sys.argv.pop(1))
roots.builtin_root = lambda: tree
from unilith.cli.main import main
sys.argv[0] = "unilith"
main()
"""


class SmallWorld:
    """A tree in ``root`` with one platform, `demo`, and the recipe `greet` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "tree"
        tree = SyntheticTree(self.root)
        headers = {
            "include/boot.h": "#include <stddef.h>\nstruct boot_step { const char *name; int (*run)(void); };\n"
            "extern const struct boot_step boot_steps[];\nextern const size_t boot_step_count;\n",
            "include/args.h": "extern char *const recipe_argv[];\nextern char *const recipe_envp[];\n",
        }
        tree.add("boot", "sources: [boot.c]", files={"boot.c": BOOT, **headers})
        tree.interface("libc")
        tree.interface("greeting", header="int greeting_size(void);\n")
        for name, size in (("greeting-large", 1000), ("greeting-small", 1)):
            text = f"#include <greeting.h>\nint greeting_size(void) {{ return {size}; }}\n"
            tree.add(name, "provides: [greeting]", "sources: [size.c]", files={"size.c": text})
        options = 'config EXTRA_LEVEL\n    int "Level"\n    default 1\n'
        extra = "#include <config.h>\nint extra_level(void);\nint extra_level(void) { return CONFIG_EXTRA_LEVEL; }\n"
        tree.add("extra", "sources: [extra.c]", files={"extra.c": extra, "Kconfig": options})
        tree.platform(
            "demo",
            "requires: [boot]",
            "supports: {arch: [x86_64]}",
            "link: {entry: boot_entry, load-address: 0x100000}",
        )
        self.recipe = folder / "greet"
        self.write("main.c", MAIN)
        self.write("recipe.yaml", "name: greet\nlibc: none\nsources: [main.c]\n")

    def write(self, name: str, text: str) -> Path:
        """Writes a file of the recipe."""
        file = self.recipe / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def start(
        self,
        *words: str | Path,
        stderr: int = subprocess.PIPE,
        preexec_fn: Callable[[], None] | None = None,
        **env: str,
    ) -> subprocess.Popen[str]:
        """Starts a command in the world's folder, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", _DRIVER, str(self.root), *map(str, words)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            preexec_fn=preexec_fn,  # noqa: PLW1509 - tests have no threads
            text=True,
            start_new_session=True,
            env={
                **os.environ,
                "PYTHONPATH": str(COMPOSER),
                "UNILITH_CACHE": str(self.folder / "cache"),
                **env,
            },
        )

    def unilith(self, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        with self.start(*words, **env) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallWorld:
    """The world, which is also where this process finds its catalog, its cache and its current folder."""
    small = SmallWorld(tmp_path)
    monkeypatch.setattr("unilith.catalog.roots.builtin_root", lambda: small.root)
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path / "cache"))
    # A test builds what it has written a moment ago.
    monkeypatch.setattr("unilith.pipeline.state._CLOCK_STEP", 0)
    monkeypatch.chdir(tmp_path)
    return small
