"""The C tables of a plan: boot order, providers, system calls, the recipe's arguments."""

from __future__ import annotations

from collections.abc import Sequence

from unilith.generate.files import environment
from unilith.generate.seccomp import filter_source
from unilith.plan.model import Plan
from unilith.plan.pointers import POINTERS
from unilith.resolver.statements import STUB_LIBRARY

PROGRAM_LOADER = "program-loader"
"""The library that connects further programs with the image's system calls."""
PROCFS = "procfs"
"""The library that shows what the image is made of."""
SHELL = "shell"
"""The library that tells how large that is, too."""


def program_source(calls: Sequence[str]) -> str:
    """The C file of a further program: where it begins, and the functions of the kernel that it calls."""
    return environment().get_template("program.c.j2").render(calls=calls)


def table_sources(plan: Plan) -> dict[str, str]:
    """The generated C files by name. Each is there only if something in the image refers to it."""
    env = environment()

    def render(template: str, **values: object) -> str:
        return env.get_template(template + ".j2").render(**values)

    files = {
        "boot_steps.c": render("boot_steps.c", boot_steps=plan.boot_steps),
        "recipe_args.c": render("recipe_args.c", argv=plan.argv, env=plan.env),
    }
    for table in plan.tables:
        files[f"{table.name}.c"] = render("provider_table.c", table=table)
    if plan.stubs or any(unit.name == STUB_LIBRARY for unit in plan.units):
        files["stubs.c"] = render("stubs.c", stubs=plan.stubs)
    if any(unit.name == PROGRAM_LOADER for unit in plan.units):
        files["program_calls.c"] = render("program_calls.c", calls=plan.program_calls)
    if any(unit.name == PROCFS for unit in plan.units):
        names = sorted(unit.name for unit in plan.units if unit.config is not None)
        files["recipe_libraries.c"] = render("recipe_libraries.c", libraries=names)
    if any(unit.name == SHELL for unit in plan.units):
        files["recipe_sizes.c"] = render("recipe_sizes.c", sizes=plan.sizes)
    if plan.guarded or plan.probed:
        probes = {call: " && ".join(p.check for p in POINTERS[call]) for call in plan.probed}
        calls = [(call, probes.get(call, "")) for call in sorted({*plan.guarded, *probes})]
        files["guarded_calls.c"] = render(
            "guarded_calls.c",
            calls=calls,
            guard=bool(plan.guarded),
            probe=bool(probes),
            wide=plan.wide,
        )
    if plan.calls:
        files["dispatch.c"] = render("dispatch.c", calls=plan.calls)
    if plan.host_calls:
        files["host_filter_program.c"] = filter_source(plan.host_calls, plan.toolchain.arch)
    return files
