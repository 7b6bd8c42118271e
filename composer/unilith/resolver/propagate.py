"""Unit propagation that remembers its reasons: the part of a proof that people can follow."""

from __future__ import annotations

from collections.abc import Sequence


class Propagator:
    """Literals that follow from clauses one clause at a time.

    ``trail`` holds them in the order in which they were found (breadth first), ``reason`` the index of
    the clause that made each variable's literal true, None where it was assumed.
    """

    def __init__(self, clauses: Sequence[Sequence[int]], top: int) -> None:
        self.clauses = [list(clause) for clause in clauses]
        self.value: list[int] = [0] * (top + 1)  # 1 true, -1 false
        self.reason: list[int | None] = [None] * (top + 1)
        self.trail: list[int] = []
        self.next = 0
        self.watches: list[list[int]] = [[] for _ in range(2 * top + 2)]
        self.conflict: int | None = None
        for index, clause in enumerate(self.clauses):
            if len(clause) > 1:
                self.watches[_slot(clause[0])].append(index)
                self.watches[_slot(clause[1])].append(index)
        for index, clause in enumerate(self.clauses):
            if not clause or (len(clause) == 1 and not self._set(clause[0], index)):
                self.conflict = index
        self._run()

    def assume(self, literals: Sequence[int]) -> int | None:
        """Adds assumptions and their consequences; the index of a broken clause, if one is."""
        for literal in literals:
            if not self._set(literal, None):
                return self.reason[abs(literal)]
        return self._run()

    def learn(self, clause: Sequence[int]) -> int:
        """Adds a clause that follows from the others, where nothing is assumed; its index."""
        index = len(self.clauses)
        self.clauses.append(list(clause))
        open_first = sorted(clause, key=lambda n: self.value[abs(n)] != 0)
        self.clauses[index] = open_first
        if len(clause) > 1:
            self.watches[_slot(open_first[0])].append(index)
            self.watches[_slot(open_first[1])].append(index)
        else:
            self._set(clause[0], index)
            self._run()
        return index

    def undo(self, length: int) -> None:
        """Forgets what was found after the trail had ``length`` literals."""
        for literal in self.trail[length:]:
            self.value[abs(literal)] = 0
        del self.trail[length:]
        self.next = length

    def _set(self, literal: int, reason: int | None) -> bool:
        variable, sign = (literal, 1) if literal > 0 else (-literal, -1)
        if self.value[variable]:
            return self.value[variable] == sign
        self.value[variable] = sign
        self.reason[variable] = reason
        self.trail.append(literal)
        return True

    def _run(self) -> int | None:
        value = self.value
        while self.conflict is None and self.next < len(self.trail):
            broken = -self.trail[self.next]
            self.next += 1
            watching = self.watches[_slot(broken)]
            kept: list[int] = []
            for position, index in enumerate(watching):
                clause = self.clauses[index]
                if clause[0] == broken:
                    clause[0], clause[1] = clause[1], broken
                other = clause[0]
                if (value[other] if other > 0 else -value[-other]) == 1:
                    kept.append(index)
                    continue
                for place in range(2, len(clause)):
                    literal = clause[place]
                    if (value[literal] if literal > 0 else -value[-literal]) != -1:
                        clause[1], clause[place] = literal, broken
                        self.watches[_slot(literal)].append(index)
                        break
                else:
                    kept.append(index)
                    if not self._set(other, index):
                        kept += watching[position + 1 :]
                        self.watches[_slot(broken)] = kept
                        return index
            self.watches[_slot(broken)] = kept
        return self.conflict


def _slot(literal: int) -> int:
    return 2 * literal if literal > 0 else -2 * literal + 1
