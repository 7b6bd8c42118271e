"""Recipes of several parts: each compiled in its own way, and all of them one application."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from tests.unit.pipeline.small_world import SmallWorld
from tests.unit.upstream.served_sources import make_tarball

from unilith.errors import UserError
from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent

GREET = Request("greet", target="demo-x86_64")

UPSTREAM = {
    "engine-2.0/engine.c": b'#include "config.h"\n#include <engine.h>\n'
    b"int engine(void) { return CONFIG_OF_PART + LEVEL; }\n",
    "engine-2.0/unused.c": b"#error this file is left out\n",
    "engine-2.0/api/engine.h": b"int engine(void);\n",
}
RECIPE = """name: greet
libc: none
sources: [main.c]
cflags: [-DOF_APPLICATION=1]
parts:
  engine:
    upstream:
      version: "2.0"
      license: Zlib
      url: {{url: "{url}", sha256: {sha256}}}
    sources: ["*.c", "!unused.c"]
    include: [made, api]
    cflags: [-DLEVEL=5]
  words:
    sources: [words/words.c]
"""
MAIN = """#include <engine.h>
#if defined(LEVEL) || !defined(OF_APPLICATION)
#error options of another part
#endif
int words(void);
int main(int count, char **arguments) { (void)arguments; return count + engine() + words(); }
"""
WORDS = """#ifdef OF_APPLICATION
#error options of the application
#endif
int words(void);
int words(void) { return 3; }
"""


@pytest.fixture
def parts(world: SmallWorld) -> SmallWorld:
    """The recipe with two parts, of which one has an upstream."""
    tarball = world.folder / "engine.tar.gz"
    tarball.write_bytes(make_tarball(UPSTREAM))
    sha256 = hashlib.sha256(tarball.read_bytes()).hexdigest()
    world.write("recipe.yaml", RECIPE.format(url=tarball.as_uri(), sha256=sha256))
    world.write("main.c", MAIN)
    world.write("made/config.h", "#define CONFIG_OF_PART 1\n")
    world.write("words/words.c", WORDS)
    return world


def test_each_part_has_its_own_headers_and_options(parts: SmallWorld) -> None:
    built = build(GREET, Silent())
    assert built.size > 0
    work = built.folder / "work"
    objects = {str(file.relative_to(work / "obj")) for file in work.rglob("*.o") if "app" in str(file.parent)}
    assert {"app/main.c.o", "app-engine/@1/engine.c.o", "app-words/words/words.c.o"} <= objects


def test_a_changed_part_changes_the_image(parts: SmallWorld) -> None:
    before = build(GREET, Silent()).image.read_bytes()
    parts.write("words/words.c", WORDS.replace("return 3", "return 77"))
    assert build(GREET, Silent()).image.read_bytes() != before


def test_the_bill_of_materials_names_the_upstream_of_a_part(parts: SmallWorld) -> None:
    bill = json.loads((build(GREET, Silent()).folder / "bom.json").read_text())
    found = {package["name"]: package for package in bill["packages"]}
    assert found["greet-engine"]["licenseDeclared"] == "Zlib"
    assert any(p["versionInfo"] == "2.0" for p in bill["packages"])


def test_what_a_part_declares_wrongly_is_told_with_its_line(parts: SmallWorld) -> None:
    file = parts.recipe / "recipe.yaml"
    text = file.read_text()
    file.write_text(text.replace("words/words.c", "words/none.c"))
    with pytest.raises(UserError, match=r"no source file matches `words/none.c`") as caught:
        build(GREET, Silent())
    assert caught.value.where is not None and caught.value.where.line == line_of(file, "words/none.c")
    file.write_text(text.replace("[made, api]", "[made, nowhere]"))
    with pytest.raises(UserError, match="`include` names the folder `nowhere`") as caught:
        build(GREET, Silent())
    assert caught.value.where is not None and caught.value.where.line == line_of(file, "nowhere")


def line_of(file: Path, text: str) -> int:
    """The number of the line that holds a text."""
    return next(n for n, line in enumerate(file.read_text().splitlines(), start=1) if text in line)
