"""The resolver's answer for a recipe: what is in the image, why, and the proof that nothing less would do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from unilith.catalog.catalog import Catalog, Target
from unilith.demand.facts import Fact, FactKind
from unilith.errors import UserError
from unilith.resolver.certificate import Certificate
from unilith.resolver.certify import certify
from unilith.resolver.choices import Rule
from unilith.resolver.conditions import OPTION, Conditions, library_variable
from unilith.resolver.encode import encode
from unilith.resolver.formula import holds
from unilith.resolver.problem import Problem
from unilith.resolver.reasons import reasons
from unilith.resolver.solve import Refusal, Solution, solve
from unilith.resolver.statements import STUB, problem_for

_ROUNDS = 8  # for options whose values depend on the selection that depends on them


@dataclass(frozen=True, slots=True)
class SelectedLibrary:
    """A library (or the platform) in the image. ``reason`` is the last link of ``chain``; the chain's lines
    begin at a demand, each a statement with file and line."""

    name: str
    bytes: int
    reason: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Who provides an interface or a system call; nobody where the call is a stub."""

    name: str
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything is sorted by name. ``bytes`` is the predicted total. ``conditions`` are the option variables
    that hold (`opt:NAME`). ``options`` maps Kconfig symbols to values, filled in by the caller."""

    recipe: str
    target: str
    catalog: str
    bytes: int
    libraries: tuple[SelectedLibrary, ...]
    interfaces: tuple[Binding, ...]
    syscalls: tuple[Binding, ...]
    conditions: tuple[str, ...]
    facts: tuple[Fact, ...]
    certificate: Certificate
    choices: tuple[Rule, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The libraries' names, the platform's among them."""
        return tuple(library.name for library in self.libraries)

    @property
    def stubs(self) -> tuple[str, ...]:
        """The system calls that are answered with -ENOSYS."""
        return tuple(b.name for b in self.syscalls if not b.providers)

    @property
    def variables(self) -> frozenset[str]:
        """The problem's variables that are on, as the certificate's checker wants them."""
        return frozenset(
            (*map(library_variable, self.names), *(STUB + call for call in self.stubs), *self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no selection; ``problem`` is what was asked, for explanations."""

    problem: Problem
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Resolved:
    """A selection together with the problem that it answers, for explanations."""

    selection: Selection
    problem: Problem
    solution: Solution


def select(
    recipe: str,
    catalog: Catalog,
    facts: Iterable[Fact],
    target: Target,
    choices: Sequence[Rule] = (),
    *,
    costs: Mapping[str, int] | None = None,
    options: Callable[[frozenset[str]], Mapping[str, str]] | None = None,
    fingerprint: str = "",
) -> Resolved | Refused:
    """Resolves a recipe's demand.

    ``options`` gives the option values that follow from a set of library names; it is asked until they no
    longer change what the libraries depend on. ``fingerprint`` saves computing the catalog's again.
    """
    facts = tuple(dict.fromkeys(facts))
    known: dict[str, str] = {}
    problem = problem_for(catalog, facts, target, choices, costs=costs)
    for _ in range(_ROUNDS):
        encoding = encode(problem)
        solution = solve(problem, encoding)
        if isinstance(solution, Refusal):
            return Refused(problem, solution)
        if options is None or not any(name.startswith(OPTION) for name in encoding.names):
            break
        # What an option is worth is known once its library was selected, and stays so: the values that
        # it has in a selection without the library say nothing.
        names = frozenset(library_names(solution.true))
        for symbol, value in sorted(options(names).items()):
            option = catalog.options.get(symbol)
            if option is not None and option.library in names:
                known[symbol] = value
        again = problem_for(catalog, facts, target, choices, costs=costs, options=known)
        if again.statements == problem.statements:
            break
        problem = again
    else:
        raise UserError(
            "options and libraries depend on each other in a circle",
            hint="A library is required under a condition on an option whose value depends on the library.",
        )
    certificate = certify(problem, solution, encoding)
    selection = Selection(
        recipe=recipe,
        target=target.name,
        catalog=fingerprint or catalog_fingerprint(catalog),
        bytes=solution.cost,
        libraries=_libraries(problem, solution),
        interfaces=_interfaces(catalog, solution),
        syscalls=_syscalls(catalog, facts, solution),
        conditions=tuple(sorted(v for v in solution.true if v.startswith(OPTION))),
        facts=tuple(sorted(facts, key=lambda f: (f.kind, f.name, f.origin.text))),
        choices=tuple(choices),
        certificate=certificate,
    )
    return Resolved(selection, problem, solution)


def catalog_fingerprint(catalog: Catalog) -> str:
    """A hash of what all manifests say, whatever their layout and place."""
    digest = hashlib.sha256()
    for manifest in catalog:
        digest.update(manifest.model_dump_json(by_alias=True, exclude_defaults=True).encode() + b"\n")
    return digest.hexdigest()


def library_names(true: Iterable[str]) -> tuple[str, ...]:
    """The libraries and the platform among variables that are on, sorted."""
    mark = library_variable("")
    return tuple(sorted(v.removeprefix(mark) for v in true if v.startswith(mark)))


def _libraries(problem: Problem, solution: Solution) -> tuple[SelectedLibrary, ...]:
    why = reasons(problem, solution.true)
    found = []
    for name in library_names(solution.true):
        chain = tuple(str(link.statement.origin) for link in why.chain(library_variable(name)))
        cost = problem.costs.get(library_variable(name), 0)
        found.append(SelectedLibrary(name, cost, chain[-1] if chain else "", chain))
    return tuple(found)


def _interfaces(catalog: Catalog, solution: Solution) -> tuple[Binding, ...]:
    """Each interface that someone selected provides, and who does."""
    conditions = Conditions(catalog, {}, lambda _: None)
    found: dict[str, list[str]] = {}
    for name in library_names(solution.true):
        for ref in catalog.manifests[name].provides:
            if holds(conditions.formula(ref.when), solution.true):
                found.setdefault(ref.name, []).append(name)
    return tuple(Binding(interface, tuple(found[interface])) for interface in sorted(found))


def _syscalls(catalog: Catalog, facts: Iterable[Fact], solution: Solution) -> tuple[Binding, ...]:
    """Who implements the demanded system calls. Others that selected libraries define are not listed."""
    calls = {fact.name for fact in facts if fact.kind is FactKind.SYSCALL}
    found = []
    for call in sorted(calls):
        names = [m.name for m in catalog.syscall_providers(call) if library_variable(m.name) in solution.true]
        if names or STUB + call in solution.true:
            found.append(Binding(call, tuple(names)))
    return tuple(found)
