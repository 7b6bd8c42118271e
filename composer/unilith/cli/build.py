"""`unilith build` and `unilith run`."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.cli.progress import Progress
from unilith.errors import UserError
from unilith.pipeline.build import Built, build
from unilith.pipeline.request import Request

if TYPE_CHECKING:
    from unilith.run.gdb import Debugging
    from unilith.run.network import Wanted


def build_and_print(request: Request, *, json: bool, verbosity: int) -> None:
    """Builds, then prints where the image is, how large it is, and what it is made of."""
    built = _build(request, verbosity)
    if json:
        print(json_format.dumps(built.as_json()))
        return
    print(f"{_shown(built.image)}  {built.size:,} bytes  {built.target}")
    if verbosity >= 0:
        print(f"{len(built.libraries)} libraries: {', '.join(built.libraries)}")


def build_and_run(
    request: Request,
    *,
    args: Sequence[str] | None,
    memory: str | None,
    timeout: float | None,
    network: Wanted,
    disks: Sequence[str],
    shares: Sequence[str] = (),
    vsock: str | None = None,
    cpus: int | None = None,
    verbosity: int,
    debugging: Debugging | None = None,
) -> int:
    """Builds, runs, and returns the exit status that the run ended with.

    A `UserError` has the status of a failure on the host's side: any other would be the application's.
    """
    from unilith.image.description import ImageDescription
    from unilith.run.image import run_image
    from unilith.run.options import HOST_SIDE

    given = Path(request.recipe)
    try:
        if given.name == "image.json" and given.is_file():
            description = ImageDescription.read(given)
        else:
            description = ImageDescription.read(_build(request, verbosity).description)
        if cpus is not None:
            description = description.model_copy(update={"cpus": cpus})
        return run_image(
            description,
            args=args,
            memory=memory,
            timeout=timeout,
            network=network,
            disks=disks,
            shares=shares,
            vsock=vsock,
            debugging=debugging,
        ).status
    except UserError as e:
        e.exit_status = HOST_SIDE
        raise


def _build(request: Request, verbosity: int) -> Built:
    progress = Progress(verbosity)
    try:
        return build(request, progress)
    finally:
        progress.close()


def _shown(path: Path) -> Path:
    """A path below the current folder without the way there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
