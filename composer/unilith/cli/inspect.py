"""`unilith inspect`."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from unilith.cli.options import JsonOpt, LibraryOpt, QuietOpt, VerboseOpt, verbosity


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="ELF", help="A Linux program, static or dynamic.", show_default=False)
    ],
    library: LibraryOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Show the system calls that a finished Linux program can make, why, and which libraries implement them."""
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places
    from unilith.cli.progress import Progress
    from unilith.pipeline.inspect import inspect as look_into
    from unilith.plan.toolchain import find_toolchain
    from unilith.report.inspect import inspection_json, inspection_text

    catalog = load_catalog(find_places(tuple(library or ())).libraries)
    progress = Progress(verbosity(quiet, verbose))
    try:
        found = look_into(file, catalog, find_toolchain("x86_64"), progress)
    finally:
        progress.close()
    print(json_format.dumps(inspection_json(found)) if json else inspection_text(found))
