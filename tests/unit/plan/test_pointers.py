"""Which arguments of system calls are pointers."""

from __future__ import annotations

from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.plan.pointers import POINTERS, Pointer


def test_each_call_is_one_that_some_library_implements() -> None:
    catalog = load_catalog(find_places().libraries)
    implemented = {call for library in catalog.libraries.values() for call in library.syscalls}
    assert set(POINTERS) <= implemented, sorted(set(POINTERS) - implemented)


def test_a_line_says_where_how_and_how_much() -> None:
    assert POINTERS["stat"] == (Pointer(0, False, 1), Pointer(1, True, 144))
    assert POINTERS["getcwd"] == (Pointer(0, True, 1, count=1),)
    assert POINTERS["nanosleep"][1] == Pointer(1, True, 16, optional=True)


def test_the_condition_in_c() -> None:
    assert Pointer(1, True, 144).check == "access_probe_write((void *)b, 144)"
    assert Pointer(0, False, 1, count=2).check == "(!c || access_probe_read((const void *)a, 1))"
    assert Pointer(2, True, 4, optional=True).check == "(!c || access_probe_write((void *)c, 4))"
