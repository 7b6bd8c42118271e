"""Shares whose host has no room, or a broken disk: the calls that meet it say so, and what was written stays.

The servers are the real ones. A library that is loaded before theirs fails calls to some files as the host would;
nothing is mounted for it, so that these tests need no rights.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.boot.command import run
from tests.boot.test_shares import CACHE_OF_9P

pytestmark = pytest.mark.boot

SOURCE = Path(__file__).parent / "programs" / "failing_files.c"
EIO, ENOSPC, EROFS, EDQUOT = 5, 28, 30, 122
FAULTS = {"full": ("write", ENOSPC), "quota": ("write", EDQUOT), "broken": ("write", EIO)}
FAULTS |= {"sync": ("fsync", EIO), "readonly": ("open", EROFS)}
ROOM, SIZE = 10_000, 65_536
"""Bytes that are there for what is written, two and a half of the program's writes; and what it writes."""


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library."""
    library = tmp_path_factory.mktemp("faults") / "failing_files.so"
    command = [
        "gcc",
        "-O1",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-o",
        str(library),
        str(SOURCE),
    ]
    subprocess.run(command, check=True)
    return library


def told(name: str, call: str, error: int, kind: str, waits: bool) -> list[str]:
    """What the program says of a file; `waits`: writes may wait in memory. QEMU's 9P server tells only of the error
    where it could write a part."""
    written, kept, synced = ["16 times write: 4096"], SIZE, "0"
    if call == "fsync" or waits:
        synced = f"errno {error}"
    elif call == "open":
        written, kept = [f"16 times write: errno {error}"], 0
    else:
        part = ["14 times"] if kind == "9p" else ["1 times write: 1808", "13 times"]
        written = ["2 times write: 4096", *part[:-1], f"{part[-1]} write: errno {error}"]
        kept = ROOM
    synced_twice = [f"fsync: {synced}"] * 2
    said = ["open: 0", *written, *synced_twice, "close: 0", f"holds: {kept}", f"of what was written: {kept}"]
    return [name, *(f"  {line}" for line in said)]


def bytes_written(count: int) -> bytes:
    """As the program makes them."""
    return bytes((i * 7 + i // 4096) & 255 for i in range(count))


@pytest.mark.parametrize(
    ("kind", "words", "waits"),
    [
        ("virtiofs", (), True),
        ("9p", (), False),
        pytest.param("9p", CACHE_OF_9P, True, marks=pytest.mark.full),
        pytest.param("virtiofs", ("--set", "FUSE_CACHE=n"), False, marks=pytest.mark.full),
    ],
)
def test_what_the_host_cannot_write_is_said(
    workshop: Path,
    tmp_path: Path,
    faults: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    words: tuple[str, ...],
    waits: bool,
) -> None:
    """What waits is kept in memory behind an error, and each fsync tries again and tells of it again."""
    faulty, words_of_shares, expected = [], [], []
    for tag in ("through", "back"):
        folder = tmp_path / tag
        folder.mkdir()
        words_of_shares += ["--share", f"{folder},tag={tag},kind={kind}"]
        for name, (call, error) in FAULTS.items():
            (folder / name).touch()
            faulty.append(f"{(folder / name).stat().st_ino}:{call}:{error}:{ROOM}")
            expected += told(f"/{tag}/{name}", call, error, kind, waits and tag == "back")
    monkeypatch.setenv("LD_PRELOAD", str(faults))
    monkeypatch.setenv("FAILING_FILES", ",".join(faulty))
    names = [line for line in expected if line.startswith("/")]
    ran = run(
        "shares-full",
        "qemu-x86_64",
        *words_of_shares,
        *("--want", f"fs.{kind}", *words, "--", *names),
        cwd=workshop,
    )
    assert ran.status == 0, ran
    lines = [line for line in ran.console.splitlines() if not line.startswith("[")]  # the log has brackets
    assert lines == expected, ran
    for name, (call, _) in FAULTS.items():
        kept = {"write": ROOM, "fsync": SIZE, "open": 0}[call]
        for tag in ("through", "back"):
            assert (tmp_path / tag / name).read_bytes() == bytes_written(kept), (tag, name)
