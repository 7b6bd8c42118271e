"""From a pin to a verified tarball in the cache."""

from __future__ import annotations

import shutil
from pathlib import Path

from unilith.catalog.model import CrateSource, DebianSource, PypiSource, Upstream, UrlSource
from unilith.errors import UserError
from unilith.upstream.cache import Report, cache_errors, file_sha256, locked, silent, tarball_path
from unilith.upstream.crate import fetch_crate
from unilith.upstream.debian import APT_SOURCES, fetch_debian
from unilith.upstream.pypi import fetch_pypi
from unilith.upstream.source import AnySource, SourceError, source_name
from unilith.upstream.url import fetch_url


def fetch(
    pin: Upstream,
    *,
    cache: Path,
    offline: bool = False,
    report: Report = silent,
    apt_sources: Path = APT_SOURCES,
) -> Path:
    """The verified tarball of `pin`: from the cache, else from its sources in the order written.

    A file whose checksum is not the pinned one is removed wherever it comes from. Any number of
    processes may ask for the same pin at the same time; one of them fetches.
    """
    reasons: list[str] = []
    for source in pin.sources:
        cached = _from_cache(cache, source.sha256, reasons)
        if cached is not None:
            return cached
    if offline:
        raise _refusal(pin, cache, reasons, offline=True)
    for source in pin.sources:
        with locked(cache, source.sha256, report), cache_errors(cache):
            try:
                # Another process may have fetched it while this one waited.
                cached = _from_cache(cache, source.sha256, reasons)
                return cached or _download(source, cache, report, apt_sources)
            except SourceError as e:
                reasons.append(str(e))
    raise _refusal(pin, cache, reasons, offline=False)


def _from_cache(cache: Path, sha256: str, reasons: list[str]) -> Path | None:
    file = tarball_path(cache, sha256)
    with cache_errors(cache):
        if not file.is_file():
            return None
        if file_sha256(file) == sha256:
            return file
        file.unlink(missing_ok=True)
    reasons.append("the copy in the cache was damaged and has been removed")
    return None


def _download(source: AnySource, cache: Path, report: Report, apt_sources: Path) -> Path:
    final = tarball_path(cache, source.sha256)
    part = final.with_name(final.name + ".part")
    # A process that was killed may have left its own.
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        match source:
            case DebianSource():
                got = fetch_debian(source, part, report, cache=cache, apt_sources=apt_sources)
            case UrlSource():
                got = fetch_url(source, part, report)
            case PypiSource():
                got = fetch_pypi(source, part, report)
            case CrateSource():
                got = fetch_crate(source, part, report)
        actual = file_sha256(got)
        if actual != source.sha256:
            raise SourceError(
                f"{source_name(source)} gave a file with sha256 {actual} ({got.stat().st_size} bytes), "
                f"not the pinned {source.sha256}; it has been removed"
            )
        got.replace(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final


def _refusal(pin: Upstream, cache: Path, reasons: list[str], *, offline: bool) -> UserError:
    names = " or ".join(source_name(source) for source in pin.sources) or "an upstream without a source"
    said = "".join(f"\n    {reason}" for reason in dict.fromkeys(reasons))
    places = " or ".join(str(tarball_path(cache, source.sha256)) for source in pin.sources)
    if offline:
        return UserError(
            f"{names} is not in the cache, and fetching is switched off{said}",
            hint=f"Build once with a network, or put the tarball there yourself as {places}.",
        )
    return UserError(
        f"cannot fetch {names}:{said}",
        hint=f"Check the network and the pin in the manifest, or put the tarball there yourself as {places}.",
    )
