"""`unilith inspect` on programs of the host's compiler: chains through our C library, and what nobody implements."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.boot.command import unilith

pytestmark = pytest.mark.boot

TEXT = """
#include <locale.h>
#include <obstack.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <unistd.h>
#define obstack_chunk_alloc malloc
int main(void)
{
    char text[20];
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(135), "D"(0xffffffff) : "rcx", "r11", "memory");
    snprintf(text, sizeof text, "%ld", result);
    puts(text);
    return socket(AF_INET, SOCK_STREAM, 0) + obstack_vprintf(NULL, text, NULL);
}
"""


def _inspected(folder: Path, *flags: str) -> dict[str, Any]:
    source, program = folder / "program.c", folder / "program"
    source.write_text(TEXT)
    command = ["gcc", "-w", "-O2", "-D_GNU_SOURCE", "-D_FORTIFY_SOURCE=2", str(source), "-o", str(program)]
    subprocess.run([*command, *flags], check=True, capture_output=True)
    ran = unilith("inspect", "--json", program, cwd=folder)
    assert ran.status == 0, ran
    found: dict[str, Any] = json.loads(ran.console)
    text = unilith("inspect", program, cwd=folder)
    assert text.status == 0 and all(call in text.console for call in found["calls"]), text
    return found


def test_a_dynamic_program(tmp_path: Path) -> None:
    found = _inspected(tmp_path)
    calls = found["calls"]
    assert found["needed"] == ["libc.so.6"] and not found["static"]
    assert any(chain.startswith("puts > ") for chain in calls["writev"]["because"])
    assert "console-writing" in calls["writev"]["libraries"]
    assert calls["socket"]["because"] and "in main" in calls["personality"]["because"]
    assert "personality" in found["missing"] and calls["personality"]["libraries"] == []
    assert [name for name in found["foreign"] if "obstack" in name], found["foreign"]
    assert "snprintf" not in found["foreign"] and "__snprintf_chk" not in found["foreign"]


def test_a_static_program(tmp_path: Path) -> None:
    found = _inspected(tmp_path, "-static")
    assert found["static"] and not found["foreign"]
    assert {"write", "exit_group", "socket", "personality"} <= found["calls"].keys()


def test_what_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")
    ran = unilith("inspect", "script", cwd=tmp_path)
    assert ran.status == 1 and "script" in ran.errors and "Traceback" not in ran.errors, ran
