"""From a selection to the plan: which files are compiled how, in which order the parts start."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from unilith.catalog.catalog import Catalog, Target
from unilith.catalog.model import HostCall, Manifest, Ref, Source
from unilith.catalog.yaml_nodes import shown
from unilith.demand.recipe import Recipe
from unilith.errors import UserError, Where
from unilith.kconfig.options import OptionValues, config_header, image_wide
from unilith.plan.model import Archive, BootStep, Plan, ProviderTable, Unit
from unilith.plan.order import dependency_order
from unilith.plan.toolchain import Toolchain

_SOURCE_SUFFIXES = (".c", ".S", ".s")
_WILDCARD = re.compile(r"[*?[]")

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
    probed_calls: tuple[str, ...] = ()
    program_calls: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()


def make_plan(
    catalog: Catalog,
    recipe: Recipe,
    target: Target,
    chosen: Chosen,
    *,
    toolchain: Toolchain,
    app: Sequence[Unit],
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
        app=tuple(app),
        units=tuple(
            unit
            for m in selected
            if (unit := library_unit(catalog, m, chosen, toolchain, trees, archived=m.name in archived))
        ),
        archives=tuple(archives),
        boot_steps=boot_steps(catalog, selected, chosen.options.holds),
        tables=provider_tables(catalog, selected, chosen.options.holds),
        calls=chosen.numbered_calls,
        stubs=chosen.stubs,
        guarded=chosen.guarded_calls,
        probed=chosen.probed_calls,
        program_calls=chosen.program_calls,
        host_calls=_host_calls(selected),
        argv=(recipe.name, *recipe.args),
        env=tuple(f"{name}={value}" for name, value in recipe.env.items()),
        prefix_map=prefix_map,
        wide=image_wide(catalog, chosen.libraries),
        sizes=chosen.sizes,
    )


def library_unit(
    catalog: Catalog,
    manifest: Manifest,
    chosen: Chosen,
    toolchain: Toolchain,
    trees: Mapping[str, Path],
    *,
    archived: bool,
) -> Unit | None:
    """How a library is compiled; None if it has nothing to compile."""
    tree = trees.get(manifest.name)
    sources = expand_sources(manifest.sources, manifest, tree, chosen.options.holds, own_only=archived)
    if not sources:
        return None
    return Unit(
        name=manifest.name,
        sources=sources,
        roots=(manifest.folder, *((tree,) if tree is not None else ())),
        flags=(*toolchain.kernel_flags(floating_point=manifest.floating_point), *manifest.cflags),
        include=catalog.include_dirs(manifest),
        include_system=upstream_headers(catalog, manifest, trees),
        config=config_header(catalog, manifest, chosen.options.symbols, chosen.libraries),
    )


def upstream_headers(catalog: Catalog, manifest: Manifest, trees: Mapping[str, Path]) -> tuple[Path, ...]:
    """The folders of third-party headers that a library may include; ``trees`` as for `make_plan`."""
    givers = (m for m in catalog.header_trees(manifest) if m.name in trees)
    return tuple(trees[m.name] / folder for m in givers for folder in m.include)


def expand_sources(
    sources: Iterable[Source],
    manifest: Manifest | Recipe,
    tree: Path | None,
    holds: Condition,
    *,
    own_only: bool = False,
    field: str = "sources",
) -> tuple[Path, ...]:
    """The files that the entries name: beside the manifest, else below the upstream tree (globs; a leading
    `!` takes files out again). Of what a glob matches only C and assembly files count. ``field`` is the place
    of the entries in the manifest."""
    found: dict[Path, None] = {}
    for number, entry in enumerate(sources):
        if not holds(entry.when):
            continue
        pattern, exclude = entry.file.removeprefix("!"), entry.file.startswith("!")
        where = Where(shown(manifest.file), manifest.lines.get(f"{field}.{number}", 0))
        own = manifest.folder / pattern
        if own.is_file():
            matches = [own]
        elif own_only:
            continue
        else:
            matches = _matches(tree if tree is not None else manifest.folder, pattern, where)
        if exclude:
            for match in matches:
                found.pop(match, None)
            continue
        compiled = [match for match in matches if match.suffix in _SOURCE_SUFFIXES]
        if not compiled:
            raise UserError(
                f"`{pattern}` is no source file that can be compiled",
                where=where,
                hint="Sources are C (.c) and assembly (.S, .s); headers are found by `include`.",
            )
        found |= dict.fromkeys(compiled)
    return tuple(found)


def _matches(base: Path, pattern: str, where: Where) -> list[Path]:
    """The files below a folder that a glob matches, by name."""
    try:
        matches = sorted(p for p in base.glob(pattern) if p.is_file())
    except (ValueError, IndexError, NotImplementedError) as e:
        raise UserError(
            f"`{pattern}` is neither a file nor a pattern of files",
            where=where,
            hint="Paths and patterns are relative, as in `src/*.c`.",
        ) from e
    if not matches:
        raise UserError(f"no source file matches `{pattern}`", where=where, hint=f"Looked below {base}.")
    return matches


def source_folders(sources: Iterable[Source], base: Path) -> tuple[Path, ...]:
    """The folders below ``base`` whose content decides which files the entries match, ``base`` included."""
    found = {base: None}
    for entry in sources:
        parts = PurePosixPath(entry.file.removeprefix("!")).parts[:-1]
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            if _WILDCARD.search(above):
                found |= dict.fromkeys(sorted(p for p in base.glob(above) if p.is_dir()))
            else:
                found[base / above] = None
    return tuple(found)


def _givers(catalog: Catalog, ref: Ref, names: Collection[str], holds: Condition) -> list[str]:
    """The selected libraries that answer a requirement."""
    if not holds(ref.when):
        return []
    if ref.name in catalog.interfaces:
        return [m.name for m, given in catalog.providers(ref.name) if m.name in names and holds(given.when)]
    return [ref.name] if ref.name in names else []


def boot_steps(catalog: Catalog, selected: Sequence[Manifest], holds: Condition) -> tuple[BootStep, ...]:
    """The `init:` functions, each after those of everything that its library requires, however indirectly.

    What a library `uses` comes first too, unless that would contradict a requirement.
    """
    names = {m.name for m in selected}

    def direct(refs: Callable[[Manifest], Iterable[Ref]]) -> dict[str, list[str]]:
        return {m.name: [n for ref in refs(m) for n in _givers(catalog, ref, names, holds)] for m in selected}

    starts = {m.name: m.init for m in selected if m.init}
    required = direct(lambda m: m.requires)
    wished = direct(lambda m: (*m.requires, *m.uses))
    needs = {name: _closure(name, required) & starts.keys() for name in starts}
    for name in sorted(starts):
        for other in sorted(_closure(name, wished) & starts.keys() - needs[name]):
            if name != other and name not in _closure(other, needs):
                needs[name].add(other)
    return tuple(BootStep(name, starts[name]) for name in dependency_order(needs))


def _closure(name: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from a name; itself only if there is a way back."""
    seen: set[str] = set()
    pending = list(direct[name])
    while pending:
        other = pending.pop()
        if other not in seen:
            seen.add(other)
            pending += direct[other]
    return seen


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
        if not interface.table.type.rstrip().endswith("*"):
            raise UserError(
                f"the table of {name} must hold pointers, not `{interface.table.type}`",
                where=interface.where("table.type"),
                hint="A type is a pointer to a structure, as in `const struct fs_type *`.",
            )
        headers = sorted((interface.folder / "include").glob("*.h"))
        tables.append(ProviderTable(interface.table.type, interface.table.name, headers[0].name, entries))
    return tuple(tables)


def _host_calls(selected: Sequence[Manifest]) -> tuple[tuple[str, tuple[HostCall, ...]], ...]:
    return tuple((m.name, m.host_syscalls) for m in selected if m.host_syscalls)
