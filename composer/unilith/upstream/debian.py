"""The upstream tarball inside a Debian source package, fetched with apt.

apt is given a source list, state and cache folder of our own, so nothing under /etc or /var
changes and no privilege is needed. The source list says `deb-src` for whatever the machine's own
list says `deb`: where the packages come from is the machine's business, never ours.

One upstream tarball is served by many Debian revisions, and a revision that the index names may be
gone from the pool. So every package whose record names the pinned checksum is a candidate.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.model import DebianSource
from unilith.upstream.cache import Report, locked
from unilith.upstream.source import SourceError, run_client

SECONDS = 600.0
INDEX_SECONDS = 24 * 3600.0
"""How old the index may be before it is asked for again when it does not help."""
APT_SOURCES = Path("/etc/apt")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source package as the index describes it; `files` are pairs of name and sha256."""

    version: str
    files: tuple[tuple[str, str], ...]


def fetch_debian(
    source: DebianSource, folder: Path, report: Report, *, cache: Path, apt_sources: Path = APT_SOURCES
) -> Path:
    """Downloads the tarball into `folder`; `apt_sources` is where the machine's source lists stand."""
    if shutil.which("apt-get") is None:
        raise SourceError("apt-get is not installed, and this source is a Debian source package")
    with locked(cache, "apt", report):
        client = _Client(cache / "apt", folder, report)
        client.prepare(derive_sources(apt_sources), apt_sources)
        file = client.fetch(source)
        if file is None and client.index_is_old():
            client.update()
            file = client.fetch(source)
    if file is None:
        raise SourceError("; ".join(dict.fromkeys(client.complaints)))
    return file


def derive_sources(apt_sources: Path) -> dict[str, str]:
    """The machine's source lists with `deb-src` in the place of `deb`: file name -> content."""
    lists: dict[str, str] = {}
    for file in [apt_sources / "sources.list", *sorted((apt_sources / "sources.list.d").glob("*"))]:
        if file.suffix not in (".list", ".sources") or not file.is_file():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        derived = _derive_lines(text) if file.suffix == ".list" else _derive_stanzas(text)
        if derived:
            lists[file.name] = derived
    return lists


def _derive_lines(text: str) -> str:
    entries = [re.sub(r"^\s*deb(-src)?\s+", "deb-src ", line) for line in text.splitlines()]
    return "".join(f"{line}\n" for line in dict.fromkeys(entries) if line.startswith("deb-src "))


def _derive_stanzas(text: str) -> str:
    stanzas: list[str] = []
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if line.strip() and not line.startswith("#")]
        off = any(
            re.match(r"enabled\s*:\s*(no|false|0|off|without|disable)\s*$", line, re.I) for line in lines
        )
        if off or not any(re.match(r"uris\s*:", line, re.I) for line in lines):
            continue
        typed = ["Types: deb-src" if re.match(r"types\s*:", line, re.I) else line for line in lines]
        stanzas.append("".join(f"{line}\n" for line in typed))
    return "\n".join(dict.fromkeys(stanzas))


def parse_records(text: str) -> list[SourceRecord]:
    """Reads what `apt-cache showsrc` prints: stanzas with `Version:` and `Checksums-Sha256:`."""
    records: list[SourceRecord] = []
    for stanza in re.split(r"\n\s*\n", text):
        version = re.search(r"^Version:\s*(\S+)\s*$", stanza, re.M)
        sums = re.search(r"^Checksums-Sha256:[^\n]*((?:\n[ \t][^\n]*)+)", stanza, re.M)
        if version and sums:
            rows = re.findall(r"^\s+([0-9a-f]{64})\s+\d+\s+(\S+)$", sums[1], re.M)
            records.append(SourceRecord(version[1], tuple((name, sha256) for sha256, name in rows)))
    return records


class _Client:
    """apt with folders of its own below `home`; downloads go to `folder`."""

    def __init__(self, home: Path, folder: Path, report: Report) -> None:
        self.home, self.folder, self.report = home, folder, report
        self.stamp = home / "updated"
        self.complaints: list[str] = []
        settings = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": str(home / "sources"),
            "Dir::State": str(home / "state"),
            "Dir::State::lists": str(home / "state" / "lists"),
            "Dir::Cache": str(home / "cache"),
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "30",
            "Acquire::https::Timeout": "30",
            # An index that could not be had must not count as fresh.
            "APT::Update::Error-Mode": "any",
            # As root, apt would hand the download to a user who cannot write here.
            "APT::Sandbox::User": "root",
        }
        self.options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def prepare(self, lists: dict[str, str], origin: Path) -> None:
        """Writes the source lists, and asks for the index if there is none for just these."""
        if not lists:
            raise SourceError(f"no package source is configured under {origin}")
        for part in ("sources", "state/lists/partial", "cache/archives/partial"):
            (self.home / part).mkdir(parents=True, exist_ok=True)
        written = {file.name: file.read_text(encoding="utf-8") for file in (self.home / "sources").iterdir()}
        if written != lists:
            self.stamp.unlink(missing_ok=True)
            for name in written.keys() - lists.keys():
                (self.home / "sources" / name).unlink()
            for name, text in lists.items():
                (self.home / "sources" / name).write_text(text, encoding="utf-8")
        if not self.stamp.exists():
            self.update()

    def index_is_old(self) -> bool:
        """Whether asking for the index again may help."""
        age = time.time() - self.stamp.stat().st_mtime if self.stamp.exists() else 0.0
        return not 0.0 <= age < INDEX_SECONDS

    def update(self) -> None:
        """Asks for the index of source packages."""
        self.report("fetching the index of source packages with apt")
        self.stamp.unlink(missing_ok=True)
        try:
            self._apt("apt-get", "update")
        except SourceError as e:
            # One unreachable source spoils the exit status; the others may have what is wanted.
            self.complaints.append(str(e))
        else:
            self.stamp.touch()

    def fetch(self, source: DebianSource) -> Path | None:
        """Has apt download the tarball from the first package that can give it, the pinned version first."""
        records = self._records(source.package)
        candidates = [
            (r.version, name) for r in records for name, sha256 in r.files if sha256 == source.sha256
        ]
        for version, name in sorted(dict.fromkeys(candidates), key=lambda c: c[0] != source.version):
            self.report(f"fetching {source.package} {version} with apt")
            try:
                self._apt("apt-get", "source", "--download-only", "--tar-only", f"{source.package}={version}")
            except SourceError as e:
                self.complaints.append(str(e))
                continue
            if (self.folder / name).is_file():
                return self.folder / name
            self.complaints.append(f"apt-get did not download {name}")
        if not records:
            self.complaints.append(f"the index names no source package {source.package}")
        elif not candidates:
            versions = ", ".join(dict.fromkeys(r.version for r in records))
            self.complaints.append(
                f"{source.package} has the pinned tarball in no version of the index ({versions})"
            )
        return None

    def _records(self, package: str) -> list[SourceRecord]:
        try:
            return parse_records(self._apt("apt-cache", "showsrc", "--only-source", package))
        except SourceError:
            # apt-cache fails for a name that it does not know.
            return []

    def _apt(self, *words: str) -> str:
        return run_client(
            [words[0], "--quiet", *self.options, *words[1:]], folder=self.folder, seconds=SECONDS
        )
