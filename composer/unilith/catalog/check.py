"""Declared means checked: what a library's code does against what its manifest says.

A library is compiled with the include path that follows from its manifest and with no other, once with all
that it `uses` in the image and once without. What its object files then define and lack, and which headers
were read, must agree with the manifest in both directions: nothing used undeclared, nothing declared unused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.headers import header_symbols, public_headers, symbol_owners
from unilith.catalog.image_symbols import assigned_by_fragments, made_with_the_image
from unilith.catalog.model import Kind, Manifest, Ref
from unilith.catalog.trial import Compiler, Configuration, Configure, Trial, compile_library
from unilith.catalog.yaml_nodes import shown
from unilith.errors import Where

_SYSTEM_CALL = "sys_"


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: ``rule`` names the kind, ``text`` is a sentence, ``hint`` says what to do."""

    rule: str
    text: str
    where: Where
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.text}"
        return f"{text}\n  {self.hint}" if self.hint else text


def check_library(
    catalog: Catalog,
    manifest: Manifest,
    *,
    compiler: Compiler,
    configure: Configure,
    work: Path,
    cache: Path | None = None,
    third_party: Sequence[Path] = (),
) -> list[Finding]:
    """Everything in which a library, interface or platform and its manifest disagree.

    ``compiler`` must be a GCC. ``configure`` gives the library's options (`unilith.kconfig.trial`). Object
    files go to ``work``, what headers declare is remembered in ``cache``. An upstream's files are left out;
    ``third_party`` are the folders of those of its headers that may be included.
    Raises `UserError` if a header of what the library declares cannot be compiled.
    """
    every = configure(manifest, frozenset(ref.name for ref in manifest.uses))
    trial = compile_library(catalog, manifest, every, compiler, work / "with", third_party)
    check = _Check(catalog, manifest, every, trial, cache)
    if trial.errors:
        return list(check.compile_errors())
    findings = list(check.all())
    if manifest.uses:
        none = configure(manifest, frozenset())
        without = compile_library(catalog, manifest, none, compiler, work / "without", third_party)
        findings += _Check(catalog, manifest, none, without, cache).needs_no_uses()
    return list(dict.fromkeys(findings))


@dataclass(frozen=True)
class _Check:
    """The rules, one method each, over one trial."""

    catalog: Catalog
    manifest: Manifest
    configuration: Configuration
    trial: Trial
    cache: Path | None

    def all(self) -> Iterator[Finding]:
        yield from self.includes()
        yield from self.undefined()
        yield from self.interfaces()
        yield from self.system_calls()
        yield from self.init()
        yield from self.prefixes()
        yield from self.unneeded()

    def compile_errors(self) -> Iterator[Finding]:
        for error in self.trial.errors:
            if not error.header:
                yield Finding("compile", f"`{self.name}` does not compile: {error.text}", error.where)
                continue
            owners = [m.name for m in self.catalog if (m.folder / "include" / error.header).is_file()]
            if owners:
                yield Finding(
                    "include",
                    f"`{self.name}` includes `{error.header}` of {_listed(owners)} without declaring it",
                    error.where,
                    f"Add it to `requires` or `uses` in {shown(self.manifest.file)}.",
                )
            else:
                yield Finding(
                    "include",
                    f"`{self.name}` includes `{error.header}`, which no library has",
                    error.where,
                    "Headers of the host's C library are out of reach on purpose.",
                )

    def includes(self) -> Iterator[Finding]:
        """Headers reached around the include path, by `../`."""
        visible = [self.manifest.folder, *(m.folder / "include" for m in self.catalog.visible(self.manifest))]
        for file in sorted(self.trial.included):
            path = file.resolve()
            owner = next((m for m in self.catalog if path.is_relative_to(m.folder)), None)
            if owner is not None and not any(path.is_relative_to(folder) for folder in visible):
                yield Finding(
                    "include",
                    f"`{self.name}` includes the file `{path.name}` of `{owner.name}` by its path",
                    self.manifest.where(),
                    "Only public headers are included, by plain name, of what the manifest declares.",
                )

    def undefined(self) -> Iterator[Finding]:
        """Names used that nothing declared promises."""
        for symbol in sorted(self.trial.symbols.undefined - self.allowed):
            if symbol == "_GLOBAL_OFFSET_TABLE_":
                continue
            where = Where(shown(self.trial.users[symbol]))
            declared_here = symbol in self.symbols_of(self.manifest)
            manifest = shown(self.manifest.file)
            if symbol.startswith(_SYSTEM_CALL):
                if self.manifest.upstream is not None:
                    continue  # a C library asks for system calls; the demand finds who answers
                givers = [m.name for m in self.catalog.syscall_providers(symbol.removeprefix(_SYSTEM_CALL))]
            else:
                givers = list(self.owners.get(symbol, ()))
            if declared_here:
                text = f"`{self.name}` declares `{symbol}` in its own header but does not define it"
                yield Finding("undeclared", text, where, "Declare it in the header of who defines it.")
            elif givers:
                text = f"`{self.name}` uses `{symbol}` of {_listed(givers)} without declaring it"
                yield Finding("undeclared", text, where, f"Add it to `requires` or `uses` in {manifest}.")
            elif self.manifest.upstream is None:  # the upstream's own files may have it
                text = f"`{self.name}` uses `{symbol}`, which nothing that it declares has"
                yield Finding("undeclared", text, where, "No other library's header declares it either.")

    def interfaces(self) -> Iterator[Finding]:
        """What an interface's provider must define."""
        if self.manifest.upstream is not None:
            return
        for index, ref in enumerate(self.manifest.provides):
            interface = self.catalog.get(ref.name)
            if not self.configuration.holds(ref.when):
                continue
            where = self.manifest.where(f"provides.{index}")
            if interface.cardinality == "many":
                entry = f"{self.manifest.identifier}_{interface.identifier}"
                if interface.table is not None and entry not in self.trial.symbols.objects:
                    yield Finding(
                        "table",
                        f"`{self.name}` provides `{ref.name}` but does not define the object `{entry}`",
                        where,
                        f"The table `{interface.table.name}` lists it, as `{interface.table.type}`.",
                    )
                continue
            promised = self.symbols_of(interface) - made_with_the_image(self.catalog)
            missing = sorted(promised - self.trial.symbols.defined)
            if missing:
                yield Finding(
                    "provides",
                    f"`{self.name}` provides `{ref.name}` but does not define {_listed(missing)}",
                    where,
                    f"The header in {shown(interface.folder / 'include')} declares it.",
                )

    def system_calls(self) -> Iterator[Finding]:
        """`syscalls:` against the functions `sys_<name>`."""
        declared = self.manifest.syscalls
        if self.manifest.upstream is None:
            for index, call in enumerate(declared):
                if _SYSTEM_CALL + call not in self.trial.symbols.functions:
                    yield Finding(
                        "syscalls",
                        f"`{self.name}` lists the system call `{call}` but does not define `sys_{call}`",
                        self.manifest.where(f"syscalls.{index}"),
                    )
        for function in sorted(self.trial.symbols.defined):
            call = function.removeprefix(_SYSTEM_CALL)
            if call != function and call not in declared:
                yield Finding(
                    "syscalls",
                    f"`{self.name}` defines `{function}` but does not list `{call}` in `syscalls`",
                    self.place(function),
                )

    def init(self) -> Iterator[Finding]:
        """The init function and its type."""
        name = self.manifest.init
        if name is None:
            return
        definition = self.trial.definitions.get(name)
        if definition is None:
            if name not in self.trial.symbols.functions:
                text = f"`{self.name}` does not define its init function `{name}`"
                yield Finding("init", text, self.manifest.where("init"))
        elif definition.declaration != f"int {name} (void)":
            yield Finding(
                "init",
                f"the init function `{name}` of `{self.name}` is declared `{definition.declaration}`",
                definition.where,
                f"It must be `int {name}(void)`, and return 0 or a negated errno.",
            )

    def prefixes(self) -> Iterator[Finding]:
        """Names that everybody can see carry their owner's name."""
        if self.manifest.upstream is not None:
            return
        provided = [self.catalog.get(ref.name) for ref in self.manifest.provides]
        words = [word for m in (self.manifest, *provided) for word in m.identifier.split("_")]
        words = [word for word in dict.fromkeys(words) if word[0].isalpha() and not word.isdecimal()]
        begins = {*words, *(word.removesuffix("s") for word in words), _SYSTEM_CALL.rstrip("_")}
        free = made_with_the_image(self.catalog) | self.entries
        free = free.union(*(self.symbols_of(m) for m in provided))
        for symbol in sorted(self.trial.symbols.defined - free):
            if symbol.partition("_")[0] not in begins:
                yield Finding(
                    "prefix",
                    f"`{symbol}` is visible outside `{self.name}` but does not begin with a word of its name",
                    self.place(symbol),
                    f"Make it static, or begin it with {_listed([f'{word}_' for word in words], 'or')}.",
                )

    def unneeded(self) -> Iterator[Finding]:
        """Declarations that neither a header read nor a name used bears out."""
        if self.manifest.upstream is not None or not self.trial.included:
            return
        if self.manifest.kind is Kind.PLATFORM:
            return  # it names what its images are made of
        for key, refs in (("requires", self.manifest.requires), ("uses", self.manifest.uses)):
            for index, ref in enumerate(refs):
                if self.configuration.holds(ref.when) and self.is_unneeded(ref):
                    yield Finding(
                        "unneeded",
                        f"`{self.name}` declares `{ref.name}` in `{key}` but neither includes its header "
                        "nor uses a name of it",
                        self.manifest.where(f"{key}.{index}"),
                        "Take it out of the manifest.",
                    )

    def needs_no_uses(self) -> Iterator[Finding]:
        """The library must also do without what it only `uses`."""
        for error in self.trial.errors:
            text = f"`{self.name}` does not compile without what it uses: {error.text}"
            yield Finding("uses", text, error.where, "Guard the code with `#ifdef CONFIG_LIB_...`.")
        required = {ref.name for ref in (*self.manifest.requires, *self.manifest.provides)}
        for ref in self.manifest.uses:
            used = self.catalog.get(ref.name)
            if ref.name in required:
                continue
            for symbol in sorted(self.trial.symbols.undefined & self.symbols_of(used)):
                yield Finding(
                    "uses",
                    f"`{self.name}` uses `{symbol}` even when `{ref.name}` is not in the image",
                    Where(shown(self.trial.users[symbol])),
                    f"Guard the call with `#ifdef CONFIG_{used.symbol}`, or require `{ref.name}`.",
                )

    @property
    def name(self) -> str:
        return self.manifest.name

    @cached_property
    def allowed(self) -> frozenset[str]:
        """What the library may leave undefined."""
        visible = self.catalog.visible(self.manifest)
        calls = (_SYSTEM_CALL + call for m in visible for call in m.syscalls)
        symbols = (self.symbols_of(m) for m in visible)
        image = made_with_the_image(self.catalog) | assigned_by_fragments(self.manifest)
        return frozenset(calls).union(image, *symbols)

    @cached_property
    def owners(self) -> dict[str, tuple[str, ...]]:
        """Whose header declares a symbol, for hints."""
        return dict(symbol_owners(self.catalog, cache=self.cache))

    @property
    def entries(self) -> frozenset[str]:
        """Where execution begins: names that others prescribe."""
        link = self.manifest.link
        settings = (m.settings.get("entry", "") for m in self.manifest.machines.values())
        return frozenset({link.entry if link else "", *settings})

    def symbols_of(self, manifest: Manifest) -> frozenset[str]:
        return header_symbols(self.catalog, manifest, cache=self.cache)

    def place(self, symbol: str) -> Where:
        """Where a symbol is defined, as far as the compiler tells."""
        definition = self.trial.definitions.get(symbol)
        return definition.where if definition else self.manifest.where()

    def is_unneeded(self, ref: Ref) -> bool:
        target = self.catalog.get(ref.name)
        headers = public_headers(target)
        if all(_says_nothing(header) for header in headers):
            return False  # a capability, or an order of start: there is nothing to include or call
        folder = target.folder / "include"
        included = any(file.resolve().is_relative_to(folder) for file in self.trial.included)
        return not included and not self.trial.symbols.undefined & self.symbols_of(target)


def _says_nothing(header: Path) -> bool:
    """Whether a header holds nothing but comments and its guard."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    return not text.replace("#pragma once", "").strip()


def _listed(names: Iterable[str], word: str = "and") -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
