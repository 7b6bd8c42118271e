"""Folders of the host in images: what files do there is what they do on Linux, and the host sees the same files."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, Ran, environment, run
from tests.boot.wire import built

from unilith.image.description import ImageDescription
from unilith.run.child import Streams
from unilith.run.network import Network
from unilith.run.qemu import run_qemu

pytestmark = pytest.mark.boot

NO_SPECIAL_FILES = ("not", "special")
"""QEMU's 9P server refuses to make pipes."""
WITHOUT_CACHE, CACHE_OF_9P = ("--set", "FUSE_CACHE=n"), ("--set", "PLAN9_CACHE=y")
"""Content of virtio-fs is kept in memory, unless the recipe says otherwise; that of 9P is not."""
PROXY = "/usr/lib/qemu/virtfs-proxy-helper"  # of the package qemu-system-common
LANDLOCK_CREATE_RULESET = 444  # arch/x86/entry/syscalls/syscall_64.tbl

Tree = dict[str, tuple[int, bytes]]


@pytest.fixture(scope="module")
def on_linux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' program, for the machine that the tests run on."""
    program = tmp_path_factory.mktemp("linux") / "shares"
    source = RECIPES / "shares" / "shares.c"
    subprocess.run(["gcc", "-O1", "-o", program, source], check=True)
    return program


def filled(folder: Path) -> Path:
    inner = folder / "given" / "by" / "the"
    inner.mkdir(parents=True)
    (inner / "host").write_text("hello from outside\n")
    return folder


def tree(folder: Path) -> Tree:
    """All files with their modes and contents."""
    return {
        str(file.relative_to(folder)): (
            file.lstat().st_mode,
            str(file.readlink()).encode()
            if file.is_symlink()
            else file.read_bytes()
            if file.is_file()
            else b"",
        )
        for file in sorted(folder.rglob("*"))
    }


def compare(program: Path, tmp_path: Path, ran_in: Path, ran: Ran, parts: Sequence[str]) -> None:
    here = filled(tmp_path / "linux")
    expected = subprocess.run([program, here, *parts], capture_output=True, text=True, check=True).stdout
    assert ran.status == 0 and ran.console == expected, ran
    assert len(expected.splitlines()) > 100
    assert tree(ran_in) == tree(here)


def shared(recipe: str, target: str, folder: Path, *words: str, options: str = "", cwd: Path) -> Ran:
    return run(recipe, target, "--share", f"{folder}{options}", *words, cwd=cwd)


@pytest.mark.parametrize("target", TARGETS)
def test_files_are_as_on_linux(workshop: Path, tmp_path: Path, on_linux: Path, target: str) -> None:
    folder = filled(tmp_path / "share")
    parts = () if target.startswith("process") else NO_SPECIAL_FILES
    ran = shared("shares", target, folder, "--", "/share", *parts, cwd=workshop)
    compare(on_linux, tmp_path, folder, ran, parts)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("qemu-x86_64", ()),
        ("qemu-x86_64", WITHOUT_CACHE),
        pytest.param("microvm-x86_64", (), marks=pytest.mark.full),
        pytest.param("microvm-x86_64", WITHOUT_CACHE, marks=pytest.mark.full),
        # The devices have no window of mapped files: an image that would use one does without.
        ("qemu-x86_64", ("--want", "fuse-dax")),
        pytest.param("microvm-x86_64", ("--want", "fuse-dax"), marks=pytest.mark.full),
    ],
)
def test_files_are_as_on_linux_by_virtiofs(
    workshop: Path, tmp_path: Path, on_linux: Path, target: str, wanted: Sequence[str]
) -> None:
    folder = filled(tmp_path / "share")
    ran = shared("shares-virtiofs", target, folder, *wanted, "--", "/share", cwd=workshop)
    compare(on_linux, tmp_path, folder, ran, ())
    assert not servers_of(folder)


@pytest.mark.full
@pytest.mark.parametrize("target", ["qemu-x86_64", "microvm-x86_64"])
def test_files_are_as_on_linux_by_9p_in_memory(
    workshop: Path, tmp_path: Path, on_linux: Path, target: str
) -> None:
    folder = filled(tmp_path / "share")
    words = ("--want", "fs.9p", *CACHE_OF_9P, "--", "/share", *NO_SPECIAL_FILES)
    ran = shared("shares", target, folder, *words, options=",kind=9p", cwd=workshop)
    compare(on_linux, tmp_path, folder, ran, NO_SPECIAL_FILES)


@pytest.mark.parametrize("wanted", [WITHOUT_CACHE, CACHE_OF_9P])
@pytest.mark.parametrize("target", ["qemu-x86_64", pytest.param("microvm-x86_64", marks=pytest.mark.full)])
def test_threads_share_shares(workshop: Path, tmp_path: Path, target: str, wanted: Sequence[str]) -> None:
    """Requests of many threads are under way at once, from memory that the devices cannot reach."""
    words = list(wanted)
    for tag, kind in (("a", "9p"), ("b", "virtiofs")):
        (tmp_path / tag).mkdir()
        words += ["--share", f"{tmp_path / tag},tag={tag},kind={kind}"]
    ran = run("shares-threads", target, *words, cwd=workshop)
    assert (ran.status, ran.console) == (0, "failed: 0\n"), ran
    for tag in "ab":
        assert len(list((tmp_path / tag).glob("file-*"))) == 12
        assert not list((tmp_path / tag / "folder").iterdir())


@pytest.mark.parametrize("target", TARGETS)
def test_a_readonly_share_is_not_written_to(workshop: Path, tmp_path: Path, target: str) -> None:
    folder = filled(tmp_path / "share")
    before = tree(folder)
    # Debian 12's virtiofsd cannot refuse writes.
    kind, wanted = ("", ()) if target.startswith("process") else (",kind=9p", ("--want", "fs.9p"))
    words = (*wanted, "--", "/share", "given", "files", "names")
    ran = shared("shares", target, folder, *words, options=f",readonly{kind}", cwd=workshop)
    assert ran.status == 0 and "hello from outside" in ran.console, ran
    assert "for-the-host" in ran.console and "O_TRUNC, 0644): errno 30" in ran.console, ran  # EROFS
    assert 'mkdir("folder", 0750): errno 30' in ran.console, ran
    assert tree(folder) == before


def test_what_is_done_to_a_file_without_a_name_is_not_done_to_another_one(
    workshop: Path, tmp_path: Path
) -> None:
    """QEMU's 9P server knows files by the names that they had."""
    folder = tmp_path / "share"
    folder.mkdir()
    ran = shared(
        "shares-replaced", "qemu-x86_64", folder, "--want", "fs.9p", options=",kind=9p", cwd=workshop
    )
    assert ran.status == 0, ran
    assert ran.console.splitlines()[6:] == [
        *["ftruncate: -2", "fchmod: -2"] * 2,  # ENOENT: it cannot be done
        *["links: 0"] * 2,
    ]
    for name in ("name", "other"):
        assert (folder / name).read_bytes() == b"newest"
        assert (folder / name).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_does_without_its_share_only_if_the_recipe_says_so(workshop: Path, target: str) -> None:
    ran = run("shares", target, "--", "/share", cwd=workshop)
    assert ran.status == 126 and "cannot mount `share0` (share) on /share" in ran.console, ran


def servers_of(folder: Path) -> list[int]:
    """The processes of virtiofsd that serve a folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
        except OSError:  # it has ended
            continue
        if words and words[0].endswith(b"virtiofsd") and f"source={folder}".encode() in words:
            found.append(int(process.name))
    return found


@pytest.mark.parametrize("wanted", [(), pytest.param(WITHOUT_CACHE, marks=pytest.mark.full)])
def test_a_server_that_is_killed_is_an_error_and_no_hang(
    workshop: Path, tmp_path: Path, wanted: Sequence[str]
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    command = [sys.executable, "-m", "unilith.cli.main", "run", str(RECIPES / "shares-killed")]
    command += ["--target", "qemu-x86_64", "--timeout", "100", "--share", f"{folder},kind=virtiofs", *wanted]
    with subprocess.Popen(
        command,
        cwd=workshop,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        console = ""
        for line in process.stdout:
            console += line
            if line == "ready\n":
                (server,) = servers_of(folder)
                os.kill(server, signal.SIGKILL)
        errors = process.stderr.read()
    assert process.returncode == 7, console + errors
    assert "share share0: its server is given up: it does not answer" in console, console
    for line in (
        "stopped: errno 5",
        "read: -1 errno 5",
        "fsync: -1 errno 5",
        "mkdir: -1 errno 5",
        "close: 0",
    ):
        assert f"{line}\n" in console, console
    assert "virtiofsd, which served" in errors and "was killed by signal 9" in errors, errors


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """QEMU's 9P server in two halves, of which one can be killed: it and the socket that QEMU connects to."""
    with tempfile.TemporaryDirectory(prefix="proxy-", dir="/tmp") as name:
        place, folder = Path(name) / "proxy", tmp_path / "share"
        folder.mkdir()
        command = [
            PROXY,
            "-n",
            "-p",
            str(folder),
            "-s",
            str(place),
            "-u",
            str(os.getuid()),
            "-g",
            str(os.getgid()),
        ]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            while not place.exists():
                assert process.poll() is None
                time.sleep(0.01)
            yield process, place
            process.kill()


@pytest.mark.parametrize("wanted", [(), pytest.param(CACHE_OF_9P, marks=pytest.mark.full)])
def test_a_9p_server_that_is_killed_is_an_error_and_no_hang(
    workshop: Path, tmp_path: Path, proxy: tuple[subprocess.Popen[bytes], Path], wanted: Sequence[str]
) -> None:
    folder = built("shares-killed", "qemu-x86_64", *wanted, cwd=workshop)
    process, place = proxy
    written = tmp_path / "share" / "written"

    def kill() -> None:
        while not written.exists() or written.stat().st_size == 0:
            time.sleep(0.01)
        process.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    words = ("-fsdev", f"proxy,id=share0,socket={place}", "-append", "mount=/share:9p:share0")
    result = run_qemu(
        ImageDescription.read(folder / "image.json"),
        Streams(input=b"", output=None),
        args=None,
        memory=16 << 20,
        timeout=100,
        network=Network(),
        accel="tcg",
        arguments=(*words, "-device", "virtio-9p-pci,disable-legacy=on,fsdev=share0,mount_tag=share0"),
    )
    assert result.status == 7, result
    for line in (b"stopped: errno 5", b"open: -1 errno 5", b"mkdir: -1 errno 5", b"close: 0"):
        assert line + b"\n" in result.console, result


def test_a_process_is_confined_to_its_share(workshop: Path, tmp_path: Path) -> None:
    """Also if what runs in it makes calls of its own, which the filter cannot look into."""
    folder, outside = filled(tmp_path / "share"), tmp_path / "outside"
    outside.write_text("secret")
    inside = folder / "given" / "by" / "the" / "host"
    words = (str(outside), str(outside), str(inside), str(inside))
    confined = ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1) >= 2
    for option, writing in (("", "open 0"), (",readonly", "error 13")):
        ran = shared("shares-escape", "process-x86_64", folder, "--", *words, options=option, cwd=workshop)
        assert ran.status == 0 and "in the share: 0" in ran.console, ran
        if confined:
            assert "1: error 13\n2: error 13\n3: open 0\n" in ran.console, ran  # EACCES
            assert f"4: {writing}\n" in ran.console, ran
        else:
            assert "cannot confine the process" in ran.console, ran


@pytest.mark.parametrize("target", ["microvm-x86_64", pytest.param("process-x86_64", marks=pytest.mark.full)])
def test_lua_reads_its_scripts_from_a_share(workshop: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "main.lua").write_text(
        'package.path = "/scripts/?.lua"\n'
        'local words = require("words")\n'
        'local out = assert(io.open("/scripts/out.txt", "w"))\n'
        "out:write(words.greeting, '\\n')\n"
        "out:close()\n"
        "print(words.greeting)\n"
    )
    (tmp_path / "words.lua").write_text('return {greeting = "hello from a module"}\n')
    ran = run("lua-share", target, "--share", tmp_path, cwd=workshop)
    assert ran.status == 0 and ran.console == "hello from a module\n", ran
    assert (tmp_path / "out.txt").read_text() == "hello from a module\n"
