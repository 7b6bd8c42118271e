"""Undefined names as facts."""

from __future__ import annotations

import pytest

from unilith.demand.facts import FactKind
from unilith.demand.probe import chain, demand_of
from unilith.demand.reachable import Reach, Reached
from unilith.errors import UserError, UserErrors


def no_interface(_name: str) -> None:
    return None


def test_system_calls_and_interfaces_become_facts_with_their_path() -> None:
    reached = [
        Reached("console_write", ("main", "greet")),
        Reached("sys_read", ("main", "scanf")),
    ]
    probed = demand_of("app", Reach(tuple(reached), 0), {"console_write": "console"}.get)
    assert [(f.kind, f.name) for f in probed.facts] == [
        (FactKind.INTERFACE, "console"),
        (FactKind.SYSCALL, "read"),
    ]
    assert probed.facts[0].origin.text == "app calls console_write(): main > greet"
    assert probed.facts[1].origin.text == "app calls read: main > scanf"
    assert not probed.numbered


def test_a_function_that_is_called_can_ask_for_an_interface() -> None:
    reach = Reach((Reached("sys_mmap", ("main", "mmap")),), 0, (Reached("mmap", ("main", "grow")),))
    facts = demand_of("app", reach, no_interface, {"mmap": "memory.paged", "mremap": "memory.paged"}).facts
    assert [(f.kind, f.name) for f in facts] == [
        (FactKind.INTERFACE, "memory.paged"),
        (FactKind.SYSCALL, "mmap"),
    ]
    assert facts[0].origin.text == "app calls mmap(): main > grow"


def test_a_number_known_only_at_run_time_is_told() -> None:
    assert demand_of("app", Reach((Reached("sys_dispatch", ("main",)),), 0), no_interface).numbered


def test_linker_symbols_are_nobodys_duty() -> None:
    assert demand_of("app", Reach((Reached("__init_array_start", ("main",)),), 0), no_interface).facts == ()


def test_unknown_names_are_all_reported() -> None:
    with pytest.raises(UserErrors) as e:
        demand_of(
            "app",
            Reach(
                (
                    Reached("frob", ("main", "f")),
                    Reached("nicate", ("main",)),
                ),
                0,
            ),
            no_interface,
        )
    assert "'frob'" in str(e.value) and "'nicate'" in str(e.value) and "main > f" in str(e.value)


def test_a_program_without_main_is_told_so() -> None:
    with pytest.raises(UserError, match="has no function 'main'"):
        demand_of("app", Reach((Reached("main", ()),), 0), no_interface)


def test_a_long_chain_keeps_its_ends() -> None:
    assert chain("abcdefghij") == "a > b > c > ... > h > i > j"
    assert chain("abc") == "a > b > c"
