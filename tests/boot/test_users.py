"""Users, groups and permissions of files: the same program prints the same on Linux.

`expected.txt` is what Linux printed (with fs.protected_hardlinks and its like at 0 or with no influence). It is made
anew as root, by compiling who.c into a folder FOLDER that everybody may search, and main.c, ids.c and files.c with
-D_GNU_SOURCE and -DBIN='"FOLDER/"', and running the program in an empty folder of which the same is true.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, run

pytestmark = pytest.mark.boot

RECIPE = RECIPES / "users"
EXPECTED = (RECIPE / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("recipe", "target"),
    [
        ("recipe.yaml", "process-x86_64"),
        *(
            pytest.param(recipe, target, marks=pytest.mark.full)
            for target in ("microvm-x86_64", "qemu-x86_64")
            for recipe in ("recipe.yaml", "ext4.yaml")
        ),
    ],
)
def test_as_on_linux(recipe: str, target: str, tmp_path: Path) -> None:
    ran = run(str(RECIPE / recipe), target, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == EXPECTED.splitlines()


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("process-x86_64", marks=pytest.mark.full),
        "microvm-x86_64",
        pytest.param("qemu-x86_64", marks=pytest.mark.full),
    ],
)
def test_rights_other_than_to_files(target: str, workshop: Path) -> None:
    """`expected.txt` was made in the same way, from the one file main.c, by root with the usual capabilities."""
    ran = run("rights", target, cwd=workshop)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == (RECIPES / "rights/expected.txt").read_text().splitlines()


def test_an_application_of_a_user(workshop: Path) -> None:
    recipe = str(RECIPE / "mine.yaml")
    ran = run(recipe, "process-x86_64", "--output", str(workshop / "users-mine"), cwd=workshop)
    told = "1000 1000 50 50 0\nopen EACCES\nsetuid EPERM\nwrite 1\nmemory 1000 50\n"
    assert (ran.status, ran.console) == (0, told), ran


OWNED = r"""
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    static const char *const names[] = {"/data", "/data/kept", "/data/link", "/secret", "/locked"};
    struct stat values;

    printf("%u:%u\n", getuid(), getgid());
    for (int i = 0; i < 5; i++)
        if (lstat(names[i], &values) == 0)
            printf("%s %o %u:%u\n", names[i], values.st_mode, values.st_uid, values.st_gid);
    printf("new %d\n", open("/data/new", O_CREAT | O_WRONLY, 0600) >= 0);
    printf("secret %d\n", open("/secret", O_RDONLY) < 0 && errno == EACCES);
    printf("elsewhere %d\n", open("/new", O_CREAT | O_WRONLY, 0600) < 0 && errno == EACCES);
    return 0;
}
"""


@pytest.mark.parametrize(
    ("packed", "target"),
    [
        ("initrd", "process-x86_64"),
        ("tar", "process-x86_64"),
        pytest.param("erofs", "microvm-x86_64", marks=pytest.mark.full),
        pytest.param("ext4", "microvm-x86_64", marks=pytest.mark.full),
        pytest.param("initrd", "qemu-x86_64", marks=pytest.mark.full),
        pytest.param("ext4", "qemu-x86_64", marks=pytest.mark.full),
    ],
)
def test_a_container_image_says_whose_its_program_and_files_are(
    tmp_path: Path, packed: str, target: str
) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, kind, mode, owner, content in (
            ("etc/passwd", tarfile.REGTYPE, 0o644, 0, b"app:x:70000:50::/:/bin/sh\n"),
            ("data", tarfile.DIRTYPE, 0o700, 70000, b""),
            ("data/kept", tarfile.REGTYPE, 0o600, 70000, b"kept"),
            ("data/link", tarfile.SYMTYPE, 0o777, 70000, b""),
            ("locked", tarfile.DIRTYPE, 0o500, 3_000_000, b""),
            ("secret", tarfile.REGTYPE, 0o600, 0, b"secret"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid, info.size = (
                kind,
                mode,
                owner,
                owner and 50,
                len(content),
            )
            info.linkname = "kept" if kind == tarfile.SYMTYPE else ""
            tar.addfile(info, io.BytesIO(content))
    recipe = tmp_path / "recipe"
    (recipe / "image").mkdir(parents=True)
    (recipe / "image/layer.tar").write_bytes(raw.getvalue())
    (recipe / "image/c.json").write_text('{"config": {"Cmd": ["/bin/app"], "User": "app"}}')
    (recipe / "image/manifest.json").write_text('[{"Config": "c.json", "Layers": ["layer.tar"]}]')
    (recipe / "main.c").write_text(OWNED)
    (recipe / "recipe.yaml").write_text(
        f"name: owned\nsources: [main.c]\nrootfs: {{from: image, as: {packed}}}\nrun: {{memory: 32M}}\n"
    )
    ran = run(recipe, target, cwd=tmp_path)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == [
        "70000:50",
        "/data 40700 70000:50",
        "/data/kept 100600 70000:50",
        "/data/link 120777 70000:50",
        "/secret 100600 0:0",
        "/locked 40500 3000000:50",
        "new 1" if packed != "erofs" else "new 0",  # nobody makes anything there
        "secret 1",
        "elsewhere 1" if packed != "erofs" else "elsewhere 0",
    ]
