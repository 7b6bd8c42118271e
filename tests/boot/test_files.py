"""Files in images: mounts, /proc, pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, run, unilith

pytestmark = pytest.mark.boot

MOUNTS = """\
devices differ: 1 1
up again: 1 1
chdir: ok
/data/inner/sub
plain: ok
through a link: ok
rename across: Cross-device link
link across: Cross-device link
remove a mount point: Resource busy
rename a mount point: Resource busy
rename within: ok
create: Read-only file system
mkdir: Read-only file system
may read: ok
may write: Read-only file system
may write there: ok
chmod: Read-only file system
read only: 1
remount: ok
mkdir: ok
unknown kind: No such device
mount: ok
hidden: No such file or directory
busy: Resource busy
umount: ok
there again: ok
not mounted: Invalid argument
the root: Invalid argument
one above another: ok
one above another: ok
lazily: ok
gone: No such file or directory
umount: ok
a thousand times: ok
nameless: ok
links 0, size 4
named: ok
links 1, size 4
"""


@pytest.mark.parametrize("target", TARGETS)
def test_mounts_are_crossed_and_kept_apart(target: str, workshop: Path) -> None:
    ran = run("mounts", target, cwd=workshop)
    assert ran.status == 0 and ran.console == MOUNTS, ran


@pytest.fixture(scope="module", name="image")
def _image(workshop: Path) -> Path:
    """The process image of `mounts`, which takes parameters."""
    output = workshop / "mounts-parameters"
    words = ("--target", "process-x86_64", "--want", "devfs", "--output", output)
    built = unilith("build", RECIPES / "mounts", *words, cwd=workshop)
    assert built.status == 0, built
    return output / "image.elf"


def started(image: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([image, *words], capture_output=True, text=True, timeout=60, check=False)


def test_the_command_line_adds_mounts_and_replaces_them(image: Path) -> None:
    words = ("--parameter", "mount=/more/deep:ramfs", "--parameter", "mount=/data:nosuch::nofail")
    ran = started(image, *words, "--", "/more/deep", "/data/inner", "/fixed", "/nothing")
    expected = "/more/deep: ok\n/data/inner: ok\n/fixed: ok\n/nothing: No such file or directory\n"
    assert ran.stdout == expected and ran.returncode == 0, ran


def test_the_root_is_replaced_and_keeps_its_devices(image: Path) -> None:
    ran = started(
        image, "--parameter", "mount=/:ramfs", "--", "/data/inner", "/dev/null", "/dev/..", "/fixed"
    )
    assert ran.stdout == "/data/inner: ok\n/dev/null: ok\n/dev/..: ok\n/fixed: ok\n", ran


def test_a_mount_that_fails_ends_the_image(image: Path) -> None:
    ran = started(image, "--parameter", "mount=/disk:ext9:vda")
    assert ran.returncode == 126
    assert (
        "panic: mounts: cannot mount `vda` (ext9) on /disk: no such device, or no such kind" in ran.stdout
    ), ran


def test_a_kind_that_nobody_has_is_a_mistake_of_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "name: wrong\nsources: [main.c]\nmounts:\n  - at: /data\n    kind: ramfz\n"
    )
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    ran = unilith("build", tmp_path, cwd=tmp_path)
    assert ran.status == 1 and "recipe.yaml:5: there is no kind of file system `ramfz`" in ran.errors, ran
    assert "Did you mean `ramfs`?" in ran.errors


def test_proc_tells_of_mounts_and_of_the_image(image: Path) -> None:
    names = ("mounts", "unilith/libraries", "meminfo", "uptime", "sys/vm/overcommit_memory", "self/cmdline")
    mounts, libraries, memory, uptime, overcommit, words = (
        started(image, "--", f"cat:/proc/{name}").stdout for name in names
    )
    assert mounts.splitlines() == [
        "none / ramfs rw 0 0",
        "first /data ramfs rw 0 0",
        "none /data/inner ramfs rw 0 0",
        "none /fixed ramfs ro,noexec 0 0",
        "none /proc proc rw 0 0",
    ]
    assert {"procfs", "ramfs", "vfs"} <= set(libraries.split())
    sizes = {line.split()[0]: int(line.split()[1]) for line in memory.splitlines()}
    assert 0 < sizes["MemFree:"] < sizes["MemTotal:"]
    assert float(uptime.split()[0]) >= 0 and overcommit == "1\n" and words == "mounts\0"


@pytest.mark.parametrize("target", ["qemu-x86_64", "process-x86_64"])
def test_reads_writes_and_mappings_meet_the_same_pages(target: str, workshop: Path) -> None:
    disk = workshop / f"pages-{target}.img"
    disk.write_bytes(bytes(16 << 20))
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", disk], check=True)
    first = run("pages", target, "--disk", str(disk), cwd=workshop)
    assert first.status == 0, first
    assert first.console.splitlines() == [
        *("mapped a", "read hello!", "mapped world!", "msync 0", "read hello!"),
        *("around 4096", "mapped z", "cut 0 z"),
    ]
    second = run("pages", target, "--disk", str(disk), cwd=workshop)
    assert second.console == "read hello!\nread again!\n", second
