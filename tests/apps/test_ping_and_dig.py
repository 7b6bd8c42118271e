"""Debian's ping and dig ask an image behind a tap."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apps.tap import Tap, tap
from tests.boot.command import RECIPES, environment
from tests.boot.wire import SILENCE, built

pytestmark = [pytest.mark.boot, pytest.mark.full]

TEXT = " ".join(f'"{letter * 200}"' for letter in "abcdefgh")


def said(*command: str) -> str:
    """What a program says that ends well."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SILENCE, check=False)
    assert done.returncode == 0, done
    return done.stdout


@pytest.fixture(scope="module", params=["microvm-x86_64", "process-x86_64"])
def card(request: pytest.FixtureRequest, workshop: Path) -> Iterator[Tap]:
    """The host's end of a cable to a server of names."""
    built("names", request.param, cwd=workshop)
    with tap() as made:
        words = [str(RECIPES / "names"), "--target", request.param, "--quiet"]
        words += ["--net", f"tap={made.name},{made.place}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "unilith.cli.main", "run", *words], cwd=workshop, env=environment()
        )
        try:
            end = time.monotonic() + SILENCE
            while subprocess.run(
                ["ping", "-c1", "-W1", made.guest], capture_output=True, check=False
            ).returncode:
                assert process.poll() is None and time.monotonic() < end, "nobody answers"
            yield made
        finally:
            process.terminate()
            process.wait()


@pytest.mark.parametrize("size", [0, 56, 1472, 1473, 9000, 60000])
def test_ping(card: Tap, size: int) -> None:
    """Whole, and in fragments; ping compares what comes back."""
    out = said("ping", "-c", "5", "-i", "0.05", "-s", str(size), card.guest)
    assert re.search(r"5 packets transmitted, 5 received, 0% packet loss", out), out
    assert "wrong data" not in out and "DUP" not in out, out


def test_a_flood_of_pings(card: Tap) -> None:
    out = said("ping", "-f", "-c", "5000", "-s", "1400", card.guest)
    assert re.search(r"5000 packets transmitted, 5000 received", out), out


@pytest.mark.parametrize("how", ["+notcp", "+tcp", "+noedns", "+edns=0", "+cookie"])
def test_dig(card: Tap, how: str) -> None:
    assert said("dig", f"@{card.guest}", "+short", how, "some.name.test", "A") == "192.0.2.1\n"
    assert said("dig", f"@{card.guest}", "+short", how, "some.name.test", "AAAA") == ""
    # It does not fit into a datagram: dig asks again by TCP.
    assert said("dig", f"@{card.guest}", "+short", how, "long.test", "TXT").strip() == TEXT
