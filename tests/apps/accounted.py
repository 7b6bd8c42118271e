"""Servers whose stack tells what it holds (option LWIP_ACCOUNT)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from tests.apps.served import Server
from tests.boot.account import Held, accounts

RECIPES = Path(__file__).parents[2] / "recipes"
REST = 200.0
"""Seconds after which a connection that is still there will stay."""


def accounted(name: str, workshop: Path, **options: int) -> Path:
    """A copy of a recipe, with these options, whose image tells each second what its stack holds."""
    recipe = workshop / f"accounted-{name}"
    shutil.copytree(RECIPES / name, recipe, dirs_exist_ok=True)
    text = recipe / "recipe.yaml"
    content = yaml.safe_load(text.read_text())
    content["options"] = {**content.get("options", {}), "LWIP_ACCOUNT": True, **options}
    text.write_text(yaml.safe_dump(content))
    return recipe


def connected(server: Server, connections: int) -> Held:
    """What the stack holds when so many are connected, as they are now."""
    return _held(server, lambda held: held.connections >= connections)


def at_rest(server: Server) -> Held:
    """What the stack holds when nobody has been connected for a while."""

    def rests(held: Held) -> bool:
        # A packet that has been sent is given back when the next one is sent.
        kept = held.connections + held.segments + held.reassembled + held.references + held.buffers
        return kept == 0 and held.blocks <= 2

    return _held(server, rests)


def _held(server: Server, fine: Callable[[Held], bool]) -> Held:
    """What the stack holds, once that is ``fine``: from now on, and not what it held before."""
    end, seen = time.monotonic() + REST, len(accounts(server.said))
    while time.monotonic() < end:
        time.sleep(1.0)
        for held in accounts(server.said)[seen:]:
            if fine(held):
                return held
    raise AssertionError(f"after {REST} s the stack holds {accounts(server.said)[-1]}")
