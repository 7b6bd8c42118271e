"""What a turn of an event loop costs, in instructions: exact, so it is a budget."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.boot.command import unilith
from tests.boot.instructions import guest_instructions

pytestmark = pytest.mark.boot

PROGRAM = """
#include <sys/epoll.h>
#include <unistd.h>

int main(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0), ends[2], other[2];
    char bytes[64] = {0};

    if (pipe(ends) || pipe(other) || epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, other[0], &event))
        return 1;
    for (int i = 0; i < TURNS; i++)
        if (write(ends[1], bytes, 64) != 64 || epoll_wait(epoll, &event, 1, -1) != 1 ||
            read(ends[0], bytes, 64) != 64)
            return 2;
    return 0;
}
"""
# C library included; 64 bytes are copied twice.
BUDGET = 850


def instructions(folder: Path, turns: int) -> int:
    recipe = folder / f"turns{turns}"
    recipe.mkdir()
    (recipe / "turns.c").write_text(f"#define TURNS {turns}\n{PROGRAM}", encoding="utf-8")
    (recipe / "recipe.yaml").write_text(f"name: turns{turns}\nsources: [turns.c]\n", encoding="utf-8")
    built = unilith("build", recipe, "--target", "microvm-x86_64", "--output", recipe / "out", cwd=folder)
    assert built.status == 0, built
    return guest_instructions(recipe / "out" / "image.elf", recipe / "out" / "image.debug")


def test_a_turn_of_an_event_loop(tmp_path: Path) -> None:
    few, many = instructions(tmp_path, 10), instructions(tmp_path, 110)
    assert 0 < (many - few) / 100 <= BUDGET
