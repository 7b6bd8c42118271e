"""Sockets of the internet over the loopback: an image prints what Linux prints for the same program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, run

pytestmark = pytest.mark.boot

_SOURCES = sorted((RECIPES / "sockets").glob("*.c"))


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the program prints on the machine that runs the tests."""
    program = tmp_path_factory.mktemp("linux") / "sockets"
    subprocess.run(["gcc", "-D_GNU_SOURCE", *_SOURCES, "-o", program], check=True, timeout=60)
    done = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_does_as_linux_does(workshop: Path, linux: str, target: str) -> None:
    ran = run("sockets", target, cwd=workshop)
    assert ran.status == 0, ran
    assert ran.console.splitlines() == linux.splitlines()


@pytest.mark.parametrize("target", ["qemu-x86_64", "process-x86_64"])
def test_what_gets_lost_is_sent_again(workshop: Path, target: str) -> None:
    ran = run("lossy", target, "--", "2000000", cwd=workshop)
    assert ran.status == 0, ran
    assert "2000000 sent, 2000000 received, 0 wrong" in ran.console, ran
