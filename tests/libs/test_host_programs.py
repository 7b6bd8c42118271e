"""Builds and runs every C host test and fuzz target of the libraries (docs/architecture.md, section C).

A test program is `libs/<group>/<name>/tests/test_*.c`: compiled by gcc together with the C sources that its
library's manifest lists, with ASan and UBSan; it must exit with 0. A `fuzz_*.c` beside it goes through
clang's libFuzzer for a fixed number of inputs from a fixed seed, starting from the files in
`tests/<program>.corpus/` if there are any.

Comment lines at the beginning of a line steer the build of one program:

    // sources: ../other.c ../../../fs/vfs/vfs.c    further sources (paths from the program's folder)
    // instead: ../heap.c                            these (or none) in place of those that the manifest lists
    // upstream: lwip                                libraries whose third-party headers all sources may include
    // cflags: -DCONFIG_HEAP_LIMIT=64                further compiler options, for all of its sources
    // runs: 50000                                   number of inputs of a fuzz target (default 20000)
    // max-len: 4096                                 length of the longest input of a fuzz target

Every source sees the headers that its own manifest gives it, the program sees the headers of all libraries,
and the host's headers win. `config.h` holds the defaults of the library's Kconfig; a `-DCONFIG_...` in
`cflags` overrides one, and a `-UCONFIG_...` switches it off.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import kconfiglib
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LIBS = ROOT / "libs"

WARNINGS = ["-Wall", "-Wextra", "-Werror"]
COMMON = ["-std=gnu11", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-common", "-fno-sanitize-recover=all"]
SANITIZERS = "address,undefined"
ENVIRONMENT = {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
SECONDS = 300  # a program that hangs must not hang the suite; far above what any of them takes


@dataclass(frozen=True)
class Program:
    """A host test or fuzz target, and what its comment lines ask for."""

    file: Path
    sources: tuple[Path, ...]
    instead: tuple[Path, ...] | None
    upstream: tuple[str, ...]
    cflags: tuple[str, ...]
    runs: int
    max_len: int

    @property
    def library(self) -> Path:
        """The library's folder."""
        return self.file.parent.parent

    @property
    def fuzzed(self) -> bool:
        """Whether libFuzzer drives it."""
        return self.file.name.startswith("fuzz_")

    @property
    def corpus(self) -> Path:
        """Where a fuzz target's first inputs stand, if it has any."""
        return self.file.with_suffix(".corpus")


@dataclass
class Tree:
    """The manifests below a folder of libraries, as far as compiling needs them."""

    libs: Path
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in sorted(self.libs.glob("*/*/manifest.yaml")):
            manifest = yaml.safe_load(file.read_text(encoding="utf-8"))
            self.manifests[manifest["name"]] = manifest
            self.folders[manifest["name"]] = file.parent

    def owner(self, source: Path) -> str | None:
        """The name of the library that a source file belongs to."""
        return next((n for n, folder in self.folders.items() if source.is_relative_to(folder)), None)

    def sources(self, name: str) -> list[Path]:
        """The library's own C sources; assembly and upstream's files cannot run here."""
        manifest = self.manifests[name]
        files = [entry if isinstance(entry, str) else entry["file"] for entry in manifest.get("sources", [])]
        paths = [self.folders[name] / file for file in files if file.endswith(".c") and "*" not in file]
        return [path for path in paths if path.exists()]

    def include_folders(self, name: str) -> list[Path]:
        """The library's include path, by the rule of docs/architecture.md."""
        folders = {self.folders[name]: None, self.folders[name] / "include": None}
        pending = list(references(self.manifests[name], "provides", "requires", "uses"))
        seen = {name}
        while pending:
            other = pending.pop(0)
            if other in seen or other not in self.manifests:
                continue
            seen.add(other)
            folders[self.folders[other] / "include"] = None
            if self.manifests[other].get("kind") == "interface":
                pending += references(self.manifests[other], "requires")
        return [folder for folder in folders if folder.is_dir()]

    def all_headers(self) -> list[Path]:
        """The public header folders of all libraries."""
        return [f / "include" for _, f in sorted(self.folders.items()) if (f / "include").is_dir()]


def third_party_folders(libs: Path, name: str) -> list[Path]:
    """The folders of headers that a library's upstream has, fetched and patched as for an image."""
    from unilith.catalog.load import load_catalog
    from unilith.pipeline.headers import third_party_headers

    catalog = load_catalog([libs])
    return list(third_party_headers(catalog, catalog.require_library(name)))


def references(manifest: dict[str, Any], *keys: str) -> Iterator[str]:
    """The names in the given lists of a manifest, whether or not they stand under a condition."""
    for key in keys:
        for entry in manifest.get(key, []):
            yield entry if isinstance(entry, str) else entry["name"]


def read_program(file: Path) -> Program:
    """Reads the comment lines of a program."""
    words: dict[str, list[str]] = {}
    for match in re.finditer(r"^// ([a-z-]+):(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
        words.setdefault(match[1], []).extend(shlex.split(match[2]))
    unknown = set(words) - {"sources", "instead", "upstream", "cflags", "runs", "max-len"}
    assert not unknown, f"{file}: unknown comment lines {sorted(unknown)}"
    return Program(
        file=file,
        sources=tuple((file.parent / s).resolve() for s in words.get("sources", [])),
        instead=tuple((file.parent / s).resolve() for s in words["instead"]) if "instead" in words else None,
        upstream=tuple(words.get("upstream", [])),
        cflags=tuple(words.get("cflags", [])),
        runs=int(words.get("runs", ["20000"])[0]),
        max_len=int(words.get("max-len", ["0"])[0]),
    )


@functools.cache
def config_header(kconfig: Path, off: frozenset[str] = frozenset()) -> str:
    """A `config.h` with the defaults of one library's Kconfig; a macro from the command line goes first, and
    what is `off` is not there."""
    tree = kconfiglib.Kconfig(str(kconfig), warn=False)
    lines = ["#pragma once"]
    for symbol in tree.unique_defined_syms:
        value = symbol.str_value
        if symbol.orig_type is kconfiglib.BOOL:
            if value != "y" or symbol.name in off:
                continue
            value = "1"
        elif symbol.orig_type is kconfiglib.STRING:
            value = f'"{kconfiglib.escape(value)}"'
        lines += [f"#ifndef CONFIG_{symbol.name}", f"#define CONFIG_{symbol.name} {value}", "#endif"]
    return "\n".join(lines) + "\n"


def run(command: list[str | Path], **kwargs: Any) -> subprocess.CompletedProcess[str]:
    """Runs a command and keeps its output; bytes that are not text do no harm."""
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False, **kwargs
    )


def build(tree: Tree, program: Program, folder: Path) -> Path:
    """Compiles and links a program in `folder`; a compiler's complaint fails the test."""
    compiler = "clang-14" if program.fuzzed else "gcc"
    if shutil.which(compiler) is None:
        pytest.fail(f"{compiler} is not installed; the host tests need gcc, clang-14 and its libFuzzer")
    launcher = ["ccache"] if shutil.which("ccache") else []
    sanitizers = f"-fsanitize={SANITIZERS}" + (",fuzzer-no-link" if program.fuzzed else "")
    # Nothing that a compiler is told depends on the folder, so that ccache knows what was compiled in another.
    flags = [*COMMON, *WARNINGS, sanitizers, *program.cflags, f"-ffile-prefix-map={folder}=."]
    library = tree.owner(program.file)
    assert library is not None, f"{program.file}: there is no manifest.yaml in {program.library}"
    own = tree.sources(library) if program.instead is None else program.instead
    sources = [program.file, *own, *program.sources]
    foreign = [folder for name in program.upstream for folder in third_party_folders(tree.libs, name)]

    off = frozenset(flag.removeprefix("-UCONFIG_") for flag in program.cflags if flag.startswith("-UCONFIG_"))
    for name in {tree.owner(source) for source in sources}:
        config = folder / f"config-{name}"
        config.mkdir()
        kconfig = tree.folders[name] / "Kconfig" if name else None
        options = config_header(kconfig, off) if kconfig and kconfig.exists() else "#pragma once\n"
        (config / "config.h").write_text(options)

    def compile_one(numbered: tuple[int, Path]) -> Path:
        number, source = numbered
        owner = tree.owner(source)
        headers = tree.include_folders(owner) if owner else []
        if source == program.file:
            headers += [h for h in tree.all_headers() if h not in headers]
        paths = [
            word for path in [f"config-{owner}", *headers, *foreign] for word in ("-idirafter", str(path))
        ]
        output = folder / f"{number}-{source.stem}.o"
        result = run([*launcher, compiler, *flags, *paths, "-c", source, "-o", output], cwd=folder)
        if result.returncode != 0:
            pytest.fail(f"{source} does not compile:\n{result.stdout}{result.stderr}", pytrace=False)
        return output

    with ThreadPoolExecutor(max_workers=2) as pool:
        objects = list(pool.map(compile_one, enumerate(sources)))
    executable = folder / program.file.stem
    link = f"-fsanitize={SANITIZERS}" + (",fuzzer" if program.fuzzed else "")
    result = run([compiler, link, *objects, "-pthread", "-o", executable])
    if result.returncode != 0:
        pytest.fail(f"{program.file} does not link:\n{result.stdout}{result.stderr}", pytrace=False)
    return executable


def execute(program: Program, executable: Path, folder: Path) -> None:
    """Runs a program; anything but exit status 0 fails the test and shows what it printed."""
    command: list[str | Path] = [executable]
    if program.fuzzed:
        corpus = folder / "corpus"
        if program.corpus.is_dir():
            shutil.copytree(program.corpus, corpus)
        corpus.mkdir(exist_ok=True)
        command += [f"-runs={program.runs}", "-seed=1", "-timeout=30", f"-artifact_prefix={folder}/", corpus]
        if program.max_len:
            command.append(f"-max_len={program.max_len}")
    try:
        result = run(command, cwd=folder, env={**os.environ, **ENVIRONMENT})
    except subprocess.TimeoutExpired as expired:
        pytest.fail(f"{program.file} did not end within {SECONDS} s:\n{expired.stdout!r}", pytrace=False)
    if result.returncode != 0:
        output = (result.stdout + result.stderr)[-12000:]
        pytest.fail(f"{program.file}: exit status {result.returncode}\n{output}", pytrace=False)


PROGRAMS = sorted([*LIBS.glob("*/*/tests/test_*.c"), *LIBS.glob("*/*/tests/fuzz_*.c")])


@pytest.fixture(scope="session")
def tree() -> Tree:
    return Tree(LIBS)


@pytest.mark.parametrize(
    "file", PROGRAMS, ids=[f"{p.parents[2].name}/{p.parents[1].name}/{p.stem}" for p in PROGRAMS]
)
def test_host_program(file: Path, tree: Tree, tmp_path: Path) -> None:
    program = read_program(file)
    execute(program, build(tree, program, tmp_path), tmp_path)


def small_tree(folder: Path, test: str, name: str = "test_small.c") -> Path:
    """A tree of one library with an option, whose only function overflows its buffer for sizes above 4."""
    library = folder / "libs" / "base" / "small"
    (library / "tests").mkdir(parents=True)
    (library / "manifest.yaml").write_text("name: small\nsummary: x\nsources: [small.c]\n")
    (library / "Kconfig").write_text('config SMALL_BASE\n\tint "Base"\n\tdefault 40\n')
    (library / "small.c").write_text(
        "#include <config.h>\n"
        "int small(int n);\n"
        "int small(int n) { char a[4]; for (volatile int i = 0; i < n; i++) a[i] = 1;\n"
        "    return CONFIG_SMALL_BASE + n + 0 * a[0]; }\n"
    )
    file = library / "tests" / name
    file.write_text(test)
    return file


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("int small(int n);\nint main(void) { return small(2) != 42; }\n", None),
        (
            "// cflags: -DCONFIG_SMALL_BASE=7\nint small(int n);\nint main(void) { return small(2) != 9; }\n",
            None,
        ),
        ("int small(int n);\nint main(void) { return small(2) == 42; }\n", "exit status 1"),
        ("int small(int n);\nint main(void) { return small(9) == 1; }\n", "out of bounds"),
        ("#include <stdlib.h>\nint main(void) { return malloc(9) == NULL; }\n", "LeakSanitizer"),
        (
            "#include <stdlib.h>\nint main(void) { char *p = malloc(9); free(p); return *p; }\n",
            "use-after-free",
        ),
        ("int main(int c, char **v) { (void)v; return (0x7fffffff + c) == 3; }\n", "signed integer overflow"),
        ("int main(void) { int unused; return 0; }\n", "does not compile"),
        ("int other(void);\nint main(void) { return other(); }\n", "does not link"),
    ],
)
def test_driver_tells_right_from_wrong(tmp_path: Path, test: str, message: str | None) -> None:
    program = read_program(small_tree(tmp_path, test))
    small = Tree(tmp_path / "libs")
    if message is None:
        execute(program, build(small, program, tmp_path), tmp_path)
        return
    with pytest.raises(pytest.fail.Exception, match=message):
        execute(program, build(small, program, tmp_path), tmp_path)


def test_driver_reports_what_the_fuzzer_finds(tmp_path: Path) -> None:
    target = (
        "#include <stddef.h>\n#include <stdint.h>\nint small(int n);\n"
        "int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {\n"
        "    small(size > 0 && data[0] == 'x' ? 9 : 2); return 0; }\n"
    )
    program = read_program(small_tree(tmp_path, target, "fuzz_small.c"))
    with pytest.raises(pytest.fail.Exception, match="out of bounds"):
        execute(program, build(Tree(tmp_path / "libs"), program, tmp_path), tmp_path)


def test_unknown_comment_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unknown comment lines"):
        read_program(small_tree(tmp_path, "// source: ../small.c\nint main(void) { return 0; }\n"))
