"""What differs between two selections, why, and in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unilith.resolver.selection import Binding, SelectedLibrary, Selection


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that differs, as text: an option's value, a binding's providers. "" where it is not there."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """From selection A to B. A library that only one has carries that selection's reason for it; a
    ``resized`` one is in both, with different bytes. ``extra`` is what B costs more."""

    added: tuple[SelectedLibrary, ...]
    removed: tuple[SelectedLibrary, ...]
    resized: tuple[tuple[SelectedLibrary, SelectedLibrary], ...]
    interfaces: tuple[Changed, ...]
    syscalls: tuple[Changed, ...]
    options: tuple[Changed, ...]
    facts_added: tuple[str, ...]
    facts_removed: tuple[str, ...]
    extra: int

    @property
    def empty(self) -> bool:
        """Whether the two are the same for all that goes into an image."""
        return not (
            self.added
            or self.removed
            or self.resized
            or self.interfaces
            or self.syscalls
            or self.options
            or self.facts_added
            or self.facts_removed
        )


def diff(a: Selection, b: Selection) -> Difference:
    """What leads from ``a`` to ``b``; everything sorted by name."""
    old = {library.name: library for library in a.libraries}
    new = {library.name: library for library in b.libraries}
    facts_a = {f"{f.kind} {f.name}" for f in a.facts}
    facts_b = {f"{f.kind} {f.name}" for f in b.facts}
    return Difference(
        added=tuple(new[n] for n in sorted(new.keys() - old.keys())),
        removed=tuple(old[n] for n in sorted(old.keys() - new.keys())),
        resized=tuple(
            (old[n], new[n]) for n in sorted(old.keys() & new.keys()) if old[n].bytes != new[n].bytes
        ),
        interfaces=_changed(_providers(a.interfaces), _providers(b.interfaces)),
        syscalls=_changed(_providers(a.syscalls), _providers(b.syscalls)),
        options=_changed(a.options, b.options),
        facts_added=tuple(sorted(facts_b - facts_a)),
        facts_removed=tuple(sorted(facts_a - facts_b)),
        extra=b.bytes - a.bytes,
    )


def _providers(bindings: tuple[Binding, ...]) -> dict[str, str]:
    return {b.name: ", ".join(b.providers) or "a stub" for b in bindings}


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Changed, ...]:
    return tuple(
        Changed(name, before.get(name, ""), after.get(name, ""))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
