"""Arguments, environment, statuses, stubs, heaps: seen from inside a booted image."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import TARGETS, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", [0, 1, 42, 124, 128, 255])
def test_the_exit_status_is_the_applications(workshop: Path, target: str, status: int) -> None:
    ran = run("statuses", target, "--", str(status), cwd=workshop)
    assert ran.status == status and ran.console.endswith("last words\n"), ran


@pytest.mark.parametrize("target", TARGETS)
def test_arguments_and_environment(workshop: Path, target: str) -> None:
    by_default = run("statuses", target, cwd=workshop)
    assert by_default.status == 7, by_default
    assert "argv[0]=<statuses>" in by_default.console and "argv[2]=<by default>" in by_default.console
    assert 'greeting=<good "day">' in by_default.console, by_default
    given = run("statuses", target, "--", "3", "two words", 'a "quote"', "back\\slash", "", cwd=workshop)
    assert given.status == 3, given
    for number, word in enumerate(["two words", 'a "quote"', "back\\slash", ""], start=2):
        assert f"argv[{number}]=<{word}>" in given.console, given


@pytest.mark.parametrize("target", TARGETS)
def test_abort_ends_as_a_shell_would_see_it(workshop: Path, target: str) -> None:
    ran = run("statuses", target, "--", "abort", cwd=workshop)
    assert ran.status == 134 and "last words" not in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_stubs_are_counted_and_reported(workshop: Path, target: str) -> None:
    ran = run("stubs", target, cwd=workshop)
    assert ran.status == 0 and "swapoff: not implemented" in ran.console, ran
    assert "swapoff (3)" in ran.console and "acct" not in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("heap", ["heap-bump", "heap-tlsf"])
def test_heaps(workshop: Path, target: str, heap: str) -> None:
    ran = run("heap", target, "--want", heap, "--memory", "4M", cwd=workshop)
    assert (ran.status, ran.console) == (0, "heap ok\n"), ran
