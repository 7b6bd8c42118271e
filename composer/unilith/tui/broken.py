"""What would no longer work if a library were simply taken out of an image."""

from __future__ import annotations

from dataclasses import dataclass

from unilith.resolver.conditions import library_variable
from unilith.resolver.formula import holds
from unilith.resolver.problem import Kind
from unilith.resolver.selection import library_names
from unilith.tui.answer import Answer

_NEEDS = (Kind.DEMAND, Kind.CHOICE, Kind.TARGET, Kind.REQUIRES)


@dataclass(frozen=True, slots=True)
class Broken:
    """``libraries`` would lack something that they require, one after another; ``demands`` are what the
    application, the target or the user asks for and would not be met."""

    libraries: tuple[str, ...]
    demands: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.libraries or self.demands)


def broken_without(answer: Answer, name: str) -> Broken:
    """Follows the statements backwards from ``name``; nothing takes its place."""
    problem, true = answer.resolved.problem, set(answer.resolved.solution.true)
    gone = library_variable(name)
    true.discard(gone)
    statements = [s for s in problem.statements if s.kind in _NEEDS]
    demands: dict[str, None] = {}
    lost: list[str] = []
    found = True
    while found:
        found = False
        for statement in statements:
            if holds(statement.formula, true):
                continue
            if statement.subject in true:
                true.discard(statement.subject)
                lost += library_names([statement.subject])
                found = True
            elif not statement.subject:
                demands[str(statement.origin)] = None
    return Broken(tuple(lost), tuple(demands))
