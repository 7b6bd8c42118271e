"""Random valid selections of the catalog, and the smallest part of one that still fails.

A sample is drawn by resolving a recipe with random costs and random further wishes, which makes the resolver choose
providers that it would never choose for their size. Wishes are drawn so that pairs of libraries that no earlier
sample had together come first.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.option_files import Option
from unilith.catalog.roots import find_places
from unilith.kconfig.options import load_options
from unilith.pipeline.demand import Demand, find_demand
from unilith.pipeline.request import Request, Silent
from unilith.pipeline.resolve import Question, without_libc
from unilith.resolver.choices import rules_of
from unilith.resolver.selection import Refused

_DRAWS = 3  # of which the one with the most new pairs is taken
_WISHES = 6
_OF_A_RECIPE = {"initrd-tar"}
"""Needs what only a recipe's `rootfs` brings: an archive of another kind."""
_OF_A_MACHINE = {"VIRTIO_RNG_ATTACHED"}
"""Says what the machine has, and the targets' machines do not have it."""


@dataclass(frozen=True)
class Sample:
    """One selection to build and boot: every library of it is asked for, so the resolver has no choice left."""

    recipe: str
    target: str
    libraries: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> list[str]:
        """The command line's options that ask for it."""
        wants = [word for name in self.libraries for word in ("--want", name)]
        return [*wants, *(word for name, value in self.options for word in ("--set", f"{name}={value}"))]


def samples(
    recipes: Sequence[str | Path], targets: Sequence[str], count: int, seed: int, folder: Path
) -> Iterator[Sample]:
    """``count`` samples; the same for the same catalog and seed."""
    draw = random.Random(seed)
    covered: set[tuple[str, str]] = set()
    cases = list(itertools.product(recipes, targets))
    demands: dict[tuple[str | Path, str], Demand] = {}
    for number in range(count):
        case = cases[number % len(cases)]
        if case not in demands:
            request = Request(str(case[0]), case[1], output=folder / f"demand-{len(demands)}")
            demands[case] = find_demand(request, find_places(), Silent())
        sample = _draw(demands[case], str(case[0]), covered, draw)
        covered |= set(itertools.combinations(sorted(sample.libraries), 2))
        yield sample


def _draw(demand: Demand, recipe: str, covered: set[tuple[str, str]], draw: random.Random) -> Sample:
    catalog = demand.catalog
    names = sorted(catalog.libraries.keys() - _OF_A_RECIPE)
    best: tuple[str, ...] = ()
    most = -1
    for _ in range(_DRAWS):
        chosen = _select(demand, names, draw)
        new = len(set(itertools.combinations(sorted(chosen), 2)) - covered)
        if new > most:
            best, most = chosen, new
    libraries = tuple(n for n in best if n in catalog.libraries)
    return Sample(recipe, demand.target.name, libraries, _options(catalog, best, demand.target.arch, draw))


def _select(demand: Demand, names: Sequence[str], draw: random.Random) -> tuple[str, ...]:
    """A valid selection: random costs, and as many of some random wishes as can be had together."""
    costs = {name: draw.randrange(1, 100_000) for name in names}
    wishes: list[str] = []
    chosen: tuple[str, ...] = ()
    for wish in [None, *draw.sample(names, k=min(_WISHES, len(names)))]:
        tried = [*wishes, wish] if wish else wishes
        rules = (*rules_of(demand.recipe, want=tried), *without_libc(demand.recipe))
        answer = Question(demand, rules, costs).select()
        if isinstance(answer, Refused):
            assert wish is not None, "the recipe cannot be composed at all"
            continue
        wishes, chosen = tried, answer.selection.names
    return chosen


def _options(
    catalog: Catalog, libraries: Sequence[str], arch: str, draw: random.Random
) -> tuple[tuple[str, str], ...]:
    """Random values near the defaults, for some of the options."""
    values = load_options(catalog, libraries, arch=arch).options
    picked = []
    for name in sorted(values.keys() - _OF_A_MACHINE):
        option: Option = catalog.options[name]
        if draw.random() < 0.5:
            continue
        if option.type == "bool":
            picked.append((name, draw.choice("yn")))
        elif option.type == "int" and values[name]:
            picked.append((name, str(int(values[name]) * draw.choice((1, 2, 4)))))
    accepted: list[tuple[str, str]] = []
    for setting in picked:
        try:
            load_options(catalog, libraries, dict([*accepted, setting]), arch=arch)
        except Exception:
            continue
        accepted.append(setting)
    return tuple(accepted)


def smallest_failing(sample: Sample, fails: Callable[[Sample], bool]) -> Sample:
    """Takes libraries and options out for as long as the sample still fails (delta debugging, one at a time)."""
    shrunk = True
    while shrunk:
        shrunk = False
        for part in ("options", "libraries"):
            for item in list(getattr(sample, part)):
                rest = tuple(i for i in getattr(sample, part) if i != item)
                smaller = replace(sample, **{part: rest})
                if fails(smaller):
                    sample, shrunk = smaller, True
    return sample
