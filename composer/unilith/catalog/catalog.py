"""The catalog: every manifest and option that was found, parsed and checked, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from unilith.catalog.model import Arch, Machine, Manifest, Ref
from unilith.catalog.nearest import nearest, suggestion
from unilith.catalog.option_files import Option
from unilith.errors import UserError

ARCHES: tuple[Arch, ...] = get_args(Arch)

ARCH_SYMBOLS: Mapping[str, str] = MappingProxyType({arch: f"ARCH_{arch.upper()}" for arch in ARCHES})
"""The Kconfig symbol that is y when an image is built for an architecture."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an image is to run: `microvm-x86_64` is the machine `microvm` of the platform `qemu`."""

    name: str
    machine_name: str
    machine: Machine
    platform: Manifest
    arch: Arch


@dataclass(frozen=True)
class Catalog:
    """All manifests, sorted by name.

    ``options`` holds every option of every library and platform by its name. ``input_files`` and
    ``input_dirs`` are what the answer depends on: every file read and every folder listed.
    """

    roots: tuple[Path, ...]
    libraries: Mapping[str, Manifest]
    interfaces: Mapping[str, Manifest]
    platforms: Mapping[str, Manifest]
    options: Mapping[str, Option]
    input_files: tuple[Path, ...]
    input_dirs: tuple[Path, ...]

    @cached_property
    def manifests(self) -> Mapping[str, Manifest]:
        """Libraries, interfaces and platforms together, sorted by name."""
        everything = {**self.libraries, **self.interfaces, **self.platforms}
        return MappingProxyType(dict(sorted(everything.items())))

    def get(self, name: str) -> Manifest:
        """The manifest of any kind with this name. Raises `UserError` with the nearest valid name."""
        found = self.manifests.get(name)
        if found is None:
            best = nearest(name, self.manifests)
            hint = f"Did you mean `{best}`?" if best else "`unilith list libs` shows all."
            raise UserError(f"there is no library, interface or platform `{name}`", hint=hint)
        return found

    def providers(self, interface: str) -> tuple[tuple[Manifest, Ref], ...]:
        """The libraries and platforms that provide an interface, by name; the reference has its condition."""
        return self._providers.get(interface, ())

    def syscall_providers(self, call: str) -> tuple[Manifest, ...]:
        """The libraries that implement a Linux system call, by name."""
        return self._syscall_providers.get(call, ())

    def by_symbol(self, symbol: str) -> Manifest | None:
        """The manifest whose Kconfig symbol this is (`LIB_HEAP_BUMP`)."""
        return self._symbols.get(symbol)

    def library_options(self, name: str) -> tuple[Option, ...]:
        """The options that a library or platform defines, in the order of its Kconfig file."""
        return self._library_options.get(name, ())

    def target(self, name: str) -> Target:
        """The target of this name. Raises `UserError` that lists the known ones."""
        found = self.targets.get(name)
        if found is None:
            best = nearest(name, self.targets)
            known = f"Known targets: {', '.join(self.targets) or 'none, for there are no platforms'}."
            raise UserError(
                f"there is no target `{name}`", hint=f"Did you mean `{best}`? {known}" if best else known
            )
        return found

    @cached_property
    def targets(self) -> Mapping[str, Target]:
        """All targets, sorted by name."""
        found = (
            Target(f"{machine_name}-{arch}", machine_name, machine, platform, arch)
            for platform in self.platforms.values()
            for machine_name, machine in platform.machines.items()
            for arch in platform.supports.arch or ARCHES
        )
        return MappingProxyType({t.name: t for t in sorted(found, key=lambda t: t.name)})

    def include_dirs(self, manifest: Manifest) -> tuple[Path, ...]:
        """The include path of a library or platform (docs/architecture.md), folders that exist only.

        Its own folder and its `include/`; then the `include/` of all that it provides, requires or
        uses; then, for the interfaces among these, of whatever they themselves require.
        """
        folders = [manifest.folder, manifest.folder / "include"]
        folders += [m.folder / "include" for m in self.visible(manifest)]
        return tuple(dict.fromkeys(f for f in folders if f.is_dir()))

    def visible(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """The manifests whose headers a library may include, in the order of its include path."""
        declared = [ref.name for ref in (*manifest.provides, *manifest.requires, *manifest.uses)]
        found: dict[str, Manifest] = {}
        while declared:
            name = declared.pop(0)
            if name in found or name == manifest.name:
                continue
            found[name] = self.manifests[name]
            if name in self.interfaces:
                declared += [ref.name for ref in found[name].requires]
        return tuple(found.values())

    def header_trees(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """The libraries whose upstream's headers a library may include, its own first."""
        return tuple(m for m in (manifest, *self.visible(manifest)) if m.include)

    def relative(self, file: Path) -> str:
        """A file's name below its root, the same on every machine: `libs/memory/heap/manifest.yaml`."""
        for root in self.roots:
            if file.is_relative_to(root):
                return file.relative_to(root).as_posix()
        return file.as_posix()

    def require_library(self, name: str) -> Manifest:
        """The library of this name; unlike `get` it refuses interfaces and platforms."""
        found = self.libraries.get(name)
        if found is None:
            if name in self.interfaces:
                givers = ", ".join(m.name for m, _ in self.providers(name)) or "nothing yet"
                raise UserError(f"`{name}` is an interface, not a library", hint=f"Provided by: {givers}.")
            raise UserError(f"there is no library `{name}`", hint=suggestion(name, self.libraries))
        return found

    @cached_property
    def _providers(self) -> dict[str, tuple[tuple[Manifest, Ref], ...]]:
        found: dict[str, list[tuple[Manifest, Ref]]] = {}
        for manifest in self.manifests.values():
            for ref in manifest.provides:
                found.setdefault(ref.name, []).append((manifest, ref))
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def _syscall_providers(self) -> dict[str, tuple[Manifest, ...]]:
        found: dict[str, list[Manifest]] = {}
        for manifest in self.libraries.values():
            for call in manifest.syscalls:
                found.setdefault(call, []).append(manifest)
        return {name: tuple(entries) for name, entries in found.items()}

    @cached_property
    def _symbols(self) -> dict[str, Manifest]:
        return {m.symbol: m for m in self.manifests.values()}

    @cached_property
    def _library_options(self) -> dict[str, tuple[Option, ...]]:
        found: dict[str, list[Option]] = {}
        for option in self.options.values():
            found.setdefault(option.library, []).append(option)
        return {name: tuple(sorted(o, key=lambda o: o.line)) for name, o in found.items()}

    def __iter__(self) -> Iterator[Manifest]:
        return iter(self.manifests.values())
