"""Building an image: all stages in order, and nothing at all when nothing has changed."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from unilith.pipeline import state
from unilith.pipeline.folder import alone_in
from unilith.pipeline.ninja import MissingInputError, run_ninja
from unilith.pipeline.request import Reporter, Request

if TYPE_CHECKING:
    from unilith.catalog.roots import Places
    from unilith.pipeline.demand import Subject

IMAGE_NINJA = "image.ninja"
PROBE_NINJA = "probe.ninja"
PROBE_OBJECT = "app.probe.o"
INITRD = "initrd.cpio"
DOTCONFIG = ".config"
TOOLS = ("ld", "ar", "strip")
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
    identity = state.identity(request.key, TOOLS, request.cc, request.launcher)
    known = state.find(identity)
    if known is not None:
        with alone_in(known, reporter):
            if current := _refresh(known, identity, reporter):
                return current

    from unilith.catalog.roots import find_places
    from unilith.pipeline.demand import find_subject

    begun = time.time_ns()
    places = find_places(request.libraries)
    subject = find_subject(request, places)
    with alone_in(subject.work, reporter):
        # Whatever stops this build: what it leaves is not taken for the one before.
        state.forget(subject.work)
        return _build_anew(request, identity, begun, subject, places, reporter)


def _build_anew(
    request: Request, identity: str, begun: int, subject: Subject, places: Places, reporter: Reporter
) -> Built:
    """Composes and builds. ``begun`` is the time at which the first input was read."""
    from unilith.pipeline.compose import compose

    composed = compose(request, subject, places, reporter)
    reporter.step("compile and link")
    run_ninja(composed.work, IMAGE_NINJA, reporter)
    composed.write_bill()
    from unilith.upstream.cache import cache_folder

    stamps = state.stamp_of(composed.inputs, begun=begun, inside=composed.work, final=cache_folder())
    stamps |= state.stamp_of(state.composer_sources())
    probe = composed.work / PROBE_OBJECT
    state.save(
        composed.work,
        state.State(
            identity,
            stamps,
            digest(probe),
            _to_result(composed.built),
            demand_digest(probe, composed.roots, composed.asked),
            composed.roots,
            composed.asked,
        ),
    )
    state.remember(identity, composed.work)
    return composed.built


def digest(file: Path) -> str:
    """The checksum of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def demand_digest(probe: Path, roots: tuple[str, ...], asked: tuple[str, ...]) -> str:
    """The checksum of what a program leaves undefined or asks for, and of the ways that lead there."""
    from unilith.demand.reachable import reach

    reached = reach(probe, roots, asked)
    names = [(item.name, item.path) for item in (*reached.undefined, *reached.asked)]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _same_demand(work: Path, current: state.State) -> bool:
    """Whether the program needs what it needed; a new one that does is noted."""
    probe = work / PROBE_OBJECT
    now = digest(probe)
    if now != current.probe:
        if demand_digest(probe, current.roots, current.asked) != current.demand:
            return False
        state.save(work, replace(current, probe=now))
    return True


def _refresh(work: Path, identity: str, reporter: Reporter) -> Built | None:
    """Brings a build up to date whose composition still holds; None if it must be composed again."""
    current = state.load_if_current(work, identity)
    built = _from_result(current.result) if current else None
    if current is None or built is None or not all((work / n).is_file() for n in (PROBE_NINJA, IMAGE_NINJA)):
        return None
    try:
        run_ninja(work, PROBE_NINJA, reporter)
        if not _complete(built) or not _same_demand(work, current):
            return None
        run_ninja(work, IMAGE_NINJA, reporter)
    except MissingInputError:
        return None
    if not _bill_fits(built):
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


def _bill_fits(built: Built) -> bool:
    """Whether the bill of materials is that of the image; it names the checksum, so a new image needs a new one."""
    bill = built.folder / BILL
    if not bill.is_file():
        return False
    if bill.stat().st_mtime_ns < built.image.stat().st_mtime_ns:
        from unilith.generate.files import write_text
        from unilith.image.bom import bill_of_new_bytes

        try:
            write_text(bill, bill_of_new_bytes(bill.read_text(encoding="utf-8"), built.image))
        except ValueError:
            return False
    return True


def _complete(built: Built) -> bool:
    """Whether everything beside the image is there still; the image is ninja's business."""
    try:
        said = json.loads(built.description.read_text(encoding="utf-8"))
        beside = [said["initrd"], *(disk["file"] for disk in said["disks"] if disk["size"] == 0)]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    files = (built.selection, built.folder / DOTCONFIG, *(built.folder / name for name in beside if name))
    return all(file.is_file() for file in files)


def _from_result(result: dict[str, object]) -> Built | None:
    """None if it is not what `_to_result` made."""
    names = ("folder", "image", "target", "selection", "description")
    texts = {name: text for name in names if isinstance(text := result.get(name), str)}
    libraries = result.get("libraries")
    if len(texts) != len(names) or not isinstance(libraries, list):
        return None
    return Built(
        folder=Path(texts["folder"]),
        image=Path(texts["image"]),
        target=texts["target"],
        libraries=tuple(libraries),
        selection=Path(texts["selection"]),
        description=Path(texts["description"]),
    )
