"""Small plans and their parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from unilith.plan.model import Plan, Unit
from unilith.plan.toolchain import find_toolchain

LIBS = Path(__file__).parents[3] / "libs"
TOOLCHAIN = find_toolchain("x86_64")


def headers(*libraries: str) -> tuple[Path, ...]:
    """The public headers of libraries and interfaces in the tree."""
    return tuple(LIBS / name / "include" for name in libraries)


def plan_of(**fields: Any) -> Plan:
    """A plan with nothing in it but ``fields``."""
    empty = Plan(
        recipe="app",
        target="qemu-x86_64",
        toolchain=TOOLCHAIN,
        app=(Unit("app", (), (Path("/app"),), ()),),
        units=(),
        archives=(),
        boot_steps=(),
        tables=(),
        calls=(),
        stubs=(),
        guarded=(),
        probed=(),
        program_calls=(),
        host_calls=(),
        argv=("app",),
        env=(),
        prefix_map=(),
    )
    return replace(empty, **fields)
