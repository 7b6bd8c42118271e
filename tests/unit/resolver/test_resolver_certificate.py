"""The checker takes every certificate of ours, and none that says anything else."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.resolver.manifests import (
    NETWORK_COSTS,
    calls,
    large_catalog,
    network_catalog,
    tangled_catalog,
)
from tests.unit.resolver.random_problems import all_answers, random_problem, rank

from unilith.resolver.certificate import Certificate, Step
from unilith.resolver.certify import certify
from unilith.resolver.check import check_certificate
from unilith.resolver.formula import Not, Or, Var
from unilith.resolver.hitting import can_hit_below
from unilith.resolver.problem import Kind, Origin, Problem, Statement
from unilith.resolver.refute import TooHardError, refutes
from unilith.resolver.solve import Refusal, Solution, solve
from unilith.resolver.statements import problem_for

seeds = st.integers(0, 10**9)
many = settings(max_examples=300, deadline=None)


@many
@given(seeds)
def test_every_certificate_is_accepted(seed: int) -> None:
    problem = random_problem(seed)
    solution = solve(problem)
    if isinstance(solution, Solution):
        assert check_certificate(problem, solution.true, certify(problem, solution)) == []


@many
@given(seeds)
def test_no_certificate_makes_a_worse_answer_the_best(seed: int) -> None:
    """Whatever is done to bytes, count and steps: the checker never takes an answer that is not the cheapest."""
    problem = random_problem(seed, most=5)
    solution = solve(problem)
    if isinstance(solution, Refusal):
        return
    certificate = certify(problem, solution)
    random = Random(seed)
    for true in all_answers(problem):
        cost, count, _ = rank(problem, true)
        if (cost, count) == (solution.cost, solution.count):
            continue
        steps = list(certificate.steps)
        for _ in range(random.randrange(4)):
            steps.insert(random.randrange(len(steps) + 1), tampered_step(random, problem, steps))
        forged = replace(certificate, bytes=cost, count=count, steps=tuple(steps))
        assert check_certificate(problem, true, forged)


def tampered_step(random: Random, problem: Problem, steps: list[Step]) -> Step:
    names = sorted(problem.costs) or ["lib:a"]
    return Step(
        variables=tuple(sorted(random.sample(names, random.randrange(1, len(names) + 1)))),
        because=tuple(
            str(s.origin)
            for s in random.sample(problem.statements, random.randrange(1, len(problem.statements) + 1))
        ),
        after=tuple(n for n in range(len(steps)) if random.random() < 0.3),
        share=random.randrange(50),
    )


@pytest.fixture
def case() -> tuple[Problem, Solution, Certificate]:
    catalog = network_catalog()
    problem = problem_for(catalog, calls("socket"), catalog.target("qemu-x86_64"), costs=NETWORK_COSTS)
    solution = solve(problem)
    assert isinstance(solution, Solution)
    return problem, solution, certify(problem, solution)


def test_a_missing_library_is_noticed(case: tuple[Problem, Solution, Certificate]) -> None:
    problem, solution, certificate = case
    found = check_certificate(problem, solution.true - {"lib:pages-list"}, certificate)
    assert any("heap-bump requires pages" in text for text in found)


def test_each_step_is_needed_and_none_can_be_altered(case: tuple[Problem, Solution, Certificate]) -> None:
    problem, solution, certificate = case
    steps = certificate.steps

    def check(*changed: Step) -> list[str]:
        return check_certificate(problem, solution.true, replace(certificate, steps=changed))

    assert check(*steps) == []
    for number, step in enumerate(steps):
        before, after = steps[:number], steps[number + 1 :]
        if step.share:
            assert check(*before, replace(step, share=0, variables=()), *after)
        for spared in step.because:
            rest = tuple(text for text in step.because if text != spared)
            assert check(*before, replace(step, because=rest), *after)
        if step.after:
            assert check(*before, replace(step, after=()), *after)
            assert check(*before, replace(step, after=(number,)), *after)
            assert check(*before, replace(step, after=(-1,)), *after)
        if len(step.variables) > 1:
            for variable in step.variables:
                assert check(*before, replace(step, variables=(variable,)), *after)
        assert check(*before, replace(step, because=("no such statement",)), *after)
        assert check(*before, replace(step, variables=(*step.variables, "lib:unknown")), *after)
        dropped = [replace(s, after=tuple(n - (n > number) for n in s.after if n != number)) for s in after]
        if step.share:
            assert check(*before, *dropped)


def test_shares_are_not_taken_on_trust(case: tuple[Problem, Solution, Certificate]) -> None:
    problem, solution, certificate = case
    greedy = tuple(replace(step, share=step.share * 2) for step in certificate.steps)
    # Shares that do not fit are of no use; the search for the cheapest hitting set decides instead.
    assert check_certificate(problem, solution.true, replace(certificate, steps=greedy)) == []
    some = tuple(replace(s, share=s.share * 9) for s in certificate.steps if not s.after)
    assert check_certificate(problem, solution.true, replace(certificate, steps=some))
    negative = tuple(replace(s, share=-s.share) for s in certificate.steps)
    assert check_certificate(problem, solution.true, replace(certificate, steps=negative)) == []


def test_the_scale_must_exceed_every_count(case: tuple[Problem, Solution, Certificate]) -> None:
    problem, solution, certificate = case
    assert check_certificate(problem, solution.true, replace(certificate, scale=3))


def test_other_costs_are_another_problem(case: tuple[Problem, Solution, Certificate]) -> None:
    problem, solution, certificate = case
    dearer = {**problem.costs, "lib:tinynet": 200_000}
    assert check_certificate(replace(problem, costs=dearer), solution.true, certificate)
    total = sum(dearer.get(v, 0) for v in solution.true)
    forged = replace(certificate, bytes=total)
    assert check_certificate(replace(problem, costs=dearer), solution.true, forged) == [
        f"the steps do not prove that {total} bytes is the least"
    ]


def test_an_odd_cycle_needs_a_search() -> None:
    """Of three, any two pairs: no shares reach the optimum, and the checker has to branch."""
    pairs = [("a", "b"), ("b", "c"), ("a", "c")]
    statements = tuple(
        Statement(Or((Var(f"lib:{x}"), Var(f"lib:{y}"))), Kind.DEMAND, Origin(f"{x} or {y}"))
        for x, y in pairs
    )
    problem = Problem(statements, dict.fromkeys(("lib:a", "lib:b", "lib:c"), 10))
    solution = solve(problem)
    assert isinstance(solution, Solution) and solution.cost == 20 and not solution.closed
    certificate = certify(problem, solution)
    assert sum(s.share for s in certificate.steps) < 20 * certificate.scale
    assert check_certificate(problem, solution.true, certificate) == []
    assert check_certificate(problem, solution.true, replace(certificate, steps=certificate.steps[:2]))


def test_what_propagation_cannot_show_is_shown_by_cases() -> None:
    a, b, c = Var("lib:a"), Var("lib:b"), Var("lib:c")
    formulas = (Or((a, b, c)), Or((a, b, Not(c))), Or((a, Not(b), c)), Or((a, Not(b), Not(c))))
    statements = tuple(Statement(f, Kind.DEMAND, Origin(f"row {i}")) for i, f in enumerate(formulas))
    problem = Problem(statements, {"lib:a": 7})
    solution = solve(problem)
    assert isinstance(solution, Solution) and solution.true == {"lib:a"}
    certificate = certify(problem, solution)
    assert certificate.steps == (
        Step(("lib:a",), ("row 0", "row 1", "row 2", "row 3"), (), 7 * certificate.scale + 1),
    )
    assert check_certificate(problem, solution.true, certificate) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tangled_catalogs_are_proved(seed: int) -> None:
    catalog, demand, costs = tangled_catalog(300, seed)
    problem = problem_for(catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
    solution = solve(problem)
    assert isinstance(solution, Solution)
    assert check_certificate(problem, solution.true, certify(problem, solution)) == []


def test_two_thousand_libraries_are_proved() -> None:
    catalog, demand, costs = large_catalog()
    assert len(catalog.libraries) >= 2000
    problem = problem_for(catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
    solution = solve(problem)
    assert isinstance(solution, Solution) and solution.count > 100
    certificate = certify(problem, solution)
    assert max(len(step.because) for step in certificate.steps) < 40
    assert check_certificate(problem, solution.true, certificate) == []


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1), max_size=7), st.data())
def test_the_cheapest_hitting_set_is_exact(sets: list[frozenset[str]], data: st.DataObject) -> None:
    weights = {letter: data.draw(st.integers(1, 6)) for letter in "abcdef"}
    best = min(
        sum(weights[x] for i, x in enumerate("abcdef") if bits >> i & 1)
        for bits in range(64)
        if all(any(bits >> "abcdef".index(x) & 1 for x in s) for s in sets)
    )
    assert not can_hit_below(sets, weights, best)
    assert can_hit_below(sets, weights, best + 1)


def test_the_prover_gives_up_rather_than_run_for_ever() -> None:
    """Eight pigeons, seven holes: true, and hopeless by cases."""
    holes, pigeons = range(7), range(8)
    each = [Or(tuple(Var(f"{p}in{h}") for h in holes)) for p in pigeons]
    apart = [
        Or((Not(Var(f"{p}in{h}")), Not(Var(f"{q}in{h}")))) for h in holes for p in pigeons for q in range(p)
    ]
    with pytest.raises(TooHardError):
        refutes([*each, *apart], cases=100)


def test_a_proof_that_was_given_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, demand, costs = tangled_catalog(500, 1)
    problem = problem_for(catalog, demand, catalog.target("qemu-x86_64"), costs=costs)
    solution = solve(problem)
    assert isinstance(solution, Solution) and not solution.closed
    assert certify(problem, solution).complete
    monkeypatch.setattr("unilith.resolver.certify._CONFLICTS", 1)
    certificate = certify(problem, solution)
    assert not certificate.complete
    assert check_certificate(problem, solution.true, certificate) == [
        "the proof is not complete: the selection was found to be the cheapest, but not shown to be"
    ]
    pretended = check_certificate(problem, solution.true, replace(certificate, complete=True))
    assert pretended == [f"the steps do not prove that {solution.cost} bytes is the least"]
