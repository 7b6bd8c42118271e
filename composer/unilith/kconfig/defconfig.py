"""The smallest Kconfig file that gives a configuration back: only what differs from the defaults."""

from __future__ import annotations

import tempfile
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.kconfig.options import OptionValues


def minimal_config(catalog: Catalog, options: OptionValues) -> str:
    """What `savedefconfig` would write for these values."""
    from unilith.kconfig.render import write_tree
    from unilith.kconfig.tree import open_tree

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        kconf = open_tree(write_tree(catalog, place / "tree"))
        (place / "full").write_text(options.dotconfig, encoding="utf-8")
        kconf.load_config(str(place / "full"))
        kconf.write_min_config(str(place / "least"), header="")
        return (place / "least").read_text(encoding="utf-8")
