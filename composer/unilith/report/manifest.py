"""One library, interface or platform on a page: what it gives, what it needs, who needs it."""

from __future__ import annotations

from collections.abc import Iterable

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Kind, Manifest, Ref
from unilith.report.columns import columns


def manifest_page(catalog: Catalog, manifest: Manifest) -> str:
    """The page as text."""
    rows: list[tuple[str, str]] = [
        ("kind", manifest.kind.value),
        ("licence", manifest.license),
        ("file", str(manifest.where())),
        ("provides", _refs(manifest.provides)),
        ("requires", _refs(manifest.requires)),
        ("uses", _refs(manifest.uses)),
        ("conflicts", _refs(manifest.conflicts)),
        ("system calls", " ".join(manifest.syscalls)),
        ("host calls", " ".join(call.name for call in manifest.host_syscalls)),
        ("options", " ".join(option.name for option in catalog.library_options(manifest.name))),
        ("architectures", " ".join(manifest.supports.arch)),
        ("machines", " ".join(manifest.machines)),
    ]
    if manifest.upstream is not None:
        rows.append(("upstream", f"{manifest.upstream.version} ({manifest.upstream.license})"))
    if manifest.kind is Kind.INTERFACE:
        rows.append(("cardinality", manifest.cardinality or ""))
        rows.append(("provided by", " ".join(m.name for m, _ in catalog.providers(manifest.name))))
    rows.append(("required by", " ".join(_wanted_by(catalog, manifest))))
    shown = [(f"  {label}", value) for label, value in rows if value]
    return f"{manifest.name}: {manifest.summary}\n{columns(shown)}"


def _refs(refs: Iterable[Ref]) -> str:
    return ", ".join(f"{ref.name} (if {ref.when})" if ref.when else ref.name for ref in refs)


def _wanted_by(catalog: Catalog, manifest: Manifest) -> list[str]:
    names = {manifest.name, *(ref.name for ref in manifest.provides)}
    return [m.name for m in catalog if any(ref.name in names for ref in m.requires)]
