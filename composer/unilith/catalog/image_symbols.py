"""Symbols that no library defines: they come into being when an image is put together."""

from __future__ import annotations

import re

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Manifest

# Defined by the linker script (docs/architecture.md, "From entry to exit").
LINKER = frozenset(
    {
        *("image_start", "image_end", "text_start", "text_end", "rodata_start", "rodata_end"),
        *("data_start", "data_end", "bss_start", "bss_end", "sealed_start", "sealed_end"),
        *("relocations_start", "relocations_end"),
        *("boot_stack_guard", "boot_stack_bottom", "boot_stack_top"),
        *("tls_start", "tls_end", "tls_file_end", "tls_alignment"),
        *("__init_array_start", "__init_array_end", "__fini_array_start", "__fini_array_end"),
    }
)

# Defined by the C files that stage `generate` writes.
GENERATED = frozenset(
    {
        *("boot_steps", "boot_step_count"),
        *("recipe_argv", "recipe_envp", "recipe_libraries", "recipe_sizes"),
        *("stubs", "stub_count", "sys_dispatch"),
        *("host_filter", "host_filter_length"),
        *("program_calls", "program_call_count"),
    }
)

# Defined by the application.
APPLICATION = frozenset({"main"})

_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)\s*=(?!=)")


def tables(catalog: Catalog) -> frozenset[str]:
    """The generated tables of the `many` interfaces, and their lengths."""
    names = [i.table.name for i in catalog.interfaces.values() if i.table is not None]
    return frozenset(names) | {f"{name}_count" for name in names}


def assigned_by_fragments(manifest: Manifest) -> frozenset[str]:
    """The symbols that a library's own parts of the linker script assign."""
    texts = ((manifest.folder / name).read_text(encoding="utf-8") for name in manifest.linker)
    return frozenset(name for text in texts for name in _ASSIGNMENT.findall(text))


def made_with_the_image(catalog: Catalog) -> frozenset[str]:
    """All symbols that a library may refer to, or declare in its header, without defining them."""
    return LINKER | GENERATED | APPLICATION | tables(catalog)
