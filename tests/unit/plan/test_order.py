"""The boot order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.plan.order import dependency_order

names = st.sampled_from("abcdefgh")


@given(st.dictionaries(names, st.sets(names)))
def test_an_order_respects_every_need_or_names_a_real_loop(needs: dict[str, set[str]]) -> None:
    try:
        order = dependency_order(needs)
    except UserError as e:
        loop = str(e).split(": ")[1].split("\n")[0].split(" -> ")
        assert loop[0] == loop[-1] and len(loop) > 2
        assert all(after in needs[before] for before, after in pairwise(loop))
        return
    assert sorted(order) == sorted(needs)
    place = {name: i for i, name in enumerate(order)}
    assert all(place[n] < place[name] for name in needs for n in needs[name] if n in needs and n != name)


@given(st.dictionaries(names, st.sets(names)))
def test_the_order_depends_on_nothing_but_names(needs: dict[str, set[str]]) -> None:
    backwards = dict(reversed([(n, set(w)) for n, w in needs.items()]))
    try:
        expected = dependency_order(needs)
    except UserError as e:
        with pytest.raises(UserError) as other:
            dependency_order(backwards)
        assert str(other.value) == str(e)
    else:
        assert dependency_order(backwards) == expected
