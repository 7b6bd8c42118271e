"""The linker script of an image, and the linker's flags."""

from __future__ import annotations

from collections.abc import Sequence

from unilith.catalog.model import Link
from unilith.generate.files import environment


def linker_script(
    link: Link, fragments: Sequence[str], *, sealed: bool = False, movable: bool = False
) -> str:
    """The script's text; ``fragments`` are the texts of the libraries' own parts. With
    ``sealed``, variables that are to become read-only get pages of their own; with ``movable``, the list of
    the image's addresses gets a place behind it."""
    template = environment().get_template("linker.ld.j2")
    return template.render(
        entry=link.entry,
        load_address=f"{link.load_address:#x}",
        fragments=fragments,
        sealed=sealed,
        movable=movable,
    )


def link_flags(link: Link) -> tuple[str, ...]:
    """Flags beside the script."""
    return ("-z", "noexecstack", "-z", f"max-page-size={link.file_alignment}")
