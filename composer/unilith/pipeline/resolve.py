"""From a demand to a selection with every option's value: by the resolver, or from a lock."""

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
from unilith.resolver.selection import Refused, Resolved, Selection, select


@dataclass(frozen=True, slots=True)
class Resolution:
    """A selection and the options' values."""

    selection: Selection
    options: OptionValues


@dataclass(frozen=True, slots=True)
class Question:
    """What the resolver is asked for a demand: the rules of the recipe and the user, and what libraries cost."""

    demand: Demand
    rules: tuple[Rule, ...]
    costs: Mapping[str, int]

    def options(self, libraries: frozenset[str]) -> OptionValues:
        """Every option's value when exactly ``libraries`` are in the image."""
        settings = [rule for rule in self.rules if rule.kind is RuleKind.SET]
        return load_options(
            self.demand.catalog,
            libraries,
            {rule.name: rule.value for rule in settings},
            arch=self.demand.target.arch,
            wheres={rule.name: rule.origin.where for rule in settings if rule.origin.where},
            folder=self.demand.work / "kconfig",
        )

    def select(self) -> Resolved | Refused:
        """The resolver's answer, without option values."""
        demand = self.demand
        return select(
            demand.recipe.name,
            demand.catalog,
            demand.facts,
            demand.target,
            self.rules,
            costs=self.costs,
            options=lambda libraries: self.options(libraries).symbols,
        )


def question_of(request: Request, demand: Demand) -> Question:
    """What the resolver is asked for this request."""
    recipe = demand.recipe
    rules = rules_of(recipe, want=request.want, forbid=request.forbid, settings=dict(request.options))
    calls = {fact.name for fact in demand.facts if fact.kind is FactKind.SYSCALL}
    costs = library_costs(demand.catalog, read_costs(demand.catalog, demand.target.arch), calls)
    return Question(demand, (*rules, *without_libc(recipe)), costs)


def resolve(request: Request, demand: Demand) -> Resolution:
    """Selects the libraries. A refusal is a `UserError` made of the statements that contradict each other."""
    question = question_of(request, demand)
    answer = question.select()
    if isinstance(answer, Refused):
        raise refusal(demand, answer)
    return with_options(question, answer.selection)


def with_options(question: Question, selection: Selection) -> Resolution:
    """A selection together with its options' values, which it then holds too."""
    options = question.options(frozenset(selection.names))
    return Resolution(replace(selection, options=dict(sorted(options.options.items()))), options)


def without_libc(recipe: Recipe) -> tuple[Rule, ...]:
    """A program that was compiled without a C library cannot be linked with one."""
    if recipe.libc != "none":
        return ()
    where = Where(f"{recipe.folder.name}/{recipe.file.name}", recipe.lines.get("libc", 0))
    return (Rule(RuleKind.FORBID, "libc", Origin(f"{recipe.name} is written without a C library", where)),)


def refusal(demand: Demand, refused: Refused) -> UserError:
    """Why there is no selection, and the smallest way out, in the words of the statements."""
    from unilith.resolver.explain import why_not
    from unilith.resolver.explain_text import why_not_text

    name = demand.recipe.name
    return UserError(
        f"{name} cannot be composed for {demand.target.name}\n"
        + why_not_text(refused.problem, why_not(refused.problem), name),
        where=Where(f"{demand.recipe.folder.name}/{demand.recipe.file.name}"),
    )
