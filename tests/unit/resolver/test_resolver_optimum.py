"""The answer is the cheapest, the only one, and the same however the question is put."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import clingo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.resolver.manifests import large_catalog, tangled_catalog
from tests.unit.resolver.random_problems import all_answers, names_of, random_problem, rank

from unilith.resolver.conflict import conflict
from unilith.resolver.encode import encode
from unilith.resolver.formula import FALSE, Implies, Not, Or, Var
from unilith.resolver.problem import Kind, Origin, Problem, Statement
from unilith.resolver.relevant import relevant
from unilith.resolver.solve import Refusal, Solution, solve
from unilith.resolver.statements import problem_for

seeds = st.integers(0, 10**9)
many = settings(max_examples=400, deadline=None)


@many
@given(seeds)
def test_brute_force_finds_nothing_better(seed: int) -> None:
    problem = random_problem(seed)
    answers = all_answers(problem)
    found = solve(problem)
    if isinstance(found, Refusal):
        assert not answers
        return
    best = min(answers, key=lambda true: rank(problem, true))
    assert (found.true, found.cost, found.count) == (best, *rank(problem, best)[:2])


@many
@given(seeds)
def test_a_refusal_names_only_what_is_needed(seed: int) -> None:
    problem = random_problem(seed, most=4)
    contrary = Statement(Not(Var("lib:a")), Kind.CHOICE, Origin("not a"))
    problem = replace(problem, statements=(*problem.statements, contrary))
    core = conflict(problem)
    if not core:
        assert all_answers(problem)
        return
    assert not all_answers(Problem(core))
    for spared in core:
        assert all_answers(Problem(tuple(s for s in core if s is not spared)))


@many
@given(seeds, seeds)
def test_the_order_of_statements_does_not_matter(seed: int, shuffle: int) -> None:
    problem = random_problem(seed)
    shuffled = list(problem.statements)
    Random(shuffle).shuffle(shuffled)
    first, second = solve(problem), solve(replace(problem, statements=tuple(shuffled)))
    assert type(first) is type(second)
    if isinstance(first, Solution):
        assert first == second


@many
@given(seeds)
def test_clauses_mean_what_formulas_mean(seed: int) -> None:
    """Each answer of the formulas extends to one of the clauses, and each of the clauses is one."""
    problem = random_problem(seed, most=5)
    encoding = encode(problem)
    from unilith.resolver.engine import Engine

    engine = Engine(encoding.clauses, encoding.top)
    answers = set(all_answers(problem))
    names = names_of(problem)
    assert set(encoding.names) == set(names)
    for bits in range(1 << len(names)):
        true = frozenset(n for i, n in enumerate(names) if bits >> i & 1)
        literals = [encoding.number[n] if n in true else -encoding.number[n] for n in names]
        assert engine.possible(literals) == (true in answers)
    engine.close()


def test_direct_clauses_need_no_auxiliary_variable() -> None:
    a, b, c, d = (Var(f"lib:{n}") for n in "abcd")
    formulas = (Implies(a, Or((b, c))), Not(Or((a, b))), Implies(Or((a, b)), c), Or((a, Not(Or((b, d))))))
    problem = Problem(tuple(Statement(f, Kind.REQUIRES, Origin("")) for f in formulas))
    encoding = encode(problem)
    assert encoding.top == len(encoding.names) == 4
    assert encoding.owners == [0, 1, 1, 2, 2, 3, 3]


def test_ties_go_to_the_earlier_name() -> None:
    problem = Problem(
        (Statement(Or((Var("lib:b"), Var("lib:a"))), Kind.DEMAND, Origin("")),), {"lib:a": 5, "lib:b": 5}
    )
    assert solve(problem) == Solution(frozenset({"lib:a"}), 5, 1)


def test_auxiliary_variables_are_neither_counted_nor_free() -> None:
    both = Or((Var("aux:x"), Var("lib:a")))
    assert solve(Problem((Statement(both, Kind.DEMAND, Origin("")),))) == Solution(frozenset({"aux:x"}), 0, 0)


def test_falsehood_is_refused_with_its_statement() -> None:
    stated = Statement(FALSE, Kind.DEMAND, Origin("never"))
    assert solve(Problem((stated,))) == Refusal((stated,))


def test_negative_costs_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="lib:a is negative"):
        solve(Problem((), {"lib:a": -1}))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_irrelevant_changes_nothing(seed: int) -> None:
    catalog, demand, costs = tangled_catalog(300, seed)
    problem = problem_for(catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
    encoding = encode(problem)
    kept = relevant(encoding.clauses, encoding.top)
    owners = {encoding.owners[i] for i in kept}
    smaller = replace(problem, statements=tuple(s for i, s in enumerate(problem.statements) if i in owners))
    assert solve(smaller) == solve(problem)


@pytest.mark.parametrize("seed", range(6))
def test_clingo_finds_the_same_optimum(seed: int) -> None:
    catalog, demand, costs = tangled_catalog(250, seed)
    problem = problem_for(catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
    found = solve(problem)
    optimum = clingo_optimum(problem)
    if isinstance(found, Refusal):
        assert optimum is None
    else:
        assert optimum == [found.cost, found.count]


def clingo_optimum(problem: Problem) -> list[int] | None:
    """The least bytes, and the least count with these, by an engine that shares nothing with ours."""
    encoding = encode(problem)
    lines = [f"{{x({n})}}." for n in range(1, encoding.top + 1)]
    for clause in encoding.clauses:
        broken = ", ".join(f"not x({n})" if n > 0 else f"x({-n})" for n in clause)
        lines.append(f":- {broken}.")
    for number, name in enumerate(encoding.names, 1):
        lines.append(f":~ x({number}). [{problem.costs.get(name, 0)}@2, {number}]")
        lines.append(f":~ x({number}). [1@1, {number}]")
    control = clingo.Control(["--opt-strategy=usc"])
    control.add("base", [], "\n".join(lines))
    control.ground([("base", [])])
    best: list[int] | None = None
    with control.solve(yield_=True) as models:
        for model in models:
            best = list(model.cost)
    return best


SCRIPT = """
import sys
sys.path[:0] = sys.argv[1:]
from tests.unit.resolver.manifests import large_catalog
from unilith.resolver.lockfile import to_text
from unilith.resolver.selection import select
catalog, demand, costs = large_catalog(400, 6)
answer = select("app", catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
print(to_text(answer.selection))
"""


def test_the_hash_seed_does_not_matter() -> None:
    root = Path(__file__).resolve().parents[3]
    texts = set()
    for seed in ("0", "1", "4711"):
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(root), str(root / "composer")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        texts.add(run.stdout)
    assert len(texts) == 1
    assert '"libraries": [' in texts.pop()


def test_the_order_of_facts_does_not_matter() -> None:
    catalog, demand, costs = large_catalog(300, 3)
    target = catalog.target("qemu-x86_64")
    assert problem_for(catalog, demand, target, costs=costs) == problem_for(
        catalog, demand[::-1], target, costs=costs
    )
