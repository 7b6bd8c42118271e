"""Why not, fix and lint, against brute force over all configurations of small trees."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kconfiglib import TRISTATE, expr_value
from tests.unit.kconfig_foreign.kconfig_trees import MODES, load, random_tree, settle, stable_configs

from unilith.resolver.formula import holds, variables
from unilith.resolver.kconfig_encode import encode_tree
from unilith.resolver.kconfig_fix import Fix, fix
from unilith.resolver.kconfig_lint import Fault, lint
from unilith.resolver.kconfig_reasons import reasons
from unilith.resolver.kconfig_request import Request
from unilith.resolver.kconfig_solve import (
    Configuration,
    Conflict,
    InternalError,
    assign,
    check_same,
    current_settings,
    smallest,
    why_not,
)

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


def tree(seed: int, size: int = 6) -> tuple[Any, str]:
    text = random_tree(Random(seed), size, typed=False)
    with tempfile.TemporaryDirectory() as folder:
        return load(Path(folder), text), text


def configurations(kconf: Any) -> list[dict[str, str]]:
    """Every configuration of a tree without typed symbols."""
    options = {}
    for symbol in kconf.unique_defined_syms:
        if symbol.orig_type in MODES and any(node.prompt for node in symbol.nodes):
            options[symbol.name] = ["n", "m", "y"] if symbol.orig_type == TRISTATE else ["n", "y"]
    size = 1
    for found in options.values():
        size *= len(found)
    assume(size <= 1000)
    return stable_configs(kconf, options)


@QUICK
@given(seeds)
def test_lint_says_what_all_configurations_say(seed: int) -> None:
    kconf, text = tree(seed)
    alive: set[str] = set()
    violated: set[tuple[str, str]] = set()
    applied: set[tuple[str, int]] = set()
    for values in configurations(kconf):
        settle(kconf, values)
        for symbol in kconf.unique_defined_syms:
            if values.get(symbol.name, "n") != "n":
                alive.add(symbol.name)
            for target, condition in symbol.selects:
                value = min(symbol.tri_value, expr_value(condition))
                allowed = expr_value(target.direct_dep)
                too_far = allowed < value if target.orig_type == TRISTATE else value and not allowed
                if too_far and target.nodes and not target.choice:
                    violated.add((symbol.name, target.name))
            for number, (_, condition) in enumerate(symbol.defaults):
                if expr_value(condition):
                    applied.add((symbol.name, number))
                    break
    found = lint(kconf)
    symbols = [s for s in kconf.unique_defined_syms if s.orig_type in MODES]
    dead = {f.symbol for f in found if f.fault is Fault.DEAD}
    assert dead == {s.name for s in symbols} - alive, text
    selects = {(f.symbol, f.place[1]) for f in found if f.fault is Fault.SELECT}
    assert selects == violated, text
    never = sum(
        (s.name, number) not in applied
        for s in symbols
        if not s.choice and s.name not in dead
        for number in range(len(s.defaults))
    )
    in_choices = sum(len(s.defaults) for s in symbols if s.choice)
    assert sum(f.fault is Fault.DEFAULT for f in found) == never + in_choices, text


@QUICK
@given(seeds)
def test_a_conflict_is_real_and_has_nothing_to_spare(seed: int) -> None:
    kconf, text = tree(seed, 8)
    random = Random(seed)
    names = [s.name for s in kconf.unique_defined_syms if s.orig_type in MODES]
    assume(len(names) > 2)
    wanted, forbidden = random.sample(names, 2)
    request = Request(want=(wanted,), forbid=(forbidden,))
    found = why_not(kconf, request)
    answer = smallest(kconf, request)
    if found is None:
        assert isinstance(answer, Configuration), text
        assert (answer.values[wanted], answer.values[forbidden]) == ("y", "n")
        assert set(answer.on) == set(reasons(kconf, [wanted]))
        return
    assert isinstance(answer, Conflict), text
    formulas = [s.formula for s in found.statements]
    atoms = sorted(set().union(*(variables(f) for f in formulas)))
    assume(len(atoms) <= 10)

    def possible(kept: list[Any]) -> bool:
        return any(
            all(holds(f, {a for i, a in enumerate(atoms) if bits >> i & 1}) for f in kept)
            for bits in range(2 ** len(atoms))
        )

    structure = [s.formula for s in encode_tree(kconf).statements if s.kind == "structure"]
    formulas_and_order = formulas + [f for f in structure if variables(f) <= set(atoms)]
    assert not possible(formulas_and_order), text
    for i in range(len(formulas)):
        rest = formulas[:i] + formulas[i + 1 :]
        assert possible(rest), (found.statements[i].origin.text, text)


@QUICK
@given(seeds)
def test_a_fix_gives_what_was_asked_and_leaves_the_rest(seed: int) -> None:
    kconf, text = tree(seed)
    stable = configurations(kconf)
    random = Random(seed)
    base = random.choice(stable)
    names = [n for n in base if kconf.syms[n].orig_type in MODES]
    assume(names)
    wanted = random.choice(names)
    settle(kconf, base)
    kept = current_settings(kconf)
    answer = fix(kconf, Request(want=(wanted,)), kept)
    attainable = [c for c in stable if c[wanted] == "y"]
    if isinstance(answer, Conflict):
        assert not attainable, text
        return
    assert isinstance(answer, Fix) and attainable, text
    values = dict(answer.configuration.values)
    assert values[wanted] == "y", text
    assert settle(kconf, values) == values, text
    if base[wanted] == "y":
        assert not answer.changes, text
    # Editing what it says, and nothing else, is enough.
    assign(kconf, {s.name: s.value for s in kept} | {c.name: c.after for c in answer.changes})
    assert kconf.syms[wanted].str_value == "y", (answer.changes, base, text)
    # No single other edit would have done where it needs more than one.
    others = [c for c in answer.changes if c.name != wanted]
    others = [c for c in others if not (kconf.syms[c.name].choice and c.after == "n")]
    if len(others) > 1:
        for symbol in kconf.unique_defined_syms:
            for value in ("n", "m", "y"):
                if symbol.name == wanted or symbol.orig_type not in MODES:
                    continue
                if value == "m" and symbol.orig_type != TRISTATE:
                    continue
                assign(kconf, {s.name: s.value for s in kept} | {symbol.name: value, wanted: "y"})
                if symbol.str_value == value:  # else it cannot be edited so
                    assert kconf.syms[wanted].str_value != "y", (symbol.name, value, answer, base, text)


def test_a_value_read_back_differently_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="A is n and not y"):
        check_same({"A": "y"}, {"A": "n"})
