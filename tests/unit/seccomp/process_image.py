"""Builds a process image around a test program, with the real platform, libraries, filter and script."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from unilith.catalog.load import load_catalog
from unilith.catalog.model import Manifest
from unilith.generate.linker import link_flags, linker_script
from unilith.generate.seccomp import filter_source
from unilith.kconfig.options import OptionValues, config_header, load_options
from unilith.plan.toolchain import Toolchain, find_toolchain

ROOT = Path(__file__).resolve().parents[3]

TABLES = """
#include <args.h>
#include <boot.h>
const struct boot_step boot_steps[] = {{0, 0}};
const size_t boot_step_count = 0;
char *const recipe_argv[] = {(char *)"probe", (char *)"default", NULL};
char *const recipe_envp[] = {NULL};
"""


def build_image(program: Path, libraries: Sequence[str], folder: Path) -> Path:
    """Compiles each library with the include path that its manifest gives it, and links the image."""
    catalog = load_catalog([ROOT])
    toolchain = find_toolchain("x86_64")
    names = ["process", *libraries]
    options = load_options(catalog, names)
    selected = [catalog.get(name) for name in names]
    calls = [(m.name, m.host_syscalls) for m in selected]
    (folder / "filter.c").write_text(filter_source(calls, "x86_64"))
    (folder / "tables.c").write_text(TABLES)
    everywhere = [m.folder / "include" for m in catalog.manifests.values()]

    objects = []
    for manifest in selected:
        config = folder / manifest.name
        config.mkdir()
        (config / "config.h").write_text(config_header(catalog, manifest, options.options, names))
        headers = [config, *catalog.include_dirs(manifest)]
        for source in sources(manifest, options):
            objects.append(compile_one(toolchain, source, headers, config))
    for source in (folder / "filter.c", folder / "tables.c", program):
        objects.append(compile_one(toolchain, source, everywhere, folder))

    link = catalog.get("process").link
    assert link is not None
    script = folder / "image.ld"
    script.write_text(
        linker_script(link, [(m.folder / part).read_text() for m in selected for part in m.linker])
    )
    image = folder / "image"
    run([toolchain.ld, "-static", "--gc-sections", *link_flags(link), "-T", script, *objects, "-o", image])
    return image


def sources(manifest: Manifest, options: OptionValues) -> list[Path]:
    return [manifest.folder / source.file for source in manifest.sources if options.holds(source.when)]


def compile_one(toolchain: Toolchain, source: Path, headers: Sequence[Path], folder: Path) -> Path:
    paths = [word for path in headers for word in ("-I", path)]
    flags = [*toolchain.kernel_flags(floating_point=False), "-nostdinc", "-isystem", toolchain.include]
    result = folder / f"{source.stem}.o"
    run([toolchain.cc, *flags, *paths, "-c", source, "-o", result])
    return result


def run(command: Sequence[str | Path]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{command}\n{result.stderr}"
