"""What is wrong in a Kconfig tree, decided by SAT: nothing is guessed from how the text looks.

Every question is "can this formula hold in some configuration?". One model answers thousands of them at
once, since the solver is told to make true what it can; only what remains is asked one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from kconfiglib import AND, BOOL, OR, TRISTATE, Choice

from unilith.demand.facts import Origin
from unilith.errors import Where
from unilith.resolver.encode import encode
from unilith.resolver.engine import Engine
from unilith.resolver.formula import FALSE, TRUE, Formula, Var
from unilith.resolver.kconfig_encode import Encoded, choice_name, encode_tree, written
from unilith.resolver.kconfig_terms import both, either, negate, operands
from unilith.resolver.problem import Kind, Problem, Statement

_MODES = (BOOL, TRISTATE)
_BATCH = 200  # questions that are tried together
Watch = Callable[[int, int], None]  # (questions answered, questions in all)


class Fault(StrEnum):
    """What a finding is about."""

    DEAD = "dead option"
    UNDEFINED = "undefined name"
    SELECT = "select against dependencies"
    DEFAULT = "default that never applies"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``place`` is the property's keyword and what it names, for a search of its line."""

    fault: Fault
    symbol: str
    text: str
    where: Where
    place: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _Question:
    """``formula`` can hold, or else: ``finding``; the other way round if ``is_fault``."""

    formula: Formula
    finding: Finding
    is_fault: bool


def lint(kconf: Any, watch: Watch | None = None) -> list[Finding]:
    """All findings, by kind and then in the tree's order."""
    encoded = encode_tree(kconf, counted=False)
    questions = [*_dead(encoded), *_selects(encoded), *_defaults(encoded)]
    can_hold = _answer(encoded, [q.formula for q in questions], watch or (lambda done, total: None))
    found = [q.finding for q, holds in zip(questions, can_hold, strict=True) if holds == q.is_fault]
    dead = {f.symbol for f in found if f.fault is Fault.DEAD}
    found = [
        _with_reason(encoded, f, dead) if f.fault is Fault.DEAD else f
        for f in found
        if f.fault is not Fault.DEFAULT or f.symbol not in dead
    ]
    found += [*_undefined(kconf), *_choice_defaults(kconf)]
    order = list(Fault)
    return sorted(found, key=lambda f: order.index(f.fault))


# -- questions -----------------------------------------------------------------------------------------


def _dead(encoded: Encoded) -> Iterator[_Question]:
    for symbol in encoded.kconf.unique_defined_syms:
        if symbol.orig_type in _MODES:
            finding = Finding(Fault.DEAD, symbol.name, "", _where(symbol.nodes[0]))
            yield _Question(encoded.values.terms.pair(symbol)[0], finding, is_fault=False)
        elif symbol.orig_type:
            finding = Finding(Fault.DEAD, symbol.name, "", _where(symbol.nodes[0]))
            yield _Question(encoded.values.terms.pair(symbol.direct_dep)[0], finding, is_fault=False)


def _selects(encoded: Encoded) -> Iterator[_Question]:
    pair = encoded.values.terms.pair
    for symbol in encoded.kconf.unique_defined_syms:
        for node in symbol.nodes:
            for (target, condition), (_, own) in zip(node.selects, node.orig_selects, strict=True):
                if target.orig_type not in _MODES or target.choice or not target.nodes:
                    continue
                some, full = pair(symbol)
                some, full = both(some, pair(condition)[0]), both(full, pair(condition)[1])
                needs, needs_yes = pair(target.direct_dep)
                broken = both(some, negate(needs))
                if target.orig_type is TRISTATE:
                    broken = either(broken, both(full, negate(needs_yes)))
                when = "" if own is encoded.kconf.y else f" if {written(own)}"
                text = (
                    f"{symbol.name} selects {target.name}{when}, even where {target.name}'s own dependencies"
                    f" ({written(target.direct_dep)}) do not hold"
                )
                place = ("select", target.name)
                finding = Finding(Fault.SELECT, symbol.name, text, _where(node), place)
                yield _Question(broken, finding, is_fault=True)


def _defaults(encoded: Encoded) -> Iterator[_Question]:
    pair = encoded.values.terms.pair
    for symbol in encoded.kconf.unique_defined_syms:
        earlier: Formula = TRUE
        if symbol.choice and symbol.orig_type in _MODES:
            continue
        for node in symbol.nodes:
            for (value, condition), (_, own) in zip(node.defaults, node.orig_defaults, strict=True):
                applies = pair(condition)[0]
                when = "" if own is encoded.kconf.y else f" if {written(own)}"
                text = f"{symbol.name}'s default {written(value)}{when} never applies"
                if earlier is FALSE:
                    text += ": one before it always does"
                elif earlier is not TRUE:
                    text += " where those before it do not"
                finding = Finding(Fault.DEFAULT, symbol.name, text, _where(node), ("default", written(value)))
                yield _Question(both(earlier, applies), finding, is_fault=False)
                earlier = both(earlier, negate(applies))


def _choice_defaults(kconf: Any) -> Iterator[Finding]:
    """Defaults that mean nothing: members of a choice take none."""
    for symbol in kconf.unique_defined_syms:
        if symbol.choice and symbol.orig_type in _MODES:
            for node in symbol.nodes:
                for value, _ in node.defaults:
                    text = (
                        f"{symbol.name}'s default {written(value)} never applies:"
                        f" it is a member of {choice_name(symbol.choice)}"
                    )
                    yield Finding(Fault.DEFAULT, symbol.name, text, _where(node), ("default", written(value)))


def _undefined(kconf: Any) -> Iterator[Finding]:
    """Names that are used and defined nowhere, each once, with the first place."""
    places: dict[str, list[Any]] = {}
    for node in kconf.node_iter():
        for symbol in node.referenced:
            if symbol.__class__ is Choice or symbol.nodes or symbol.is_constant or _is_number(symbol.name):
                continue
            if symbol is not kconf.modules:
                places.setdefault(symbol.name, []).append(node)
    for name in sorted(places):
        nodes = places[name]
        others = f" (and in {len(nodes) - 1} more entries)" if len(nodes) > 1 else ""
        text = f"{name} is used here{others} and defined nowhere"
        yield Finding(Fault.UNDEFINED, name, text, _where(nodes[0]), ("", name))


# -- answers -------------------------------------------------------------------------------------------


def _answer(encoded: Encoded, formulas: list[Formula], watch: Watch) -> list[bool]:
    """Of each formula, whether some configuration makes it true."""
    names: dict[int, str] = {}
    asked: list[Statement] = []
    nowhere = Origin("a question")
    for formula in formulas:
        if formula is TRUE or formula is FALSE or id(formula) in names:
            continue
        if isinstance(formula, Var):
            names[id(formula)] = formula.name
        else:
            names[id(formula)] = name = f"ask:{len(names)}"
            asked.append(Statement(either(negate(Var(name)), formula), Kind.STRUCTURE, nowhere))
    encoding = encode(Problem((*encoded.statements, *asked)))
    possible = _possible(Engine(encoding.clauses, encoding.top), encoding.number, names, watch)
    return [
        formula is TRUE
        or (formula is not FALSE and encoding.number.get(names[id(formula)], 0) in possible)
        or (formula is not FALSE and names[id(formula)] not in encoding.number)
        for formula in formulas
    ]


def _possible(engine: Engine, number: dict[str, int], names: dict[int, str], watch: Watch) -> set[int]:
    """The variables among ``names`` that can be true, each by itself."""
    waiting = {number[name]: None for name in names.values() if name in number}
    total = len(waiting)
    possible: set[int] = set()
    try:
        engine.prefer(list(waiting))
        for literal in [n for n in waiting if engine.refuted([n])]:
            del waiting[literal]
        while waiting:
            watch(total - len(waiting), total)
            batch = list(islice(waiting, _BATCH))
            while batch and not engine.possible(batch):
                core = engine.core()
                last = max(batch.index(n) for n in core)
                if len(core) == 1:
                    del waiting[batch[last]]
                del batch[last]
            if batch:
                model = engine.model()
                met = [n for n in waiting if n in model]
                possible.update(met)
                for n in met:
                    del waiting[n]
    finally:
        engine.close()
    return possible


def _with_reason(encoded: Encoded, finding: Finding, dead: set[str]) -> Finding:
    symbol = encoded.kconf.syms[finding.symbol]
    word = "be on" if symbol.orig_type in _MODES else "have a value"
    text = f"{symbol.name} can never {word}: {_reason(encoded, symbol, dead)}"
    return Finding(finding.fault, finding.symbol, text, finding.where, finding.place)


def _reason(encoded: Encoded, symbol: Any, dead: set[str]) -> str:
    pair = encoded.values.terms.pair
    selected = symbol.rev_dep is not encoded.kconf.n
    for part in operands(symbol.direct_dep, AND):
        formula = pair(part)[0]
        if formula is FALSE:
            return f"it depends on {written(part)}, which never holds"
        if part.__class__ is not tuple and part.__class__ is not Choice and part.name in dead:
            return f"it depends on {part.name}, which can never be on either"
    has_prompt = any(node.prompt for node in symbol.nodes)
    if not has_prompt and not selected and not symbol.defaults and symbol.weak_rev_dep is encoded.kconf.n:
        return "it has no prompt and no default, and nothing selects it"
    selectors = (
        [p[1] if p.__class__ is tuple else p for p in operands(symbol.rev_dep, OR)] if selected else []
    )
    if not has_prompt and selectors and all(s.name in dead for s in selectors) and not symbol.defaults:
        names = ", ".join(dict.fromkeys(s.name for s in selectors[:3]))
        more = " and others" if len(selectors) > 3 else ""
        return f"it has no prompt, and what selects it ({names}{more}) can never be on either"
    return "what it depends on never holds together" if has_prompt else "nothing can switch it on"


def _where(node: Any) -> Where:
    return Where(node.filename, node.linenr)


def _is_number(text: str) -> bool:
    try:
        int(text, 16 if text[:2] in ("0x", "0X") else 10)
    except ValueError:
        return False
    return True
