"""Demand by link probe: what the linked application still lacks, as facts that say who asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from unilith.demand.facts import Fact, FactKind, Origin
from unilith.demand.reachable import Reach, Reached
from unilith.errors import UserError, UserErrors

DISPATCH = "sys_dispatch"
_SYSCALL = "sys_"

# Defined by the linker script or the toolchain, for every image (docs/architecture.md).
LINKER = frozenset(
    """_init _fini _DYNAMIC _GLOBAL_OFFSET_TABLE_ __init_array_start __init_array_end __fini_array_start
    __fini_array_end __preinit_array_start __preinit_array_end image_start image_end text_start text_end
    rodata_start rodata_end data_start data_end bss_start bss_end boot_stack_guard boot_stack_bottom
    boot_stack_top tls_start tls_end tls_file_end tls_alignment""".split()  # noqa: SIM905 - a list of words
)


@dataclass(frozen=True, slots=True)
class Probed:
    """The demand that the program itself shows.

    ``numbered``: it makes system calls whose number is known only at run time, so the image needs the
    table of all calls that it provides. ``wanted`` are all names that it
    leaves undefined, ``stored`` counts the bytes of the program and its C library.
    """

    facts: tuple[Fact, ...]
    numbered: bool
    wanted: frozenset[str]
    stored: int


def chain(path: Iterable[str]) -> str:
    """A path through the program, for people; a long one keeps its two ends."""
    steps = list(path)
    if len(steps) > 7:
        steps = [*steps[:3], "...", *steps[-3:]]
    return " > ".join(steps)


def demand_of(
    recipe: str,
    reached: Reach,
    interface_of: Callable[[str], str | None],
    asked_by: Mapping[str, str] = MappingProxyType({}),
) -> Probed:
    """Facts for everything that is undefined, and for what calls show that are not. ``interface_of`` maps a
    function's name to its interface, ``asked_by`` a function of the C library to what its use asks for.

    A name that nobody can provide is a `UserError` that says who refers to it.
    """
    facts: dict[tuple[FactKind, str], Fact] = {}
    unknown: list[UserError] = []
    numbered = False
    for item in reached.undefined:
        by = chain(item.path)
        if item.name == DISPATCH:
            numbered = True
        elif item.name.startswith(_SYSCALL):
            call = item.name.removeprefix(_SYSCALL)
            fact = Fact(FactKind.SYSCALL, call, Origin(f"{recipe} calls {call}: {by}"))
            facts[fact.kind, fact.name] = fact
        elif interface := interface_of(item.name):
            fact = Fact(FactKind.INTERFACE, interface, Origin(f"{recipe} calls {item.name}(): {by}"))
            facts.setdefault((fact.kind, fact.name), fact)
        elif item.name not in LINKER:
            unknown.append(_nobody(recipe, item, by))
    for item in reached.asked:
        origin = Origin(f"{recipe} calls {item.name}(): {chain(item.path)}")
        fact = Fact(FactKind.INTERFACE, asked_by[item.name], origin)
        facts.setdefault((fact.kind, fact.name), fact)
    wanted = frozenset(item.name for item in reached.undefined)
    if unknown:
        raise unknown[0] if len(unknown) == 1 else UserErrors(unknown)
    return Probed(tuple(facts[key] for key in sorted(facts)), numbered, wanted, reached.stored)


def _nobody(recipe: str, item: Reached, by: str) -> UserError:
    if item.name == "main" or not item.path:
        return UserError(
            f"{recipe} has no function '{item.name}'",
            hint="A program begins with `int main(int argc, char **argv)` in one of the recipe's sources.",
        )
    return UserError(
        f"{recipe} refers to '{item.name}', which nothing defines: no source, no C library, no interface",
        hint=f"Referred to by: {by}",
    )
