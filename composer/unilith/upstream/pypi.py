"""A source distribution, fetched with pip."""

from __future__ import annotations

import sys
from pathlib import Path

from unilith.catalog.model import PypiSource
from unilith.upstream.cache import Report
from unilith.upstream.source import SourceError, run_client

SECONDS = 600.0


def fetch_pypi(source: PypiSource, folder: Path, report: Report) -> Path:
    """Downloads the source distribution into `folder`.

    pip asks a package for its metadata, which runs the package's own code; the checksum in the
    requirements file makes pip refuse an altered file before that.
    """
    report(f"fetching {source.package} {source.version} with pip")
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8"
    )
    target = folder / "pip"
    target.mkdir()
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    command += ["--no-deps", "--no-binary", source.package, "--require-hashes", "--no-cache-dir"]
    command += ["--requirement", str(requirements), "--dest", str(target)]
    run_client(command, folder=folder, seconds=SECONDS)
    files = sorted(target.iterdir())
    if len(files) != 1:
        raise SourceError(f"pip gave {len(files)} files for {source.package} {source.version} instead of one")
    return files[0]
