"""Building an image: all stages in order, and nothing at all when nothing has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.pipeline import state
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.request import Reporter, Request

if TYPE_CHECKING:
    from unilith.catalog.roots import Places

IMAGE_NINJA = "image.ninja"
PROBE_NINJA = "probe.ninja"
PROBE_OBJECT = "app.probe.o"
BILL = "bom.json"


@dataclass(frozen=True, slots=True)
class Built:
    """An image and where its parts are. ``libraries`` are names in order; ``folder`` is the build folder."""

    folder: Path
    image: Path
    target: str
    libraries: tuple[str, ...]
    selection: Path
    description: Path

    @property
    def size(self) -> int:
        """The image file's size in bytes."""
        return self.image.stat().st_size

    def as_json(self) -> dict[str, object]:
        """What `unilith build --json` prints."""
        return {
            "image": str(self.image),
            "bytes": self.size,
            "target": self.target,
            "libraries": list(self.libraries),
            "selection": str(self.selection),
        }


def build(request: Request, reporter: Reporter) -> Built:
    """Brings the image of a request up to date. Raises `UserError`."""
    known = state.find(request.key)
    if known is not None and (current := _refresh(known, request, reporter)):
        return current

    from unilith.catalog.roots import find_places
    from unilith.pipeline.compose import compose

    places: Places = find_places(request.libraries)
    composed = compose(request, places, reporter)
    reporter.step("compile and link")
    run_ninja(composed.work, IMAGE_NINJA, reporter)
    composed.write_bill()
    state.save(
        composed.work,
        state.State(
            request.key,
            state.stamp_of([*composed.inputs, *state.composer_sources()]),
            digest(composed.work / PROBE_OBJECT),
            _to_result(composed.built),
        ),
    )
    state.remember(request.key, composed.work)
    return composed.built


def digest(file: Path) -> str:
    """The checksum of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refresh(work: Path, request: Request, reporter: Reporter) -> Built | None:
    """Brings a build up to date whose composition still holds; None if it must be composed again."""
    current = state.load_if_current(work, request.key)
    if current is None or not (work / IMAGE_NINJA).is_file():
        return None
    built = _from_result(current.result)
    run_ninja(work, PROBE_NINJA, reporter)
    if digest(work / PROBE_OBJECT) != current.probe or not built.description.is_file():
        return None
    run_ninja(work, IMAGE_NINJA, reporter)
    # The bill of materials names the image's checksum: a new image needs a new one.
    bill = built.folder / BILL
    if not bill.is_file() or bill.stat().st_mtime_ns < built.image.stat().st_mtime_ns:
        return None
    return built


def _to_result(built: Built) -> dict[str, object]:
    return {
        "folder": str(built.folder),
        "image": str(built.image),
        "target": built.target,
        "libraries": list(built.libraries),
        "selection": str(built.selection),
        "description": str(built.description),
    }


def _from_result(result: dict[str, object]) -> Built:
    libraries = result["libraries"]
    assert isinstance(libraries, list)
    return Built(
        folder=Path(str(result["folder"])),
        image=Path(str(result["image"])),
        target=str(result["target"]),
        libraries=tuple(libraries),
        selection=Path(str(result["selection"])),
        description=Path(str(result["description"])),
    )
