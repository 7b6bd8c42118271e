"""The pages on what the catalog holds: interfaces with their headers, libraries, options."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unilith.catalog.catalog import ARCHES, Catalog
from unilith.catalog.costs import Graph, costs_file, read_costs
from unilith.catalog.headers import public_headers
from unilith.catalog.model import Ref
from unilith.report.markdown import anchor, code, codes, fenced, table

if TYPE_CHECKING:
    from unilith.kconfig.tree import Symbol

_UP = "../../"  # from docs/reference to the tree


def interfaces_page(catalog: Catalog) -> str:
    """Every interface with who provides it, and the headers, which are the contracts."""
    rows = [
        (
            _link(m.name),
            code(m.cardinality or ""),
            _names(p.name for p, _ in catalog.providers(m.name)),
            m.summary,
        )
        for m in catalog.interfaces.values()
    ]
    parts = [
        "# Interfaces\n",
        "An interface is a typed slot. Of one with the cardinality `one` an image has at most one provider, "
        "which defines the functions of the header; the linker binds them. Of one with the cardinality `many` "
        "it may have any number; each is an entry of a generated table. An interface without a header is a "
        "capability: it says that something is there.\n",
        table(("interface", "cardinality", "providers", "what it is"), rows),
    ]
    for m in catalog.interfaces.values():
        parts.append(f"## {m.name}\n")
        facts = [f"{m.summary}. Cardinality `{m.cardinality}`; [manifest]({_file(catalog, m.file)})."]
        if m.requires:
            facts.append(f"Its header needs those of {_refs(m.requires)}.")
        if m.table is not None:
            facts.append(
                f"The generated table is `const {m.table.type} {m.table.name}[]` with `{m.table.name}_count` entries."
            )
        parts.append(" ".join(facts) + "\n")
        for header in public_headers(m):
            parts.append(f"[{header.name}]({_file(catalog, header)})\n")
            parts.append(fenced(header.read_text(encoding="utf-8"), "c"))
    return "\n".join(parts)


def libraries_page(catalog: Catalog) -> str:
    """Every library by group, with its bytes where they were measured, then who has which system call."""
    arches = [arch for arch in ARCHES if any(costs_file(root, arch).is_file() for root in catalog.roots)]
    costs: Mapping[str, Mapping[str, Graph]] = {arch: read_costs(catalog, arch) for arch in arches}
    parts = ["# Libraries\n", _measured(arches)]
    for group, members in groupby(
        sorted((*catalog.libraries.values(), *catalog.platforms.values()), key=lambda m: (m.group, m.name)),
        key=lambda m: m.group,
    ):
        rows = [
            (
                f"[{m.name}]({_file(catalog, m.file)})",
                m.summary,
                _refs(m.provides),
                _refs(m.requires),
                _refs(m.uses),
                *(_bytes(costs[arch].get(m.name)) for arch in arches),
            )
            for m in members
        ]
        header = ("library", "what it is", "provides", "requires", "uses", *(f"bytes, {a}" for a in arches))
        parts += [f"## {group}\n", table(header, rows, right=range(5, 5 + len(arches)))]
    parts += ["## System calls\n", _system_calls(catalog)]
    return "\n".join(parts)


def options_page(catalog: Catalog) -> str:
    """Every option in the order of its library, as kconfiglib reads it."""
    symbols = _option_symbols(catalog)
    rows, parts = [], []
    for owner in sorted({option.library for option in catalog.options.values()}):
        parts.append(f"## {owner}\n")
        for option in catalog.library_options(owner):
            node = symbols[option.name].nodes[0]
            prompt = node.prompt[0] if node.prompt else "(follows from the others)"
            default = _default(symbols[option.name])
            rows.append((_link(option.name), code(option.type), code(default), prompt))
            where = f"[{_tree_path(catalog, option.file)}]({_file(catalog, option.file)})"
            facts = [f"{option.type}, default {code(default) or 'none'}", *_ranges(symbols[option.name])]
            parts.append(f"### {option.name}\n\n{prompt}. {'; '.join(facts)}; {where}.\n")
            if node.help:
                parts.append(textwrap.dedent(node.help).strip() + "\n")
    return "\n".join(
        [
            "# Options\n",
            "Set one in a recipe (`options: {NAME: value}`) or on the command line (`--set NAME=value`). An "
            "option whose library is not in the image cannot be set: that is an error, never silence.\n",
            table(("option", "type", "default", "what it is"), rows),
            *parts,
        ]
    )


def _option_symbols(catalog: Catalog) -> Mapping[str, Symbol]:
    """The options as kconfiglib knows them, by name."""
    import tempfile

    from unilith.kconfig.render import write_tree
    from unilith.kconfig.tree import open_tree

    with tempfile.TemporaryDirectory() as folder:
        symbols: dict[str, Any] = open_tree(write_tree(catalog, Path(folder))).syms
        return symbols


def _default(symbol: Symbol) -> str:
    """The first default, which is the value in an image that sets nothing else."""
    for value, _ in symbol.defaults:
        return str(getattr(value, "name", value))
    return ""


def _ranges(symbol: Symbol) -> Iterable[str]:
    for low, high, _ in symbol.ranges:
        yield f"from {low.name} to {high.name}"


def _measured(arches: Sequence[str]) -> str:
    if not arches:
        return (
            "No bytes are shown, for none were measured; `unilith calibrate` measures them. What requires, "
            "uses and provides mean stands in [manifest.md](manifest.md).\n"
        )
    return (
        "Bytes are those of the whole library, measured by `unilith calibrate` (code, constants and initialised "
        "data). The linker drops what an image does not reach, so most images hold less of it; `unilith size` "
        "shows how much. What requires, uses and provides mean stands in [manifest.md](manifest.md).\n"
    )


def _bytes(graph: Graph | None) -> str:
    return "" if graph is None else f"{sum(node.bytes for node in graph):,}"


def _system_calls(catalog: Catalog) -> str:
    calls = sorted({call for m in catalog.libraries.values() for call in m.syscalls})
    rows = [(code(call), _names(m.name for m in catalog.syscall_providers(call))) for call in calls]
    return f"{len(calls)} of Linux's system calls are implemented.\n\n{table(('call', 'by'), rows)}"


def _names(names: Iterable[str]) -> str:
    return codes(list(names)) or "nobody yet"


def _refs(refs: Iterable[Ref]) -> str:
    return ", ".join(f"{code(ref.name)} if `{ref.when}`" if ref.when else code(ref.name) for ref in refs)


def _link(heading: str) -> str:
    return f"[{heading}](#{anchor(heading)})"


def _file(catalog: Catalog, file: Path) -> str:
    return _UP + _tree_path(catalog, file)


def _tree_path(catalog: Catalog, file: Path) -> str:
    return catalog.relative(file)
