"""Random bytes in a booted image: no two boots agree, no byte stands out, a processor without a generator warns.

The bounds are ten standard deviations wide: a good generator leaves them once in 10^22 runs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, VIRTUAL, Ran, run, unilith

pytestmark = pytest.mark.boot

_WARNING = "random: no generator in the processor"
_LINE = re.compile(r"^(auxiliary|getrandom|getentropy|end|last) ([0-9a-f]+)$", re.MULTILINE)
_LENGTHS = {"auxiliary": 16, "getrandom": 4096, "getentropy": 256, "end": 256, "last": 8}


def _bytes(ran: Ran) -> dict[str, bytes]:
    """What the recipe has printed, by source."""
    assert ran.status == 0, ran
    shown = {name: bytes.fromhex(text) for name, text in _LINE.findall(ran.console)}
    assert {name: len(value) for name, value in shown.items()} == _LENGTHS, ran
    return shown


def _check_uniform(data: bytes) -> None:
    """Bits, bytes, runs of bits, and blocks that come again."""
    bits = int.from_bytes(data, "big")
    count = 8 * len(data)
    deviation = count**0.5 / 2
    assert abs(bits.bit_count() - count / 2) < 10 * deviation
    assert abs((bits ^ bits >> 1).bit_count() - count / 2) < 10 * deviation
    if len(data) >= 4096:  # chi-square with 255 degrees of freedom: mean 255, standard deviation 22.6
        expected = len(data) / 256
        chi = sum((data.count(value) - expected) ** 2 / expected for value in range(256))
        assert 255 - 10 * 22.6 < chi < 255 + 10 * 22.6
    blocks = [data[i : i + 8] for i in range(0, len(data), 8)]
    assert len(set(blocks)) == len(blocks)


def _check_apart(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Two boots have no eight bytes in common, at any place of eight."""
    first, second = (
        {value[i : i + 8] for value in boot.values() for i in range(0, len(value), 8)}
        for boot in (one, other)
    )
    assert len(first) == len(second) == sum(_LENGTHS.values()) // 8  # nor has one boot any of them twice
    assert not first & second


@pytest.mark.parametrize("target", TARGETS)
def test_boots_differ_and_bytes_are_even(workshop: Path, target: str) -> None:
    first, second = (run("random", target, cwd=workshop) for _ in range(2))
    assert _WARNING not in first.console, first
    for boot in (_bytes(first), _bytes(second)):
        for value in boot.values():
            _check_uniform(value)
    _check_apart(_bytes(first), _bytes(second))


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_that_come_often(workshop: Path, target: str) -> None:
    """A seed for every KiB: the processor's instructions, or calls of the host behind the filter."""
    ran = run("random", target, "--set", "RANDOM_RESEED_KIB=1", cwd=workshop)
    for value in _bytes(ran).values():
        _check_uniform(value)


@pytest.mark.parametrize("target", VIRTUAL)
@pytest.mark.parametrize(("lacks", "warned"), [("-rdseed", False), ("-rdseed,-rdrand", True)])
def test_processors_that_lack_the_instructions(workshop: Path, target: str, lacks: str, warned: bool) -> None:
    folder = workshop / f"random{lacks}-{target}"
    built = unilith("build", RECIPES / "random", "--target", target, "--output", folder, cwd=workshop)
    assert built.status == 0, built
    description = folder / "image.json"
    said = json.loads(description.read_text())
    said["settings"]["cpu"] += "," + lacks
    description.write_text(json.dumps(said))
    first, second = (unilith("run", description, "--timeout", "60", cwd=workshop) for _ in range(2))
    assert first.console.count(_WARNING) == warned, first
    _check_uniform(_bytes(first)["getrandom"])
    _check_apart(_bytes(first), _bytes(second))
