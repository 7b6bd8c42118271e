"""The stack protector: compiler options for the whole image, where a library has the other half of it.

The application is compiled before anything is chosen, to see what it needs. If its recipe asks for the protector
it is compiled with it from the beginning; where only the choice brings it in, it is compiled once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from unilith.demand.recipe import Recipe
from unilith.plan.model import Plan, Unit

STACK_PROTECTOR = "stack.protector"
"""The interface whose provider defines what the compiled code refers to."""
PROTECTION, _OPTION = "protection", "PROTECTION_STACK"

FLAGS = ("-fstack-protector-strong", "-mstack-protector-guard=global")
_AGAIN = "/@protector"  # objects that are compiled a second time stand in a folder of their own


def recipe_asks(recipe: Recipe) -> bool:
    """Whether the recipe says by itself that its image has a stack protector."""
    needs = {ref.name for ref in recipe.needs if not ref.when}
    return STACK_PROTECTOR in needs or (
        PROTECTION in needs and recipe.options.get(_OPTION, True) not in (False, "n")
    )


def protected(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units compiled with the stack protector."""
    return tuple(replace(unit, flags=(*unit.flags, *FLAGS)) for unit in units)


def fitted(plan: Plan, *, wanted: bool) -> Plan:
    """The plan with or without the stack protector, as decided; the application may have been compiled otherwise."""
    units = protected(plan.units) if wanted else plan.units
    return replace(plan, units=units, app=tuple(_fit(unit, wanted) for unit in plan.app))


def _fit(unit: Unit, wanted: bool) -> Unit:
    is_protected = unit.flags[-len(FLAGS) :] == FLAGS
    if is_protected == wanted:
        return unit
    flags = (*unit.flags, *FLAGS) if wanted else unit.flags[: -len(FLAGS)]
    return replace(unit, name=unit.name + _AGAIN, flags=flags)
