"""Runs the tests' images."""

from __future__ import annotations

from tests.posix.outcome import Ran, outcome_of

from unilith.image.description import ImageDescription
from unilith.run.image import run_image


def run_in_guest(image: ImageDescription, limit: float) -> Ran:
    """Boots an image; the outcome follows from the status that the image ends with."""
    result = run_image(image, timeout=limit, input=b"", output=None)
    said = result.text if not result.message else f"{result.text}{result.message}\n"
    return Ran(outcome_of(result.status), said[-2000:], result.seconds)
