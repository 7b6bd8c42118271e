"""Content of shared folders in the image's memory: what the host changes is seen, what the image writes arrives."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from tests.boot.command import RECIPES, VIRTUAL, environment
from tests.boot.test_shares import CACHE_OF_9P, servers_of

pytestmark = pytest.mark.boot

EIO, ENOENT = 5, 2
TAGS = ("through", "back", "off")
LARGEST = 300_000
MAPPED = 64 << 10


def filled(count: int, seed: int) -> bytes:
    """As the program fills memory."""
    return bytes((i * 31 + (i >> 8) + seed) & 255 for i in range(count))


def hash_of(content: bytes) -> int:
    """As the program's."""
    return zlib.adler32(content)


class Image:
    """A running image that does what it is told, and the host's folders, by their tags."""

    def __init__(self, process: subprocess.Popen[str], folders: dict[str, Path], kind: str) -> None:
        assert process.stdin and process.stdout
        self.stdin: IO[str] = process.stdin
        self.stdout: IO[str] = process.stdout
        self.folders = folders
        self.kind = kind

    def wait_for_attributes(self) -> None:
        """Until those are over that it has asked for."""
        time.sleep(1.1 if self.kind == "virtiofs" else 0.05)

    def lines_until(self, begin: str) -> str:
        """The next line that begins so."""
        seen = ""
        for line in self.stdout:
            seen += line
            if line.startswith(begin):
                return line
        raise AssertionError(f"the image has ended: {seen}")

    def tell(self, *words: object) -> tuple[int, int]:
        """Result and hash of one thing."""
        self.stdin.write(" ".join(map(str, words)) + "\n")
        self.stdin.flush()
        _, result, value = self.lines_until("= ").split()
        return int(result), int(value)

    def reads(self, number: int, offset: int, count: int, content: bytes) -> None:
        """What it reads is this part of that content."""
        part = content[offset : offset + count]
        assert self.tell("read", number, offset, count) == (len(part), hash_of(part) if part else 0)


@contextlib.contextmanager
def running(workshop: Path, place: Path, target: str, kind: str) -> Iterator[Image]:
    """An image whose shares are of one kind."""
    folders = {tag: place / tag for tag in TAGS}
    command = [sys.executable, "-m", "unilith.cli.main", "run", str(RECIPES / "shares-pages")]
    command += ["--target", target, "--timeout", "600", "--want", f"fs.{kind}"]
    command += CACHE_OF_9P if kind == "9p" else ()
    for tag, folder in folders.items():
        folder.mkdir()
        command += ["--share", f"{folder},tag={tag},kind={kind}"]
    with subprocess.Popen(
        command,
        cwd=workshop,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        image = Image(process, folders, kind)
        try:
            image.lines_until("ready")
            yield image
        finally:
            assert process.stdin
            with contextlib.suppress(OSError):
                process.stdin.write("end\n")
                process.stdin.close()
            process.wait()


def host_changes_are_seen(image: Image, tag: str) -> None:
    """Between openings at once, and while a file is open when its attributes' time is over."""
    host = image.folders[tag] / "seen"
    for seed, size in enumerate((5000, 5000, 100, 40_000, LARGEST, 0, 5000)):
        content = filled(size, seed)
        host.write_bytes(content)
        assert image.tell("open", 0, f"/{tag}/seen")[0] >= 0
        image.reads(0, 0, LARGEST, content)
        image.reads(0, 4000, 1000, content)
        image.reads(0, 4000, 1000, content)
        assert image.tell("close", 0)[0] == 0
    # Another file of that name.
    other = host.with_name("other")
    other.write_bytes(filled(5000, 99))
    other.replace(host)
    assert image.tell("open", 0, f"/{tag}/seen")[0] >= 0
    image.wait_for_attributes()  # names hold for as long, and are none of the page cache's
    assert image.tell("close", 0)[0] == 0
    assert image.tell("open", 0, f"/{tag}/seen")[0] >= 0
    image.reads(0, 0, 5000, filled(5000, 99))
    host.write_bytes(filled(6000, 7))
    image.wait_for_attributes()
    image.reads(0, 0, 6000, filled(6000, 7))
    assert image.tell("close", 0)[0] == 0


def mappings_are_the_file(image: Image, tag: str) -> None:
    host = image.folders[tag] / "mapped"
    host.write_bytes(filled(MAPPED, 1))
    assert image.tell("open", 1, f"/{tag}/mapped")[0] >= 0
    assert image.tell("map", 1)[0] == 0
    assert image.tell("look", 5000, 3000)[1] == hash_of(filled(MAPPED, 1)[5000:8000])
    assert image.tell("put", 9000, 100, 50)[0] == 100
    expected = bytearray(filled(MAPPED, 1))
    expected[9000:9100] = filled(100, 50)
    image.reads(1, 8000, 3000, bytes(expected))
    assert image.tell("sync", 1)[0] == 0
    assert host.read_bytes() == expected
    assert image.tell("put", 20_000, 100, 51)[0] == 100
    expected[20_000:20_100] = filled(100, 51)
    assert image.tell("unmap", 1)[0] == 0
    assert image.tell("close", 1)[0] == 0
    assert host.read_bytes() == expected


def writes_arrive(image: Image) -> None:
    for tag in TAGS:
        host = image.folders[tag] / "written"
        assert image.tell("open", 2, f"/{tag}/written")[0] >= 0
        for seed in range(5):
            assert image.tell("write", 2, 0, 3000, seed)[0] == 3000
        image.reads(2, 0, 4096, filled(3000, 4))
        # By write() itself, or by fsync() at the latest.
        assert len(host.read_bytes()) == (0 if tag == "back" else 3000)
        assert image.tell("sync", 2)[0] == 0
        assert host.read_bytes() == filled(3000, 4)
        assert image.tell("write", 2, 3000, 10_000, 9)[0] == 10_000
        assert image.tell("size", 2)[0] == 13_000
        assert image.tell("close", 2)[0] == 0
        assert host.read_bytes() == filled(3000, 4) + filled(10_000, 9)


def names_are_kept(image: Image, tag: str) -> None:
    """Where the mount says that nobody else changes any; 9P only. What the image changes it sees."""
    folder = image.folders[tag]
    (folder / "there").write_bytes(filled(100, 1))
    assert image.tell("stat", f"/{tag}/there")[0] == 100
    assert image.tell("stat", f"/{tag}/missing")[0] == -ENOENT
    (folder / "missing").write_bytes(b"x")
    assert image.tell("stat", f"/{tag}/missing")[0] == -ENOENT  # it does not ask again
    (folder / "there").write_bytes(filled(200, 2))
    image.wait_for_attributes()
    assert image.tell("stat", f"/{tag}/there")[0] == 200
    assert image.tell("open", 6, f"/{tag}/there")[0] >= 0
    image.reads(6, 0, 300, filled(200, 2))
    assert image.tell("close", 6)[0] == 0
    assert image.tell("rename", f"/{tag}/there", f"/{tag}/here")[0] == 0
    assert image.tell("stat", f"/{tag}/there")[0] == -ENOENT
    assert image.tell("stat", f"/{tag}/here")[0] == 200
    assert image.tell("remove", f"/{tag}/here")[0] == 0
    assert image.tell("stat", f"/{tag}/here")[0] == -ENOENT
    assert not (folder / "here").exists() and not (folder / "there").exists()


def nothing_is_shown_for_a_server_that_is_gone(image: Image, tag: str) -> None:
    assert image.tell("open", 5, f"/{tag}/seen")[0] >= 0
    image.reads(5, 5000, 100, filled(6000, 7))
    (server,) = servers_of(image.folders[tag])
    os.kill(server, signal.SIGKILL)
    if tag == "back":
        assert image.tell("write", 5, 0, 100, 0)[0] in (100, -EIO)
    image.wait_for_attributes()
    assert image.tell("read", 5, 5000, 100)[0] == -EIO
    assert image.tell("sync", 5)[0] == -EIO
    assert image.tell("write", 5, 5000, 100, 0)[0] == -EIO
    assert image.tell("close", 5)[0] == 0


def at_random(image: Image, tag: str, seed: int, turns: int) -> None:
    """The image and the host work on the same files in turns; after each opening the image sees what is there."""
    draw = random.Random(seed)
    for turn in range(turns):
        host = image.folders[tag] / f"random-{draw.randrange(3)}"
        content = bytearray(host.read_bytes() if host.exists() else b"")
        if draw.random() < 0.6:
            at, count = draw.randrange(60_000), draw.choice((1, 100, 9000))
            content.extend(bytes(max(0, at + count - len(content))))
            content[at : at + count] = filled(count, turn)
            if draw.random() < 0.2:
                del content[draw.randrange(60_000) :]
            # In place or as another file, within one step of the file system's times or later.
            with host.open("r+b" if host.exists() and draw.random() < 0.8 else "wb") as file:
                file.write(content)
                file.truncate()
        assert image.tell("open", 3, f"/{tag}/{host.name}")[0] >= 0
        for _ in range(draw.randrange(6)):
            at, count = draw.randrange(70_000), draw.choice((1, 500, 5000, LARGEST))
            match draw.randrange(5):
                case 0:
                    count = min(count, 20_000)
                    content.extend(bytes(max(0, at + count - len(content))))
                    content[at : at + count] = filled(count, turn)
                    assert image.tell("write", 3, at, count, turn & 255)[0] == count
                case 1:
                    content = bytearray(content[:at].ljust(at, b"\0"))
                    assert image.tell("cut", 3, at)[0] == 0
                case _:
                    image.reads(3, at, count, bytes(content))
        assert image.tell("close", 3)[0] == 0
        assert host.read_bytes() == content


@pytest.mark.parametrize("kind", ["virtiofs", "9p"])
def test_content_in_memory_is_the_hosts(workshop: Path, tmp_path: Path, kind: str) -> None:
    with running(workshop, tmp_path, "qemu-x86_64", kind) as image:
        for tag in ("through", "back"):
            host_changes_are_seen(image, tag)
            mappings_are_the_file(image, tag)
            at_random(image, tag, 1, 40)
        writes_arrive(image)
        if kind == "virtiofs":
            nothing_is_shown_for_a_server_that_is_gone(image, "back")
        else:
            names_are_kept(image, "off")


@pytest.mark.full
@pytest.mark.parametrize("kind", ["virtiofs", "9p"])
@pytest.mark.parametrize("target", VIRTUAL)
def test_content_in_memory_is_the_hosts_for_long(
    workshop: Path, tmp_path: Path, target: str, kind: str
) -> None:
    with running(workshop, tmp_path, target, kind) as image:
        for tag in ("through", "back", "off") if kind == "virtiofs" else ("through", "back"):
            host_changes_are_seen(image, tag)
            if tag != "off":
                mappings_are_the_file(image, tag)
            for seed in range(3):
                at_random(image, tag, seed, 100)
        writes_arrive(image)
        for tag in TAGS if kind == "virtiofs" else ():
            nothing_is_shown_for_a_server_that_is_gone(image, tag)
