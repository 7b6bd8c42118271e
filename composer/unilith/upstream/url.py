"""A release file at its project's own URL."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from unilith.catalog.model import UrlSource
from unilith.upstream.cache import Report
from unilith.upstream.source import SourceError

SECONDS = 30.0
"""How long a server may stay silent."""
LIMIT = 1 << 30
"""Bytes after which a download is given up: no pinned source is near it."""


def fetch_url(source: UrlSource, folder: Path, report: Report) -> Path:
    """Downloads the file into `folder`."""
    parts = urllib.parse.urlsplit(source.url)
    if parts.scheme not in ("https", "http", "file"):
        raise SourceError(f"cannot fetch {source.url}: only https, http and file are understood")
    report(f"fetching {source.url}")
    target = folder / "download"
    request = urllib.request.Request(source.url, headers={"User-Agent": "unilith"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer, target.open("wb") as out:
            expected = answer.headers.get("Content-Length")
            got = 0
            while block := answer.read(1 << 16):
                got += len(block)
                if got > LIMIT:
                    raise SourceError(f"{source.url} is larger than {LIMIT >> 20} MiB")
                out.write(block)
    except urllib.error.HTTPError as e:
        raise SourceError(f"{source.url} answers {e.code} {e.reason}") from e
    except urllib.error.URLError as e:
        raise SourceError(f"cannot reach {source.url}: {e.reason}") from e
    except (TimeoutError, ConnectionError, http.client.HTTPException) as e:
        raise SourceError(f"the download of {source.url} broke off: {e or type(e).__name__}") from e
    if expected is not None and expected.isdigit() and got < int(expected):
        raise SourceError(f"the download of {source.url} broke off after {got} of {expected} bytes")
    return target
