"""Root file systems from archives and container images: the program finds the files, and starts as the image says."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.boot.command import TARGETS, run

PROGRAM = Path(__file__).with_name("programs") / "show_files.c"
LARGE = bytes(range(256)) * 300


def summed(content: bytes) -> int:
    total = 0
    for byte in content:
        total = (total * 31 + byte) & 0xFFFFFFFF
    return total


def tarball(files: Mapping[str, bytes | str]) -> bytes:
    """A tar archive; text is a link's target."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            tar.addfile(info, None if isinstance(content, str) else io.BytesIO(content))
    return raw.getvalue()


def container(file: Path) -> None:
    """What `docker save` writes: two layers, and how the program starts."""
    lower = tarball({"srv/page": b"old", "srv/gone": b"x", "large": LARGE, "link": "srv/page"})
    upper = tarball({"srv/page": b"new", "srv/.wh.gone": b""})
    config = {
        "config": {
            "Entrypoint": ["/bin/show"],
            "Cmd": ["one", "two words"],
            "Env": ["A=image", "B=image"],
            "WorkingDir": "/srv/work",
        }
    }
    manifest = [{"Config": "c.json", "Layers": ["1/layer.tar", "2/layer.tar"]}]
    file.write_bytes(
        tarball(
            {
                "1/layer.tar": lower,
                "2/layer.tar": upper,
                "c.json": json.dumps(config).encode(),
                "manifest.json": json.dumps(manifest).encode(),
            }
        )
    )


FILES = {"srv/page": b"page", "large": LARGE, "link": "srv/page", "empty": b""}
SHOWN = [
    "/empty 644 0 00000000",
    f"/large 644 {len(LARGE)} {summed(LARGE):08x}",
    "/link -> srv/page",
    "/srv/",
    f"/srv/page 644 4 {summed(b'page'):08x}",
]


def make_recipe(folder: Path, rest: str) -> Path:
    folder.mkdir()
    shutil.copy(PROGRAM, folder)
    (folder / "recipe.yaml").write_text(f"name: show\nsources: [show_files.c]\n{rest}")
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_a_container_image_is_the_root_and_says_how_the_program_starts(tmp_path: Path, target: str) -> None:
    recipe = make_recipe(tmp_path / "recipe", "rootfs: image.tar\nenv: {B: recipe}\n")
    container(recipe / "image.tar")
    ran = run(recipe, target, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == [
        "argument one",
        "argument two words",
        "A=image B=recipe",
        "at /srv/work",
        f"/large 644 {len(LARGE)} {summed(LARGE):08x}",
        "/link -> srv/page",
        "/srv/",
        f"/srv/page 644 3 {summed(b'new'):08x}",
        "/srv/work/",
    ]


def test_a_changed_archive_is_packed_again(tmp_path: Path) -> None:
    recipe = make_recipe(tmp_path / "recipe", "rootfs: {from: files.tar}\nargs: [given]\n")
    for content in (b"first", b"second"):
        (recipe / "files.tar").write_bytes(tarball({"file": content}))
        ran = run(recipe, "process-x86_64", cwd=tmp_path)
        assert f"/file 644 {len(content)} {summed(content):08x}" in ran.console.splitlines(), ran


@pytest.mark.parametrize(
    ("packed", "target"),
    [("as: tar", "process-x86_64"), *(("as: erofs, compression: lz4", target) for target in TARGETS)],
)
def test_the_root_is_an_archive_or_a_disk(tmp_path: Path, packed: str, target: str) -> None:
    recipe = make_recipe(
        tmp_path / "recipe",
        f"rootfs: {{from: files.tar, {packed}}}\nmounts: [{{at: /tmp/own, kind: ramfs}}]\n",
    )
    (recipe / "files.tar").write_bytes(tarball(FILES))
    ran = run(recipe, target, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == ["A= B=", "at /", *SHOWN, "/tmp/", "/tmp/own/"]


@pytest.mark.parametrize(
    ("target", "needs"),
    [
        ("microvm-x86_64", ""),
        *(
            pytest.param(target, needs, marks=pytest.mark.full)
            for target, needs in (
                ("qemu-x86_64", ""),
                ("process-x86_64", ""),
                ("qemu-x86_64", "needs: [fs.virtiofs]\n"),
                ("microvm-x86_64", "needs: [fs.virtiofs]\n"),
            )
        ),
    ],
)
def test_the_root_is_a_folder_of_the_host(tmp_path: Path, target: str, needs: str) -> None:
    recipe = make_recipe(tmp_path / "recipe", f"rootfs: {{from: files, as: shared}}\n{needs}")
    files = recipe / "files"
    (files / "srv").mkdir(parents=True)
    for name, content in FILES.items():
        if isinstance(content, str):
            (files / name).symlink_to(content)
        else:
            (files / name).write_bytes(content)
    for text in (b"page", b"another"):
        # What comes is seen without a build, and nothing is put there.
        (files / "srv/page").write_bytes(text)
        ran = run(recipe, target, cwd=tmp_path)
        assert ran.status == 0, ran
        shown = [*SHOWN[:-1], f"/srv/page 644 {len(text)} {summed(text):08x}"]
        assert ran.console.splitlines() == ["A= B=", "at /", *shown], ran
        assert {file.name for file in files.iterdir()} == {"srv", "large", "link", "empty"}
