"""What the resolver is asked, and what it answers: plain immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from unilith.demand.facts import Origin
from unilith.resolver.formula import Formula

__all__ = ["AUXILIARY", "Kind", "Origin", "Problem", "Statement"]


class Kind(StrEnum):
    """Where a statement's authority comes from; explanations speak of each differently."""

    DEMAND = "demand"  # the application or its recipe needs it
    CHOICE = "choice"  # the user asked for it on the command line or in a saved configuration
    TARGET = "target"  # the platform and architecture
    REQUIRES = "requires"  # a manifest's `requires`
    CARDINALITY = "cardinality"  # an interface of cardinality `one`
    CONFLICT = "conflict"  # a manifest's `conflicts`
    SUPPORT = "support"  # a manifest's `supports`
    LICENCE = "licence"  # a recipe's licence rule against a manifest's `license`
    OPTION = "option"  # Kconfig: dependency, range, choice, default
    STRUCTURE = "structure"  # needed by the encoding, never shown to a person


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact that every answer must satisfy.

    ``subject`` and ``objects`` name the variables that explanations connect: for "A requires X"
    the subject is ``lib:A`` and the objects are the libraries that provide X. ``retractable``
    statements are the ones that ``fix`` may propose to give up. ``owner`` is the library whose option a
    statement is about.
    """

    formula: Formula
    kind: Kind
    origin: Origin
    subject: str = ""
    objects: tuple[str, ...] = ()
    retractable: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Statements, and what each variable costs in bytes when it holds (0 if it is not listed).

    ``names`` maps a variable to the word that people use for it. Costs are never negative. The answer
    to a problem is unique: fewest bytes; then fewest true variables; then, of two answers equal in
    both, the one in which the last name (in the order of code points) that they disagree on is false.

    Variables whose name begins with ``aux:`` are not counted and cost nothing: they are for
    encodings that need a name for a formula. They come after all others in the last comparison.
    """

    statements: tuple[Statement, ...]
    costs: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, variable: str) -> str:
        """The word that people use for ``variable``: by default its name without the prefix."""
        return self.names.get(variable) or variable.partition(":")[2] or variable


AUXILIARY = "aux:"  # the prefix of variables that are neither counted nor shown
