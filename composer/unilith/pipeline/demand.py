"""Everything that comes before the resolver: the catalog, the recipe, and what the application needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from unilith.catalog.catalog import Catalog, Target
from unilith.catalog.load import load_catalog
from unilith.catalog.nearest import suggestion
from unilith.catalog.roots import Places, find_recipe
from unilith.demand.facts import Fact, FactKind, Origin
from unilith.demand.recipe import MOUNTS_LIBRARY, Recipe, read_recipe
from unilith.errors import UserError, Where
from unilith.generate.tables import PROGRAM_LOADER
from unilith.pipeline import libc
from unilith.pipeline.app import Application, application, compile_probe, probe_demand, write_probe
from unilith.pipeline.folder import alone_in
from unilith.pipeline.libc import MUSL, musl_archive
from unilith.pipeline.programs import BuiltProgram, find_programs
from unilith.pipeline.request import Reporter, Request
from unilith.pipeline.rootfs import with_container
from unilith.plan.protector import STACK_PROTECTOR, protected, recipe_asks
from unilith.plan.toolchain import Toolchain, find_toolchain
from unilith.resolver.choices import needs_of

_KIND = "fs."  # what begins the names of the interfaces that stand for kinds of file systems


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be built, for what, with what and where: known before anything is compiled."""

    catalog: Catalog
    recipe: Recipe
    target: Target
    toolchain: Toolchain
    folder: Path

    @property
    def work(self) -> Path:
        """Where everything is put that a user does not ask for."""
        return self.folder / "work"


@dataclass(frozen=True, slots=True)
class Demand:
    """What the resolver is asked, and what later stages need of the way there.

    ``numbered``: the program makes system calls by number, so the image needs their table. ``wanted`` are
    the names that the program leaves undefined, ``app_bytes`` what it takes of an image with its C library.
    """

    catalog: Catalog
    recipe: Recipe
    target: Target
    facts: tuple[Fact, ...]
    numbered: bool
    wanted: frozenset[str]
    app_bytes: int
    toolchain: Toolchain
    app: Application
    programs: tuple[BuiltProgram, ...]
    folder: Path

    @property
    def work(self) -> Path:
        """Where everything is put that a user does not ask for."""
        return self.folder / "work"


def find_subject(request: Request, places: Places) -> Subject:
    """Looks up what a request names. Raises `UserError`."""
    catalog = load_catalog(places.libraries)
    recipe = read_recipe(find_recipe(request.recipe, places))
    target = catalog.target(request.target)
    toolchain = find_toolchain(target.arch, cc=request.cc, launcher=request.launcher)
    folder = (request.output or places.build / recipe.name / target.name).absolute()
    return Subject(catalog, recipe, target, toolchain, folder)


def find_demand(request: Request, places: Places, reporter: Reporter) -> Demand:
    """Compiles the application and finds what it needs. Raises `UserError`."""
    return demand_of(find_subject(request, places), reporter)


def demand_of(subject: Subject, reporter: Reporter) -> Demand:
    """Compiles the application and finds what it needs. Raises `UserError`."""
    with alone_in(subject.work, reporter):
        return _demand_of(subject, reporter)


def _demand_of(subject: Subject, reporter: Reporter) -> Demand:
    catalog, toolchain, work = subject.catalog, subject.toolchain, subject.work
    recipe = with_container(subject.recipe, subject.target.arch, work)
    archives = []
    if recipe.libc == "musl":
        fast = libc.recipe_asks(recipe)
        archives = [
            musl_archive(catalog, toolchain, reporter, processes=bool(recipe.programs), fast_malloc=fast)
        ]
    elif recipe.programs:
        raise UserError(
            f"{recipe.name} has `programs`, which are built with the C library {MUSL}, and `libc: none`",
            where=_line(recipe, "programs"),
        )
    app = application(catalog, recipe, toolchain, archives, work, reporter)
    asked = recipe_asks(recipe)
    if asked:
        app = replace(app, units=protected(app.units))
    write_probe(work, recipe, app, toolchain)
    reporter.step(f"compile {recipe.name} to see what it needs")
    probed = probe_demand(catalog, recipe, compile_probe(work, reporter))
    programs = (
        find_programs(catalog, recipe, toolchain, archives[0], work, reporter) if recipe.programs else ()
    )
    every = (probed, *(program.probed for program in programs))
    stated = (*needs_of(recipe, catalog.interfaces), *_implied(recipe, catalog))
    return Demand(
        catalog=catalog,
        recipe=recipe,
        target=subject.target,
        # What the compiler's own code refers to is no demand of the application's.
        facts=(
            *stated,
            *(
                fact
                for fact in _first_of_each(fact for one in every for fact in one.facts)
                if not (asked and fact.name == STACK_PROTECTOR)
            ),
        ),
        numbered=any(one.numbered for one in every),
        wanted=frozenset().union(*(one.wanted for one in every)),
        app_bytes=probed.stored,
        toolchain=toolchain,
        app=app,
        programs=programs,
        folder=subject.folder,
    )


def _first_of_each(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts of several programs, each need once, for the first that has it."""
    found: dict[tuple[FactKind, str], Fact] = {}
    for fact in facts:
        found.setdefault((fact.kind, fact.name), fact)
    return tuple(found[key] for key in sorted(found))


def _implied(recipe: Recipe, catalog: Catalog) -> list[Fact]:
    """What follows from the recipe's other fields."""
    facts = []
    if recipe.libc == "musl":
        origin = Origin(f"{recipe.name} is written for the C library {MUSL}", _line(recipe, "libc"))
        facts.append(Fact(FactKind.LIBRARY, MUSL, origin))
    loaded = recipe.rootfs is None or recipe.rootfs.mount is None
    if recipe.programs:
        origin = Origin(f"{recipe.name} has programs in its root file system", _line(recipe, "programs"))
        if loaded:
            facts.append(Fact(FactKind.INTERFACE, "rootfs", origin))
        facts.append(Fact(FactKind.LIBRARY, PROGRAM_LOADER, origin))
    if recipe.rootfs is not None:
        origin = Origin(f"{recipe.name} has a root file system", _line(recipe, "rootfs"))
        # What is mounted on / takes the place of an empty file system in memory.
        facts.append(Fact(FactKind.INTERFACE, "rootfs" if loaded else "fs.ramfs", origin))
    if recipe.disks:
        origin = Origin(f"{recipe.name} has disks", _line(recipe, "disks"))
        facts.append(Fact(FactKind.INTERFACE, "block.device", origin))
    return [*facts, *_mounted(recipe, catalog)]


def _mounted(recipe: Recipe, catalog: Catalog) -> list[Fact]:
    """What mounts at the start, and each kind of file system."""
    facts = []
    for index, mount in enumerate(recipe.mounts):
        where = _line(recipe, f"mounts.{index}.kind", "mounts")
        origin = Origin(f"{recipe.name} mounts {mount.kind} on {mount.at}", where)
        kind = f"{_KIND}{mount.kind}"
        known = _kinds(catalog)
        if mount.kind not in known:
            raise UserError(
                f"there is no kind of file system `{mount.kind}` to mount on {mount.at}",
                where=where,
                hint=suggestion(mount.kind, known, what="kinds"),
            )
        facts.append(Fact(FactKind.INTERFACE, kind, origin))
        facts.append(Fact(FactKind.LIBRARY, MOUNTS_LIBRARY, origin))
    return facts


def _kinds(catalog: Catalog) -> list[str]:
    """The kinds of file systems: each has an interface, which a library provides beside `fs`."""
    offered = ({ref.name for ref in manifest.provides} for manifest in catalog)
    return sorted(
        {
            name.removeprefix(_KIND)
            for names in offered
            if "fs" in names
            for name in names
            if name.startswith(_KIND)
        }
    )


def _line(recipe: Recipe, *fields: str) -> Where:
    """Where the first of the fields stands that the recipe has."""
    line = next((recipe.lines[field] for field in fields if field in recipe.lines), 0)
    return Where(f"{recipe.folder.name}/{recipe.file.name}", line)
