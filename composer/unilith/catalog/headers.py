"""What headers declare: the functions and objects that an interface promises, or that a library exports.

The compiler tells the functions (`-aux-info`); objects are found in the preprocessed text. Results are kept
in a cache folder, keyed by the content of every header that could matter.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Manifest
from unilith.errors import UserError

FREESTANDING = ("-std=gnu11", "-ffreestanding", "-w")

_FORMAT = "2"  # of a cached answer; part of its key
_FUNCTION = re.compile(r"/\* (?P<file>.*):(?P<line>\d+):[A-Z]+ \*/ extern (?P<declaration>[^;]*);")
_LINE_MARKER = re.compile(r'^# \d+ "((?:[^"\\]|\\.)*)"')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[A-Za-z_]\w*|\d[\w.]*|\S')
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Declared:
    """A function or object: ``prototype`` is the compiler's spelling of a function, empty for an object."""

    name: str
    prototype: str = ""


def interface_symbols(catalog: Catalog, interface: str, *, cache: Path | None = None) -> frozenset[str]:
    """The functions and objects that the headers of an interface declare, those of its own folder only."""
    return header_symbols(catalog, catalog.get(interface), cache=cache)


def header_symbols(catalog: Catalog, manifest: Manifest, *, cache: Path | None = None) -> frozenset[str]:
    """The functions and objects that a manifest's public headers (`include/`) declare.

    ``cache`` is a folder for results, by default Unilith's own in the user's cache folder.
    Raises `UserError` if a header cannot be compiled by itself.
    """
    headers = public_headers(manifest)
    if not headers:
        return frozenset()
    folders = [f for f in catalog.include_dirs(manifest) if f != manifest.folder]
    stored = (cache or _cache_folder()) / "headers" / f"{_key(headers, folders)}.json"
    try:
        return frozenset(json.loads(stored.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        pass
    found = _declared(headers, folders, manifest)
    stored.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write the same answer at the same time; a rename keeps readers from half of it.
    partial = stored.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(sorted(found)), encoding="utf-8")
    partial.replace(stored)
    return found


def public_headers(manifest: Manifest) -> tuple[Path, ...]:
    """The headers below a manifest's `include/`, sorted."""
    return tuple(sorted((manifest.folder / "include").rglob("*.h")))


def symbol_owners(catalog: Catalog, *, cache: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """The interfaces and libraries whose headers declare each symbol, interfaces first, then by name."""
    owners: dict[str, list[str]] = {}
    for manifest in (*catalog.interfaces.values(), *catalog.libraries.values(), *catalog.platforms.values()):
        for symbol in header_symbols(catalog, manifest, cache=cache):
            owners.setdefault(symbol, []).append(manifest.name)
    return {symbol: tuple(names) for symbol, names in sorted(owners.items())}


def _cache_folder() -> Path:
    own = os.environ.get("UNILITH_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "unilith"


def _key(headers: tuple[Path, ...], folders: list[Path]) -> str:
    """A hash of all headers that these can include, and of their names, but not of where they stand."""
    total = hashlib.sha256(_FORMAT.encode())
    for number, folder in enumerate(folders):
        for file in sorted(folder.rglob("*.h")):
            mark = "*" if file in headers else ""
            total.update(f"{number} {file.relative_to(folder)}{mark}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _declared(headers: tuple[Path, ...], folders: list[Path], manifest: Manifest) -> frozenset[str]:
    include = [f"-I{folder}" for folder in folders]
    source = "".join(f'#include "{header}"\n' for header in headers)
    own = manifest.folder / "include"
    with tempfile.TemporaryDirectory() as folder:
        # A real file: the compiler removes its outputs when it fails, whatever they are.
        listing = Path(folder) / "functions"
        run_compiler(["-fsyntax-only", "-aux-info", str(listing), *FREESTANDING, *include], source, manifest)
        functions = listing.read_text(encoding="utf-8")
    text = run_compiler(["-E", *FREESTANDING, *include], source, manifest)
    return frozenset(d.name for d in functions_of(functions, own)) | frozenset(
        _objects(_own_lines(text, own))
    )


def run_compiler(arguments: list[str], source: str, manifest: Manifest) -> str:
    """What the C compiler prints for a source text; a refusal is a `UserError`."""
    try:
        done = subprocess.run(
            ["gcc", *arguments, "-x", "c", "-"], input=source, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as e:
        raise UserError("the program 'gcc' is not installed", hint="See `unilith doctor`.") from e
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
        raise UserError(
            f"the headers of `{manifest.name}` cannot be compiled: {first}",
            where=manifest.where(),
            hint=f"`unilith lib check {manifest.name}` says more.",
        )
    return done.stdout


def functions_of(listing: str, folder: Path) -> Iterator[Declared]:
    """The functions in the compiler's `-aux-info` listing that stand in files below ``folder``."""
    for found in _FUNCTION.finditer(listing):
        if Path(found["file"]).is_relative_to(folder):
            declaration = found["declaration"]
            name = _function_name(declaration)
            if name:
                yield Declared(name, declaration)


def _function_name(declaration: str) -> str:
    """The declared name: the identifier before the first parenthesis that opens a parameter list."""
    found = re.search(r"([A-Za-z_]\w*) \(", declaration)
    return found[1] if found else ""


def _own_lines(text: str, folder: Path) -> str:
    """The lines of preprocessed text that come from files below ``folder``."""
    lines: list[str] = []
    own = False
    for line in text.splitlines():
        if found := _LINE_MARKER.match(line):
            own = Path(found[1].replace("\\\\", "\\").replace('\\"', '"')).is_relative_to(folder)
        elif own:
            lines.append(line)
    return "\n".join(lines)


def _objects(text: str) -> Iterator[str]:
    """The names of the objects that preprocessed C declares `extern` at file scope."""
    for declaration in _declarations(_TOKEN.findall(text)):
        if "extern" in declaration:
            for declarator in _split(_without_attributes(declaration)):
                if name := _object_name(declarator):
                    yield name


def _declarations(tokens: list[str]) -> Iterator[list[str]]:
    """Tokens up to each `;` at file scope. What stands in braces is left out; a body ends one too."""
    current: list[str] = []
    depth = 0
    for token in tokens:
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0 and current and current[-1] == ")":
                current = []
        elif depth == 0 and token == ";":
            yield current
            current = []
        elif depth == 0:
            current.append(token)


def _without_attributes(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(tokens):
        if tokens[index] in ("__attribute__", "__asm__", "asm", "_Alignas", "__typeof__"):
            index = _after_group(tokens, index + 1)
        else:
            kept.append(tokens[index])
            index += 1
    return kept


def _after_group(tokens: list[str], index: int) -> int:
    """The index behind the parenthesised group that begins at ``index``."""
    depth = 0
    while index < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[index], 0)
        index += 1
        if depth == 0:
            break
    return index


def _split(tokens: list[str]) -> Iterator[list[str]]:
    """The declarators of one declaration; the first still has its specifiers before it."""
    current: list[str] = []
    depth = 0
    for token in tokens:
        depth += 1 if token in _CLOSING else -1 if token in _CLOSING.values() else 0
        if token == "," and depth == 0:
            yield current
            current = []
        else:
            current.append(token)
    yield current


def _object_name(declarator: list[str]) -> str:
    """The name, or nothing if it declares a function."""
    if "(" in declarator:
        inside = declarator[declarator.index("(") + 1 :]
        if not inside or inside[0] != "*":
            return ""  # name(...): a function
        declarator = inside[: next(i for i, t in enumerate(inside) if t in (")", "("))]
        if inside[len(declarator)] == "(":
            return ""  # (*name(...))(...): a function that returns a pointer
    if "[" in declarator:
        declarator = declarator[: declarator.index("[")]
    name = declarator[-1] if declarator else ""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else ""
