"""Whether a build folder is still what its inputs say: told by time stamps, without reading them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unilith.errors import UserError

STATE_FILE = "state.json"
_FORMAT = 4
_CLOCK_STEP = 20_000_000  # file systems take their time from a clock that may lag by two ticks of 10 ms
_UNSETTLED = -1


@dataclass(frozen=True, slots=True)
class State:
    """What a finished build remembers: its request, its inputs' stamps, its probe, its result.

    ``probe`` is the checksum of the linked program, ``demand`` that of the names that ``roots`` leave
    undefined in it, and of those of ``asked`` that they refer to.
    """

    request: str
    inputs: dict[str, int]
    probe: str
    result: dict[str, object]
    demand: str = ""
    roots: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


def identity(key: str, tools: Iterable[str], *more: str) -> str:
    """Names a request as it is meant here and now: in the current folder, by the programs on PATH."""
    where = [shutil.which(tool) or "" for tool in (*tools, *more) if tool]
    return hashlib.sha256("\0".join([str(Path.cwd()), key, *where]).encode("utf-8", "replace")).hexdigest()


def stamp_of(
    paths: Iterable[Path],
    *,
    begun: int | None = None,
    inside: Path | None = None,
    final: Path | None = None,
) -> dict[str, int]:
    """Stamps by path; 0 for what does not exist. A folder's changes with its names.

    What changed since ``begun`` (nanoseconds of the clock, the time at which the first was read) may have been
    read before it changed, so it gets a stamp that never fits. The folders around ``inside`` are excepted:
    building there changes them; and what is below ``final``, where nothing changes once it has its name.
    """
    stamps = {str(path): _stamp(str(path)) for path in paths}
    if begun is not None:
        now = time.time_ns()
        around = {str(folder) for folder in inside.parents} if inside else set()
        for path in stamps.keys() - around:
            if final is not None and Path(path).is_relative_to(final):
                continue
            if begun - _CLOCK_STEP <= _changed(path) <= now:
                stamps[path] = _UNSETTLED
    return stamps


def _stamp(path: str) -> int:
    """Time of the last change, size and mode as one number."""
    try:
        info = os.stat(path)  # noqa: PTH116 - hundreds of times in a build with nothing to do
    except OSError:
        return 0
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    return info.st_mtime_ns + (info.st_mode << 64) + (size << 96)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def load_if_current(folder: Path, request: str) -> State | None:
    """The state of a folder whose request and inputs are unchanged; None if it must be composed again."""
    try:
        raw = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT or raw["request"] != request:
            return None
        inputs: dict[str, int] = raw["inputs"]
        if any(_stamp(path) != stamp for path, stamp in inputs.items()):
            return None
        names = tuple(raw["roots"]), tuple(raw["asked"])
        return State(request, inputs, raw["probe"], raw["result"], raw["demand"], *names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(folder: Path, state: State) -> None:
    """Writes the state; the last thing that a build does."""
    text = json.dumps(
        {
            "format": _FORMAT,
            "request": state.request,
            "inputs": state.inputs,
            "probe": state.probe,
            "result": state.result,
            "demand": state.demand,
            "roots": state.roots,
            "asked": state.asked,
        }
    )
    file = folder / STATE_FILE
    try:
        partial = file.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, file)  # noqa: PTH105 - atomic: never half a state
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=file) from e


def forget(folder: Path) -> None:
    """Makes the next build compose again."""
    (folder / STATE_FILE).unlink(missing_ok=True)


def composer_sources() -> list[Path]:
    """The composer's own files: a newer composer may compose differently."""
    package = Path(__file__).parent.parent
    found = []
    for parent, folders, names in os.walk(package):
        folders[:] = [f for f in folders if f not in ("__pycache__", "tree")]
        found += [Path(parent, name) for name in names if name.endswith((".py", ".j2"))]
    return sorted(found)


def find(request: str) -> Path | None:
    """The work folder that the request of this identity was last built in, if it is known."""
    try:
        work = Path(os.fsdecode(_index(request).read_bytes()))
    except OSError:
        return None
    return work if work.is_absolute() and (work / STATE_FILE).is_file() else None


def remember(request: str, work: Path) -> None:
    """Notes where a request was built. A note that cannot be kept only costs time later."""
    index = _index(request)
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_bytes(os.fsencode(work))
    except OSError:
        return


def _index(request: str) -> Path:
    from unilith.upstream.cache import cache_folder

    return cache_folder() / "builds" / request[:32]
