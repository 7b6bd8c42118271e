"""What a menu predicts: the measured weights of what an image reaches, and a guess for what was never measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from tests.unit.tui.conftest import make_catalog, needs

from unilith.demand.recipe import Recipe
from unilith.pipeline.demand import Demand
from unilith.resolver.statements import UNMEASURED
from unilith.tui.subject import subject_of


def test_weights_follow_references_from_the_demand(tmp_path: Path) -> None:
    catalog = make_catalog(tmp_path / "tree")
    # Of `calls` only what the demanded call reaches counts, of `strings` only what is referred to.
    graphs = {
        "calls": [[30, ["sys_getpid"], ["str_copy"]], [900, ["sys_other"], []]],
        "strings": [[7, ["str_copy"], []], [800, ["str_find"], []]],
    }
    (tmp_path / "tree" / "libs" / "costs.x86_64.json").write_text(json.dumps(graphs))
    unused = cast(Any, None)
    demand = Demand(
        catalog=catalog,
        recipe=Recipe(name="app", sources=("app.c",), folder=tmp_path),  # type: ignore[arg-type]
        target=catalog.target("pc-x86_64"),
        facts=needs("getpid()"),
        numbered=False,
        wanted=frozenset(),
        app_bytes=5,
        toolchain=unused,
        app=unused,
        programs=(),
        folder=tmp_path,
    )
    subject = subject_of(demand)
    assert subject.application == 5
    assert subject.costs["calls"] == 30
    weights = subject.weigh(["boot", "calls", "strings", "tlsf"])
    assert weights == {"boot": UNMEASURED, "calls": 30, "strings": 7, "tlsf": 0}
