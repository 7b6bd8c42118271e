"""Further programs of a recipe: where they go, what their changes cause, and what is wrong with some."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import pytest
from tests.unit.pipeline.test_builds_again import Watching

from unilith.errors import UserError
from unilith.pipeline.build import Built, build
from unilith.pipeline.request import Request

MAIN = """
#include <spawn.h>
int main(void)
{
    char *none[] = {0};
    return posix_spawn(0, "/bin/child", 0, 0, none, none);
}
"""
RECIPE = """
name: starter
sources: [main.c]
programs:
  bin/child:
    sources: [child.c]
"""


def recipe(folder: Path, text: str = RECIPE, child: str = "int main(void) { return 1; }\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "recipe.yaml").write_text(text)
    (folder / "main.c").write_text(MAIN)
    (folder / "child.c").write_text(child)
    # Written long ago: what changed while a build begins is looked at again by the next.
    for file in (*folder.iterdir(), folder):
        os.utime(file, ns=(10**18, 10**18))
    return folder


def built(folder: Path, output: Path) -> tuple[Built, Watching]:
    watching = Watching()
    launcher = "ccache" if shutil.which("ccache") else ""
    request = Request(str(folder), target="process-x86_64", output=output, launcher=launcher)
    return build(request, watching), watching


def members(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each member of a cpio archive."""
    found, at = {}, 0
    while True:
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        name = archive[at + 110 : at + 110 + fields[11] - 1].decode()
        begin = (at + 110 + fields[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], archive[begin : begin + fields[6]])
        at = (begin + fields[6] + 3) // 4 * 4


def test_a_program_is_in_the_root_file_system(tmp_path: Path) -> None:
    place = recipe(tmp_path / "recipe")
    first, _ = built(place, tmp_path / "out")
    archive = (first.folder / "initrd.cpio").read_bytes()
    mode, program = members(archive)["bin/child"]
    assert mode == 0o100755
    assert program[:4] == b"\x7fELF" and struct.unpack_from("<H", program, 16) == (3,)  # ET_DYN
    assert "processes" in first.libraries and "program-loader" in first.libraries

    again, watching = built(place, tmp_path / "out")
    assert not watching.composed and (again.folder / "initrd.cpio").read_bytes() == archive

    (place / "child.c").write_text("int main(void) { return 2; }\n")
    changed, watching = built(place, tmp_path / "out")
    assert members((changed.folder / "initrd.cpio").read_bytes())["bin/child"][1] != program
    assert watching.compiled == ["child.c"]

    elsewhere, _ = built(recipe(tmp_path / "other"), tmp_path / "out-of-it")
    assert (elsewhere.folder / "initrd.cpio").read_bytes() == archive
    assert elsewhere.image.read_bytes() == first.image.read_bytes()


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (("sources: [child.c]", "sources: [none.c]"), "none.c", 6),
        (("sources: [child.c]", "sources: []"), "nothing to compile", 6),
        (("  bin/child:", "  /bin/child:"), "bin/child", 5),
        (("  bin/child:", "  ../child:"), "child", 5),
        (("sources: [main.c]", "sources: [main.c]\nlibc: none"), "built with the C library musl", 5),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], message: str, line: int
) -> None:
    place = recipe(tmp_path / "recipe", RECIPE.replace(*change))
    with pytest.raises(UserError, match=message) as caught:
        built(place, tmp_path / "out")
    assert f"recipe.yaml:{line}:" in str(caught.value)


def test_a_program_needs_a_beginning(tmp_path: Path) -> None:
    place = recipe(tmp_path / "recipe", child="int other(void) { return 1; }\n")
    with pytest.raises(UserError, match="child has no function 'main'"):
        built(place, tmp_path / "out")


def test_a_program_names_nothing_of_the_kernel_but_its_calls(tmp_path: Path) -> None:
    place = recipe(
        tmp_path / "recipe", child="void boot_main(void);\nint main(void) { boot_main(); return 1; }\n"
    )
    with pytest.raises(UserError, match="boot_main"):
        built(place, tmp_path / "out")
