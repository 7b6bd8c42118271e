"""A package for Rust, fetched with cargo."""

from __future__ import annotations

import os
from pathlib import Path

from unilith.catalog.model import CrateSource
from unilith.upstream.cache import Report
from unilith.upstream.source import SourceError, run_client

SECONDS = 600.0


def fetch_crate(source: CrateSource, folder: Path, report: Report) -> Path:
    """Has cargo download what a package of ours in `folder` needs: this one.

    cargo keeps what it downloads in its own cache, where the file is taken from. A cargo that is too old for the
    package's manifest refuses it, but only after it has downloaded it.
    """
    report(f"fetching {source.package} {source.version} with cargo")
    (folder / "src").mkdir()
    (folder / "src" / "lib.rs").touch()
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "pinned"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies."{source.package}"]\nversion = "={source.version}"\ndefault-features = false\n',
        encoding="utf-8",
    )
    refusal = ""
    try:
        run_client(["cargo", "fetch", "--quiet"], folder=folder, seconds=SECONDS)
    except SourceError as e:
        refusal = str(e)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    found = sorted((home / "registry" / "cache").glob(f"*/{source.package}-{source.version}.crate"))
    if not found:
        raise SourceError(refusal or f"cargo has not kept {source.package} {source.version}")
    target = folder / "download"
    target.write_bytes(found[0].read_bytes())
    return target
