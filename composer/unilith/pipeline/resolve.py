"""From a demand to a selection with every option's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from unilith.catalog.costs import library_costs, read_costs
from unilith.demand.facts import FactKind, Origin
from unilith.demand.recipe import Recipe
from unilith.errors import UserError, Where
from unilith.kconfig.options import OptionValues, load_options
from unilith.pipeline.demand import Demand
from unilith.pipeline.request import Request
from unilith.resolver.choices import Rule, RuleKind, rules_of
from unilith.resolver.selection import Refused, Resolved, select


@dataclass(frozen=True, slots=True)
class Resolution:
    """A selection, the problem that it solves, and the options' values."""

    resolved: Resolved
    options: OptionValues


def resolve(request: Request, demand: Demand) -> Resolution:
    """Selects the libraries. A refusal is a `UserError` made of the statements that contradict each other."""
    catalog, recipe = demand.catalog, demand.recipe
    rules = rules_of(recipe, want=request.want, forbid=request.forbid, settings=dict(request.options))
    rules += without_libc(recipe)
    asked = {rule.name: rule.value for rule in rules if rule.kind is RuleKind.SET}
    wheres = {
        rule.name: rule.origin.where for rule in rules if rule.kind is RuleKind.SET and rule.origin.where
    }
    work = demand.work

    def values_for(libraries: frozenset[str]) -> OptionValues:
        return load_options(
            catalog, libraries, asked, arch=demand.target.arch, wheres=wheres, folder=work / "kconfig"
        )

    def symbols_for(libraries: frozenset[str]) -> Mapping[str, str]:
        return values_for(libraries).symbols

    calls = {fact.name for fact in demand.facts if fact.kind is FactKind.SYSCALL}
    costs = library_costs(catalog, read_costs(catalog, demand.target.arch), calls)
    answer = select(
        recipe.name, catalog, demand.facts, demand.target, rules, costs=costs, options=symbols_for
    )
    if isinstance(answer, Refused):
        raise refusal(demand, answer)
    options = values_for(frozenset(answer.selection.names))
    selection = replace(answer.selection, options=dict(sorted(options.options.items())))
    return Resolution(replace(answer, selection=selection), options)


def without_libc(recipe: Recipe) -> tuple[Rule, ...]:
    """A program that was compiled without a C library cannot be linked with one."""
    if recipe.libc != "none":
        return ()
    where = Where(f"{recipe.folder.name}/{recipe.file.name}", recipe.lines.get("libc", 0))
    return (Rule(RuleKind.FORBID, "libc", Origin(f"{recipe.name} is written without a C library", where)),)


def refusal(demand: Demand, refused: Refused) -> UserError:
    """Why there is no selection, in the words of the statements that cannot hold together."""
    lines = [f"  {s.origin}" for s in refused.refusal.statements]
    return UserError(
        f"{demand.recipe.name} cannot be composed for {demand.target.name}; these cannot all hold:\n"
        + "\n".join(lines),
        where=Where(f"{demand.recipe.folder.name}/{demand.recipe.file.name}"),
        hint=f"`unilith why-not {demand.recipe.name}` explains it, and says what would have to change.",
    )
