"""The rendered tree in the menuconfig that comes with kconfiglib, by its own functions."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import kconfiglib
import pytest

from unilith.catalog.catalog import Catalog
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import builtin_root
from unilith.kconfig.render import write_tree

stock: ModuleType = importlib.import_module("menuconfig")  # kconfiglib's; it has no types


def opened(catalog: Catalog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    kconf = kconfiglib.Kconfig(str(write_tree(catalog, folder)), warn_to_stderr=False)
    for name, value in {
        "_kconf": kconf,
        "_show_all": False,
        "_show_name": False,
        "_update_menu": lambda: None,  # draws
        "_conf_changed": False,
    }.items():
        monkeypatch.setattr(stock, name, value, raising=False)
    return kconf


def shown(menu: Any) -> Iterator[Any]:
    """Every entry that a user can reach from ``menu``, through the menus below."""
    for node in stock._shown_nodes(menu):
        yield node
        if node.is_menuconfig:
            yield from shown(node)


def texts(menu: Any) -> list[str]:
    return [" ".join(stock._node_str(node).split()) for node in shown(menu)]


def test_every_library_and_platform_of_ours_can_be_switched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = load_catalog([builtin_root()])
    kconf = opened(catalog, tmp_path, monkeypatch)
    reached = {node.item.name: node for node in shown(kconf.top_node) if hasattr(node.item, "name")}
    for manifest in catalog:
        if manifest.name not in catalog.interfaces:
            node = reached[manifest.symbol]
            assert stock._changeable(node)
            stock._change_node(node)
            assert node.item.str_value == "y"
    assert kconf.warnings == []
    below = {node.item.name for node in shown(kconf.top_node) if hasattr(node.item, "name")}
    prompted = {o for o in catalog.options if any(n.prompt for n in kconf.syms[o].nodes)}
    assert {o for o in prompted if kconf.syms[o].visibility} <= below
    assert "BOOT_STACK_KIB" in below


def test_options_appear_below_a_library_that_is_on(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kconf = opened(catalog, tmp_path, monkeypatch)
    assert "[ ] What bump is for (NEW)" in texts(kconf.top_node)
    assert not any("Bytes of a block" in text for text in texts(kconf.top_node))
    stock._change_node(kconf.syms["LIB_BUMP"].nodes[0])
    lines = texts(kconf.top_node)
    assert "[*] What bump is for" in lines
    assert "(64) Bytes of a block (NEW)" in lines
    assert not any("Level of checks" in text for text in lines)


def test_what_is_wrong_is_shown_live_and_vanishes(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kconf = opened(catalog, tmp_path, monkeypatch)

    def wrong() -> list[str]:
        return [text for text in texts(kconf.top_node) if text.startswith("***")]

    assert wrong() == []
    stock._change_node(kconf.syms["LIB_LWIP"].nodes[0])
    assert wrong() == [
        "*** lwip requires net.device: tap or virtio-net ***",
        "*** lwip requires heap: bump or tlsf ***",
    ]
    for name in ("LIB_BUMP", "LIB_VIRTIO_NET", "LIB_PC", "LIB_BOOT", "LIB_STRINGS"):
        stock._change_node(kconf.syms[name].nodes[0])
    assert wrong() == []
    stock._change_node(kconf.syms["LIB_TLSF"].nodes[0])
    assert wrong() == ["*** bump and tlsf both provide heap; keep one ***"]
