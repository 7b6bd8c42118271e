"""The build folder has what its page says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.pipeline.build import build
from unilith.pipeline.request import Request, Silent
from unilith.report.reference_build import BUILD_FILES


def test_a_build_leaves_what_the_page_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = tmp_path / "tiny"
    (recipe / "files").mkdir(parents=True)
    (recipe / "files" / "note.txt").write_text("a file of the image\n")
    (recipe / "tiny.c").write_text("int main(void) { return 0; }\n")
    (recipe / "recipe.yaml").write_text("name: tiny\nsources: [tiny.c]\nlibc: none\nrootfs: files/\n")
    monkeypatch.chdir(tmp_path)
    built = build(Request(str(recipe)), Silent())
    assert built.folder == tmp_path / "build" / "tiny" / "qemu-x86_64"
    assert {f.name for f in built.folder.iterdir()} == set(BUILD_FILES)
