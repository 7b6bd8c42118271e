"""Images without the compiler's own library: what compilers call is a demand, and nothing has a red zone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, run, unilith

# The numbers are Python's: (1+2j)*(3-1j), (1+2j)/(3-1j), (1+2j)**(3-1j), 2**100 // 1000000007 >> 40, ...
ANSWERS = """\
product 5 5 quotient 0.1 0.7
power -27.436382 19.789310
wide 1152921496 976371285 1.267651e+30
bits 16
expm1l 3.481689070338 -1.000000000000
exceptions 1 1
"""

_NEEDED = {"compiler.integer": "integer-routines", "compiler.float": "float-routines"}

# An access below the stack pointer. Below it an interrupt of the same privilege writes its frame.
_RED_ZONE = re.compile(r"^.*\t(?!lea).*-0x[0-9a-f]+\(%rsp.*$", re.MULTILINE)


@pytest.mark.boot
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("cc", ["gcc", "clang-14"])
def test_arithmetic(workshop: Path, target: str, cc: str) -> None:
    folder = workshop / f"arithmetic-{cc}-{target}"
    ran = run("arithmetic", target, "--cc", cc, "--output", str(folder), cwd=workshop)
    assert (ran.status, ran.console) == (0, ANSWERS), ran


@pytest.mark.parametrize("cc", ["gcc", "clang-14"])
@pytest.mark.parametrize("recipe", ["arithmetic", "lua"])
def test_nothing_of_the_compiler_is_linked(workshop: Path, recipe: str, cc: str) -> None:
    folder = workshop / f"{recipe}-{cc}-linked"
    name = RECIPES / recipe if (RECIPES / recipe).is_dir() else recipe
    built = unilith("build", name, "--cc", cc, "--output", folder, "--json", cwd=workshop)
    assert built.status == 0, built
    libraries = json.loads(built.console.splitlines()[-1])["libraries"]
    for library in _NEEDED.values():
        assert (library in libraries) == (recipe == "arithmetic"), libraries
    loaded = re.findall(r"^LOAD (.*\.a)$", (folder / "work/image.map").read_text(), re.MULTILINE)
    assert [Path(file).name for file in loaded] == ["libc.a"]
    for file in (folder / "image.debug", Path(loaded[0])):
        assert _accesses_below_the_stack(file) == []


def _accesses_below_the_stack(file: Path) -> list[str]:
    done = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", file], capture_output=True, text=True, check=True
    )
    assert "(%rsp)" in done.stdout
    return _RED_ZONE.findall(done.stdout)


def test_a_red_zone_would_be_seen(tmp_path: Path) -> None:
    source = "int f(int a) { volatile int b[4]; b[a] = a; return b[0]; }\n"
    seen = []
    for option in ("-mred-zone", "-mno-red-zone"):
        command = ["gcc", "-O1", "-fcf-protection=none", option, "-x", "c", "-", "-c", "-o"]
        subprocess.run([*command, tmp_path / "f.o"], input=source, text=True, check=True)
        listing = subprocess.run(
            ["objdump", "--disassemble", "--no-show-raw-insn", tmp_path / "f.o"],
            capture_output=True,
            text=True,
            check=True,
        )
        seen.append(bool(_RED_ZONE.search(listing.stdout)))
    assert seen == [True, False]
