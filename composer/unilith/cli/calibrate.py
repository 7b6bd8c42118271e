"""`unilith calibrate`."""

from __future__ import annotations

from pathlib import Path

from unilith.catalog.catalog import ARCHES
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.cli.progress import Progress
from unilith.pipeline.calibrate import calibrate
from unilith.plan.toolchain import find_toolchain


def calibrate_and_print(libraries: tuple[Path, ...], *, launcher: str, verbosity: int) -> None:
    """Measures for each architecture that some platform supports, and prints the files written."""
    places = find_places(libraries)
    catalog = load_catalog(places.libraries)
    progress = Progress(verbosity)
    supported = {target.arch for target in catalog.targets.values()}
    try:
        for arch in ARCHES:
            if arch in supported:
                work = places.build / "calibrate" / arch
                for file in calibrate(catalog, find_toolchain(arch, launcher=launcher), work, progress):
                    progress.close()
                    print(file)
    finally:
        progress.close()
