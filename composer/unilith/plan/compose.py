"""From a selection to the plan: which files are compiled how, in which order the parts start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.catalog import Catalog, Target
from unilith.catalog.model import HostCall, Manifest, Ref, Source
from unilith.demand.recipe import Recipe
from unilith.errors import UserError, Where
from unilith.kconfig.options import OptionValues, config_header
from unilith.plan.model import Archive, BootStep, Plan, ProviderTable, Unit
from unilith.plan.order import dependency_order
from unilith.plan.toolchain import Toolchain

_C_SOURCES = (".c", ".S")

Condition = Callable[[str], bool]
"""Whether the `if:` of a manifest holds."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the resolver decided, as far as the plan needs it."""

    libraries: tuple[str, ...]
    options: OptionValues
    stubs: tuple[str, ...] = ()
    numbered_calls: tuple[tuple[int, str], ...] = ()
    guarded_calls: tuple[str, ...] = ()


def make_plan(
    catalog: Catalog,
    recipe: Recipe,
    target: Target,
    chosen: Chosen,
    *,
    toolchain: Toolchain,
    app: Unit,
    archives: Sequence[Archive],
    archived: frozenset[str],
    trees: Mapping[str, Path],
    prefix_map: tuple[tuple[Path, str], ...],
) -> Plan:
    """The plan of one image. ``trees`` holds the unpacked upstream of each library that has one; the
    upstream sources of libraries named in ``archived`` are in ``archives`` already."""
    selected = [catalog.get(name) for name in sorted(chosen.libraries)]
    return Plan(
        recipe=recipe.name,
        target=target.name,
        toolchain=toolchain,
        app=app,
        units=tuple(
            unit
            for m in selected
            if (
                unit := library_unit(
                    catalog, m, chosen, toolchain, trees.get(m.name), archived=m.name in archived
                )
            )
        ),
        archives=tuple(archives),
        boot_steps=boot_steps(catalog, selected, chosen.options.holds),
        tables=provider_tables(catalog, selected, chosen.options.holds),
        calls=chosen.numbered_calls,
        stubs=chosen.stubs,
        guarded=chosen.guarded_calls,
        host_calls=_host_calls(selected),
        argv=(recipe.name, *recipe.args),
        env=tuple(f"{name}={value}" for name, value in recipe.env.items()),
        prefix_map=prefix_map,
    )


def library_unit(
    catalog: Catalog,
    manifest: Manifest,
    chosen: Chosen,
    toolchain: Toolchain,
    tree: Path | None,
    *,
    archived: bool,
) -> Unit | None:
    """How a library is compiled; None if it has nothing to compile."""
    sources = expand_sources(manifest.sources, manifest, tree, chosen.options.holds, own_only=archived)
    if not sources:
        return None
    return Unit(
        name=manifest.name,
        sources=sources,
        roots=(manifest.folder, *((tree,) if tree is not None else ())),
        flags=(*toolchain.kernel_flags(floating_point=manifest.floating_point), *manifest.cflags),
        include=catalog.include_dirs(manifest),
        config=config_header(catalog, manifest, chosen.options.symbols, chosen.libraries),
    )


def expand_sources(
    sources: Iterable[Source],
    manifest: Manifest | Recipe,
    tree: Path | None,
    holds: Condition,
    *,
    own_only: bool = False,
) -> tuple[Path, ...]:
    """The files that the entries name: beside the manifest, else below the upstream tree (globs; a leading
    `!` takes files out again)."""
    found: dict[Path, None] = {}
    for number, entry in enumerate(sources):
        if not holds(entry.when):
            continue
        pattern, exclude = entry.file.removeprefix("!"), entry.file.startswith("!")
        own = manifest.folder / pattern
        if own.is_file():
            found[own] = None
            continue
        if own_only:
            continue
        base = tree if tree is not None else manifest.folder
        matches = sorted(p for p in base.glob(pattern) if p.is_file())
        if not matches:
            raise UserError(
                f"no source file matches '{pattern}'",
                where=Where(str(manifest.file), manifest.lines.get(f"sources.{number}", 0)),
                hint=f"Looked below {base}.",
            )
        for match in matches:
            if exclude:
                found.pop(match, None)
            elif match.suffix in _C_SOURCES:
                found[match] = None
    return tuple(found)


def _required(catalog: Catalog, ref: Ref, names: set[str]) -> list[str]:
    """The selected libraries that answer a requirement."""
    if ref.name in catalog.interfaces:
        return [m.name for m, _ in catalog.providers(ref.name) if m.name in names]
    return [ref.name] if ref.name in names else []


def boot_steps(catalog: Catalog, selected: Sequence[Manifest], holds: Condition) -> tuple[BootStep, ...]:
    """The `init:` functions, each after those of everything that its library requires, however indirectly."""
    names = {m.name for m in selected}
    direct = {
        m.name: [
            other
            for ref in (*m.requires, *m.uses)
            if holds(ref.when)
            for other in _required(catalog, ref, names)
        ]
        for m in selected
    }
    starts = {m.name: m.init for m in selected if m.init}
    needs: dict[str, set[str]] = {}
    for name in starts:
        seen: set[str] = set()
        pending = list(direct[name])
        while pending:
            other = pending.pop()
            if other not in seen:
                seen.add(other)
                pending += direct[other]
        needs[name] = {n for n in seen if n in starts}
    return tuple(BootStep(name, starts[name]) for name in dependency_order(needs))


def provider_tables(
    catalog: Catalog, selected: Sequence[Manifest], holds: Condition
) -> tuple[ProviderTable, ...]:
    """A table for each `many` interface that a selected library looks at or provides."""
    names = {m.name for m in selected}
    mentioned = {ref.name for m in selected for ref in (*m.provides, *m.requires, *m.uses)}
    tables = []
    for name in sorted(mentioned & set(catalog.interfaces)):
        interface = catalog.get(name)
        if interface.table is None:
            continue
        entries = tuple(
            f"{m.identifier}_{interface.identifier}"
            for m, ref in catalog.providers(name)
            if m.name in names and holds(ref.when)
        )
        headers = sorted((interface.folder / "include").glob("*.h"))
        tables.append(ProviderTable(interface.table.type, interface.table.name, headers[0].name, entries))
    return tuple(tables)


def _host_calls(selected: Sequence[Manifest]) -> tuple[tuple[str, tuple[HostCall, ...]], ...]:
    return tuple((m.name, m.host_syscalls) for m in selected if m.host_syscalls)
