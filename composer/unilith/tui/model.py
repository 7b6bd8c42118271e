"""The menu without a screen: what the user chose, what follows from it, and what each further step would do.

Pure: it neither reads files nor knows of a terminal. The resolver is asked anew for every tentative step, which
takes some milliseconds; answers are kept as long as the menu is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from unilith.catalog.catalog import Catalog, Target
from unilith.errors import UserError
from unilith.pipeline.choices_file import Choices
from unilith.resolver.choices import Rule, RuleKind, rules_of
from unilith.resolver.explain_text import said
from unilith.resolver.problem import Kind, Statement
from unilith.resolver.selection import Refused, Resolved, catalog_fingerprint, select
from unilith.tui.answer import Answer, Impossible, Outcome
from unilith.tui.broken import Broken, broken_without
from unilith.tui.effect import Effect, bytes_text, effect
from unilith.tui.options import OptionTree
from unilith.tui.subject import Subject

_KEPT = 32  # answers; of a large catalog each holds megabytes


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step that the user may take. ``effect`` is there where ``outcome`` is an answer, ``broken`` where a library
    that is needed would be switched off."""

    title: str
    outcome: Outcome
    effect: Effect | None
    broken: Broken | None = None

    @property
    def choices(self) -> Choices:
        """What the choices would be."""
        return self.outcome.choices


class Model:
    """The state of a menu. ``answer`` is always an image that can be had, of the present choices."""

    def __init__(self, subject: Subject, options: OptionTree, choices: Choices | None = None) -> None:
        self.subject = subject
        self.options = options
        self._fingerprint = catalog_fingerprint(subject.catalog)
        self._outcomes: dict[Choices, Outcome] = {}  # the last ones asked for, the latest at the end
        self._possible: dict[str, bool] = {}  # of the present choices
        start = self.attempt(choices or Choices())
        if isinstance(start, Impossible):
            raise UserError(
                f"{subject.recipe.name} cannot be composed for {subject.target.name}; these cannot all hold:\n"
                + "\n".join(f"  {reason}" for reason in start.reasons),
                hint=f"`unilith why-not {subject.recipe.name}` says what would have to change.",
            )
        bare = self.attempt(Choices())
        self.answer: Answer = start
        self.base: Answer = start if isinstance(bare, Impossible) else bare
        self.saved: Choices = start.choices

    # -- the present ---------------------------------------------------------------------------------

    @property
    def catalog(self) -> Catalog:
        """The catalog that everything is chosen from."""
        return self.subject.catalog

    @property
    def choices(self) -> Choices:
        """The user's present choices."""
        return self.answer.choices

    @property
    def unsaved(self) -> bool:
        """Whether there are choices that no file has."""
        return self.choices != self.saved

    @property
    def changes(self) -> Effect:
        """What the choices change, compared with the recipe alone."""
        return effect(self.catalog, self.base, self.answer)

    def accept(self, outcome: Answer) -> Effect:
        """Makes an answer the present one; returns what that changed."""
        changed = effect(self.catalog, self.answer, outcome)
        self.answer = outcome
        self._possible.clear()
        return changed

    # -- what would be -------------------------------------------------------------------------------

    def attempt(self, choices: Choices) -> Outcome:
        """The image that these choices lead to."""
        choices = replace(choices, complete=False)
        found = self._outcomes.pop(choices, None) or self._resolve(choices)
        self._outcomes[choices] = found
        if len(self._outcomes) > _KEPT:
            del self._outcomes[next(iter(self._outcomes))]
        return found

    def propose(self, title: str, choices: Choices) -> Proposal:
        """A step with its consequences."""
        outcome = self.attempt(choices)
        changed = effect(self.catalog, self.answer, outcome) if isinstance(outcome, Answer) else None
        return Proposal(title, outcome, changed)

    def toggle(self, name: str) -> Proposal:
        """What the space key does to a library: a choice is taken back; else it is switched on or off."""
        if name in self.choices.forbid:
            return self.propose(f"no longer forbid {name}", self.choices.leaving(name))
        if name in self.choices.want:
            return self.propose(f"no longer want {name}", self.choices.leaving(name))
        return self.switch(name, name not in self.answer.libraries)

    def switch(self, name: str, on: bool) -> Proposal:
        """Wants or forbids a library or an interface."""
        platform = self.subject.target.platform.name
        if name in self.catalog.platforms:
            return self._platform(name, f"switch {name} {'on' if on else 'off'}", on == (name == platform))
        if on:
            return self.propose(f"switch on {name}", self.choices.wanting(name))
        proposal = self.propose(f"switch off {name}", self.choices.forbidding(name))
        if proposal.effect is not None or name not in self.answer.libraries:
            return proposal
        return replace(proposal, broken=broken_without(self.answer, name))

    def leave(self, name: str) -> Proposal:
        """Takes a choice about a library or an option back."""
        if name in self.catalog.options:
            return self.propose(f"leave {name} as it was", self.choices.unsetting(name))
        return self.propose(f"leave {name} to the resolver", self.choices.leaving(name))

    def set_option(self, name: str, value: str) -> Proposal:
        """Gives an option a value; of a choice's members the last one set is the one that holds."""
        option = self.catalog.options[name]
        title = f"set {name}={value}"
        choices = self.choices
        if value == "y":
            for rival in self.options.rivals(name):
                recipe_has_it = rival in self.subject.recipe.options
                choices = choices.setting(rival, "n") if recipe_has_it else choices.unsetting(rival)
        if not value.isprintable():
            return Proposal(title, Impossible(choices, (f"{name} cannot hold a control character",)), None)
        return self.propose(title, choices.setting(name, plain_value(option.type, value)))

    def possible(self, name: str) -> bool:
        """Whether a library that is off can be switched on as things stand."""
        if name in self.catalog.platforms:
            return False
        if name not in self._possible:
            self._possible[name] = isinstance(self._resolve(self.choices.wanting(name)), Answer)
        return self._possible[name]

    def outlook(self, name: str) -> str:
        """What the space key would do to a library, in one line."""
        proposal = self.toggle(name)
        verb = proposal.title
        if proposal.effect is None:
            assert isinstance(proposal.outcome, Impossible)
            return f"cannot {verb}: {'; '.join(proposal.outcome.reasons)}"
        changed = proposal.effect
        parts = [bytes_text(changed.bytes)]
        if others := [c.name for c in changed.added if c.name != name]:
            parts.append(f"brings in {', '.join(others)}")
        if others := [c.name for c in changed.removed if c.name != name]:
            parts.append(f"drops {', '.join(others)}")
        return f"{verb}: {', '.join(parts)}"

    # -- asking the resolver -------------------------------------------------------------------------

    def rules(self, choices: Choices) -> tuple[Rule, ...]:
        """The recipe's rules with the user's."""
        return rules_of(
            self.subject.recipe, want=choices.want, forbid=choices.forbid, settings=choices.settings
        )

    def solve(self, rules: Sequence[Rule], target: Target | None = None) -> Resolved | Refused:
        """Asks the resolver about rules as they stand."""
        subject = self.subject
        settings = self.settings(rules)
        return select(
            subject.recipe.name,
            subject.catalog,
            subject.facts,
            target or subject.target,
            rules,
            costs=subject.costs,
            options=lambda names: self.options.symbols(names, settings),
            fingerprint=self._fingerprint,
        )

    def settings(self, rules: Iterable[Rule]) -> dict[str, str]:
        """The option values that rules ask for, as Kconfig writes them."""
        types = {o.name: o.type for o in self.catalog.options.values()}
        asked = {r.name: r.value for r in rules if r.kind is RuleKind.SET}
        return {name: plain_value(types[name], value) for name, value in asked.items() if name in types}

    def _resolve(self, choices: Choices) -> Outcome:
        rules = self.rules(choices)
        try:
            solved = self.solve(rules)
        except UserError as e:
            return Impossible(choices, (str(e),))
        if isinstance(solved, Refused):
            statements = tuple(sorted(solved.refusal.statements, key=_place))
            reasons = [said(solved.problem, s) for s in statements if s.kind is not Kind.STRUCTURE]
            return Impossible(choices, tuple(reasons), statements)
        names = solved.selection.names
        settings = self.settings(rules)
        if unmet := self.options.unmet(names, settings):
            owners = {u.name: self.catalog.options[u.name] for u in unmet}
            reasons = [
                f"{u.name} cannot be {u.value or 'empty'}: {u.why} ({owners[u.name].where})" for u in unmet
            ]
            return Impossible(choices, tuple(reasons), unmet=tuple(unmet))
        return self._answer(choices, solved, settings)

    def _answer(self, choices: Choices, solved: Resolved, settings: Mapping[str, str]) -> Answer:
        names = solved.selection.names
        weights = self.subject.weigh(names)
        stubs = sum(solved.problem.costs.get(f"stub:{call}", 0) for call in solved.selection.stubs)
        total = sum(weights.values()) + stubs + self.subject.application
        return Answer(choices, solved, weights, total, self.options.values(names, settings), settings)

    def _platform(self, name: str, title: str, as_it_is: bool) -> Proposal:
        """The platform is the target's."""
        target = self.subject.target
        if as_it_is:
            return Proposal(title, self.answer, effect(self.catalog, self.answer, self.answer))
        reasons = [f"the target is {target.name}, which decides the platform"]
        targets = self.catalog.targets.values()
        others = [t.name for t in targets if t.platform.name == name and t.arch == target.arch]
        if others and name != target.platform.name:
            reasons.append(f"open the menu with --target {' or '.join(others)} for {name}")
        return Proposal(title, Impossible(self.choices, tuple(reasons)), None)


_ORDER = (Kind.DEMAND, Kind.CHOICE, Kind.TARGET, Kind.REQUIRES)


def _place(statement: Statement) -> int:
    """Wishes are said before what speaks against them."""
    return _ORDER.index(statement.kind) if statement.kind in _ORDER else len(_ORDER)


def plain_value(kind: str, value: str) -> str:
    """A value as Kconfig writes it: an `int` is decimal, and only a text may have blanks around it."""
    if kind == "string":
        return value
    value = value.strip()
    if kind == "int" and value[:2] in ("0x", "0X"):
        try:
            return str(int(value, 16))
        except ValueError:
            return value
    return value
