"""An image that a command is given: a file of a build folder, or a recipe that is built first."""

from __future__ import annotations

from pathlib import Path

from unilith.cli.progress import Progress
from unilith.image.description import ImageDescription
from unilith.pipeline.build import build
from unilith.pipeline.request import Request

DESCRIPTION = "image.json"
_FILES = (DESCRIPTION, "image.elf", "image.debug")


def described_image(request: Request, verbosity: int) -> ImageDescription:
    """The image that ``request.recipe`` names; builds it if that is a recipe. Raises `UserError`."""
    given = Path(request.recipe)
    if given.name in _FILES and given.is_file():
        return ImageDescription.read(given.with_name(DESCRIPTION))
    progress = Progress(verbosity)
    try:
        return ImageDescription.read(build(request, progress).description)
    finally:
        progress.close()
