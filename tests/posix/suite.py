"""The Open POSIX Test Suite: where it comes from, and which of its tests there are.

The suite is GPL-licensed and never part of this tree: it is fetched like any other upstream, by a pin.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from unilith.catalog.model import Upstream
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

PIN = Upstream.model_validate(
    {
        "version": "1.5.2",
        "license": "GPL-2.0-or-later",
        "debian": {
            "package": "posixtestsuite",
            "version": "1.5.2-8",
            "sha256": "15a2185672127cba851d35ec9d538ff6148defdbb75f99c7e9c50aeba0f94757",
        },
    }
)

INTERFACES = Path("conformance/interfaces")

# The first that fits counts.
AREAS = {
    "signals": ("sig*", "raise", "kill", "killpg", "pthread_kill", "pthread_sigmask"),
    "threads": ("pthread_*",),
    "semaphores": ("sem_*",),
    "scheduling": ("sched_*",),
    "message queues": ("mq_*",),
    "shared memory": ("shm_*",),
    "memory": ("mmap", "munmap", "mlock*", "munlock*"),
    "timers": ("timer_*",),
    "clocks": ("clock*", "nanosleep", "*time", "*time_r"),
    "asynchronous I/O": ("aio_*", "lio_listio", "fsync"),
    "processes": ("fork", "getpid"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One test: a program. ``name`` is its file below the suite's interfaces without `.c`: `sem_wait/1-1`."""

    name: str
    area: str

    @property
    def source(self) -> Path:
        """The file, relative to the suite's folder."""
        return INTERFACES / f"{self.name}.c"


def suite_folder() -> Path:
    """The unpacked suite in the user's cache; it is fetched if it is not there."""
    return source_tree(PIN, Path(), cache=cache_folder())


def area_of(interface: str) -> str:
    """The area that an interface of POSIX belongs to."""
    return next(a for a, patterns in AREAS.items() if any(fnmatch(interface, p) for p in patterns))


def find_cases(tree: Path) -> list[Case]:
    """All tests that are programs, in order of name.

    Left out are those that are shell scripts (nearly all of them say only that there is no test), and what such a
    script would start with an argument (`*-buildonly.c`).
    """
    files = sorted((tree / INTERFACES).glob("*/[0-9]*-[0-9]*.c"))
    return [
        Case(f"{file.parent.name}/{file.stem}", area_of(file.parent.name))
        for file in files
        if "buildonly" not in file.stem
    ]


def choose(cases: list[Case], patterns: list[str]) -> list[Case]:
    """The cases that fit one of the patterns: an area, a test's name or an interface's, with `*`."""
    if not patterns:
        return cases
    return [
        case
        for case in cases
        if any(
            case.area == p or fnmatch(case.name, p) or fnmatch(case.name.partition("/")[0], p)
            for p in patterns
        )
    ]
