"""From a pin to an unpacked and patched tree in the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from unilith.catalog.model import Upstream
from unilith.errors import UserError
from unilith.upstream.cache import Report, cache_errors, locked, silent
from unilith.upstream.source import source_name

PREPARE_SECONDS = 1800.0


def source_tree(
    pin: Upstream, patches_dir: Path, *, cache: Path, offline: bool = False, report: Report = silent
) -> Path:
    """The folder of the pinned sources, patched; nothing is read but the patches when it is there already.

    The tree is for reading: its files are not writable, and every build shares it. If the tarball
    holds one folder alone, as nearly all do, that folder is the tree.
    """
    patches = read_patches(pin, patches_dir)
    for source in pin.sources:
        tree = tree_path(cache, source.sha256, patches, pin.prepare)
        if tree.is_dir():
            return tree
    # Imported here, as the network's modules cost a build that has nothing to do 40 ms.
    from unilith.upstream.fetch import fetch

    return unpack(fetch(pin, cache=cache, offline=offline, report=report), pin, patches_dir, cache, report)


def unpack(tarball: Path, pin: Upstream, patches_dir: Path, cache: Path, report: Report = silent) -> Path:
    """Unpacks a tarball that `fetch` returned, applies the pin's patches in order, and returns the tree."""
    patches = read_patches(pin, patches_dir)
    tree = tree_path(cache, tarball.name, patches, pin.prepare)
    with locked(cache, tree.name, report), cache_errors(cache):
        if tree.is_dir():
            return tree
        report(f"unpacking {_name(pin, tarball.name)}")
        part = tree.with_name(tree.name + ".part")
        _remove(part)
        part.mkdir(parents=True)
        try:
            from unilith.upstream.unpack import unpack_tarball

            unpack_tarball(tarball, part)
            entries = list(part.iterdir())
            inner = entries[0] if len(entries) == 1 and entries[0].is_dir() else part
            for file, content in patches:
                _apply(file, content, inner)
            for command in pin.prepare:
                report(f"preparing {_name(pin, tarball.name)}: {command[0]}")
                _prepare(command, inner)
            _protect(inner)
            inner.replace(tree)
        finally:
            _remove(part)
    return tree


def read_patches(pin: Upstream, patches_dir: Path) -> list[tuple[Path, bytes]]:
    """The pin's patches: each file's path and content."""
    patches: list[tuple[Path, bytes]] = []
    for name in pin.patches:
        file = patches_dir / name
        try:
            patches.append((file, file.read_bytes()))
        except OSError as e:
            raise UserError(f"cannot read the patch: {e.strerror}", where=file) from e
    return patches


def tree_path(
    cache: Path,
    sha256: str,
    patches: Sequence[tuple[Path, bytes]],
    prepare: Sequence[Sequence[str]] = (),
) -> Path:
    """Where the tree of this tarball with these patches and commands is kept: any change gives another place."""
    digest = hashlib.sha256()
    for _, content in patches:
        digest.update(len(content).to_bytes(8, "little") + content)
    for command in prepare:
        digest.update(b"\0" + "\0".join(command).encode())
    key = sha256[:16] + (f"-{digest.hexdigest()[:16]}" if patches or prepare else "")
    return cache / "trees" / key


def _name(pin: Upstream, sha256: str) -> str:
    return next((source_name(source) for source in pin.sources if source.sha256 == sha256), sha256)


def _apply(file: Path, content: bytes, tree: Path) -> None:
    import subprocess

    # No fuzz: the source is pinned, so a patch that does not fit exactly was made for another version.
    command = ["patch", "--strip=1", "--batch", "--forward", "--fuzz=0", "--no-backup-if-mismatch"]
    try:
        done = subprocess.run(
            [*command, "--reject-file=-"],
            input=content,
            cwd=tree,
            env={**os.environ, "LC_ALL": "C", "POSIXLY_CORRECT": ""},
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as e:
        raise UserError(
            "the program patch is not installed",
            hint="Install the package patch (unilith doctor lists what lacks).",
        ) from e
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
        wrong = [line for line in said if "FAILED" in line or "can't find" in line or "****" in line] or said
        raise UserError(
            f"the patch does not apply to the pinned source: {'; '.join(line.strip() for line in wrong[:3])}",
            where=file,
            hint="A patch belongs to one version: make it again from the pinned source.",
        )


def _prepare(command: Sequence[str], tree: Path) -> None:
    """Runs a command that generates sources. It sees the same environment on every machine."""
    import subprocess

    environment = {"LC_ALL": "C", "TZ": "UTC", "SOURCE_DATE_EPOCH": "0", "HOME": str(tree)}
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env={"PATH": os.environ.get("PATH", os.defpath), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PREPARE_SECONDS,
            check=False,
        )
    except FileNotFoundError as e:
        raise UserError(
            f"the program {command[0]} is not installed, and `upstream.prepare` runs it",
            hint="`unilith doctor` lists what lacks.",
        ) from e
    except subprocess.TimeoutExpired as e:
        raise UserError(f"`{' '.join(command)}` did not end within {PREPARE_SECONDS:.0f} s") from e
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise UserError(
            f"`upstream.prepare` failed: `{' '.join(command)}`: {'; '.join(said[-3:])}",
            hint="It may need a program that is not installed: `unilith doctor` lists what lacks.",
        )


def _protect(tree: Path) -> None:
    for folder, _, names in os.walk(tree):
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(file.stat().st_mode & ~0o222)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
