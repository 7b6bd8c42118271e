"""`make docs`: writes the generated part of a checkout's documents. `python -m unilith.cli.reference`."""

from __future__ import annotations

import sys

from typer.main import get_command

from unilith.catalog.roots import builtin_root
from unilith.cli.main import app
from unilith.report.reference import write_documents


def write_docs() -> None:
    """Writes what differs below `docs/` and says what it wrote."""
    root = builtin_root()
    if not (root / "docs").is_dir():
        sys.exit("error: there are no documents here; run this in a checkout")
    changed = write_documents(root, get_command(app), root / "docs")
    for file in changed:
        print(file.relative_to(root))
    if not changed:
        print("docs are up to date")


if __name__ == "__main__":
    write_docs()
