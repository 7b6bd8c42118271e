"""Third-party headers: fetched and unpacked for whoever may include them."""

from __future__ import annotations

from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Manifest
from unilith.plan.compose import upstream_headers
from unilith.upstream.cache import Report, cache_folder, silent
from unilith.upstream.tree import source_tree


def header_trees(catalog: Catalog, manifest: Manifest, report: Report = silent) -> dict[str, Path]:
    """The unpacked upstreams whose headers a library may include, by the name of the library that has them."""
    return {
        m.name: source_tree(m.upstream, m.folder, cache=cache_folder(), report=report)
        for m in catalog.header_trees(manifest)
        if m.upstream is not None
    }


def third_party_headers(catalog: Catalog, manifest: Manifest, report: Report = silent) -> tuple[Path, ...]:
    """The folders of third-party headers that a library may include."""
    return upstream_headers(catalog, manifest, header_trees(catalog, manifest, report))
