"""Sizes and instruction counts are exact, so they are budgets; speed is measured in `make bench`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.boot.command import TARGETS, unilith
from tests.boot.instructions import guest_instructions

pytestmark = pytest.mark.boot

KIB = 1024
# recipe: (most bytes of the image file, most guest instructions until the program has ended)
BUDGETS = {"bare": (16 * KIB, 10_000), "hello": (48 * KIB, 40_000)}


def built(workshop: Path, recipe: str, target: str) -> dict[str, str]:
    ran = unilith("build", recipe, "--target", target, "--json", cwd=workshop)
    assert ran.status == 0, ran
    result: dict[str, str] = json.loads(ran.console.splitlines()[-1])
    return result


@pytest.mark.parametrize("recipe", BUDGETS)
def test_an_image_keeps_within_its_bytes(workshop: Path, recipe: str) -> None:
    result = built(workshop, recipe, "qemu-x86_64")
    assert Path(result["image"]).stat().st_size == result["bytes"]
    assert int(result["bytes"]) <= BUDGETS[recipe][0]


@pytest.mark.parametrize("recipe", BUDGETS)
@pytest.mark.parametrize("machine", ["microvm", "q35"])
def test_an_image_keeps_within_its_instructions(workshop: Path, recipe: str, machine: str) -> None:
    image = Path(built(workshop, recipe, "qemu-x86_64")["image"])
    assert guest_instructions(image, image.with_name("image.debug"), machine=machine) <= BUDGETS[recipe][1]


@pytest.mark.parametrize("recipe", ["bare", "hello", "lua"])
@pytest.mark.parametrize("target", TARGETS)
def test_predicted_sizes_are_near_the_truth(workshop: Path, recipe: str, target: str) -> None:
    ran = unilith("size", recipe, "--target", target, "--json", cwd=workshop)
    assert ran.status == 0, ran
    parts = json.loads(ran.console)["parts"].values()
    linked = sum(p["linked"] for p in parts)
    for reckoning, part in (("predicted", 0.1), ("compiled", 0.04)):
        assert abs(sum(p[reckoning] or 0 for p in parts) - linked) <= part * linked, (reckoning, ran)
