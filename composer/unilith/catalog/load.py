"""Folders to `Catalog`: finds the manifests, reads them, and checks each against the others.

All mistakes are reported at once. An error about one manifest hides no error about another; only the checks
between manifests wait until every manifest can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Kind, Manifest
from unilith.catalog.option_files import Option, read_options
from unilith.catalog.rules import check_alone, check_together
from unilith.catalog.yaml_model import read_model
from unilith.catalog.yaml_nodes import raise_errors, shown
from unilith.errors import UserError, UserErrors, Where


def load_catalog(roots: Sequence[Path]) -> Catalog:
    """Reads all libraries and platforms below ``roots``.

    A root has `libs/<group>/<library>/` and `platforms/<platform>/`, or one of the two; or it is itself a
    folder of library folders, or one library. Later roots add to earlier ones. Raises `UserError`,
    or `UserErrors` with all that is wrong.
    """
    errors: list[UserError] = []
    folders: dict[Path, Kind | None] = {}
    listed: list[Path] = []
    resolved = tuple(dict.fromkeys(root.resolve() for root in roots))
    for root in resolved:
        found = dict(_library_folders(root, listed, errors))
        if not found and root.is_dir():
            errors.append(
                UserError(
                    "holds no library",
                    where=Where(shown(root)),
                    hint="A library is a folder with a `manifest.yaml`, here or below `libs/<group>/`.",
                )
            )
        folders |= found
    read = [m for folder, kind in folders.items() if (m := _read(folder, kind, errors)) is not None]
    manifests = _unique(read, errors)
    options = _options(manifests.values(), errors)
    raise_errors(errors)
    files = [m.file for m in manifests.values()] + [o.file for o in options.values()]
    catalog = Catalog(
        roots=resolved,
        libraries=_of_kind(manifests, Kind.LIBRARY),
        interfaces=_of_kind(manifests, Kind.INTERFACE),
        platforms=_of_kind(manifests, Kind.PLATFORM),
        options=MappingProxyType(options),
        input_files=tuple(dict.fromkeys(sorted(files))),
        input_dirs=tuple(sorted({*listed, *folders})),
    )
    check_together(catalog, errors)
    errors.sort(key=lambda e: (e.where.file, e.where.line) if e.where else ("", 0))
    raise_errors(errors)
    return catalog


def _library_folders(
    root: Path, listed: list[Path], errors: list[UserError]
) -> Iterator[tuple[Path, Kind | None]]:
    """The folders below a root that hold a manifest, with the kind that its place demands, if any."""
    if not root.is_dir():
        errors.append(UserError("is not a folder of libraries", where=Where(shown(root))))
        return
    if (root / "manifest.yaml").is_file():
        yield root, None
        return
    libs, platforms = root / "libs", root / "platforms"
    if libs.is_dir() or platforms.is_dir():
        if libs.is_dir():
            for group in _folders(libs, listed):
                yield from ((f, Kind.LIBRARY) for f in _folders(group, listed) if _has_manifest(f))
        if platforms.is_dir():
            yield from ((f, Kind.PLATFORM) for f in _folders(platforms, listed) if _has_manifest(f))
        return
    for folder in _folders(root, listed):
        if _has_manifest(folder):
            yield folder, None
        else:
            yield from ((f, None) for f in _folders(folder, listed) if _has_manifest(f))


def _folders(parent: Path, listed: list[Path]) -> list[Path]:
    listed.append(parent)
    return sorted(f for f in parent.iterdir() if f.is_dir() and not f.name.startswith((".", "_")))


def _has_manifest(folder: Path) -> bool:
    return (folder / "manifest.yaml").is_file()


def _read(folder: Path, place: Kind | None, errors: list[UserError]) -> Manifest | None:
    try:
        model, lines = read_model(folder / "manifest.yaml", Manifest)
    except UserErrors as e:
        errors.extend(e.errors)
        return None
    except UserError as e:
        errors.append(e)
        return None
    manifest = model.model_copy(update={"folder": folder, "lines": lines})
    if place is Kind.PLATFORM and manifest.kind is not Kind.PLATFORM:
        errors.append(
            UserError(
                f"`{manifest.name}` stands among the platforms, but is no platform",
                where=manifest.where("kind"),
                hint="Write `kind: platform`, or move it below `libs/`.",
            )
        )
    if place is Kind.LIBRARY and manifest.kind is Kind.PLATFORM:
        errors.append(
            UserError(
                f"the platform `{manifest.name}` stands among the libraries",
                where=manifest.where("kind"),
                hint="Move it to `platforms/`.",
            )
        )
    check_alone(manifest, errors)
    return manifest


def _unique(read: list[Manifest], errors: list[UserError]) -> dict[str, Manifest]:
    """Manifests by name, sorted; two that share a name, or the symbol made of it, are an error."""
    by_symbol: dict[str, Manifest] = {}
    for manifest in read:
        first = by_symbol.setdefault(manifest.symbol, manifest)
        if first is not manifest:
            same = first.name == manifest.name
            errors.append(
                UserError(
                    f"the name `{manifest.name}` is already taken"
                    if same
                    else f"`{manifest.name}` is too like `{first.name}`: both become `{manifest.symbol}`",
                    where=manifest.where("name"),
                    hint=f"{first.where('name')} has it; rename one of the two.",
                )
            )
    return dict(sorted((m.name, m) for m in by_symbol.values()))


def _options(manifests: Iterable[Manifest], errors: list[UserError]) -> dict[str, Option]:
    """The options of all libraries by name; one that two libraries define is an error."""
    options: dict[str, Option] = {}
    for manifest in manifests:
        file = manifest.folder / "Kconfig"
        if not file.is_file():
            continue
        if manifest.kind is Kind.INTERFACE:
            errors.append(
                UserError(
                    f"the interface `{manifest.name}` cannot have options",
                    where=Where(shown(file)),
                    hint="Give them to the libraries that provide it.",
                )
            )
        for option in read_options(file, manifest.name, errors):
            first = options.setdefault(option.name, option)
            if first is not option:
                errors.append(
                    UserError(
                        f"the option `{option.name}` is already defined",
                        where=option.where,
                        hint=f"{first.where} defines it; rename one of the two.",
                    )
                )
    return dict(sorted(options.items()))


def _of_kind(manifests: dict[str, Manifest], kind: Kind) -> Mapping[str, Manifest]:
    return MappingProxyType({name: m for name, m in manifests.items() if m.kind is kind})
