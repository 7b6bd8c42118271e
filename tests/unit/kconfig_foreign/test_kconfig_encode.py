"""The encoding against kconfiglib: its models are exactly the .config files that stand by themselves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kconfiglib import BOOL, TRISTATE
from tests.unit.kconfig_foreign.kconfig_trees import (
    MODES,
    all_values,
    load,
    random_tree,
    settle,
    stable_configs,
)

from unilith.resolver.encode import encode
from unilith.resolver.engine import Engine
from unilith.resolver.formula import Var, holds
from unilith.resolver.kconfig_encode import Encoded, encode_tree
from unilith.resolver.kconfig_fewest import fewest
from unilith.resolver.kconfig_request import Request, demands
from unilith.resolver.solve import Refusal, solve

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


def tree(seed: int, size: int, typed: bool = True) -> tuple[Any, str]:
    text = random_tree(Random(seed), size, typed)
    with tempfile.TemporaryDirectory() as folder:
        return load(Path(folder), text), text


def models(encoded: Encoded, random: Random, count: int) -> Iterator[set[str]]:
    """Models spread over the solution space: each leans to random literals."""
    encoding = encode(encoded.problem())
    engine = Engine(encoding.clauses, encoding.top)
    try:
        for _ in range(count):
            assumed: list[int] = []
            for variable in random.sample(range(1, len(encoding.names) + 1), len(encoding.names)):
                literal = random.choice([variable, -variable])
                if engine.possible([*assumed, literal]):
                    assumed.append(literal)
            if engine.possible(assumed):
                yield set(encoding.word(sorted(engine.model())))
    finally:
        engine.close()


def truth(encoded: Encoded, values: dict[str, str], defaults: dict[str, str]) -> set[str] | None:
    """The variables that hold in the configuration ``values``; None if it has a value outside the pool."""
    true: set[str] = set()
    for symbol in encoded.kconf.unique_defined_syms:
        if symbol.orig_type in MODES:
            on, yes = encoded.values.terms.pair(symbol)
            for formula, level in ((on, 1), (yes, 2)):
                if isinstance(formula, Var) and "nmy".index(values[symbol.name]) >= level:
                    true.add(formula.name)
            if on is yes and values[symbol.name] == "m":
                raise AssertionError(f"{symbol.name} is m")
    for symbol, outcomes in encoded.values.free.items():
        formula = outcomes.get(values[symbol.name])
        if formula is None:
            return None
        assert isinstance(formula, Var)
        true.add(formula.name)
        if values[symbol.name] != defaults[symbol.name]:
            true.add(f"opt:{symbol.name}!=default")
    return true


def defaults_in(kconf: Any) -> dict[str, str]:
    """For each typed symbol, the value that it had now if nobody set it."""
    found = {}
    for symbol in kconf.unique_defined_syms:
        if symbol.orig_type and symbol.orig_type not in MODES:
            user = symbol.user_value
            symbol.unset_value()
            found[symbol.name] = symbol.str_value
            if user is not None:
                symbol.set_value(user)
    return found


def candidates(encoded: Encoded) -> dict[str, list[str]]:
    found = {}
    for symbol in encoded.kconf.unique_defined_syms:
        if not any(node.prompt for node in symbol.nodes):
            continue
        if symbol.orig_type in MODES:
            found[symbol.name] = {BOOL: ["n", "y"], TRISTATE: ["n", "m", "y"]}[symbol.orig_type]
        elif symbol in encoded.values.free:
            found[symbol.name] = list(encoded.values.free[symbol])
    return found


@QUICK
@given(seeds)
def test_every_model_is_a_fixed_point(seed: int) -> None:
    kconf, text = tree(seed, 9)
    encoded = encode_tree(kconf)
    for true in models(encoded, Random(seed), 6):
        values = encoded.read(true)
        loaded = settle(kconf, values)
        assert {n: loaded[n] for n in values} == values, text


@QUICK
@given(seeds)
def test_every_accepted_configuration_is_a_model(seed: int) -> None:
    kconf, text = tree(seed, 9)
    encoded = encode_tree(kconf)
    random = Random(seed)
    options = candidates(encoded)
    for _ in range(8):
        values = settle(kconf, {name: random.choice(found) for name, found in options.items()})
        if settle(kconf, values) != values:
            continue  # not stated by its own values: an m that is only a default, say
        true = truth(encoded, values, defaults_in(kconf))
        if true is None:
            continue
        for statement in encoded.statements:
            assert holds(statement.formula, true), (statement.origin.text, values, text)


@QUICK
@given(seeds)
def test_the_optimum_is_the_one_of_brute_force(seed: int) -> None:
    kconf, text = tree(seed, 5)
    encoded = encode_tree(kconf)
    options = candidates(encoded)
    size = 1
    for found in options.values():
        size *= len(found)
    if size > 1500:
        return
    modes = [n for n, v in all_values(kconf).items() if kconf.syms[n].orig_type in MODES]
    wanted = Random(seed).choice(modes) if modes else None
    best: tuple[Any, set[str]] | None = None
    for values in stable_configs(kconf, options):
        if wanted and values[wanted] != "y":
            continue
        settle(kconf, values)
        true = truth(encoded, values, defaults_in(kconf))
        if true is not None and (best is None or Rank(true) < best[0]):
            best = (Rank(true), true)
    request = Request(want=(wanted,)) if wanted else Request()
    problem = encoded.problem(*demands(encoded, request))
    answer = fewest(problem)
    assert answer == (best[1] if best else None), text
    reference = solve(problem)
    assert (None if isinstance(reference, Refusal) else reference.true) == answer, text


class Rank:
    """Orders answers as the resolver does: fewest counted, then off what comes last by name."""

    def __init__(self, true: set[str]) -> None:
        self.true = true
        self.count = sum(not name.startswith("aux:") for name in true)

    def __lt__(self, other: Rank) -> bool:
        if self.count != other.count:
            return self.count < other.count
        differing = self.true ^ other.true
        return bool(differing) and max(differing, key=lambda n: (n.startswith("aux:"), n)) in other.true
