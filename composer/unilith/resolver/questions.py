"""A question about a catalog as a problem and the wants that are asked about, apart from each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from unilith.catalog.catalog import Catalog, Target
from unilith.demand.facts import Fact, Origin
from unilith.resolver.choices import Rule, RuleKind
from unilith.resolver.problem import Problem, Statement
from unilith.resolver.statements import problem_for


def question(
    catalog: Catalog,
    facts: Iterable[Fact],
    target: Target,
    choices: Sequence[Rule],
    asked: Iterable[str],
    *,
    costs: Mapping[str, int] | None = None,
    options: Mapping[str, str] | None = None,
) -> tuple[Problem, tuple[Statement, ...]]:
    """The problem that ``choices`` make, and what ``asked`` adds to it, for `why_not` and `fix`.

    ``asked`` names libraries, interfaces, or options as ``SYMBOL=value``. The problem speaks of everything
    that these reach, but does not ask for them. An unknown name is a `UserError`.
    """
    rules = [_rule(name) for name in asked]
    settled = [c for c in choices if not any(c.kind is r.kind and c.name == r.name for r in rules)]
    whole = problem_for(catalog, facts, target, (*settled, *rules), costs=costs, options=options)
    texts = [rule.origin.text for rule in rules]

    def is_asked(statement: Statement) -> bool:
        said = statement.origin.text
        return any(said == text or said.startswith(text + ",") for text in texts)

    wants = tuple(replace(s, retractable=False) for s in whole.statements if is_asked(s))
    return replace(whole, statements=tuple(s for s in whole.statements if not is_asked(s))), wants


def _rule(name: str) -> Rule:
    symbol, equals, value = name.partition("=")
    if equals:
        return Rule(RuleKind.SET, symbol, Origin(f"you want {symbol}={value}"), value)
    return Rule(RuleKind.WANT, name, Origin(f"you want {name}"))
