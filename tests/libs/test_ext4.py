"""ext4 against mke2fs, e2fsck, a folder of the host, full disks, and disks and memory that fail."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.libs.ext4_host import (
    KINDS,
    RECOVERY,
    Drive,
    Reference,
    content,
    fsck,
    make_image,
    tool,
    without_owners,
)
from tests.libs.ext4_steps import random_steps, steps


@pytest.fixture(autouse=True)
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def compare(drive: Path, folder: Path, kind: str, lines: list[str]) -> None:
    """Does the steps here and there; answers, trees and what e2fsck says must be the same, and nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    reference = Reference(folder / "reference")
    image = make_image(folder / "disk.img", kind, "24M")
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0"
        for number, line in enumerate(lines):
            if line == "remount":
                assert disk("unmount") == "0" and disk("mount") == "0"
            else:
                assert disk(line) == reference(line), f"step {number}: {line}"
        assert without_owners(disk("tree")) == reference.tree()
        assert disk("unmount") == "0"
    assert fsck(image) == ""
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0"
        assert without_owners(disk("tree")) == reference.tree()
    shutil.rmtree(folder)


@settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(lines=st.lists(steps, min_size=5, max_size=40), kind=st.sampled_from(sorted(KINDS)))
def test_operations_do_what_they_do_on_the_host(
    drive: Path, tmp_path_factory: pytest.TempPathFactory, lines: list[str], kind: str
) -> None:
    compare(drive, tmp_path_factory.getbasetemp() / "ext4-compared", kind, lines)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_long_sequences(drive: Path, tmp_path: Path, kind: str) -> None:
    compare(drive, tmp_path / "compared", kind, random_steps(random.Random(kind), 600))


@pytest.mark.full
@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_longer_sequences(drive: Path, tmp_path: Path, kind: str, seed: int) -> None:
    compare(drive, tmp_path / "compared", kind, random_steps(random.Random(f"{kind} {seed}"), 3000))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_mke2fs_writes_is_read(drive: Path, tmp_path: Path, kind: str) -> None:
    reference = Reference(tmp_path / "tree")
    for line in random_steps(random.Random(7), 400):
        if line.split()[0] not in {"remount", "mknod"}:
            reference(line)
    for number in range(700):
        reference(f"create /{number}-{'n' * (number % 90)} 644")
    reference("write /0- 123456 3000000 9")
    image = make_image(tmp_path / "disk.img", kind, "48M", reference.folder)
    with Drive(drive, image) as disk:
        assert disk("mount") == "0"
        assert without_owners(disk("tree")) == reference.tree()


def test_large_directories(drive: Path, tmp_path: Path) -> None:
    """Trees of two levels; names with bytes above 127 sort by their sign."""
    image = make_image(tmp_path / "disk.img", "small-blocks", "40M")
    names = [f"/d/{number}-{'x' * (number * 7 % 200)}-\u00e9" for number in range(6000)]
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0" and disk("mkdir /d 755") == "0"
        assert set(disk.all([f"create {name} 644" for name in names])) == {"0"}
        assert set(disk.all([f"create {name} 644" for name in names[::97]])) == {"-17"}
        reads = int(disk("counts").split()[1])
        assert disk(f"chmod {names[-1]} 600") == "0"
        assert int(disk("counts").split()[1]) - reads < 8  # by the tree, and not by looking at all
        assert set(disk.all([f"unlink {name}" for name in names[::2]])) == {"0"}
        have = {entry.split(" ")[0] for entry in disk("tree").split(";") if entry}
        assert have == {"/", "/lost+found", "/d", *names[1::2]}
    assert fsck(image) == ""
    listed = subprocess.run(
        [tool("debugfs"), "-R", "ls -p /d", str(image)], capture_output=True, text=True, check=True
    )
    assert listed.stdout.count("\n") >= 3002
    assert "Extents" in subprocess.run(
        [tool("debugfs"), "-R", "stat /d", str(image)], capture_output=True, text=True, check=True
    ).stdout.replace("EXTENTS", "Extents")


@pytest.mark.parametrize("kind", ["default", "no-journal"])
def test_what_is_free_is_discarded(drive: Path, tmp_path: Path, kind: str) -> None:
    """After the commit, and with `trim` at the mount; drive.c makes 0xdb of it."""
    image = make_image(tmp_path / "disk.img", kind)

    def discarded() -> int:
        return image.read_bytes().count(b"\xdb" * 1024)

    with Drive(drive, image, quiet=True, options="discard") as disk:
        assert disk("mount") == "0"
        disk.all(
            [
                "create /a 644",
                "write /a 0 2000000 1",
                "create /b 644",
                "write /b 0 100000 2",
                "sync /",
                "save",
            ]
        )
        assert discarded() == 0
        disk.all(["unlink /a", "save"])
        assert discarded() == 0
        disk.all(["sync /", "save"])
        assert 1900 < discarded() < 2100
        disk.all(["create /c 644", "write /c 0 2000000 3", "sync /", "save"])
        assert discarded() < 1000
        assert disk("read /b 0 100000") == str(zlib.crc32(content(0, 100000, 2)))
        assert disk("read /c 0 2000000") == str(zlib.crc32(content(0, 2000000, 3)))
    assert fsck(image) == ""
    with Drive(drive, image, quiet=True, options="trim") as disk:
        assert disk("mount") == "0"
        free = int(disk("statfs").split()[1]) * (4 if kind == "default" else 1)
        disk("save")
        assert free * 0.9 < discarded() <= free
        assert disk("read /c 0 2000000") == str(zlib.crc32(content(0, 2000000, 3)))
        assert disk("unlink /c") == "0"
    assert fsck(image) == ""
    with Drive(drive, image, quiet=True) as disk:  # when it is asked to
        assert disk("mount") == "0"
        disk.all(["create /e 644", "write /e 0 3000000 5", "sync /", "unlink /e"])
        size, behind = 1 << 62, 1 << 40
        assert disk(f"trim {behind} {size} 0") == disk("trim 0 100 0") == "-22"
        assert disk(f"trim 0 {size} {1 << 60}") == "0"
        before = discarded()
        first = int(disk("trim 0 4000000 0"))
        rest = int(disk(f"trim 4000000 {size} 0"))
        everything = int(disk(f"trim 0 {size} 0"))
        assert first <= 4_000_000 and rest > 0 and first + rest == everything
        assert 0 < int(disk(f"trim 0 {size} 50000")) <= everything
        free = int(disk("statfs").split()[1]) * (4096 if kind == "default" else 1024)
        assert free * 0.9 < everything <= free
        disk("save")
        assert discarded() * 1024 >= everything * 0.9 and discarded() > before
    assert fsck(image) == ""
    before = discarded()
    with Drive(drive, image, quiet=True, options="discard,trim") as disk:  # by a disk that cannot
        assert disk("keep") == "0" and disk("mount") == "0"
        assert disk.all(["unlink /b", "sync /", "create /d 644", "write /d 0 100000 4", "sync /"])[:2] == [
            "0",
            "0",
        ]
        assert disk("read /d 0 100000") == str(zlib.crc32(content(0, 100000, 4)))
    assert fsck(image) == "" and discarded() <= before


@pytest.mark.parametrize("kind", ["default", "small-blocks", "no-journal"])
def test_a_full_disk(drive: Path, tmp_path: Path, kind: str) -> None:
    """-ENOSPC, and room again once something is removed, also of what is not committed yet."""
    image = make_image(tmp_path / "disk.img", kind, "12M")
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0"
        free = disk("statfs")
        written = []
        for number in range(200):
            assert disk(f"create /{number} 644") in {"0", "-28"}
            written.append(int(disk(f"write /{number} 0 300000 {number}")))
            if written[-1] < 0:
                break
        assert written[-1] in {-28, -2} and sum(w for w in written if w > 0) > 2_000_000
        for number, size in enumerate(written):
            if size > 0:
                sum_ = zlib.crc32(content(0, size, number))
                assert disk(f"read /{number} 0 300001") == str(sum_)
        assert disk("mkdir /d 755") in {"0", "-28"}
        assert disk("unlink /0") == "0"
        assert disk("create /again 644") == "0"
        assert disk("write /again 0 200000 1") == "200000"
        for number in range(1, len(written)):
            assert disk(f"unlink /{number}") in {"0", "-2"}
        disk.all(["rmdir /d", "unlink /again", "sync /"])
        assert disk("statfs") == free
    assert fsck(image) == ""


@pytest.mark.parametrize("verb", ["fail", "heapfail"])
def test_disks_and_memory_that_fail(drive: Path, tmp_path: Path, verb: str) -> None:
    """Whatever fails, nothing is half done: an errno, and a file system that e2fsck has nothing against."""
    chance = random.Random(verb)
    for attempt in range(12):
        # Without a journal, a disk that fails leaves what only a repair puts in order.
        kinds = sorted(KINDS) if verb == "heapfail" else sorted(set(KINDS) - {"no-journal"})
        image = make_image(tmp_path / "disk.img", chance.choice(kinds), "12M")
        with Drive(drive, image, quiet=True) as disk:
            assert disk("mount") == "0"
            disk.all([line for line in random_steps(chance, 60) if line != "remount"])
            for line in random_steps(chance, 120):
                disk(f"{verb} {chance.randrange(40)}")
                assert int(disk(line if line != "remount" else "sync /")) >= -133
            disk(f"{verb} -1")
            disk("tree")
        findings = subprocess.run(
            [tool("e2fsck"), "-fp", str(image)], capture_output=True, text=True, check=False
        )
        said = (findings.stdout + findings.stderr).splitlines()
        # After an error of the disk the superblock asks for a check.
        strange = [
            line
            for line in said
            if not RECOVERY.search(line) and "contains a file system with errors" not in line
        ]
        assert findings.returncode <= 1 and not strange, (attempt, findings)
        assert fsck(image) == ""


def test_what_cannot_be_mounted(drive: Path, tmp_path: Path) -> None:
    image = tmp_path / "disk.img"
    for options in ["-O", "inline_data"], ["-O", "bigalloc"], ["-O", "encrypt"], ["-O", "^extent,^64bit"]:
        image.unlink(missing_ok=True)
        subprocess.run(
            [tool("mke2fs"), "-q", "-F", "-t", "ext4", *options, str(image), "16M"],
            check=True,
            capture_output=True,
        )
        with Drive(drive, image, quiet=True) as disk:
            refused = disk("mount") == "-22"
            assert refused or disk("create /a 644") == "-30", options
        assert fsck(image) == ""
    image.write_bytes(bytes(1 << 20))
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "-22"


def test_extended_attributes_and_orphans_of_others(drive: Path, tmp_path: Path) -> None:
    image = make_image(tmp_path / "disk.img", "default", "16M")
    value = tmp_path / "value"
    value.write_bytes(b"v" * 3000)
    commands = ["write /etc/hostname /f", f"ea_set -f {value} /f user.large", "ea_set /f user.small tiny"]
    for command in commands:
        subprocess.run([tool("debugfs"), "-w", "-R", command, str(image)], check=True, capture_output=True)
    with Drive(drive, image) as disk:
        assert disk("mount") == "0"
        assert disk("write /f 5 100 1") == "100" and disk("link /f /g") == "0"
        assert disk("unmount") == "0"
        assert fsck_saved(disk) == ""
        shown = subprocess.run(
            [tool("debugfs"), "-R", "ea_get /g user.small", str(image)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "tiny" in shown.stdout
        assert disk("mount") == "0" and disk("unlink /f") == "0" and disk("unlink /g") == "0"
    assert fsck(image) == ""


def fsck_saved(disk: Drive) -> str:
    assert disk("save") == "0"
    return fsck(disk.image)


def test_nameless_files(drive: Path, tmp_path: Path) -> None:
    """Files that are open and have no name are there until they are closed; after a crash they are gone."""
    image = make_image(tmp_path / "disk.img", "default", "16M")
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0"
        disk.all(
            ["create /a 644", "write /a 0 100000 1", "hold /a 0", "unlink /a", "write @0 50000 100000 1"]
        )
        assert disk("read @0 0 150000") == str(zlib.crc32(content(0, 150000, 1)))
        disk.all(["nameless x 1", "write @1 0 5000 3", "nameless x 2", "write @2 0 5000 4", "link @2 /named"])
        disk.all(["sync /", "save"])
        shutil.copy(image, tmp_path / "crashed.img")
        assert disk("drop 0") == "0" and disk("drop 1") == "0"
    assert fsck(image) == ""
    crashed = tmp_path / "crashed.img"
    with Drive(drive, crashed, quiet=True) as disk:
        assert disk("mount") == "0"
        assert [entry.split(" ")[0] for entry in disk("tree").split(";") if entry] == [
            "/",
            "/lost+found",
            "/named",
        ]
        assert disk("read /named 0 6000") == str(zlib.crc32(content(0, 5000, 4)))
    assert fsck(crashed) == ""


def test_a_torn_superblock(drive: Path, tmp_path: Path) -> None:
    """The journal has it as it should be."""
    image = make_image(tmp_path / "disk.img", "default", "16M")
    lines = ["mount", "mkdir /a 755", "create /a/b 644", "hold /a/b 0", "unlink /a/b", "sync /", "save"]
    with Drive(drive, image, quiet=True) as disk:
        assert set(disk.all(lines)) == {"0"}
        torn = bytearray(image.read_bytes())
    torn[1024 + 0x30] ^= 1  # s_wtime
    image.write_bytes(torn)
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0"
        assert [entry.split(" ")[0] for entry in disk("tree").split(";") if entry] == [
            "/",
            "/a",
            "/lost+found",
        ]
    assert fsck(image) == ""
    torn[1024 + 0x60] &= ~4  # RECOVER: now it is not to be replayed
    image.write_bytes(torn)
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "-22"


def test_an_image_that_ends_with_open_files(drive: Path, tmp_path: Path) -> None:
    """What cannot be unmounted is brought in order all the same, and can still be used."""
    for kind in "default", "no-journal":
        image = make_image(tmp_path / "disk.img", kind, "16M")
        with Drive(drive, image, quiet=True) as disk:
            assert disk("mount") == "0"
            disk.all(["create /a 644", "write /a 0 100000 1", "hold /a 0"])
            assert disk("busy") == "-16" and disk("end") == "0" and disk("end") == "0"
            assert fsck_saved(disk) == "" and "recovery" not in features(image)
            disk.all(["write @0 50000 100000 1", "mkdir /d 755", "sync /d", "save"])
            assert ("recovery" in features(image)) == (kind == "default")
            assert disk("read @0 0 150000") == str(zlib.crc32(content(0, 150000, 1)))
            assert disk("drop 0") == "0" and disk("busy") == "0"
        assert fsck(image) == ""


def features(image: Path) -> str:
    """What the superblock says of itself."""
    return subprocess.run(
        [tool("dumpe2fs"), "-h", str(image)], capture_output=True, text=True, check=True
    ).stdout


def test_nothing_old_stands_behind_the_end(drive: Path, tmp_path: Path) -> None:
    """Others take for zeroes what stands there; we never did."""
    image = make_image(tmp_path / "disk.img", "default", "16M")
    with Drive(drive, image) as disk:
        assert disk("mount") == "0"
        disk.all(["create /f 644", "write /f 0 9000 1", "sync /f", "truncate /f 4200"])
        assert disk("read /f 0 9000") == str(zlib.crc32(content(0, 4200, 1)))
        disk.all(["truncate /f 4300", "truncate /f 4250"])
        assert disk("read /f 0 9000") == str(zlib.crc32(content(0, 4200, 1) + bytes(50)))
    shown = subprocess.run(
        [tool("debugfs"), "-R", "bmap /f 1", str(image)], capture_output=True, text=True, check=True
    )
    block = image.read_bytes()[int(shown.stdout) * 4096 :][:4096]
    assert block[:104] == content(4096, 104, 1) and not any(block[104:])


def test_requests_are_large(drive: Path, tmp_path: Path) -> None:
    image = make_image(tmp_path / "disk.img", "default", "32M")
    with Drive(drive, image, quiet=True) as disk:
        assert disk("mount") == "0" and disk("create /f 644") == "0"
        before = int(disk("counts").split()[0])
        assert disk("write /f 0 8388608 5") == "8388608"
        assert int(disk("counts").split()[0]) - before < 60
        before = int(disk("counts").split()[0])
        assert disk("read /f 0 8388608") == str(zlib.crc32(content(0, 8388608, 5)))
        assert int(disk("counts").split()[0]) - before < 20
    assert fsck(image) == ""
