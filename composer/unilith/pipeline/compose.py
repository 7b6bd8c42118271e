"""From a request to ninja files: demand, selection, plan, generated sources, and what goes with the image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unilith import __version__
from unilith.catalog.roots import Places
from unilith.catalog.yaml_nodes import shown
from unilith.errors import UserError, Where
from unilith.generate.files import write_if_changed, write_text
from unilith.generate.linker import link_flags, linker_script
from unilith.generate.ninja import GENERATED, LINKER_SCRIPT, image_ninja
from unilith.generate.tables import table_sources
from unilith.image.bom import Part, bill_of_materials
from unilith.image.description import ImageDescription
from unilith.pipeline.app import asked_of, roots_of
from unilith.pipeline.build import BILL, DOTCONFIG, IMAGE_NINJA, Built
from unilith.pipeline.demand import Demand, Subject, demand_of
from unilith.pipeline.inputs import inputs_of
from unilith.pipeline.libc import MUSL, musl_numbers
from unilith.pipeline.lock import locked_resolution
from unilith.pipeline.programs import link_programs
from unilith.pipeline.request import Reporter, Request
from unilith.pipeline.resolve import Resolution, resolve
from unilith.pipeline.rootfs import own_disks, own_shares, pack_rootfs, packed_file, remove_packed
from unilith.plan.compose import Chosen, make_plan
from unilith.plan.model import Plan
from unilith.plan.pointers import POINTERS
from unilith.plan.protector import STACK_PROTECTOR, fitted
from unilith.resolver.lockfile import to_text
from unilith.resolver.selection import Selection
from unilith.upstream.cache import cache_folder
from unilith.upstream.tree import source_tree

GUARD = "kernel.guard"
PROBE = "access.probe"
UNGUARDED = {"clock_gettime"}
"""Calls whose libraries take the guard themselves where they need it: reading the clock does not."""
"""The interface whose provider keeps a second thread out of the kernel."""
MOVE = "image-move"
"""The library that moves the image when it starts, for which the addresses in it are listed."""
SEAL = "seal"
"""The interface whose provider takes the right to write sealed variables."""

NETWORK = "net.device"
LOOPBACK = "loopback"
"""The interface of network cards, and its one provider behind which there is no card."""
VSOCK = "vsock.device"
SHELL = "shell"
BLOCK = "block.device"
MEMORY_DISK = "block-ram"
"""The interface of disks, and its one provider whose disk is not the host's."""

SHARES = ("9p", "virtiofs", "host")
"""How folders of the host can be mounted: each is the interface `fs.KIND`."""

_IMAGE, _DEBUG = "image.elf", "image.debug"
_LOCK, _DESCRIPTION = "selection.lock", "image.json"


@dataclass(frozen=True, slots=True)
class Composed:
    """A composition that is written out and only needs ninja. ``roots`` are the names that
    the program begins at, ``asked`` those that it is searched for, ``inputs`` is what it was made from."""

    recipe: str
    work: Path
    built: Built
    roots: tuple[str, ...]
    asked: tuple[str, ...]
    inputs: tuple[Path, ...]
    parts: tuple[Part, ...]

    def write_bill(self) -> None:
        """Writes the bill of materials of the linked image."""
        name = f"{self.recipe}-{self.built.target}"
        text = bill_of_materials(name, __version__, self.built.image, self.parts)
        write_text(self.built.folder / BILL, text)


def compose(request: Request, subject: Subject, places: Places, reporter: Reporter) -> Composed:
    """Runs all stages up to the generated build. Raises `UserError`."""
    demand = demand_of(subject, reporter)
    reporter.step("resolve")
    resolution = locked_resolution(request, demand) or resolve(request, demand)
    selection = resolution.selection
    plan = plan_of(demand, resolution, reporter)
    _write_build(demand, selection, plan)
    write_if_changed(demand.folder, {_LOCK: to_text(selection), DOTCONFIG: resolution.options.dotconfig})
    rootfs_files = _make_rootfs(demand, selection, reporter)
    description = _describe(demand, selection, places)
    built = Built(
        folder=demand.folder,
        image=demand.folder / _IMAGE,
        target=demand.target.name,
        libraries=selection.names,
        selection=demand.folder / _LOCK,
        description=description,
    )
    return Composed(
        recipe=demand.recipe.name,
        work=demand.work,
        built=built,
        roots=roots_of(demand.recipe),
        asked=tuple(asked_of(demand.catalog)),
        inputs=inputs_of(demand, places, rootfs_files),
        parts=_parts(demand, selection),
    )


def _parts(demand: Demand, selection: Selection) -> tuple[Part, ...]:
    """What the bill of materials lists: every library with something in it, and the application."""
    recipe = demand.recipe
    libraries = (demand.catalog.get(name) for name in selection.names)
    app = Part(recipe.name, "application", recipe.license or "NOASSERTION", recipe.summary, recipe.upstream)
    inner = (
        Part(f"{recipe.name}-{name}", "application", part.upstream.license, upstream=part.upstream)
        for name, part in recipe.parts.items()
        if part.upstream is not None
    )
    return (app, *inner, *(Part.of(m) for m in libraries if m.sources))


def plan_of(demand: Demand, resolution: Resolution, reporter: Reporter) -> Plan:
    """The plan of a resolved demand; fetches the upstreams of the selected libraries."""
    catalog, recipe = demand.catalog, demand.recipe
    selection = resolution.selection
    cache = cache_folder()
    trees = {
        m.name: source_tree(m.upstream, m.folder, cache=cache, report=reporter.step)
        for name in selection.names
        if (m := catalog.get(name)).upstream is not None
    }
    provided = {binding.name for binding in selection.syscalls}
    called = {binding.name for binding in selection.syscalls if binding.providers}
    implemented = {call for name in selection.names for call in catalog.get(name).syscalls}
    provided |= implemented
    guarded: set[str] = set()
    if any(binding.name == GUARD and binding.providers for binding in selection.interfaces):
        guarded = (implemented if demand.numbered else called) - UNGUARDED
    probed: set[str] = set()
    if any(binding.name == PROBE and binding.providers for binding in selection.interfaces):
        probed = (implemented if demand.numbered else called) & POINTERS.keys()
    numbers: tuple[tuple[int, str], ...] = ()
    if demand.numbered:
        if MUSL not in trees:
            raise UserError(
                f"{recipe.name} makes system calls by number, and only the C library knows the numbers",
                where=Where(shown(recipe.file), recipe.lines.get("libc", 0)),
                hint="Call sys_<name>() directly, or write the recipe for `libc: musl`.",
            )
        known = musl_numbers(trees[MUSL], demand.target.arch)
        numbers = tuple(sorted((known[call], call) for call in provided if call in known))
    prefix_map = (
        *((m.folder, m.name) for name in selection.names if (m := catalog.get(name))),
        *((i.folder, i.name) for i in catalog.interfaces.values()),
        *((tree, name) for name, tree in trees.items()),
        (demand.work, "build"),
    )
    plan = make_plan(
        catalog,
        recipe,
        demand.target,
        Chosen(
            selection.names,
            resolution.options,
            selection.stubs,
            numbers,
            tuple(sorted(guarded)),
            tuple(sorted(probed)),
            tuple(sorted({call for program in demand.programs for call in program.calls})),
            tuple((library.name, library.bytes) for library in selection.libraries),
        ),
        toolchain=demand.toolchain,
        app=demand.app.units,
        archives=demand.app.archives,
        archived=frozenset(a.name for a in demand.app.archives),
        trees=trees,
        prefix_map=prefix_map,
    )
    return fitted(plan, wanted=_provides(demand, selection, STACK_PROTECTOR))


def _provides(demand: Demand, selection: Selection, interface: str) -> bool:
    """Whether something selected provides an interface, whoever asked for it."""
    return any(m.name in selection.names for m, _ in demand.catalog.providers(interface))


def _write_build(demand: Demand, selection: Selection, plan: Plan) -> None:
    platform = demand.target.platform
    if platform.link is None:
        raise UserError(
            f"the platform {platform.name} does not say how its images are linked",
            where=platform.where(),
            hint="Add `link:` with `entry` and `load-address`.",
        )
    selected = (demand.catalog.get(name) for name in selection.names)
    fragments = [(m.folder / name).read_text(encoding="utf-8") for m in selected for name in m.linker]
    sources = table_sources(plan)
    files = {f"{GENERATED}/{name}": text for name, text in sources.items()}
    for unit in plan.units:
        if unit.config is not None:
            files[f"{GENERATED}/{unit.name}/config.h"] = unit.config
    files[LINKER_SCRIPT] = linker_script(
        platform.link, fragments, sealed=_provides(demand, selection, SEAL), movable=MOVE in selection.names
    )
    files[IMAGE_NINJA] = image_ninja(
        plan,
        sources,
        image=f"../{_IMAGE}",
        debug=f"../{_DEBUG}",
        link_flags=link_flags(platform.link),
        movable=MOVE in selection.names,
    )
    write_if_changed(demand.work, files)


def _make_rootfs(demand: Demand, selection: Selection, reporter: Reporter) -> list[Path]:
    """Packs the root file system; returns the files and folders that it was made from."""
    recipe = demand.recipe
    if not _wants_rootfs(selection) and recipe.rootfs is None:
        remove_packed(demand.folder, but="")
        return []
    programs = link_programs(demand.catalog, demand.programs, demand.toolchain, reporter)
    made_from = pack_rootfs(recipe, demand.target.arch, programs, demand.folder, demand.work)
    return [*(source for program in demand.programs for source in program.sources()), *made_from]


def _wants_rootfs(selection: Selection) -> bool:
    """A library that unpacks a root file system needs one, if only an empty one."""
    return any(binding.name == "rootfs" for binding in selection.interfaces)


def _drives(demand: Demand, selection: Selection, interface: str, inner: str) -> bool:
    """Whether something in the image drives devices of that kind; behind `inner` stand none."""
    if interface not in demand.catalog.interfaces:
        return False
    drivers = {m.name for m, _ in demand.catalog.providers(interface)}
    return any(name in drivers and name != inner for name in selection.names)


def _describe(demand: Demand, selection: Selection, places: Places) -> Path:
    target, recipe = demand.target, demand.recipe
    description = ImageDescription(
        recipe=recipe.name,
        target=target.name,
        arch=target.arch,
        platform=target.platform.name,
        runner=target.machine.runner,
        settings=target.machine.settings,
        image=Path(_IMAGE),
        debug=Path(_DEBUG),
        initrd=Path(packed_file(recipe)) if _wants_rootfs(selection) else None,
        memory=recipe.run.memory,
        cpus=recipe.run.cpus,
        ports=recipe.run.ports,
        network=_drives(demand, selection, NETWORK, LOOPBACK),
        vsock=_drives(demand, selection, VSOCK, ""),
        shell_port=int(selection.options["SHELL_PORT"]) if SHELL in selection.names else 0,
        has_disks=_drives(demand, selection, BLOCK, MEMORY_DISK),
        disks=own_disks(recipe, demand.folder, places),
        own_shares=own_shares(recipe),
        shares=tuple(kind for kind in SHARES if _drives(demand, selection, f"fs.{kind}", "")),
    )
    file = demand.folder / _DESCRIPTION
    description.write(file)
    return file
