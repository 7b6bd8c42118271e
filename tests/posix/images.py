"""An image for each test, made by the composer.

What an image holds follows from what its program asks for. So the tests are first compiled and linked alone, as the composer does it, and
those that ask for the same form a group. The first of a group is composed and built like any recipe; the images of the others differ from its
image in one object, and are linked by the same command with their own object in that place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from unilith.catalog.catalog import Catalog
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.demand.recipe import read_recipe
from unilith.demand.reachable import reach
from unilith.errors import UserError
from unilith.generate.ninja import compile_flags
from unilith.image.description import ImageDescription
from unilith.pipeline.app import application, roots_of
from unilith.pipeline.build import build
from unilith.pipeline.libc import musl_archive
from unilith.pipeline.request import Request, Silent
from unilith.plan.toolchain import find_toolchain
from tests.posix.ninja import Link, Step, build_all, run_ninja
from tests.posix.suite import PIN, Case

FLAGS = ("-D_XOPEN_SOURCE=600",)
FORK = "fork"
MEMORY = "64M"
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/:\nnobody:x:65534:65534:nobody:/:\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
}
"""Who there is, for tests that look for somebody who may not do everything."""
_SYSCALL = "sys_"


@dataclass(frozen=True, slots=True)
class Program:
    """A test that is compiled and linked with the C library alone: its object, and the names that it leaves undefined."""

    case: Case
    object: Path
    wanted: frozenset[str]

    @property
    def syscalls(self) -> frozenset[str]:
        """The system calls that it can reach."""
        return frozenset(n.removeprefix(_SYSCALL) for n in self.wanted if n.startswith(_SYSCALL))

    @property
    def forks(self) -> bool:
        """Whether it can reach fork(), which fails in an image by design."""
        return FORK in self.syscalls


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a test has no image."""

    why: str


def compile_programs(cases: Sequence[Case], folder: Path, jobs: int) -> dict[str, Program]:
    """Compiles and links tests alone; those that do not compile are missing."""
    if not cases:
        return {}
    recipe = read_recipe(_write_recipe(folder / "alone", cases[0], ()))
    catalog = _catalog()
    toolchain = find_toolchain("x86_64")
    archive = musl_archive(catalog, toolchain, Silent())
    app = application(catalog, recipe, toolchain, [archive], folder / "alone", Silent())
    (unit,) = app.units
    flags = compile_flags(unit)
    tree = next(root for root in unit.roots if (root / cases[0].source).is_file())
    keep = tuple(word for root in roots_of(recipe) for word in ("-u", root))
    links = []
    for case in cases:
        object_file = folder / "alone" / f"{case.name}.o"
        links.append(
            Link(
                object_file.with_suffix(".probe.o"),
                (object_file, archive.file),
                ("-r", "--unique", *keep),
                (Step(tree / case.source, object_file, flags),),
            )
        )
    build_all(
        folder / "alone.ninja", {"cc": str(toolchain.cc), "link": str(toolchain.ld)}, links, jobs=jobs
    )
    made = [
        (case, link) for case, link in zip(cases, links, strict=True) if link.output.is_file()
    ]
    with ProcessPoolExecutor(jobs) as pool:
        wanted = pool.map(_wanted, [link.output for _, link in made], [roots_of(recipe)] * len(made), chunksize=16)
        return {
            case.name: Program(case, link.inputs[0], names)
            for (case, link), names in zip(made, wanted, strict=True)
        }


def _wanted(file: Path, roots: tuple[str, ...]) -> frozenset[str]:
    return frozenset(item.name for item in reach(file, roots).undefined)


def make_images(
    programs: Iterable[Program], target: str, folder: Path, jobs: int
) -> Mapping[str, ImageDescription | Failed]:
    """The images for a target, or why there is none, by the tests' names."""
    groups: dict[frozenset[str], list[Program]] = {}
    for program in programs:
        groups.setdefault(program.wanted, []).append(program)
    images: dict[str, ImageDescription | Failed] = {}
    catalog = _catalog()
    for wanted, members in groups.items():
        key = hashlib.sha256("\n".join(sorted(wanted)).encode()).hexdigest()[:12]
        images |= _group(catalog, members, target, folder / target / key, jobs)
    return images


def _group(
    catalog: Catalog, members: Sequence[Program], target: str, folder: Path, jobs: int
) -> Mapping[str, ImageDescription | Failed]:
    first = members[0]
    recipe = _write_recipe(folder, first.case, _stubs(catalog, first.syscalls), first)
    request = Request(recipe=str(recipe), target=target, output=folder / "image", launcher="ccache")
    try:
        built = build(request, Silent())
    except UserError as error:
        return {member.case.name: Failed(str(error)) for member in members}
    description = ImageDescription.read(built.description)
    work = folder / "image" / "work"
    text = (work / "image.ninja").read_text(encoding="utf-8")
    (work / "members.ninja").write_text(
        _member_links(text, {m.case.name: m.object for m in members}), encoding="utf-8"
    )
    said = run_ninja(work, "members.ninja", jobs=jobs)
    images: dict[str, ImageDescription | Failed] = {}
    for member in members:
        image, debug = (work / f"members/{member.case.name}.{kind}" for kind in ("elf", "debug"))
        images[member.case.name] = (
            description.model_copy(update={"image": image, "debug": debug})
            if image.is_file()
            else Failed(said)
        )
    return images


def _stubs(catalog: Catalog, syscalls: frozenset[str]) -> list[str]:
    """The calls that fail with ENOSYS in an image: those that nobody implements."""
    implemented = {call for library in catalog.libraries.values() for call in library.syscalls}
    if "mq_notify" in syscalls:
        # musl has a netlink socket tell its thread (SIGEV_THREAD); no library sends such messages.
        implemented -= {"socket", "recvfrom"}
    return sorted(syscalls - implemented - {"dispatch"})


def _member_links(text: str, objects: Mapping[str, Path]) -> str:
    """The rules of a composed image's ninja file, and its two last steps once for each object."""
    rules, _, rest = text.partition("\nbuild ")
    lines = rest.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("build ../image.debug: link "))
    _, _, inputs = lines[at].partition(": link ")
    (own,) = (word for word in inputs.split(" ") if word.startswith("obj/app/"))
    result = [rules]
    for name, object_file in objects.items():
        words = " ".join(str(object_file) if word == own else word for word in inputs.split(" "))
        flags = lines[at + 1].replace("-Map=image.map", f"-Map=members/{name}.map")
        result += [f"build members/{name}.debug: link {words}", flags]
        result += [f"build members/{name}.elf: strip members/{name}.debug"]
    return "\n".join(result) + "\n"


def _write_recipe(folder: Path, case: Case, stub: Sequence[str], program: Program | None = None) -> Path:
    """A recipe for one test. A program that opens files finds the folders that POSIX names."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe: dict[str, object] = {
        "name": "posix-test",
        "upstream": {
            "version": PIN.version,
            "license": PIN.license,
            "debian": PIN.debian.model_dump() if PIN.debian else None,
        },
        "sources": [str(case.source)],
        "include": ["include"],
        "cflags": list(FLAGS),
        "stub": list(stub),
        "run": {"memory": MEMORY},
    }
    if program is not None and "open" in program.syscalls:
        for name in ("tmp", "dev/shm", "etc"):
            (folder / "root" / name).mkdir(parents=True, exist_ok=True)
        for name, text in ACCOUNTS.items():
            (folder / "root" / name).write_text(text, encoding="utf-8")
        recipe["rootfs"] = "root"
    file = folder / "recipe.yaml"
    text = yaml.safe_dump(recipe, sort_keys=False)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file


def _catalog() -> Catalog:
    return load_catalog(find_places().libraries)
