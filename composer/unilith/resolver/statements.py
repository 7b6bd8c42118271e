"""A catalog, a demand and a target as a problem: every statement says which line of which file makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog, Target
from unilith.catalog.model import Manifest, Ref
from unilith.catalog.nearest import suggestion
from unilith.demand.facts import Fact, FactKind, Origin
from unilith.errors import UserError, Where
from unilith.resolver.choices import Rule, RuleKind
from unilith.resolver.collector import collector_paused
from unilith.resolver.conditions import OPTION, Conditions, library_variable
from unilith.resolver.formula import TRUE, And, AtMostOne, Formula, Implies, Not, Var, any_of
from unilith.resolver.licences import forbidden_licence
from unilith.resolver.problem import Kind, Problem, Statement

STUB = "stub:"
STUB_LIBRARY = "stubs"  # counts the calls to stubs
UNMEASURED = 1024  # bytes that a library is taken to cost until it is measured
STUB_COST = 16  # bytes: an entry that returns -ENOSYS and counts


def problem_for(
    catalog: Catalog,
    facts: Iterable[Fact],
    target: Target,
    choices: Sequence[Rule] = (),
    *,
    costs: Mapping[str, int] | None = None,
    options: Mapping[str, str] | None = None,
) -> Problem:
    """What a selection for ``target`` must satisfy, and what each library costs (``costs``: bytes by name).

    Speaks only of what the demand and the choices can reach by `requires`; nothing else can be in a
    cheapest answer. ``options`` are the values of options that no choice sets; a bool without a value
    is n. A name that the catalog lacks is a `UserError`.
    """
    with collector_paused():
        return _Builder(catalog, target, choices, costs or {}, options or {}).build(tuple(facts))


class _Builder:
    def __init__(
        self,
        catalog: Catalog,
        target: Target,
        choices: Sequence[Rule],
        costs: Mapping[str, int],
        options: Mapping[str, str],
    ) -> None:
        self.catalog = catalog
        self.target = target
        self.choices = choices
        self.costs = costs
        self.settings = {r.name: r for r in choices if r.kind is RuleKind.SET}
        values = dict(options)
        values.update(dict.fromkeys(ARCH_SYMBOLS.values(), "n"))
        values[ARCH_SYMBOLS[target.arch]] = "y"
        values.update({name: rule.value for name, rule in self.settings.items()})
        self.conditions = Conditions(catalog, values, self.reach)
        self.statements: list[Statement] = []
        self.reached: dict[str, Manifest] = {}
        self.pending: list[str] = []
        self.interfaces: set[str] = set()  # all of whose providers are reached
        self.provided: set[str] = set()  # by anyone reached
        self.calls: set[str] = set()
        self.stubs: set[str] = set()
        self.files: dict[str, str] = {}

    def build(self, facts: tuple[Fact, ...]) -> Problem:
        self.state_target()
        for fact in sorted(facts, key=lambda f: (f.kind, f.name, f.origin.text, f.when)):
            self.state_fact(fact)
        for rule in self.choices:
            self.state_rule(rule)
        stated = self.statements
        by_library: dict[str, list[Statement]] = {}
        while self.pending:
            name = self.pending.pop()
            self.statements = by_library[name] = []
            self.state_library(self.reached[name])
        self.statements = stated
        for name in sorted(by_library):
            self.statements += by_library[name]
        self.state_cardinalities()
        self.state_licences()
        self.state_options()
        bytes_of = {library_variable(name): self.costs.get(name, UNMEASURED) for name in sorted(self.reached)}
        bytes_of.update({STUB + call: STUB_COST for call in sorted(self.stubs)})
        names = {STUB + call: f"a stub of {call}" for call in self.stubs}
        return Problem(tuple(self.statements), bytes_of, names)

    # -- what is reached ----------------------------------------------------------------------------

    def reach(self, name: str) -> None:
        """Notes a library or platform, or all providers of an interface."""
        if name in self.reached or name in self.interfaces:
            return
        if name in self.catalog.interfaces:
            self.interfaces.add(name)
            for manifest, _ in self.catalog.providers(name):
                self.reach(manifest.name)
            return
        self.reached[name] = self.catalog.manifests[name]
        self.pending.append(name)

    def meaning(self, name: str, *, but: str = "") -> tuple[Formula, tuple[str, ...]]:
        """When ``name`` is in the image (an interface: when someone other than ``but`` provides it), and the
        variables that this may come from."""
        self.reach(name)
        if name not in self.catalog.interfaces:
            return Var(library_variable(name)), (library_variable(name),)
        providers = [(m, ref) for m, ref in self.catalog.providers(name) if m.name != but]
        return (
            any_of(self.active(m, ref) for m, ref in providers),
            tuple(library_variable(m.name) for m, _ in providers),
        )

    def active(self, provider: Manifest, ref: Ref) -> Formula:
        """That ``provider`` is in the image and provides what ``ref`` names."""
        variable = Var(library_variable(provider.name))
        return And((variable, self.conditions.formula(ref.when))) if ref.when else variable

    def where(self, manifest: Manifest, *fields: str) -> Where:
        file = self.files.get(manifest.name)
        if file is None:
            file = self.files[manifest.name] = self.catalog.relative(manifest.file)
        return Where(file, next((manifest.lines[f] for f in fields if f in manifest.lines), 0))

    def state(
        self,
        formula: Formula,
        kind: Kind,
        origin: Origin,
        subject: str = "",
        objects: tuple[str, ...] = (),
        *,
        retractable: bool = False,
        owner: str = "",
    ) -> None:
        self.statements.append(Statement(formula, kind, origin, subject, objects, retractable, owner))

    # -- target, demand and choices -----------------------------------------------------------------

    def state_target(self) -> None:
        platform = self.target.platform
        variables = {name: library_variable(name) for name in self.catalog.platforms}
        own = variables[platform.name]
        for name in variables:
            self.reach(name)
        everywhere = tuple(Var(v) for v in variables.values())
        text = f"the target is {self.target.name}"
        others = tuple(Not(Var(v)) for v in variables.values() if v != own)
        origin = Origin(text, self.where(platform, f"machines.{self.target.machine_name}", "machines"))
        self.state(And((Var(own), *others)), Kind.TARGET, origin, "", (own,), retractable=True)
        structure = Origin("an image is made for exactly one platform")
        self.state(any_of(everywhere), Kind.STRUCTURE, structure, "", tuple(variables.values()))
        self.state(AtMostOne(everywhere), Kind.STRUCTURE, structure)

    def state_fact(self, fact: Fact) -> None:
        condition = self.conditions.formula(fact.when)
        if fact.kind is FactKind.OPTION:
            symbol, _, value = fact.name.partition("=")
            self.state_setting(symbol, value or "y", Kind.DEMAND, fact.origin, condition)
            return
        if fact.kind is FactKind.SYSCALL:
            meaning, objects = self.call(fact.name)
        else:
            self.catalog.get(fact.name)
            meaning, objects = self.meaning(fact.name)
        origin = fact.origin
        if not any(o.startswith(library_variable("")) for o in objects):
            what = "implements" if fact.kind is FactKind.SYSCALL else "provides"
            origin = Origin(f"{origin.text}, which no library {what}", origin.where)
        self.state(_given(condition, meaning), Kind.DEMAND, origin, "", objects)

    def call(self, name: str) -> tuple[Formula, tuple[str, ...]]:
        """That a system call is implemented, or a stub; states once whether the recipe allows the stub."""
        providers = self.catalog.syscall_providers(name)
        for manifest in providers:
            self.reach(manifest.name)
        stub = STUB + name
        if name not in self.stubs:
            self.stubs.add(name)
            if not any(r.kind is RuleKind.STUB and r.name == name for r in self.choices):
                self.state(
                    Not(Var(stub)),
                    Kind.CHOICE,
                    Origin(f"the recipe does not let {name} be a stub"),
                    stub,
                    retractable=True,
                )
            elif STUB_LIBRARY in self.catalog.libraries:
                meaning, counting = self.meaning(STUB_LIBRARY)
                text = f"calls to the stub of {name} are counted and reported"
                self.state(Implies(Var(stub), meaning), Kind.REQUIRES, Origin(text), stub, counting)
        objects = (*(library_variable(m.name) for m in providers), stub)
        return any_of(Var(v) for v in objects), objects

    def state_rule(self, rule: Rule) -> None:
        if rule.kind is RuleKind.SET:
            self.state_setting(rule.name, rule.value, Kind.CHOICE, rule.origin, TRUE)
        elif rule.kind is RuleKind.WANT:
            self.catalog.get(rule.name)
            meaning, objects = self.meaning(rule.name)
            self.state(meaning, Kind.CHOICE, rule.origin, "", objects, retractable=True)
        elif rule.kind is RuleKind.FORBID:
            self.catalog.get(rule.name)
            meaning, objects = self.meaning(rule.name)
            subject = objects[0] if len(objects) == 1 else ""
            self.state(Not(meaning), Kind.CHOICE, rule.origin, subject, retractable=True)

    def state_setting(self, symbol: str, value: str, kind: Kind, origin: Origin, condition: Formula) -> None:
        """An option that is asked for brings its owner in, or it would be dropped without a word."""
        option = self.catalog.options.get(symbol)
        if option is None:
            raise UserError(
                f"there is no option `{symbol}`",
                where=origin.where,
                hint=f"{suggestion(symbol, self.catalog.options)} Wanted because {origin.text}.".lstrip(),
            )
        if option.type == "bool" and value == "n":
            return
        owner = library_variable(option.library)
        self.reach(option.library)
        text = origin.text
        stated = Origin(f"{text}, an option of {option.library}", origin.where)
        self.state(_given(condition, Var(owner)), kind, stated, "", (owner,), retractable=kind is Kind.CHOICE)

    # -- what manifests say -------------------------------------------------------------------------

    def state_library(self, manifest: Manifest) -> None:
        name, variable = manifest.name, library_variable(manifest.name)
        for number, ref in enumerate(manifest.requires):
            meaning, objects = self.meaning(ref.name)
            text = f"{name} requires {ref.name}" + (f" if {ref.when}" if ref.when else "")
            text += "" if objects else ", which nothing provides"
            origin = Origin(text, self.where(manifest, f"requires.{number}", "requires"))
            premise = And((Var(variable), self.conditions.formula(ref.when))) if ref.when else Var(variable)
            self.state(Implies(premise, meaning), Kind.REQUIRES, origin, variable, objects)
        for ref in manifest.provides:
            self.provided.add(ref.name)
            self.conditions.formula(ref.when)
            self.state_interface(manifest, ref)
        self.calls.update(manifest.syscalls)
        for number, ref in enumerate(manifest.conflicts):
            if ref.name in self.catalog.manifests:
                meaning, _ = self.meaning(ref.name, but=name)
                origin = Origin(
                    f"{name} conflicts with {ref.name}" + (f" if {ref.when}" if ref.when else ""),
                    self.where(manifest, f"conflicts.{number}", "conflicts"),
                )
                both = And((Var(variable), meaning, self.conditions.formula(ref.when)))
                self.state(Not(both), Kind.CONFLICT, origin, variable)
        arches = manifest.supports.arch
        if arches and self.target.arch not in arches:
            text = f"{name} supports {', '.join(arches)} only, and the target is {self.target.name}"
            origin = Origin(text, self.where(manifest, "supports.arch", "supports"))
            self.state(Not(Var(variable)), Kind.SUPPORT, origin, variable)

    def state_interface(self, provider: Manifest, provided: Ref) -> None:
        """What the interface's own header needs, whoever provides it."""
        interface = self.catalog.interfaces[provided.name]
        variable = library_variable(provider.name)
        for number, ref in enumerate(interface.requires):
            meaning, objects = self.meaning(ref.name)
            text = f"{provider.name} provides {interface.name}, which requires {ref.name}"
            origin = Origin(text, self.where(interface, f"requires.{number}", "requires"))
            premise = And((self.active(provider, provided), self.conditions.formula(ref.when)))
            self.state(Implies(premise, meaning), Kind.REQUIRES, origin, variable, objects)

    def state_cardinalities(self) -> None:
        for name in sorted(self.provided):
            interface = self.catalog.interfaces[name]
            providers = [(m, r) for m, r in self.catalog.providers(name) if m.name in self.reached]
            if interface.cardinality == "one" and len(providers) > 1:
                origin = Origin(f"{name} has one provider only", self.where(interface, "cardinality"))
                formula = AtMostOne(tuple(self.active(m, r) for m, r in providers))
                self.state(formula, Kind.CARDINALITY, origin)
        for call in sorted(self.calls):
            implementers = [m for m in self.catalog.syscall_providers(call) if m.name in self.reached]
            if len(implementers) > 1:
                names = " and ".join(m.name for m in implementers)
                origin = Origin(f"{names} define sys_{call} each", self.where(implementers[0], "syscalls"))
                formula = AtMostOne(tuple(Var(library_variable(m.name)) for m in implementers))
                self.state(formula, Kind.CONFLICT, origin)

    def state_licences(self) -> None:
        rules = [r for r in self.choices if r.kind is RuleKind.FORBID_LICENCE]
        if not rules:
            return
        for name in sorted(self.reached):
            manifest = self.reached[name]
            own = [manifest.license] + ([manifest.upstream.license] if manifest.upstream else [])
            for rule in rules:
                bad = next((x for x in (forbidden_licence(e, [rule.name]) for e in own) if x), "")
                if bad:
                    variable = library_variable(name)
                    origin = Origin(f"{rule.origin.text}, and {name} is under {bad}", rule.origin.where)
                    self.state(Not(Var(variable)), Kind.LICENCE, origin, variable, retractable=True)

    # -- options ------------------------------------------------------------------------------------

    def state_options(self) -> None:
        """Fixes what conditions depend on. An option of a library that is not selected is n."""
        for name in sorted(self.conditions.atoms):
            truth, symbols = self.conditions.atoms[name]
            option = self.catalog.options.get(name.removeprefix(OPTION))
            if option is None or not truth:
                self.state_atom(name, symbols, Var(name) if truth else Not(Var(name)), truth)
                continue
            owner = Var(library_variable(option.library))
            if option.library not in self.reached:
                self.state_atom(name, symbols, Not(Var(name)), False)
            else:
                self.state_atom(
                    name, symbols, And((Implies(owner, Var(name)), Implies(Var(name), owner))), True
                )

    def state_atom(self, name: str, symbols: frozenset[str], formula: Formula, truth: bool) -> None:
        shown = name.removeprefix(OPTION)
        rule = next((self.settings[s] for s in sorted(symbols) if s in self.settings), None)
        if rule is not None:
            text = shown if truth else f"not {shown}"
            origin = Origin(f"{rule.origin.text}, so {text}", rule.origin.where)
            self.state(formula, Kind.CHOICE, origin, name, retractable=True)
            return
        if name.removeprefix(OPTION) in ARCH_SYMBOLS.values():
            self.state(formula, Kind.TARGET, Origin(f"the target is {self.target.name}"), name)
            return
        option = next((o for s in sorted(symbols) if (o := self.catalog.options.get(s))), None)
        where = Where(self.catalog.relative(option.file), option.line) if option else None
        origin = Origin(f"{shown} {'holds' if truth else 'does not hold'}", where)
        owner = library_variable(option.library) if option else ""
        self.state(formula, Kind.OPTION, origin, name, owner=owner)


def _given(condition: Formula, conclusion: Formula) -> Formula:
    return conclusion if condition is TRUE else Implies(condition, conclusion)
