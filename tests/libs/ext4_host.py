"""ext4 on the host: images made by mke2fs, the program libs/fs/ext4/tests/drive.c, and a folder to compare with.

`Drive` runs the program on an image and speaks with it; `Reference` does the same operations in a folder of the
host. Both answer with the same text, so that a test need only compare.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import zlib
from pathlib import Path
from types import TracebackType

from tests.libs import test_host_programs as host

from unilith.image.host_tools import find_tool

# What e2fsck may say when it finds a file system after a crash: that it does what a mount does, too. The last commit
# record may be torn: then its transaction never was, and e2fsck says so.
RECOVERY = re.compile(
    r"^$|recovering journal|Clearing orphaned inode|Truncating orphaned inode|uid=|\d+/\d+ files"
    r"|Journal transaction \d+ was corrupt, replay was aborted"
)

DRIVE = host.LIBS / "fs" / "ext4" / "tests" / "drive.c"
CFLAGS = ("-DCONFIG_EXT4_CACHE=256", "-DCONFIG_EXT4_DISCARD=1", "-DCONFIG_LIB_LOG=1")
SOURCES = (host.LIBS / "fs" / "block-cache", host.LIBS / "fs" / "fs-trim", host.LIBS / "base" / "crc32c")

# What mke2fs is asked for, and how large the image is.
KINDS = {
    "default": ["-t", "ext4", "-b", "4096", "-J", "size=4"],
    "small-blocks": ["-t", "ext4", "-b", "1024", "-J", "size=1", "-g", "2048"],
    "no-journal": ["-t", "ext4", "-b", "1024", "-O", "^has_journal"],
    "no-checksums": ["-t", "ext4", "-b", "1024", "-J", "size=1", "-O", "^metadata_csum"],
    "no-trees": ["-t", "ext4", "-b", "1024", "-J", "size=1", "-O", "^dir_index,^64bit"],
    "small-inodes": ["-t", "ext4", "-b", "1024", "-J", "size=1", "-I", "128", "-O", "^flex_bg"],
}


def tool(name: str) -> str:
    """A program of e2fsprogs, wherever it is."""
    return find_tool(name, "e2fsprogs")


def build_drive(folder: Path) -> Path:
    """Compiles the program, with ASan and UBSan."""
    tree = host.Tree(host.LIBS)
    sources = tuple(file for source in SOURCES for file in sorted(source.glob("*.c")))
    program = host.Program(DRIVE, sources, None, (), CFLAGS, runs=0, max_len=0)
    return host.build(tree, program, folder)


def make_image(path: Path, kind: str, size: str = "16M", tree: Path | None = None) -> Path:
    """An image as mke2fs makes it, with the content of a folder if there is one."""
    path.unlink(missing_ok=True)
    content = ["-d", str(tree)] if tree is not None else []
    command = [tool("mke2fs"), "-q", "-F", *KINDS[kind], "-U", "c8f5a1de-6a6e-4f8a-9a55-6f9d3c1b7e20", "-E",
               "hash_seed=6a6e4f8a-9a55-6f9d-3c1b-7e20c8f5a1de", *content, str(path), size]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return path


def fsck(path: Path, *options: str) -> str:
    """What e2fsck finds; empty: nothing."""
    command = [tool("e2fsck"), "-f", *(options or ("-n",)), str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    findings = result.stdout + result.stderr
    if result.returncode == 0 and "<n>" not in findings and "? no" not in findings:
        return ""
    return f"e2fsck ends with {result.returncode}: {findings}"


class Drive:
    """The program, with a mounted image."""

    def __init__(
        self, program: Path, image: Path, record: Path | None = None, quiet: bool = False, options: str = ""
    ) -> None:
        self.image = image
        environment = {**os.environ, **host.ENVIRONMENT, "OPTIONS": options}
        environment |= {"QUIET": "1"} if quiet else {}
        self.process = subprocess.Popen(
            [program, image, *([record] if record else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 16, env=environment,
        )  # fmt: skip

    def __enter__(self) -> Drive:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        status = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        assert status == 0 or kind is not None, f"drive ended with {status}"

    def all(self, lines: list[str]) -> list[str]:
        """The answers to some lines."""
        assert self.process.stdin is not None and self.process.stdout is not None
        answers = []
        for begin in range(0, len(lines), 50):
            some = lines[begin : begin + 50]
            self.process.stdin.write("".join(line + "\n" for line in some))
            self.process.stdin.flush()
            for line in some:
                answer = self.process.stdout.readline()
                assert answer, f"drive ended at: {line}"
                answers.append(answer.rstrip("\n"))
        return answers

    def __call__(self, line: str) -> str:
        return self.all([line])[0]


BASE = [i * i for i in range(251)]


def content(offset: int, size: int, seed: int) -> bytes:
    """The bytes that `write` writes."""
    turn = bytes((seed + b) & 255 for b in BASE)
    return (turn * (size // 251 + 2))[offset % 251 : offset % 251 + size]


class Reference:
    """The same operations on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        self.make_directory("/lost+found", 0o700)

    def at(self, path: str) -> Path:
        return self.folder / path[1:]

    def make_directory(self, path: str, mode: int) -> None:
        self.at(path).mkdir()
        self.at(path).chmod(mode)

    def file(self, path: str, flags: int) -> int:
        status = os.lstat(self.at(path))
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(21, "")
        if not stat.S_ISREG(status.st_mode):
            raise OSError(22, "")
        return os.open(self.at(path), flags)

    def __call__(self, line: str) -> str:
        words = line.split()
        try:
            return str(getattr(self, "do_" + words[0])(*words[1:]) or 0)
        except OSError as error:
            return str(-(error.errno or 0))

    def do_create(self, path: str, mode: str) -> None:
        os.close(os.open(self.at(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        self.at(path).chmod(int(mode, 8))

    def do_mkdir(self, path: str, mode: str) -> None:
        self.make_directory(path, int(mode, 8))

    def do_symlink(self, target: str, path: str) -> None:
        self.at(path).symlink_to(target)

    def do_mknod(self, path: str, mode: str, device: str) -> None:
        os.mknod(self.at(path), int(mode, 8), int(device))
        self.at(path).chmod(int(mode, 8) & 0o7777)

    def do_link(self, old: str, new: str) -> None:
        os.link(self.at(old), self.at(new), follow_symlinks=False)

    def do_unlink(self, path: str) -> None:
        if stat.S_ISDIR(os.lstat(self.at(path)).st_mode):
            raise IsADirectoryError(21, "")
        self.at(path).unlink()

    def do_rmdir(self, path: str) -> None:
        self.at(path).rmdir()

    def do_rename(self, old: str, new: str, flags: str = "0") -> None:
        if flags == "0":
            self.at(old).rename(self.at(new))
            return
        a, b = self.at(old), self.at(new)  # exchange, in steps
        for one in (a, b):
            if not stat.S_ISDIR(one.parent.stat().st_mode):
                raise NotADirectoryError(20, "")
        first, second = os.lstat(a), os.lstat(b)
        if (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino):
            return
        if a in b.parents or b in a.parents:
            raise OSError(22, "")
        a.rename(self.at("/exchanged"))
        b.rename(a)
        self.at("/exchanged").rename(b)

    def do_write(self, path: str, offset: str, size: str, seed: str) -> int:
        file = self.file(path, os.O_WRONLY)
        try:
            return os.pwrite(file, content(int(offset), int(size), int(seed)), int(offset))
        finally:
            os.close(file)

    def do_read(self, path: str, offset: str, size: str) -> int:
        file = self.file(path, os.O_RDONLY)
        try:
            return zlib.crc32(os.pread(file, int(size), int(offset)))
        finally:
            os.close(file)

    def do_truncate(self, path: str, size: str) -> None:
        file = self.file(path, os.O_WRONLY)
        try:
            os.ftruncate(file, int(size))
        finally:
            os.close(file)

    def do_allocate(self, path: str, offset: str, size: str, mode: str) -> None:
        file = self.file(path, os.O_WRONLY)
        try:
            begin, end, old = int(offset), int(offset) + int(size), os.fstat(file).st_size
            if int(mode) & 18:  # PUNCH_HOLE, ZERO_RANGE
                os.pwrite(file, bytes(max(0, min(end, old) - begin)), begin)
            if not int(mode) & 1 and end > old:
                os.ftruncate(file, end)
        finally:
            os.close(file)

    def do_chmod(self, path: str, mode: str) -> None:
        if stat.S_ISLNK(os.lstat(self.at(path)).st_mode):
            return  # Linux has no permissions for them
        self.at(path).chmod(int(mode, 8))

    def do_sync(self, path: str, *_: str) -> None:
        os.lstat(self.at(path))

    def tree(self) -> str:
        """As `tree` prints it, but for owners."""
        lines: list[str] = []
        self.walk("", lines)
        return "".join(lines)

    def walk(self, path: str, lines: list[str]) -> None:
        status = os.lstat(self.at(path))
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            names = sorted(entry.name for entry in self.at(path).iterdir())
            below = sum(stat.S_ISDIR(os.lstat(self.at(f"{path}/{name}")).st_mode) for name in names)
            lines.append(f"{path or '/'} {mode:o} {2 + below if path else 0} 0;")
            for name in names:
                self.walk(f"{path}/{name}", lines)
            return
        line = f"{path} {mode:o} {status.st_nlink} {status.st_size if stat.S_ISREG(mode) else 0}"
        if stat.S_ISREG(mode):
            line += f" {zlib.crc32(self.at(path).read_bytes())}"
        elif stat.S_ISLNK(mode):
            target = os.fsencode(self.at(path).readlink())
            line = f"{path} {mode:o} {status.st_nlink} {len(target)} {zlib.crc32(target)}"
        lines.append(line + ";")

    def remove(self) -> None:
        shutil.rmtree(self.folder)


def without_owners(tree: str) -> str:
    """A printed tree without the column of owners."""
    entries = [entry.split(" ") for entry in tree.split(";") if entry]
    return "".join(" ".join(words[:3] + words[4:]) + ";" for words in entries)
