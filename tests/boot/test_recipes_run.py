"""The catalog's own recipes, on every target."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import TARGETS, VIRTUAL, run

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", TARGETS)
def test_bare(workshop: Path, target: str) -> None:
    ran = run("bare", target, cwd=workshop)
    assert (ran.status, ran.console) == (0, "Hello from an image without a C library\n"), ran


@pytest.mark.parametrize(("target", "memory"), [("microvm-x86_64", "1152K"), ("qemu-x86_64", "1408K")])
def test_bare_in_the_least_memory(workshop: Path, target: str, memory: str) -> None:
    ran = run("bare", target, "--memory", memory, cwd=workshop)
    assert ran.status == 0 and "Hello" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_hello(workshop: Path, target: str) -> None:
    ran = run("hello", target, cwd=workshop)
    assert ran.status == 0 and "Hello" in ran.console, ran


@pytest.mark.parametrize(("target", "memory"), [("microvm-x86_64", "1280K"), ("qemu-x86_64", "1536K")])
def test_hello_in_the_least_memory(workshop: Path, target: str, memory: str) -> None:
    ran = run("hello", target, "--memory", memory, cwd=workshop)
    assert ran.status == 0 and "Hello" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_lua_runs_its_script(workshop: Path, target: str) -> None:
    ran = run("lua", target, cwd=workshop)
    assert ran.status == 0 and "Lua 5.4" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_lua_reads_its_standard_input(workshop: Path, target: str) -> None:
    script = 'local n = 0\nfor i = 1, 100 do n = n + i end\nprint("sum", n)\nos.exit(42)\n'
    ran = run("lua", target, "--", "-", cwd=workshop, stdin=script)
    assert ran.status == 42 and "sum\t5050" in ran.console, ran


@pytest.mark.parametrize("target", TARGETS)
def test_lua_writes_and_reads_files(workshop: Path, target: str) -> None:
    script = """
    local f = assert(io.open("/note", "w")); f:write("one\\n", "two\\n"); f:close()
    for line in io.lines("/note") do io.write("[", line, "]") end
    print(os.rename("/note", "/other"), io.open("/note"))
    print(os.remove("/other"), os.remove("/other"))
    """
    ran = run("lua", target, "--", "-", cwd=workshop, stdin=script)
    assert ran.status == 0 and "[one][two]" in ran.console, ran
    assert "No such file or directory" in ran.console, ran


@pytest.mark.parametrize("target", VIRTUAL)
def test_an_error_in_a_script_is_its_status(workshop: Path, target: str) -> None:
    ran = run("lua", target, "--", "-", cwd=workshop, stdin='error("on purpose")')
    assert ran.status == 1 and "on purpose" in ran.console, ran
