"""The baseline: the same tests, linked with the same version of musl, on the Linux of this machine.

Each runs as root of namespaces of its own (processes, mounts, System V and POSIX queues), so that what it kills, mounts
or leaves is its own; and without the right to set the machine's clock.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.posix.ninja import Link, Step, build_all
from tests.posix.outcome import Outcome, Ran, outcome_of
from tests.posix.suite import Case

COMPILER = "musl-gcc"  # of the package musl-tools, which has the version that images are built with
FLAGS = ("-std=gnu11", "-Os", "-w", "-fno-stack-protector", "-D_XOPEN_SOURCE=600")

# The test must not be process 1, which signals do not end.
_INSIDE = (
    'mount -t tmpfs none /tmp && mount -t tmpfs none /dev/shm && cp "$1" /tmp/test && cd /tmp && '
    "setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- ./test; exit $?"
)


def compile_for_linux(cases: Sequence[Case], tree: Path, folder: Path, jobs: int) -> dict[str, Path]:
    """The programs by the tests' names; those that musl's headers do not let compile are missing."""
    links = []
    for case in cases:
        program = folder / "linux" / case.name
        object_file = program.with_suffix(".linux.o")
        step = Step(tree / case.source, object_file, (*FLAGS, f"-I{tree / 'include'}"))
        links.append(Link(program, (object_file,), (), (step,)))
    build_all(
        folder / "linux.ninja", {"cc": COMPILER, "link": f"{COMPILER} -static -no-pie"}, links, jobs=jobs
    )
    return {case.name: link.output for case, link in zip(cases, links, strict=True) if link.output.is_file()}


def run_on_linux(program: Path, limit: float) -> Ran:
    """Runs a program in namespaces of its own; all its processes end with it."""
    words = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        words += ["--user", "--map-root-user"]
    begin = time.monotonic()
    process = subprocess.Popen(
        [*words, "sh", "-c", _INSIDE, "sh", f"./{program.name}"],
        cwd=program.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limit)
        outcome = outcome_of(process.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        outcome = Outcome.TIMEOUT
    return Ran(outcome, said.decode("utf-8", "replace")[-2000:], time.monotonic() - begin)
