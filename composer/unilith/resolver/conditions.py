"""The `if:` of a manifest as a formula over the libraries and options that it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from unilith.catalog.catalog import Catalog
from unilith.catalog.expression import And, Compare, Constant, Expression, Not, Or, Symbol, evaluate, parse
from unilith.resolver import formula as f

OPTION = "opt:"


@dataclass(slots=True)
class Conditions:
    """Turns conditions into formulas, and remembers which options they depend on.

    A library's symbol becomes its ``lib:`` variable (``reach`` is told of it), an interface's those of its
    providers, a bool option ``opt:NAME``, a
    relation ``opt:NAME > 5``. ``values`` holds the options' values as far as they are known.
    """

    catalog: Catalog
    values: Mapping[str, str]
    reach: Callable[[str], None]
    atoms: dict[str, tuple[bool, frozenset[str]]] = field(
        default_factory=dict
    )  # truth, and whose value it is
    _known: dict[str, f.Formula] = field(default_factory=dict)
    _types: dict[str, str] | None = None

    def formula(self, condition: str) -> f.Formula:
        """The formula of a condition; the empty one is true."""
        if not condition:
            return f.TRUE
        found = self._known.get(condition)
        if found is None:
            found = self._known[condition] = self._of(parse(condition))
        return found

    def _of(self, expression: Expression) -> f.Formula:
        match expression:
            case Constant(value):
                return f.Const(value)
            case Not(operand):
                return f.Not(self._of(operand))
            case And(operands):
                return f.And(tuple(self._of(o) for o in operands))
            case Or(operands):
                return f.Or(tuple(self._of(o) for o in operands))
            case Symbol(name):
                manifest = self.catalog.by_symbol(name)
                if manifest is not None:
                    self.reach(manifest.name)
                    return self._present(manifest.name)
                return self._atom(OPTION + name, expression, frozenset({name}))
            case Compare(_, left, right):
                names = frozenset(o.name for o in (left, right) if isinstance(o, Symbol))
                return self._atom(f"{OPTION}{expression}", expression, names)

    def _present(self, name: str) -> f.Formula:
        """That a library is in the image, or that something in it provides an interface."""
        if name not in self.catalog.interfaces:
            return f.Var(library_variable(name))
        providers = [
            (f.Var(library_variable(m.name)), self.formula(ref.when))
            for m, ref in self.catalog.providers(name)
        ]
        return f.any_of(v if given is f.TRUE else f.And((v, given)) for v, given in providers)

    def _atom(self, name: str, expression: Expression, symbols: frozenset[str]) -> f.Formula:
        if name not in self.atoms:
            self.atoms[name] = (evaluate(expression, self.values, self.types), symbols)
        return f.Var(name)

    @property
    def types(self) -> Mapping[str, str]:
        """The type of every symbol that a condition may use."""
        if self._types is None:
            self._types = {name: option.type for name, option in self.catalog.options.items()}
            self._types.update({name: "bool" for name in self.values if name.startswith(("LIB_", "ARCH_"))})
        return self._types


def library_variable(name: str) -> str:
    """The variable that says that a library or platform is selected."""
    return "lib:" + name
