"""The guest that images are compared with: Debian's kernel for clouds, and the same server, built static with musl.

Everything is kept in Unilith's cache folder, so that only the first run fetches and compiles.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places, find_recipe
from unilith.demand.recipe import Recipe, read_recipe
from unilith.image.folder import read_folder
from unilith.image.initrd import write_initrd
from unilith.pipeline.app import application
from unilith.pipeline.request import Silent
from unilith.plan.toolchain import find_toolchain
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

PACKAGE = "linux-image-cloud-amd64"
COMPILER = "musl-gcc"
OPTIMIZED = ("-std=gnu11", "-O2", "-w", "-fno-common", "-static")
"""How a server for Linux is usually built. The flags of images are smaller, not faster."""

# What any device on PCI needs, and what the network card does, in the order of loading.
PCI_MODULES = (
    "drivers/virtio/virtio_ring.ko",
    "drivers/virtio/virtio.ko",
    "drivers/virtio/virtio_pci_modern_dev.ko",
    "drivers/virtio/virtio_pci_legacy_dev.ko",
    "drivers/virtio/virtio_pci.ko",
)
MODULES = (
    *PCI_MODULES,
    "drivers/virtio/virtio_mmio.ko",
    "net/core/failover.ko",
    "drivers/net/net_failover.ko",
    "drivers/net/virtio_net.ko",
)
INIT = Path(__file__).with_name("linux_init.c")


@dataclass(frozen=True)
class LinuxGuest:
    """What QEMU is given: a kernel and an initrd that ends in the server."""

    kernel: Path
    initrd: Path
    version: str


def linux_guest(
    recipe_name: str, further: dict[str, bytes], folder: Path, modules_wanted: Sequence[str] = MODULES
) -> LinuxGuest:
    """The guest that serves what the recipe serves, with ``further`` files in its root file system."""
    recipe = read_recipe(find_recipe(recipe_name, find_places()))
    unpacked = debian_kernel()
    kernel = next((unpacked / "boot").glob("vmlinuz-*"))
    version = kernel.name.removeprefix("vmlinuz-")
    modules = unpacked / "lib" / "modules" / version / "kernel"
    loaded = [f"/lib/modules/{Path(name).name}" for name in modules_wanted]
    root = folder / f"root-{recipe.name}"
    shutil.rmtree(root, ignore_errors=True)
    if recipe.rootfs:
        shutil.copytree(recipe.folder / recipe.rootfs.source, root)
    for name in ("bin", "dev", "lib/modules", "proc", "sys", "tmp", "run"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, content in further.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for name, place in zip(modules_wanted, loaded, strict=True):
        shutil.copyfile(modules / name, root / place.removeprefix("/"))
    for program, target in ((static_program([INIT], (), "init"), "init"), (server_of(recipe), "bin/server")):
        shutil.copyfile(program, root / target)
        (root / target).chmod(0o755)
    (root / "init.args").write_text("\n".join([*loaded, "--", "/bin/server", *recipe.args]) + "\n")
    initrd = folder / f"linux-{recipe.name}.cpio"
    write_initrd(read_folder(root), initrd)
    return LinuxGuest(kernel, initrd, version)


def debian_kernel(wanted: str = PACKAGE) -> Path:
    """The unpacked kernel package that ``wanted`` stands for now."""
    home = cache_folder() / "linux-guest"
    depends = subprocess.run(
        ["apt-cache", "depends", wanted], capture_output=True, text=True, check=True
    ).stdout
    package = next(line.split()[1] for line in depends.splitlines() if "Depends: linux-image-" in line)
    unpacked = home / package
    if not unpacked.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "--quiet", "--quiet", "download", package], cwd=home, check=True)
        archive = next(home.glob(f"{package}_*.deb"))
        partial = home / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        subprocess.run(["dpkg-deb", "-x", str(archive), str(partial)], check=True)
        partial.rename(unpacked)
        archive.unlink()
    return unpacked


def server_of(recipe: Recipe, further: Sequence[Path] = ()) -> Path:
    """The recipe's program for Linux: the same sources and headers, static with musl; and ``further`` C files."""
    catalog = load_catalog(find_places().libraries)
    work = cache_folder() / "linux-guest" / "work"
    work.mkdir(parents=True, exist_ok=True)
    app = application(catalog, recipe, find_toolchain("x86_64"), [], work, Silent())
    # Debian's musl leaves out the headers that packages of other names bring; the pinned source has them.
    musl = catalog.require_library("musl")
    assert musl.upstream is not None
    headers = source_tree(musl.upstream, musl.folder, cache=cache_folder()) / "include"
    objects: list[Path] = []
    for unit in app.units:
        own = [flag for flag in unit.flags if flag.startswith("-D")]
        flags = (*own, *(f"-I{folder}" for folder in unit.include), f"-idirafter{headers}")
        objects += [_object(source, flags) for source in unit.sources]
    return static_program([*objects, *further], (), recipe.name)


def static_program(inputs: Sequence[Path], flags: Sequence[str], name: str) -> Path:
    """Compiles and links, unless that was done before."""
    program = _place([*map(str, inputs), *flags, *(_digest(file) for file in inputs)], name)
    if not program.exists():
        words = [COMPILER, *OPTIMIZED, *flags, *map(str, inputs), "-o", str(program), "-lm"]
        subprocess.run(words, check=True)
    return program


def _object(source: Path, flags: Sequence[str]) -> Path:
    made = _place([str(source), *flags, _digest(source)], source.stem + ".o")
    if not made.exists():
        subprocess.run([COMPILER, *OPTIMIZED, *flags, "-c", str(source), "-o", str(made)], check=True)
    return made


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _place(made_of: Sequence[str], name: str) -> Path:
    folder = cache_folder() / "linux-guest" / "built"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(chr(0).join(made_of).encode()).hexdigest()[:24]}-{name}"
