"""From a pin to a verified tarball: order of sources, damage, other processes, no network."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.unit.upstream.served_sources import Repository, Served

from unilith.catalog.model import Upstream
from unilith.errors import UserError
from unilith.upstream.cache import cache_folder, locked
from unilith.upstream.debian import derive_sources, parse_records
from unilith.upstream.fetch import fetch


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def url_pin(url: str, content: bytes, **others: object) -> Upstream:
    return Upstream.model_validate(
        {"version": "1.0", "license": "MIT", "url": {"url": url, "sha256": sha(content)}, **others}
    )


def left_over(cache: Path) -> list[str]:
    """What lies in the folder of tarballs."""
    return sorted(p.name for p in (cache / "tarballs").glob("*"))


def test_a_fetched_tarball_is_kept_and_the_network_is_not_asked_again(
    served: Served, tarball: bytes, cache: Path
) -> None:
    pin = url_pin(served.url, tarball)
    first = fetch(pin, cache=cache)
    assert first.read_bytes() == tarball
    assert fetch(pin, cache=cache) == first
    assert fetch(pin, cache=cache, offline=True) == first
    assert served.asked == 1
    assert left_over(cache) == [sha(tarball)]


def test_an_altered_download_is_refused_and_removed(served: Served, tarball: bytes, cache: Path) -> None:
    served.content = tarball[:-1] + b"!"
    with pytest.raises(UserError) as refused:
        fetch(url_pin(served.url, tarball), cache=cache)
    assert sha(served.content) in refused.value.message
    assert sha(tarball) in refused.value.message
    assert left_over(cache) == []


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_a_truncated_download_is_refused_and_removed(
    served: Served, tarball: bytes, cache: Path, cut: int
) -> None:
    served.cut = cut
    with pytest.raises(UserError, match=f"broke off after {cut} of {len(tarball)} bytes"):
        fetch(url_pin(served.url, tarball), cache=cache)
    assert left_over(cache) == []
    served.cut = None
    assert fetch(url_pin(served.url, tarball), cache=cache).read_bytes() == tarball


def test_a_damaged_copy_in_the_cache_is_replaced(served: Served, tarball: bytes, cache: Path) -> None:
    pin = url_pin(served.url, tarball)
    kept = fetch(pin, cache=cache)
    kept.write_bytes(tarball[:10])
    assert fetch(pin, cache=cache).read_bytes() == tarball
    assert served.asked == 2


def test_offline_a_damaged_copy_is_removed_and_the_message_says_so(
    served: Served, tarball: bytes, cache: Path
) -> None:
    pin = url_pin(served.url, tarball)
    fetch(pin, cache=cache).write_bytes(b"")
    with pytest.raises(UserError, match="damaged and has been removed"):
        fetch(pin, cache=cache, offline=True)
    assert left_over(cache) == []
    with pytest.raises(UserError, match="not in the cache") as refused:
        fetch(pin, cache=cache, offline=True)
    assert str(cache / "tarballs" / sha(tarball)) in refused.value.hint


def test_a_server_that_refuses_or_is_not_there_is_named(served: Served, tarball: bytes, cache: Path) -> None:
    served.status = 404
    with pytest.raises(UserError, match="answers 404"):
        fetch(url_pin(served.url, tarball), cache=cache)
    with pytest.raises(UserError, match="cannot reach http://127"):
        fetch(url_pin("http://127.0.0.1:9/x.tar.gz", tarball), cache=cache)
    with pytest.raises(UserError, match="only https, http and file"):
        fetch(url_pin("ftp://127.0.0.1/x.tar.gz", tarball), cache=cache)


def test_sources_are_tried_in_the_order_written(
    served: Served, tarball: bytes, cache: Path, tmp_path: Path
) -> None:
    url = {"url": served.url, "sha256": sha(tarball)}
    debian = {"package": "greet", "version": "1.0-1", "sha256": sha(tarball)}
    head = {"version": "1.0", "license": "MIT"}
    said: list[str] = []
    nothing = tmp_path / "no-apt"
    fetch(
        Upstream.model_validate({**head, "debian": debian, "url": url}),
        cache=cache,
        report=said.append,
        apt_sources=nothing,
    )
    shutil.rmtree(cache)
    url_first = Upstream.model_validate({**head, "url": url, "debian": debian})
    fetch(url_first, cache=cache, apt_sources=nothing)
    assert served.asked == 2
    served.status = 500
    shutil.rmtree(cache)
    with pytest.raises(UserError) as refused:
        fetch(url_first, cache=cache, apt_sources=nothing)
    reasons = [line.strip() for line in refused.value.message.splitlines()[1:]]
    assert "answers 500" in reasons[0]
    assert reasons[1] == f"no package source is configured under {nothing}"


def _fetch_in_a_process(pin: Upstream, cache: Path, done: multiprocessing.Queue[str]) -> None:
    done.put(fetch(pin, cache=cache).read_bytes().hex())


def test_processes_at_once_fetch_once(served: Served, tarball: bytes, cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    done: multiprocessing.Queue[str] = context.Queue()
    pin = url_pin(served.url, tarball)
    with locked(cache, sha(tarball)):
        workers = [
            context.Process(target=_fetch_in_a_process, args=(pin, cache, done), daemon=True)
            for _ in range(3)
        ]
        for worker in workers:
            worker.start()
    assert [done.get(timeout=60) for _ in workers] == [tarball.hex()] * 3
    for worker in workers:
        worker.join()
    assert served.asked == 1


def test_what_a_killed_process_left_is_cleared(served: Served, tarball: bytes, cache: Path) -> None:
    part = cache / "tarballs" / f"{sha(tarball)}.part"
    part.mkdir(parents=True)
    (part / "download").write_bytes(b"half")
    fetch(url_pin(served.url, tarball), cache=cache)
    assert left_over(cache) == [sha(tarball)]


def test_a_full_disk_is_said_so(
    served: Served, tarball: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="is full") as refused:
        fetch(url_pin(served.url, tarball), cache=cache)
    assert "UNILITH_CACHE" in refused.value.hint
    assert left_over(cache) == []


def test_an_unusable_cache_folder_is_named(served: Served, tarball: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="cannot write to the cache"):
        fetch(url_pin(served.url, tarball), cache=tmp_path / "file")


def test_the_place_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNILITH_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_folder() == Path("/home/someone/.cache/unilith")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert cache_folder() == Path("/home/someone/.cache/unilith")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/caches")
    assert cache_folder() == Path("/var/tmp/caches/unilith")
    monkeypatch.setenv("UNILITH_CACHE", "/srv/sources")
    assert cache_folder() == Path("/srv/sources")


def debian_pin(version: str, content: bytes) -> Upstream:
    debian = {"package": "greet", "version": version, "sha256": sha(content)}
    return Upstream.model_validate({"version": "1.0", "license": "MIT", "debian": debian})


def test_apt_fetches_from_any_revision_that_serves_the_pinned_tarball(
    repository: Repository, tarball: bytes, cache: Path
) -> None:
    apt = repository({"1.0-2": tarball, "1.0-3": tarball})
    said: list[str] = []
    # The pinned revision is gone from the index.
    got = fetch(debian_pin("1.0-1", tarball), cache=cache, report=said.append, apt_sources=apt)
    assert got.read_bytes() == tarball
    assert any("greet 1.0-" in line for line in said)


def test_apt_is_asked_for_the_pinned_revision_first(
    repository: Repository, tarball: bytes, cache: Path
) -> None:
    apt = repository({"1.0-2": tarball, "1.0-3": tarball, "1.0-1": tarball})
    for revision in ("1.0-1", "1.0-3"):
        said: list[str] = []
        fetch(debian_pin(revision, tarball), cache=cache, report=said.append, apt_sources=apt)
        assert f"fetching greet {revision} with apt" in said
        shutil.rmtree(cache / "tarballs")


def test_apt_falls_back_when_the_pool_has_lost_or_altered_a_file(
    repository: Repository, tarball: bytes, cache: Path, tmp_path: Path
) -> None:
    apt = repository({"1.0-1": tarball})
    orig = tmp_path / "repository" / "greet_1.0.orig.tar.gz"
    orig.write_bytes(tarball[:-1] + b"!")
    with pytest.raises(UserError, match="apt-get says"):
        fetch(debian_pin("1.0-1", tarball), cache=cache, apt_sources=apt)
    orig.unlink()
    with pytest.raises(UserError, match="apt-get says"):
        fetch(debian_pin("1.0-1", tarball), cache=cache, apt_sources=apt)
    assert left_over(cache) == []


def test_apt_says_which_versions_there_are(repository: Repository, tarball: bytes, cache: Path) -> None:
    apt = repository({"1.0-1": tarball})
    with pytest.raises(UserError, match=r"in no version of the index \(1.0-1\)"):
        fetch(debian_pin("1.0-1", b"another"), cache=cache, apt_sources=apt)
    other = Upstream.model_validate(
        {
            "version": "1",
            "license": "MIT",
            "debian": {"package": "nobody", "version": "1", "sha256": sha(tarball)},
        }
    )
    with pytest.raises(UserError, match="names no source package nobody"):
        fetch(other, cache=cache, apt_sources=apt)


def test_a_new_version_is_found_after_the_source_list_changes(
    repository: Repository, tarball: bytes, cache: Path
) -> None:
    apt = repository({"1.0-1": tarball})
    (apt / "sources.list").rename(apt / "sources.list.d" / "own.list")
    fetch(debian_pin("1.0-1", tarball), cache=cache, apt_sources=apt)
    assert [p.name for p in (cache / "apt" / "sources").iterdir()] == ["own.list"]
    (apt / "sources.list.d" / "own.list").rename(apt / "sources.list")
    shutil.rmtree(cache / "tarballs")
    fetch(debian_pin("1.0-1", tarball), cache=cache, apt_sources=apt)
    assert [p.name for p in (cache / "apt" / "sources").iterdir()] == ["sources.list"]


def test_source_lists_of_both_formats(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://off.example/ stable main\ndeb http://a.example/ stable main\n"
        "deb-src http://a.example/ stable main\ndeb [arch=amd64] http://b.example/ x y\n"
    )
    (parts / "os.sources").write_text(
        "Types: deb\n# old\nURIs: http://c.example/\nSuites: stable\n\nTypes: deb\nEnabled: no\nURIs: http://d.example/"
        "\n\n# only a remark\n\nTypes: deb deb-src\nURIs: http://e.example/\nSuites: s\nSigned-By:\n"
        " -----BEGIN\n .\n"
    )
    (parts / "old.list.save").write_text("deb http://f.example/ stable main\n")
    assert derive_sources(tmp_path) == {
        "sources.list": "deb-src http://a.example/ stable main\ndeb-src [arch=amd64] http://b.example/ x y\n",
        "os.sources": "Types: deb-src\nURIs: http://c.example/\nSuites: stable\n\n"
        "Types: deb-src\nURIs: http://e.example/\nSuites: s\nSigned-By:\n -----BEGIN\n .\n",
    }


def test_records_without_a_checksum_are_passed_over() -> None:
    assert parse_records("Package: x\nVersion: 1\n\nnonsense\n\n") == []


def test_pip_fetches_a_source_distribution(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "backend.py").write_text(
        "import os, tarfile, io\n"
        "def prepare_metadata_for_build_wheel(folder, config_settings=None):\n"
        "    os.makedirs(folder + '/greetsrc-1.0.dist-info')\n"
        "    open(folder + '/greetsrc-1.0.dist-info/METADATA', 'w').write("
        "'Metadata-Version: 2.1\\nName: greetsrc\\nVersion: 1.0\\n')\n"
        "    return 'greetsrc-1.0.dist-info'\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n    raise SystemExit(1)\n"
    )
    (project / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    )
    (project / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: greetsrc\nVersion: 1.0\n")
    links = tmp_path / "links"
    links.mkdir()
    sdist = links / "greetsrc-1.0.tar.gz"
    subprocess.run(
        ["tar", "-czf", str(sdist), "--transform", "s,^project,greetsrc-1.0,", "project"],
        cwd=tmp_path,
        check=True,
    )
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))

    def pin(content: bytes) -> Upstream:
        source = {"package": "greetsrc", "version": "1.0", "sha256": sha(content)}
        return Upstream.model_validate({"version": "1.0", "license": "MIT", "pypi": source})

    good = sdist.read_bytes()
    assert fetch(pin(good), cache=cache).read_bytes() == good
    with pytest.raises(UserError, match="HASHES"):
        fetch(pin(b"another"), cache=cache)
    assert left_over(cache) == [sha(good)]


def test_cargo_fetches_a_package(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, programs = tmp_path / "home", tmp_path / "programs"
    programs.mkdir()
    cargo = programs / "cargo"

    def acts(script: str) -> None:
        cargo.write_text(f"#!/bin/sh\n{script}\n")
        cargo.chmod(0o755)

    def pin(content: bytes) -> Upstream:
        source = {"package": "greet-sys", "version": "1.0.2", "sha256": sha(content)}
        return Upstream.model_validate({"version": "1.0", "license": "MIT", "crate": source})

    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("CARGO_HOME", str(home))
    acts("echo 'error: no network' >&2; exit 101")
    with pytest.raises(UserError, match="no network"):
        fetch(pin(b"good"), cache=cache)
    # It downloads what it is asked for, and may then find itself too old for it.
    acts(
        "grep -q '^version = \"=1.0.2\"$' Cargo.toml && grep -q '^.dependencies.\"greet-sys\".$' Cargo.toml || exit 1\n"
        'mkdir -p "$CARGO_HOME/registry/cache/place"\n'
        'printf good > "$CARGO_HOME/registry/cache/place/greet-sys-1.0.2.crate"; exit 101'
    )
    with pytest.raises(UserError, match="not the pinned"):
        fetch(pin(b"another"), cache=cache)
    assert fetch(pin(b"good"), cache=cache).read_bytes() == b"good"
    assert left_over(cache) == [sha(b"good")]
