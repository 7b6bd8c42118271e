"""An image for each test, made by the composer.

What an image holds follows from what its program asks for. So the tests are first compiled and linked alone, as the
composer does it, and those that ask for the same system calls form a group; tests of one area that few others are like
form a group together. A program that asks for all that its group asks for is composed and built like any recipe. The
images of the tests differ from its image in one object, and are linked by the same command with their own object in
that place; what they do not reach of it the linker drops.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.posix.ninja import Link, Step, build_all, run_ninja
from tests.posix.suite import PIN, Case

from unilith.catalog.catalog import Catalog
from unilith.catalog.load import load_catalog
from unilith.catalog.roots import find_places
from unilith.demand.reachable import reach
from unilith.demand.recipe import read_recipe
from unilith.errors import UserError
from unilith.generate.ninja import compile_flags
from unilith.image.description import ImageDescription
from unilith.pipeline.app import application, asked_of, roots_of
from unilith.pipeline.build import build
from unilith.pipeline.libc import musl_archive
from unilith.pipeline.request import Request, Silent
from unilith.plan.toolchain import find_toolchain

FLAGS = ("-D_XOPEN_SOURCE=600",)
FORK = "fork"
_PROCESSES = frozenset({FORK, "execve", "vfork"})
"""Calls that make an image one of several processes, which others must not become by their company."""
ALIKE = 8
"""Tests that ask for the same: fewer than this many do not get a composition of their own."""
_PROGRAM = "asks_for_all.c"
MEMORY = "64M"
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/:\nnobody:x:65534:65534:nobody:/:\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
}
"""Who there is, for tests that look for somebody who may not do everything."""
_SYSCALL = "sys_"


@dataclass(frozen=True, slots=True)
class Program:
    """A test, compiled and linked with the C library alone: its object, and the names that it leaves undefined.

    ``asked`` are the functions of the C library whose use asks for an interface (`asked-by` in manifests)."""

    case: Case
    object: Path
    wanted: frozenset[str]
    asked: frozenset[str] = frozenset()

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
    pin = {
        "version": PIN.version,
        "license": PIN.license,
        "debian": PIN.debian.model_dump() if PIN.debian else None,
    }
    fields = {
        "upstream": pin,
        "sources": [str(cases[0].source)],
        "include": ["include"],
        "cflags": list(FLAGS),
    }
    _write(folder / "alone" / "recipe.yaml", _recipe(fields))
    recipe = read_recipe(folder / "alone" / "recipe.yaml")
    catalog = _catalog()
    toolchain = find_toolchain("x86_64")
    archive = musl_archive(catalog, toolchain, Silent())
    app = application(catalog, recipe, toolchain, [archive], folder / "alone", Silent())
    (unit,) = app.units
    # Of interfaces the tests use nothing, and their folders would make every new one compile all tests again.
    flags = tuple(f for f in compile_flags(unit) if not f.startswith(("-idirafter", "-ffile-prefix-map")))
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
    cc = f"{shutil.which('ccache') or ''} {toolchain.cc}"
    build_all(folder / "alone.ninja", {"cc": cc, "link": str(toolchain.ld)}, links, jobs=jobs)
    made = [(case, link) for case, link in zip(cases, links, strict=True) if link.output.is_file()]
    with ProcessPoolExecutor(jobs) as pool:
        outputs, count = [link.output for _, link in made], len(made)
        look_for = frozenset(asked_of(catalog))
        found = pool.map(_found, outputs, [roots_of(recipe)] * count, [look_for] * count, chunksize=16)
        return {
            case.name: Program(case, link.inputs[0], wanted, asked)
            for (case, link), (wanted, asked) in zip(made, found, strict=True)
        }


def _found(
    file: Path, roots: tuple[str, ...], look_for: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    reached = reach(file, roots, look_for)
    return frozenset(i.name for i in reached.undefined), frozenset(i.name for i in reached.asked)


def make_images(
    programs: Iterable[Program], target: str, folder: Path, jobs: int, *, together: bool = False
) -> Mapping[str, ImageDescription | Failed]:
    """The images for a target, or why there is none, by the tests' names; ``together``: of one composition."""
    images: dict[str, ImageDescription | Failed] = {}
    catalog = _catalog()
    for group in [_Group(tuple(programs))] if together else _groups(programs):
        images |= _group(catalog, group, target, folder / target / group.name, jobs)
    return images


@dataclass(frozen=True, slots=True)
class _Group:
    """Tests that share a composition. ``name`` depends on what they ask for only."""

    members: tuple[Program, ...]

    @property
    def syscalls(self) -> frozenset[str]:
        """All that one of them can reach."""
        return frozenset().union(*(member.syscalls for member in self.members))

    @property
    def asked(self) -> frozenset[str]:
        """The functions that ask for an interface, of any of them."""
        return frozenset().union(*(member.asked for member in self.members))

    @property
    def name(self) -> str:
        """The group's folder."""
        names = (*sorted(self.syscalls), *sorted(self.asked))
        return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def _groups(programs: Iterable[Program]) -> list[_Group]:
    alike: dict[tuple[frozenset[str], frozenset[str]], list[Program]] = {}
    for program in programs:
        alike.setdefault((program.syscalls, program.asked), []).append(program)
    groups = []
    rest: dict[tuple[str, frozenset[str]], list[Program]] = {}
    for members in alike.values():
        if len(members) >= ALIKE:
            groups.append(_Group(tuple(members)))
        else:
            for member in members:
                rest.setdefault((member.case.area, member.syscalls & _PROCESSES), []).append(member)
    return [*groups, *(_Group(tuple(members)) for members in rest.values())]


def _group(
    catalog: Catalog, group: _Group, target: str, folder: Path, jobs: int
) -> Mapping[str, ImageDescription | Failed]:
    members = group.members
    calls = group.syscalls
    recipe: dict[str, object] = {"sources": [_PROGRAM], "stub": _stubs(catalog, calls)}
    if "open" in calls:
        _write_files(folder / "root")
        recipe["rootfs"] = "root"
    _write(folder / _PROGRAM, _program_that_asks_for(calls, group.asked))
    _write(folder / "recipe.yaml", _recipe(recipe))
    request = Request(recipe=str(folder), target=target, output=folder / "image", launcher="ccache")
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


def _program_that_asks_for(calls: frozenset[str], functions: frozenset[str]) -> str:
    """A program with the C library that refers to the system calls and functions; it is composed, and never run."""
    names = sorted((*functions, *(f"{_SYSCALL}{call}" for call in calls)))
    declared = "".join(f"long {name}();\n" for name in names)
    listed = "".join(f"    {name},\n" for name in names)
    main = "int main(void)\n{\n    return calls[0] != 0;\n}\n"
    return f"{declared}\nlong (*volatile const calls[])() = {{\n{listed}}};\n\n{main}"


def _recipe(fields: Mapping[str, object]) -> str:
    return yaml.safe_dump({"name": "posix-test", **fields, "run": {"memory": MEMORY}}, sort_keys=False)


def _write_files(root: Path) -> None:
    """The folders that POSIX names, and who there is."""
    for name in ("tmp", "dev/shm", "etc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, text in ACCOUNTS.items():
        _write(root / name, text)


def _write(file: Path, text: str) -> None:
    """Writes a file unless it holds just that: the composer looks at its time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def _catalog() -> Catalog:
    return load_catalog(find_places().libraries)
