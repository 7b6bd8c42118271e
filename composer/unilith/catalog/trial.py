"""A library compiled on trial, with what it declares and nothing else, to see what it uses and defines."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from unilith.catalog.catalog import Catalog
from unilith.catalog.headers import public_headers
from unilith.catalog.model import Manifest
from unilith.catalog.objects import ObjectSymbols, read_symbols
from unilith.catalog.yaml_nodes import shown
from unilith.errors import Where

_COMPILABLE = (".c", ".S")
_MESSAGE = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<text>.*)$", re.MULTILINE
)
_MISSING_HEADER = re.compile(r"(?P<header>\S+): No such file or directory$")
_DEFINITION = re.compile(r"/\* (?P<file>.*):(?P<line>\d+):[A-Z]F \*/ extern (?P<declaration>[^;]*);")


class Compiler(Protocol):
    """What a trial needs to know of a toolchain: a GCC, and the flags for a library."""

    @property
    def cc(self) -> Path: ...

    def kernel_flags(self, *, floating_point: bool) -> tuple[str, ...]: ...


class Configuration(Protocol):
    """One setting of all options in which a library is tried."""

    def header(self, manifest: Manifest) -> str:
        """The text of the library's `config.h`."""

    def holds(self, condition: str) -> bool:
        """Whether an `if:` holds; an empty one does."""


Configure = Callable[[Manifest, Collection[str]], Configuration]
"""The default options of a library in an image that has what it requires, and exactly these of its `uses`."""


@dataclass(frozen=True, slots=True)
class CompileError:
    """The first thing that a compiler refuses in a file; ``header`` is a file that it cannot find."""

    text: str
    where: Where
    header: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of the library: the compiler's spelling of its type, and its place."""

    declaration: str
    where: Where


@dataclass(frozen=True)
class Trial:
    """What compiling a library showed."""

    symbols: ObjectSymbols  # of all its files together: undefined is what none of them defines
    users: dict[str, Path]  # undefined symbol -> the first of its files that uses it
    included: frozenset[Path]  # every file read, as the compiler found it
    definitions: dict[str, Definition]
    errors: tuple[CompileError, ...]
    compiled: tuple[Path, ...]


def own_sources(manifest: Manifest, configuration: Configuration) -> tuple[Path, ...]:
    """The sources beside the manifest that are compiled in a configuration; no upstream files."""
    files = (manifest.folder / s.file for s in manifest.sources if configuration.holds(s.when))
    return tuple(dict.fromkeys(f for f in files if f.suffix in _COMPILABLE and f.is_file()))


def compile_library(
    catalog: Catalog,
    manifest: Manifest,
    configuration: Configuration,
    compiler: Compiler,
    work: Path,
    third_party: Sequence[Path] = (),
) -> Trial:
    """Compiles a library's own sources, and each of its public headers by itself, in ``work``.

    ``third_party`` are the folders of headers of upstreams that it may include."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "config.h").write_text(configuration.header(manifest), encoding="utf-8")
    # GCC's own limits.h reads the next one on the path, which is the host's; an empty one takes its place.
    (work / "system").mkdir(exist_ok=True)
    (work / "system/limits.h").write_text("", encoding="utf-8")
    flags = [
        *compiler.kernel_flags(floating_point=manifest.floating_point),
        *manifest.cflags,
        "-nostdinc",
        "-isystem",
        _compiler_headers(compiler.cc),
        "-isystem",
        str(work / "system"),
        f"-I{work}",
        *(f"-I{folder}" for folder in catalog.include_dirs(manifest)),
        *(word for folder in third_party for word in ("-isystem", str(folder))),
    ]
    sources = own_sources(manifest, configuration)
    tables: list[ObjectSymbols] = []
    users: dict[str, Path] = {}
    included: set[Path] = set()
    definitions: dict[str, Definition] = {}
    errors: list[CompileError] = []
    for number, source in enumerate(sources):
        output = work / f"{number}.o"
        error = _compile(compiler, flags, source, output, ["-c"])
        if error is not None:
            errors.append(error)
            continue
        included |= _dependencies(output.with_suffix(".d"))
        table = read_symbols(output)
        tables.append(table)
        for name in sorted(table.undefined):
            users.setdefault(name, source)
        if source.suffix == ".c":
            definitions |= _definitions(output.with_suffix(".aux"))
    for number, header in enumerate(public_headers(manifest)):
        alone = work / f"header-{number}.c"
        alone.write_text(f'#include "{header}"\n', encoding="utf-8")
        error = _compile(compiler, flags, alone, alone.with_suffix(".o"), ["-fsyntax-only"])
        if error is not None:
            errors.append(error)
        else:
            included |= _dependencies(alone.with_suffix(".d"))
    functions = frozenset[str]().union(*(t.functions for t in tables))
    objects = frozenset[str]().union(*(t.objects for t in tables))
    undefined = frozenset[str]().union(*(t.undefined for t in tables)) - functions - objects
    together = ObjectSymbols(functions, objects, undefined)
    return Trial(together, users, frozenset(included), definitions, tuple(errors), sources)


def _compile(
    compiler: Compiler, flags: list[str], source: Path, output: Path, mode: list[str]
) -> CompileError | None:
    command = [str(compiler.cc), *flags, *mode, "-MD", "-MF", str(output.with_suffix(".d"))]
    if source.suffix == ".c" and mode == ["-c"]:
        command += ["-aux-info", str(output.with_suffix(".aux"))]
    done = subprocess.run(
        [*command, str(source), "-o", str(output)], capture_output=True, text=True, check=False
    )
    if not done.returncode:
        return None
    found = _MESSAGE.search(done.stderr)
    if not found:
        text = next((line for line in done.stderr.splitlines() if "rror" in line), "the compiler fails")
        return CompileError(text, Where(shown(source)))
    missing = _MISSING_HEADER.search(found["text"])
    where = Where(shown(Path(found["file"])), int(found["line"]))
    return CompileError(found["text"], where, missing["header"] if missing else "")


@cache
def _compiler_headers(cc: Path) -> str:
    """The folder of the compiler's own freestanding headers."""
    done = subprocess.run([cc, "-print-file-name=include"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _dependencies(file: Path) -> set[Path]:
    """The files that a `.d` file of the compiler names, its target left out."""
    text = file.read_text(encoding="utf-8").replace("\\\n", " ").partition(": ")[2]
    return {Path(word.replace("\\ ", " ")) for word in re.findall(r"(?:\\ |\S)+", text)}


def _definitions(file: Path) -> dict[str, Definition]:
    """The functions that a `-aux-info` listing says are defined, by name."""
    found: dict[str, Definition] = {}
    for line in _DEFINITION.finditer(file.read_text(encoding="utf-8")):
        name = re.search(r"([A-Za-z_]\w*) \(", line["declaration"])
        if name:
            where = Where(shown(Path(line["file"])), int(line["line"]))
            found[name[1]] = Definition(" ".join(line["declaration"].split()), where)
    return found
