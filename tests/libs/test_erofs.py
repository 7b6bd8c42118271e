"""libs/fs/erofs, on the host with its sanitizers, reads what mkfs.erofs has written: every option, any tree."""

from __future__ import annotations

import os
import random
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.libs.test_host_programs import LIBS, Tree, build, read_program

TIME = 1_234_567_890

OPTIONS = {
    "plain": (),
    "extended": ("-Eforce-inode-extended",),
    "compact": ("-Eforce-inode-compact",),
    "not inline": ("-Enoinline_data",),
    "chunks": ("--chunksize=4096",),
    "large chunks": ("--chunksize=16384", "-Eforce-chunk-indexes"),
    "chunk map": ("--chunksize=8192", "-Eforce-inode-blockmap"),
    "lz4": ("-zlz4",),
    "lz4hc": ("-zlz4hc,9",),
    "large clusters": ("-zlz4", "-C65536"),
    "old": ("-zlz4", "-Elegacy-compress"),
    "tails": ("-zlz4hc", "-Eztailpacking"),
    "short extents": ("-zlz4", "--max-extent-bytes=9000"),
}


@pytest.fixture(scope="session")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = read_program(LIBS / "fs/erofs/tests/walk_erofs.c")
    return build(Tree(LIBS), program, tmp_path_factory.mktemp("walker"))


def make_image(folder: Path, image: Path, options: Sequence[str]) -> Path:
    common = ["--quiet", "-d1", f"-T{TIME}", "-U", "01234567-89ab-cdef-0123-456789abcdef", "--all-root"]
    subprocess.run(["mkfs.erofs", *common, *options, image, folder], check=True, capture_output=True)
    return image


def walked(walker: Path, image: Path, where: str, piece: int = 7000) -> list[str]:
    done = subprocess.run(
        [walker, image, where, str(piece)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return sorted(done.stdout.splitlines())


def summed(content: bytes) -> int:
    total = 0
    for byte in content:
        total = (total * 31 + byte) & 0xFFFFFFFF
    return total


def expected(folder: Path) -> list[str]:
    lines = []
    for path in folder.rglob("*"):
        info = path.lstat()
        name = "/".join(os.fsencode(part).hex() for part in path.relative_to(folder).parts)
        if stat.S_ISLNK(info.st_mode):
            content = os.fsencode(os.readlink(path))  # noqa: PTH115 - as it is, not made a path
        else:
            content = path.read_bytes() if path.is_file() else b""
        links = info.st_nlink
        lines.append(
            f"{name} {info.st_mode:o} {links} 0 0 {TIME}000000000 {len(content)} {summed(content):08x}"
        )
    return sorted(lines)


def text(size: int, seed: int) -> bytes:
    """Bytes that can be compressed, here more and there less."""
    source = random.Random(seed)
    words = [source.randbytes(source.randrange(1, 12)) for _ in range(60)]
    found = bytearray()
    while len(found) < size:
        found += source.choice(words) if source.random() < 0.97 else source.randbytes(300)
        if source.random() < 0.001:
            found += bytes(source.randrange(5000))
    return bytes(found[:size])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree") / "root"
    root.mkdir()
    for number, size in enumerate((0, 1, 100, 4000, 4095, 4096, 4097, 8192, 12_345, 70_000, 300_000)):
        (root / f"text-{size}").write_bytes(text(size, number))
        (root / f"random-{size}").write_bytes(random.Random(number).randbytes(size))
        (root / f"zeroes-{size}").write_bytes(bytes(size))
    (root / "many").mkdir()
    for number in range(700):
        (root / "many" / f"{'n' * (number % 40)}{number}").write_bytes(b"%d" % number)
    (root / "deep").mkdir()
    place = root / "deep"
    for _ in range(12):
        place = place / "er"
        place.mkdir()
    (place / "x").write_bytes(b"bottom")
    (root / "link").symlink_to("many/1")
    (root / "long").symlink_to("y/" * 1500)
    os.link(root / "text-100", root / "again")
    os.setxattr(root / "text-4097", "user.note", b"tolerated" * 5)
    (root / ("b" * 254)).write_bytes(b"the longest name that mkfs.erofs 1.5 takes")
    (root / "own").touch()
    (root / "own").chmod(0o4751)
    (root / "sparse").touch()
    with (root / "sparse").open("r+b") as file:
        file.truncate(200_000)
        file.seek(100_000)
        file.write(text(5000, 99))
    return root


@pytest.mark.parametrize("options", OPTIONS)
def test_every_file_comes_back(walker: Path, folder: Path, tmp_path: Path, options: str) -> None:
    image = make_image(folder, tmp_path / "image", OPTIONS[options])
    wanted = expected(folder)
    assert walked(walker, image, "memory", 7000) == wanted
    assert walked(walker, image, "disk", 5000) == wanted


@pytest.mark.parametrize("options", ["plain", "lz4", "old"])
def test_errors_of_the_disk_and_of_memory_are_survived(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, options: str
) -> None:
    root = tmp_path / "root"
    (root / "below").mkdir(parents=True)
    for number in range(4):
        (root / f"text-{number}").write_bytes(text(9000, number))
        (root / "below" / f"{number}").write_bytes(text(50, number))
    image = make_image(root, tmp_path / "image", OPTIONS[options])
    program = read_program(LIBS / "fs/erofs/tests/abuse_erofs.c")
    abuser = build(Tree(LIBS), program, tmp_path_factory.mktemp("abuser"))
    done = subprocess.run([abuser, image], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-4000:]


def test_a_damaged_superblock_is_refused(walker: Path, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/file").write_bytes(b"x" * 10_000)
    whole = make_image(tmp_path / "root", tmp_path / "image", ()).read_bytes()
    for offset in (1024, 1028, 1036, 1040, 1060, 1104, 1200, 4095):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x40
        (tmp_path / "image").write_bytes(damaged)
        done = subprocess.run(
            [walker, tmp_path / "image", "disk"], capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stdout) == (1, "not mounted: -22\n")
    (tmp_path / "image").write_bytes(whole[:4096])
    done = subprocess.run(
        [walker, tmp_path / "image", "memory"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (1, "not mounted: -22\n")


NAMES = st.binary(min_size=1, max_size=30).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)
CONTENTS = st.one_of(
    st.binary(max_size=200),
    st.builds(text, st.integers(0, 40_000), st.integers(0, 99)),
    st.builds(bytes, st.integers(0, 20_000)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    trees=st.dictionaries(
        NAMES, st.one_of(CONTENTS, st.dictionaries(NAMES, CONTENTS, max_size=5)), max_size=8
    ),
    options=st.sampled_from(sorted(OPTIONS)),
    piece=st.sampled_from([1000, 4096, 33_333]),
)
def test_any_tree_comes_back(
    walker: Path,
    tmp_path_factory: pytest.TempPathFactory,
    trees: dict[bytes, bytes | dict[bytes, bytes]],
    options: str,
    piece: int,
) -> None:
    place = tmp_path_factory.mktemp("any")
    root = place / "root"
    root.mkdir()
    for name, content in trees.items():
        path = root / os.fsdecode(name)
        if isinstance(content, bytes):
            path.write_bytes(content)
            continue
        path.mkdir()
        for inner, inside in content.items():
            (path / os.fsdecode(inner)).write_bytes(inside)
    image = make_image(root, place / "image", OPTIONS[options])
    assert walked(walker, image, "disk", piece) == expected(root)
