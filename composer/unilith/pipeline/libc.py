"""The C library, built once for a toolchain and shared by all images through the cache."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Arch
from unilith.generate import musl, syscall_arch
from unilith.generate.files import write_if_changed
from unilith.generate.musl import (
    app_include,
    musl_cflags,
    musl_file_cflags,
    musl_generated_headers,
    musl_include,
    musl_sources,
)
from unilith.generate.ninja import archive_ninja
from unilith.generate.syscall_arch import syscall_numbers
from unilith.pipeline.ninja import run_ninja
from unilith.pipeline.request import Reporter
from unilith.plan.model import Archive, Unit
from unilith.plan.toolchain import Toolchain
from unilith.upstream.cache import cache_errors, cache_folder, locked
from unilith.upstream.tree import source_tree

MUSL = "musl"
_ARCHIVE = "libc.a"


def musl_archive(catalog: Catalog, toolchain: Toolchain, reporter: Reporter) -> Archive:
    """libc.a with direct system calls, and the include path of the programs that use it."""
    manifest = catalog.require_library(MUSL)
    assert manifest.upstream is not None
    cache = cache_folder()
    tree = source_tree(manifest.upstream, manifest.folder, cache=cache, report=reporter.step)
    overlay = manifest.folder / "overlay"
    arch = toolchain.arch
    folder = cache / "built" / f"{MUSL}-{arch}-{_key(toolchain, tree, overlay)}"
    archive = Archive(MUSL, folder / _ARCHIVE, tuple(app_include(tree, folder / "generated")))
    if archive.file.is_file():
        return archive

    with locked(cache, folder.name, reporter.step), cache_errors(cache):
        if archive.file.is_file():
            return archive
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        headers = musl_generated_headers(tree, arch)
        sources = musl_sources(tree, overlay, arch)
        prefix_map = ((tree, MUSL), (overlay, MUSL), (partial, MUSL))
        units = _units(toolchain, tree, overlay, partial / "generated", sources, arch, prefix_map)
        text = archive_ninja(toolchain, units, sources, _ARCHIVE)
        write_if_changed(partial / "generated", headers)
        write_if_changed(partial, {"build.ninja": text})
        reporter.step(f"compile {MUSL} {manifest.upstream.version} (once for this compiler)")
        run_ninja(partial, "build.ninja", reporter)
        shutil.rmtree(partial / "obj")
        partial.rename(folder)
    return archive


def musl_numbers(tree: Path, arch: Arch) -> dict[str, int]:
    """The numbers of the system calls, as musl knows them."""
    return syscall_numbers((tree / "arch" / arch / "bits" / "syscall.h.in").read_text(encoding="utf-8"))


def _units(
    toolchain: Toolchain,
    tree: Path,
    overlay: Path,
    generated: Path,
    sources: list[Path],
    arch: Arch,
    prefix_map: tuple[tuple[Path, str], ...],
) -> list[Unit]:
    """Sources that are compiled alike, grouped."""
    groups: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
    for source in sources:
        root = overlay if source.is_relative_to(overlay) else tree
        groups.setdefault((root, musl_file_cflags(source, arch)), []).append(source)
    flags = (*toolchain.common_flags, *musl_cflags(arch, clang=toolchain.is_clang))
    return [
        Unit(
            name=f"{MUSL}-{number}",
            sources=tuple(members),
            roots=(root,),
            flags=(*flags, *extra),
            include=tuple(musl_include(tree, overlay, generated, arch)),
            prefix_map=prefix_map,
        )
        for number, ((root, extra), members) in enumerate(groups.items())
    ]


def _key(toolchain: Toolchain, tree: Path, overlay: Path) -> str:
    """Names everything that shows in the archive, wherever it stands on this machine: the toolchain, the patched
    tree, our files, and the code that decides how they are compiled."""
    seen = hashlib.sha256(f"{toolchain.key}\0{tree.name}\0".encode())
    ours = [file for file in sorted(overlay.rglob("*")) if file.is_file()]
    for file in (*ours, *(Path(str(module.__file__)) for module in (musl, syscall_arch))):
        seen.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return seen.hexdigest()[:16]
