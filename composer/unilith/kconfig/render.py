"""The catalog as an ordinary Kconfig tree, that any Kconfig tool opens.

One menu a group, one bool a library, the library's own options below it. There is no `select`, and
`depends on` does not express what libraries need of each other, for such needs may form loops.
Instead each need that a selection leaves unmet makes a promptless symbol `BAD_<n>` y, and a comment says
what is wrong. A promptless symbol stands for each interface: it is y when something provides it.
Dependencies thus only lead from libraries and options to interfaces, and from all of these to violations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby
from pathlib import Path

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.model import Manifest, Ref

KCONFIG_FILE = "Kconfig"
VIOLATION_PREFIX = "BAD_"


@dataclass(frozen=True, slots=True)
class Violation:
    """What no selection may have: ``when`` is a Kconfig expression, ``text`` says it to a person."""

    when: str
    text: str


def write_tree(catalog: Catalog, folder: Path) -> Path:
    """Writes the tree into ``folder``, made if need be, and returns its top file.

    An unchanged file is left alone, so that its time stays as it is.
    """
    file = folder / KCONFIG_FILE
    text = render_tree(catalog)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file


def render_tree(catalog: Catalog) -> str:
    """The text of the tree's top file. The libraries' own Kconfig files are sourced from where they are."""
    lines = ['mainmenu "Unilith"', ""]
    lines += _architectures()
    lines += _menu(catalog, "Platforms", list(catalog.platforms.values()))
    libraries = sorted(catalog.libraries.values(), key=lambda m: (m.group, m.name))
    for group, members in groupby(libraries, key=lambda m: m.group):
        lines += _menu(catalog, group.capitalize(), list(members))
    for interface in catalog.interfaces.values():
        lines += _interface(catalog, interface)
    for number, violation in enumerate(violations(catalog), 1):
        lines += [
            f"config {VIOLATION_PREFIX}{number}",
            "\tbool",
            f"\tdefault y if {violation.when}",
            "",
            f"comment {quoted(violation.text)}",
            f"\tdepends on {VIOLATION_PREFIX}{number}",
            "",
        ]
    return "\n".join(lines)


def violations(catalog: Catalog) -> Iterator[Violation]:
    """Everything that a selection can do wrong, in a fixed order."""
    for manifest in catalog:
        if manifest.name in catalog.interfaces:
            yield from _interface_violations(catalog, manifest)
            continue
        for ref in manifest.requires:
            lacking = f"!{catalog.get(ref.name).symbol}"
            yield Violation(
                _all(manifest.symbol, ref.when, lacking),
                f"{manifest.name} requires {_described(catalog, ref)}",
            )
        for ref in manifest.conflicts:
            other = catalog.get(ref.name).symbol
            yield Violation(
                _all(manifest.symbol, ref.when, other), f"{manifest.name} cannot be together with {ref.name}"
            )
        if manifest.supports.arch:
            right = " || ".join(ARCH_SYMBOLS[arch] for arch in manifest.supports.arch)
            arches = " or ".join(manifest.supports.arch)
            yield Violation(_all(manifest.symbol, f"!({right})"), f"{manifest.name} is only for {arches}")
    for a, b in combinations(catalog.platforms.values(), 2):
        yield Violation(_all(a.symbol, b.symbol), f"{a.name} and {b.name} are both platforms; keep one")


def quoted(text: str) -> str:
    """A Kconfig string: on one line, with nothing in it that Kconfig would expand."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def _architectures() -> list[str]:
    lines = ["choice", '\tprompt "Architecture"', ""]
    for arch, symbol in ARCH_SYMBOLS.items():
        lines += [f"config {symbol}", f"\tbool {quoted(arch)}", ""]
    return [*lines, "endchoice", ""]


def _menu(catalog: Catalog, title: str, members: list[Manifest]) -> list[str]:
    lines = [f"menu {quoted(title)}", ""]
    for manifest in members:
        lines += [f"config {manifest.symbol}", f"\tbool {quoted(manifest.summary)}", "\thelp"]
        lines += [f"\t  {text}" for text in _help(catalog, manifest)]
        lines.append("")
        if catalog.library_options(manifest.name):
            file = manifest.folder / "Kconfig"
            lines += [f"if {manifest.symbol}", f"source {quoted(str(file))}", "endif", ""]
    return [*lines, "endmenu", ""]


def _help(catalog: Catalog, manifest: Manifest) -> Iterator[str]:
    yield f"{manifest.name}: {' '.join(manifest.summary.split())}"
    for title, refs in (("Provides", manifest.provides), ("Requires", manifest.requires)):
        if refs:
            yield f"{title}: {', '.join(ref.name for ref in refs)}"
    yield f"Licence: {' '.join(manifest.license.split())}"
    yield f"Manifest: {catalog.relative(manifest.file)}"


def _interface(catalog: Catalog, interface: Manifest) -> list[str]:
    lines = [f"config {interface.symbol}", "\tbool"]
    for manifest, ref in catalog.providers(interface.name):
        lines.append(f"\tdefault y if {_all(manifest.symbol, ref.when)}")
    return [*lines, ""]


def _interface_violations(catalog: Catalog, interface: Manifest) -> Iterator[Violation]:
    if interface.cardinality == "one":
        for (a, a_ref), (b, b_ref) in combinations(catalog.providers(interface.name), 2):
            if a.name == b.name:
                continue  # one library, under one of several conditions
            yield Violation(
                _all(a.symbol, a_ref.when, b.symbol, b_ref.when),
                f"{a.name} and {b.name} both provide {interface.name}; keep one",
            )
    for ref in interface.requires:
        lacking = f"!{catalog.get(ref.name).symbol}"
        yield Violation(
            _all(interface.symbol, ref.when, lacking),
            f"the interface {interface.name} requires {_described(catalog, ref)}",
        )


def _described(catalog: Catalog, ref: Ref) -> str:
    if ref.name not in catalog.interfaces:
        return ref.name
    givers = [m.name for m, _ in catalog.providers(ref.name)]
    if not givers:
        return f"{ref.name}, which nothing provides"
    return f"{ref.name}: {' or '.join(givers)}" if givers != [ref.name] else ref.name


def _all(*conditions: str) -> str:
    """The conjunction of Kconfig expressions; empty ones count as true."""
    given = [c for c in conditions if c]
    return " && ".join(f"({c})" if "||" in c or "&&" in c else c for c in given)
