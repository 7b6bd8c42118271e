"""What a manifest must keep to beyond the shape of its fields: alone, and together with all the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from unilith.catalog.catalog import ARCH_SYMBOLS, Catalog
from unilith.catalog.expression import ExpressionError, parse, symbols
from unilith.catalog.model import Kind, Manifest, Ref
from unilith.catalog.nearest import suggestion
from unilith.errors import UserError

_TAKEN = ("app", "gen")  # the application and the generated tables, in a build folder
_REFERENCES = ("provides", "requires", "uses", "conflicts")

# Fields that a kind of manifest cannot have, by their YAML keys.
_FOREIGN = {
    Kind.LIBRARY: ("cardinality", "table", "asked-by", "machines", "link"),
    Kind.INTERFACE: (
        "provides",
        "uses",
        "conflicts",
        "supports",
        "sources",
        "syscalls",
        "host-syscalls",
        "init",
        "cflags",
        "include",
        "floating-point",
        "linker",
        "upstream",
        "machines",
        "link",
    ),
    Kind.PLATFORM: ("cardinality", "table", "asked-by", "upstream", "syscalls"),
}


def check_alone(manifest: Manifest, errors: list[UserError]) -> None:
    """Adds to ``errors`` what is wrong with a manifest whatever the others say."""
    errors.extend(_alone(manifest))


def check_together(catalog: Catalog, errors: list[UserError]) -> None:
    """Adds to ``errors`` every reference and condition that names what does not exist."""
    known = {m.symbol for m in catalog} | set(catalog.options) | set(ARCH_SYMBOLS.values())
    for manifest in catalog:
        for key in _REFERENCES:
            for index, ref in enumerate(references(manifest, key)):
                errors.extend(_reference(catalog, manifest, key, index, ref))
        for path, condition in conditions(manifest):
            errors.extend(_condition(condition, manifest, path, known))
    errors.extend(_machines(catalog))


def references(manifest: Manifest, key: str) -> tuple[Ref, ...]:
    """The entries of `provides`, `requires`, `uses` or `conflicts`."""
    found: tuple[Ref, ...] = getattr(manifest, key)
    return found


def conditions(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Every `if:` of a manifest, with its path in it."""
    for key in _REFERENCES:
        for index, ref in enumerate(references(manifest, key)):
            if ref.when:
                yield f"{key}.{index}.if", ref.when
    for index, source in enumerate(manifest.sources):
        if source.when:
            yield f"sources.{index}.if", source.when


def _alone(manifest: Manifest) -> Iterator[UserError]:
    if manifest.name in _TAKEN:
        yield UserError(
            f"`{manifest.name}` cannot be the name of a library: a build's own parts are called that",
            where=manifest.where("name"),
            hint="Choose a name that says what the library does.",
        )
    folder = manifest.name.replace(".", "-")
    if manifest.folder.name != folder:
        yield UserError(
            f"the folder of `{manifest.name}` is called `{manifest.folder.name}`",
            where=manifest.where("name"),
            hint=f"Rename the folder to `{folder}`, or change the name.",
        )
    for key in _FOREIGN[manifest.kind]:
        if key in manifest.lines:
            article = "an" if manifest.kind is Kind.INTERFACE else "a"
            yield UserError(f"{article} {manifest.kind.value} cannot have `{key}`", where=manifest.where(key))
    if manifest.kind is Kind.INTERFACE and manifest.cardinality is None:
        yield UserError(
            f"the interface `{manifest.name}` lacks `cardinality`",
            where=manifest.where(),
            hint="Write `cardinality: one` if an image has at most one provider, or `many`.",
        )
    if manifest.table is not None and manifest.cardinality == "one":
        yield UserError("`table` needs `cardinality: many`", where=manifest.where("table"))
    if manifest.table is not None and not any((manifest.folder / "include").glob("*.h")):
        yield UserError(
            "`table` needs a header that declares the table",
            where=manifest.where("table"),
            hint=f"Add one to `include/` in the folder of `{manifest.name}`.",
        )
    if manifest.kind is Kind.PLATFORM and not manifest.machines:
        yield UserError(
            f"the platform `{manifest.name}` has no machine",
            where=manifest.where("machines"),
            hint="List at least one in `machines`; its name begins the names of targets.",
        )
    if manifest.upstream is not None:
        upstream = manifest.upstream
        if not upstream.sources:
            yield UserError(
                "`upstream` does not say where to get the sources",
                where=manifest.where("upstream"),
                hint="Add at least one of `debian`, `url`, `pypi` and `crate`.",
            )
    elif manifest.include:
        yield UserError(
            "`include` names folders of an upstream, and there is none",
            where=manifest.where("include"),
            hint="Headers of its own are found in the library's folder and in its `include/`.",
        )
    yield from _files(manifest)
    yield from _repeated(manifest)


def _files(manifest: Manifest) -> Iterator[UserError]:
    named = [(f"linker.{i}", name) for i, name in enumerate(manifest.linker)]
    if manifest.upstream is not None:
        named += [(f"upstream.patches.{i}", name) for i, name in enumerate(manifest.upstream.patches)]
    named += [(f"include.{i}", name) for i, name in enumerate(manifest.include)]
    named += [(f"sources.{i}", source.file) for i, source in enumerate(manifest.sources)]
    for path, name in named:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield UserError(
                f"the file `{name}` lies outside the library's folder", where=manifest.where(path)
            )
        elif path.startswith(("include.", "sources.")) and manifest.upstream is not None:
            continue  # with an upstream, what does not stand here is a glob of the unpacked tree
        elif not (manifest.folder / name).is_file():
            beside = (
                [f.name for f in manifest.folder.iterdir() if f.is_file()] if manifest.folder.is_dir() else []
            )
            yield UserError(
                f"there is no file `{name}` in the folder of `{manifest.name}`",
                where=manifest.where(path),
                hint=suggestion(name, beside, what="files"),
            )


def _repeated(manifest: Manifest) -> Iterator[UserError]:
    """An entry that says what another one already says."""
    for key in ("provides", "requires", "uses", "conflicts"):
        seen: set[tuple[str, str]] = set()
        for index, ref in enumerate(references(manifest, key)):
            if ref.name == manifest.name:
                yield UserError(
                    f"`{manifest.name}` names itself in `{key}`", where=manifest.where(f"{key}.{index}")
                )
            if (ref.name, ref.when) in seen:
                yield UserError(
                    f"`{ref.name}` stands twice in `{key}`", where=manifest.where(f"{key}.{index}")
                )
            seen.add((ref.name, ref.when))
    always = {ref.name for ref in manifest.requires if not ref.when}
    for index, ref in enumerate(manifest.uses):
        if ref.name in always:
            yield UserError(
                f"`{ref.name}` stands in `requires` and in `uses`",
                where=manifest.where(f"uses.{index}"),
                hint="What is required is always there; keep one of the two.",
            )
    for key in ("syscalls", "cflags"):
        words: tuple[str, ...] = getattr(manifest, key)
        for index, word in enumerate(words):
            if key == "syscalls" and word in words[:index]:
                yield UserError(f"`{word}` stands twice in `{key}`", where=manifest.where(f"{key}.{index}"))


def _reference(catalog: Catalog, manifest: Manifest, key: str, index: int, ref: Ref) -> Iterator[UserError]:
    if ref.name in catalog.interfaces or (key != "provides" and ref.name in catalog.libraries):
        return
    where = manifest.where(f"{key}.{index}")
    if ref.name in catalog.platforms:
        yield UserError(
            f"`{key}` names the platform `{ref.name}`",
            where=where,
            hint="Name a capability or a device that it provides; nothing depends on a platform.",
        )
        return
    if ref.name in catalog.libraries:
        yield UserError(
            f"`provides` names the library `{ref.name}`; only interfaces can be provided", where=where
        )
        return
    what = "interface" if key == "provides" else "library or interface"
    yield UserError(
        f"`{key}` names `{ref.name}`, but there is no such {what}",
        where=where,
        hint=suggestion(ref.name, [*catalog.interfaces, *(catalog.libraries if key != "provides" else ())]),
    )


def _condition(condition: str, manifest: Manifest, path: str, known: set[str]) -> Iterator[UserError]:
    try:
        expression = parse(condition)
    except ExpressionError as e:
        yield UserError(f"the condition `{condition}` {e}", where=manifest.where(path))
        return
    for symbol in sorted(symbols(expression) - known):
        prefix = symbol.removeprefix("CONFIG_")
        hint = f"Write `{prefix}`, without `CONFIG_`." if prefix in known else suggestion(symbol, known)
        yield UserError(
            f"the condition `{condition}` uses `{symbol}`, which nothing defines",
            where=manifest.where(path),
            hint=hint,
        )


def _machines(catalog: Catalog) -> Iterator[UserError]:
    """Two platforms with a machine of the same name would share a target's name."""
    owners: dict[str, Manifest] = {}
    for platform in catalog.platforms.values():
        for name in platform.machines:
            first = owners.setdefault(name, platform)
            if first is not platform:
                yield UserError(
                    f"the machine `{name}` belongs to the platform `{first.name}` already",
                    where=platform.where(f"machines.{name}"),
                    hint=f"{first.where(f'machines.{name}')} has it; rename one of the two.",
                )
