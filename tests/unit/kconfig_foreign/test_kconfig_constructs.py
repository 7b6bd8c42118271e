"""One construct at a time: the models are exactly the configurations that loading does not change."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from kconfiglib import BOOL
from tests.unit.kconfig_foreign.kconfig_trees import MODES, load, stable_configs

from unilith.resolver.encode import encode
from unilith.resolver.engine import Engine
from unilith.resolver.formula import Or, Var
from unilith.resolver.kconfig_encode import encode_tree
from unilith.resolver.kconfig_fewest import fewest
from unilith.resolver.problem import Kind, Origin, Problem, Statement

MODULES = 'config MODULES\n\tbool "modules"\n\tmodules\n'
A = 'config A\n\tbool "a"\n'
T = 'config T\n\ttristate "t"\n'

TREES = {
    "select": A + T + "config X\n\tbool\nconfig Y\n\tbool\n\tdepends on T\nconfig Z\n"
    '\tbool "z"\n\tselect X\n\tselect Y if A\n',
    "select with modules": MODULES
    + T
    + 'config X\n\ttristate "x"\n\tdepends on T\nconfig Y\n\ttristate "y"\n'
    "\tselect X\n",
    "imply": MODULES
    + T
    + A
    + 'config X\n\ttristate "x" if A\n\tdepends on T\nconfig Y\n\ttristate "y"\n\timply X\n',
    "imply under a dependency": MODULES + T + 'config X\n\ttristate\n\tdepends on T\nconfig Y\n\tbool "y"\n'
    "\timply X\n",
    "default of a hidden symbol": MODULES + T + A + "config X\n\ttristate\n\tdefault m if A\n\tdefault T\n"
    '\tdefault y\nconfig Y\n\tbool "y" if A\n\tdefault m if T\n',
    "depends on m": MODULES
    + 'config X\n\ttristate "x"\n\tdepends on m\nconfig Y\n\tbool "y"\n\tdepends on X\n',
    "visible if": A
    + 'menu "m"\n\tvisible if A\nconfig X\n\tbool "x"\n\tdefault y\nconfig Y\n\tbool "y"\nendmenu\n',
    "menu with a dependency": A
    + T
    + 'menu "m"\n\tdepends on A\nif T\nconfig X\n\tbool "x"\n\tdefault y\nendif\n'
    "config Y\n\tdef_bool y\nendmenu\n",
    "choice": A + 'choice\n\tprompt "c" if A\n\tdefault Y\nconfig X\n\tbool "x"\nconfig Y\n\tbool "y" if A\n'
    'config Z\n\tbool "z"\nendchoice\n',
    "optional choice": A
    + 'choice\n\tprompt "c"\n\toptional\n\tdepends on A\nconfig X\n\tbool "x"\nconfig Y\n'
    '\tbool "y"\nendchoice\n',
    "tristate choice": MODULES
    + T
    + 'choice\n\ttristate\n\tprompt "c"\n\tdepends on T\nconfig X\n\ttristate "x"\n'
    'config Y\n\ttristate "y"\n\tdepends on T\nconfig Z\n\tbool "z"\nendchoice\nconfig W\n\tdef_tristate X\n',
    "optional tristate choice": MODULES
    + 'choice\n\ttristate\n\tprompt "c"\n\toptional\nconfig X\n\ttristate "x"\n'
    'config Y\n\ttristate "y"\nendchoice\n',
    "tristate member of a bool choice": MODULES
    + T
    + 'choice\n\tbool\n\tprompt "c"\n\tdepends on T\nconfig X\n'
    '\ttristate "x"\nconfig Y\n\ttristate "y" if m\nendchoice\n',
    "bool choice that depends on m": MODULES + T + 'choice\n\tbool\n\tprompt "c" if T\nconfig X\n'
    '\ttristate "x" if MODULES || !MODULES\nconfig Y\n\tbool "y"\nendchoice\nconfig V\n\tdef_bool X\n',
    "int": A
    + 'config N\n\tint "n" if A\n\tdefault 7 if A\n\tdefault 3\n\trange 2 8 if A\nconfig X\n\tdef_bool N > 5\n'
    "config Y\n\tdef_bool N = 3\n",
    "int without a prompt": A + T + "config N\n\tint\n\tdefault 1 if A\n\tdefault 2 if T\n\tdefault 3\n"
    "config X\n\tdef_bool N < 3\nconfig Y\n\tdef_bool N != 2\n",
    "range between symbols": A
    + 'config L\n\tint\n\tdefault 4 if A\n\tdefault 1\nconfig N\n\tint "n"\n\trange L 5\n'
    "config X\n\tdef_bool N >= L\nconfig Y\n\tdef_bool N = 2\n",
    "hex": A
    + 'config H\n\thex "h" if A\n\tdefault 0x10\nconfig X\n\tdef_bool H = 0x10\nconfig Y\n\tdef_bool H > 16\n',
    "string": A + 'config S\n\tstring "s" if A\n\tdefault "on"\nconfig X\n\tdef_bool S = "on"\nconfig Y\n'
    '\tdef_bool S != ""\n',
    "string from a string": A + 'config S\n\tstring\n\tdefault "a" if A\n\tdefault "b"\nconfig R\n\tstring\n'
    '\tdefault S\nconfig X\n\tdef_bool R = "b"\nconfig Y\n\tdef_bool R = S\n',
    "two definitions": A
    + T
    + 'config X\n\tbool "x"\n\tdepends on A\nconfig X\n\tbool\n\tdefault y\n\tdepends on T\n',
    "comparison of tristates": MODULES + T + "config X\n\ttristate\n\tdefault m if T = m\n"
    "\tdefault y if T >= MODULES\n",
}


@pytest.mark.parametrize("name", TREES)
def test_models_are_the_stable_configurations(tmp_path: Path, name: str) -> None:
    kconf = load(tmp_path, TREES[name])
    encoded = encode_tree(kconf)
    options: dict[str, list[str]] = {}
    for symbol in kconf.unique_defined_syms:
        if any(node.prompt for node in symbol.nodes):
            free = encoded.values.free.get(symbol)
            options[symbol.name] = list(free) if free else ["n", "m", "y"]
            if symbol.orig_type == BOOL:
                options[symbol.name] = ["n", "y"]
    shown = [s.name for s in kconf.unique_defined_syms if s.orig_type in MODES or s in encoded.values.free]
    allowed = {n: set(v) for n, v in options.items() if kconf.syms[n] in encoded.values.free}
    expected = {
        tuple(values[n] for n in shown)
        for values in stable_configs(kconf, options)
        if all(values[n] in found for n, found in allowed.items())
    }
    assert set(all_models(encoded, shown)) == expected
    assert len(expected) > 1


def all_models(encoded: Any, shown: list[str]) -> list[tuple[str, ...]]:
    encoding = encode(encoded.problem())
    engine = Engine(encoding.clauses, encoding.top)
    found = []
    while engine.possible():
        true = engine.model()
        values = encoded.read(set(encoding.word(sorted(true))))
        found.append(tuple(values[name] for name in shown))
        engine.add([-n if n in true else n for n in range(1, len(encoding.names) + 1)])
    engine.close()
    return found


@pytest.mark.parametrize("seed", range(40))
def test_fewest_against_brute_force(seed: int) -> None:
    """Clauses without structure need counters of counters, which Kconfig trees seldom do."""
    random = Random(seed)
    names = [f"opt:{c}" for c in "abcdefghij"]
    clauses = [frozenset(random.sample(names, random.choice([2, 2, 3]))) for _ in range(14)]
    statements = [
        Statement(Or(tuple(Var(n) for n in sorted(c))), Kind.OPTION, Origin("one of these")) for c in clauses
    ]
    answers = [
        set(on)
        for size in range(len(names) + 1)
        for on in combinations(names, size)
        if all(c & set(on) for c in clauses)
    ]
    least = min(len(a) for a in answers)
    best = min((a for a in answers if len(a) == least), key=lambda a: sorted(a, reverse=True))
    assert fewest(Problem(tuple(statements))) == best
