"""/proc: what programs read of themselves and of the system, in the forms of proc(5)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.boot.command import run

pytestmark = pytest.mark.boot

SELF = "/proc/self"
PATHS = (
    *("/proc", SELF, "/proc/1", "/proc/2", "/proc/01", "/proc/thread-self", "/proc/stat", "/proc/uptime"),
    *("/proc/loadavg", "/proc/meminfo", "/proc/mounts", "/proc/sys/kernel/random/uuid", "/proc/net/dev"),
    *(f"{SELF}/{name}" for name in ("cwd", "root", "exe", "task", "task/2", "fd", "fd/1", "fd/3", "fd/99")),
    *(f"{SELF}/{name}" for name in ("cmdline", "comm", "environ", "limits", "maps", "mountinfo", "mounts")),
    *(
        f"{SELF}/{name}"
        for name in ("stat", "statm", "status", "oom_score_adj", "task/2/comm", "task/1/comm")
    ),
    *(f"{SELF}/{name}" for name in ("task/2/stat", "task/2/status", "task/9/comm", "task/2/nothing")),
)


def words_of(text: str) -> set[str]:
    return set(text.split()) - {".", ".."}


@pytest.mark.parametrize(
    "target",
    ["process-x86_64", *(pytest.param(t, marks=pytest.mark.full) for t in ("microvm-x86_64", "qemu-x86_64"))],
)
def test_proc_tells_of_the_process(target: str, workshop: Path) -> None:
    ran = run("proc", target, "--", *PATHS, cwd=workshop)
    assert ran.status == 0, ran
    *lines, changed, last = ran.console.splitlines()
    found: dict[str, str | None] = {}
    for line in lines:
        found |= json.loads(line)

    def text(name: str) -> str:
        said = found[name if name.startswith("/") else f"{SELF}/{name}"]
        assert said is not None, (name, ran)
        return said

    assert words_of(text("/proc")) >= {"1", "self", "stat", "meminfo", "mounts", "sys", "net", "unilith"}
    assert (text(SELF), text("/proc/thread-self")) == ("1", "1/task/1")
    assert words_of(text("/proc/1")) >= {"cmdline", "environ", "exe", "fd", "maps", "stat", "status", "task"}
    missing = ("/proc/2", "/proc/01", f"{SELF}/fd/99", f"{SELF}/task/9/comm", f"{SELF}/task/2/nothing")
    assert all(found[name] is None for name in missing), found
    assert (text("cwd"), text("root"), text("exe")) == ("/in", "/", "/proc")
    assert (words_of(text("task")), words_of(text("task/2"))) == ({"1", "2"}, {"comm", "stat", "status"})
    assert words_of(text("fd")) == {"0", "1", "2", "3", "4", "5"}  # 5 is the one that lists
    assert re.fullmatch(r"device:\[\d+\]", text("fd/1")) and re.fullmatch(r"pipe:\[\d+\]", text("fd/3"))
    assert text("cmdline") == "proc\0" and text("environ") == "A=one\0B=two words\0"
    assert (text("comm"), text("task/1/comm"), text("task/2/comm")) == ("proc\n", "proc\n", "worker\n")

    status = dict(line.split(":\t", 1) for line in text("status").splitlines())
    assert (status["Name"], status["Pid"], status["Tgid"], status["Threads"]) == ("proc", "1", "1", "2")
    assert status["Uid"] == "0\t0\t0\t0" and status["VmRSS"].split()[1] == "kB"
    assert text("task/2/status").splitlines()[0] == "Name:\tworker"
    fields = text("stat").split()
    assert len(fields) == 52 and fields[:4] == ["1", "(proc)", "R", "0"] and fields[19] == "2"
    pages = int(fields[23])
    assert pages > 0 and pages * 4 == int(status["VmRSS"].split()[0])
    assert int(fields[22]) == int(status["VmSize"].split()[0]) * 1024
    other = text("task/2/stat").split()
    assert len(other) == 52 and other[:2] == ["2", "(worker)"]
    assert len(text("statm").split()) == 7

    limits = {line[:26].strip(): line[26:].split() for line in text("limits").splitlines()}
    assert limits["Max open files"][0] == "100" and limits["Max open files"][2] == "files"
    assert limits["Max cpu time"] == ["unlimited", "unlimited", "seconds"]
    for line in text("maps").splitlines():
        assert re.match(r"[0-9a-f]{8,16}-[0-9a-f]{8,16} [r-][w-][x-][ps] [0-9a-f]{8} \d\d:\d\d \d+ ", line), (
            line
        )
    assert " r-xp " in text("maps") and " rw-p " in text("maps") and "rwx" not in text("maps")
    assert text("mounts") == text("/proc/mounts")
    mounts = [line.split() for line in text("mountinfo").splitlines()]
    assert [(m[3], m[4], m[6], m[7]) for m in mounts] == [
        ("/", "/", "-", "ramfs"),
        ("/", "/proc", "-", "proc"),
    ]
    assert mounts[1][1] == mounts[0][0]

    processor = text("/proc/stat").splitlines()[0].split()
    assert processor[0] == "cpu" and len(processor) == 11 and all(map(str.isdigit, processor[1:]))
    assert len(text("/proc/uptime").split()) == 2
    assert text("/proc/loadavg") == "0.00 0.00 0.00 1/2 1\n"
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n",
        text("/proc/sys/kernel/random/uuid"),
    )
    assert text("/proc/net/dev").startswith("Inter-|")
    assert json.loads(changed) == {"chdir": "0"} and json.loads(last) == {f"{SELF}/cwd": "/proc/1/task/2"}
