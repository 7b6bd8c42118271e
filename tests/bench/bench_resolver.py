"""Times of the resolver on synthetic catalogs, in milliseconds of processor time, the best of three.

python tests/bench/bench_resolver.py [LIBRARIES]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "composer")]

from tests.unit.resolver.manifests import large_catalog, tangled_catalog  # noqa: E402

from unilith.resolver.certify import certify  # noqa: E402
from unilith.resolver.check import check_certificate  # noqa: E402
from unilith.resolver.encode import encode  # noqa: E402
from unilith.resolver.reasons import reasons  # noqa: E402
from unilith.resolver.solve import Refusal, solve  # noqa: E402
from unilith.resolver.statements import problem_for  # noqa: E402

Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What ``work`` gives, and the milliseconds of its fastest run."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return result, best * 1000


def main() -> None:
    libraries = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("catalog           clauses    on | problem  encode   solve certify   total |  check     why")
    cases = [(f"large {seed}", large_catalog(libraries, seed)) for seed in (1, 4, 5)]
    cases += [(f"tangled {seed}", tangled_catalog(libraries // 5, seed)) for seed in (1, 2, 3)]
    for label, (catalog, demand, costs) in cases:
        target = catalog.target("qemu-x86_64")
        problem, first = timed(partial(problem_for, catalog, demand, target, costs=costs))
        encoding, second = timed(partial(encode, problem))
        solution, third = timed(partial(solve, problem, encoding))
        if isinstance(solution, Refusal):
            print(f"{label:16} refused: {len(solution.statements)} statements")
            continue
        proof, fourth = timed(partial(certify, problem, solution, encoding))
        wrong, fifth = timed(partial(check_certificate, problem, solution.true, proof))
        _, sixth = timed(partial(reasons, problem, solution.true))
        assert not (wrong and proof.complete), wrong
        total = first + second + third + fourth
        print(
            f"{label:16} {len(encoding.clauses):8} {solution.count:5} | {first:7.1f} {second:7.1f} {third:7.1f} "
            f"{fourth:7.1f} {total:7.1f} | {fifth:6.1f} {sixth:7.1f}{'' if proof.complete else '  proof given up'}"
        )


if __name__ == "__main__":
    main()
