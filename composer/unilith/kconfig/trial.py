"""The options of one library on trial: what `unilith lib check` compiles it with."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Manifest
from unilith.kconfig.options import OptionValues, config_header, load_options


@dataclass(frozen=True)
class DefaultOptions:
    """Default values in an image of a library, what it requires, and the ``uses`` given."""

    catalog: Catalog
    library: Manifest
    uses: frozenset[str]
    arch: str

    def header(self, manifest: Manifest) -> str:
        """The library's `config.h`."""
        values = self._values.options if self.catalog.library_options(manifest.name) else {}
        return config_header(self.catalog, manifest, values, {manifest.name, *self.uses})

    def holds(self, condition: str) -> bool:
        """Whether an `if:` holds."""
        return not condition or self._values.holds(condition)

    @cached_property
    def _values(self) -> OptionValues:
        """Loading the tree takes a while; most libraries have neither options nor conditions."""
        present = {self.library.name} - set(self.catalog.interfaces)
        for name in (*(ref.name for ref in self.library.requires), *sorted(self.uses)):
            if name not in self.catalog.interfaces:
                present.add(name)
            elif givers := [m.name for m, _ in self.catalog.providers(name)]:
                present.add(givers[0])
        return load_options(self.catalog, sorted(present), arch=self.arch)


def default_options(
    catalog: Catalog, arch: str = "x86_64"
) -> Callable[[Manifest, Collection[str]], DefaultOptions]:
    """What `unilith.catalog.check.check_library` takes as ``configure``."""
    return lambda manifest, uses: DefaultOptions(catalog, manifest, frozenset(uses), arch)
