"""The manifest of a library, an interface or a platform, as immutable values.

The YAML keys are the field names with underscores as dashes where a name has one. A reference
(`requires`, `uses`, `provides`, `sources`, ...) is a string, or a mapping with the key `if` that
holds a Kconfig expression over options and `LIB_...` symbols.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

from unilith.catalog.yaml_nodes import line_of, shown
from unilith.errors import Where

NAME_PATTERN = r"^[a-z][a-z0-9]*([-._][a-z0-9]+)*$"
IDENTIFIER_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
Arch = Literal["x86_64", "aarch64"]


class Model(BaseModel):
    """Immutable, and no key is ever ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda n: n.replace("_", "-"), populate_by_name=True
    )


class Kind(StrEnum):
    """What a manifest describes."""

    LIBRARY = "library"
    INTERFACE = "interface"
    PLATFORM = "platform"


class Ref(Model):
    """A library or an interface: its name, or a mapping of a name and a condition."""

    name: Name
    """The name of the library or interface."""
    when: str = Field(default="", alias="if")
    """A Kconfig expression; without it the reference always counts."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Source(Model):
    """A source file, or a glob below the unpacked upstream: as text, or a mapping with a condition."""

    file: str
    """A file's name, or a glob. With a leading `!`, what it matches is taken out again."""
    when: str = Field(default="", alias="if")
    """A Kconfig expression; without it the file always counts."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value


class DebianSource(Model):
    """An upstream tarball served inside a Debian source package."""

    package: str
    """The source package's name."""
    version: str
    """A revision of the package that has the tarball; another one that serves the same file will do."""
    sha256: Sha256
    """The checksum of the tarball."""


class UrlSource(Model):
    """A release file at the project's own URL."""

    url: str
    """The address."""
    sha256: Sha256
    """The checksum of the file."""


class PypiSource(Model):
    """A source distribution, fetched with pip."""

    package: str
    """The package's name."""
    version: str
    """The package's version, which may differ from that of the code inside."""
    sha256: Sha256
    """The checksum of the source distribution."""


class CrateSource(Model):
    """A package for Rust that brings sources of others along, fetched with cargo."""

    package: str
    """The package's name."""
    version: str
    """The package's version, which may differ from that of the code inside."""
    sha256: Sha256
    """The checksum of the `.crate` file."""


class Upstream(Model):
    """Third-party code: what it is, where it may be had (tried in this order), and our patches to it."""

    version: str
    """The version, as people call it."""
    license: str
    """SPDX expression of the third-party code."""
    debian: DebianSource | None = None
    """The tarball inside a Debian source package."""
    url: UrlSource | None = None
    """A release file."""
    pypi: PypiSource | None = None
    """A source distribution for Python."""
    crate: CrateSource | None = None
    """A package for Rust."""
    patches: tuple[str, ...] = ()
    """Patch files beside the manifest, applied in this order."""
    prepare: tuple[tuple[str, ...], ...] = ()
    """Commands, each a list of words, that make sources which the release leaves to be generated. They are run once, in
    the unpacked and patched sources."""

    _written: tuple[str, ...] = PrivateAttr(default=("debian", "url", "pypi", "crate"))

    @model_validator(mode="wrap")
    @classmethod
    def _remember_order(cls, data: object, handler: ModelWrapValidatorHandler[Upstream]) -> Upstream:
        made = handler(data)
        if isinstance(data, dict):
            made._written = tuple(key for key in data if key in ("debian", "url", "pypi", "crate"))
        return made

    @property
    def sources(self) -> tuple[DebianSource | UrlSource | PypiSource | CrateSource, ...]:
        """Where it may be had, in the order written."""
        found = {"debian": self.debian, "url": self.url, "pypi": self.pypi, "crate": self.crate}
        return tuple(source for key in self._written if (source := found[key]) is not None)


class Supports(Model):
    """Where a library can be used. Empty means everywhere."""

    arch: tuple[Arch, ...] = ()
    """The architectures that it is written for."""


class Table(Model):
    """How the providers of a `many` interface are listed.

    The generated C file defines ``const TYPE NAME[]`` and ``const size_t NAME_count``, one entry a
    selected provider in order of name: the address of the object ``<provider>_<interface>``
    (dashes and dots as underscores), which has the type that ``type`` points to.
    """

    type: str
    """The type of an entry, a pointer."""
    name: Identifier
    """The table's name in C."""


class HostCall(Model):
    """A Linux system call that the library makes on the host (platform `process` only)."""

    name: Identifier
    """The call's name."""
    args: dict[int, tuple[str, ...]] = {}
    """Restricts arguments (index from 0) to sets of constants, written as C constant expressions."""


class Link(Model):
    """How a platform's images are linked."""

    entry: Identifier
    """The symbol that execution begins at."""
    load_address: int = Field(ge=0, multiple_of=4096)
    """Where the image lies in memory: bytes, a multiple of 4096."""
    file_alignment: int = 4096
    """The linker's `max-page-size`: 4096 for a loader that maps the file's pages, less for one that copies,
    which makes the file smaller."""


class Machine(Model):
    """One way to run a platform's image: the first part of a target's name, and what its runner must know."""

    runner: Literal["qemu", "process"]
    """Which part of Unilith runs the image."""
    settings: dict[str, str] = {}
    """What the runner must know; see the platforms in the tree."""


class Manifest(Model):
    """One `manifest.yaml`. ``folder`` and ``lines`` (dotted field path -> line) come from the loader."""

    name: Name
    """Unique in the catalog. The folder has the same name, with dashes in place of dots."""
    kind: Kind = Kind.LIBRARY
    """What the manifest describes."""
    summary: str
    """What it is, in one line."""
    license: str = "MIT"
    """SPDX expression. A recipe's `forbid: [license:...]` is compared with it."""

    provides: tuple[Ref, ...] = ()
    """Interfaces that it implements."""
    requires: tuple[Ref, ...] = ()
    """Interfaces and libraries that must be in the image with it."""
    uses: tuple[Ref, ...] = ()
    """Interfaces and libraries that it calls where they are selected; they are never pulled in."""
    conflicts: tuple[Ref, ...] = ()
    """Interfaces and libraries that cannot be in an image with it."""
    supports: Supports = Supports()
    """Where it can be used."""
    sources: tuple[Source, ...] = ()
    """C and assembly files beside the manifest; with `upstream`, also globs of the unpacked tree."""
    syscalls: tuple[Identifier, ...] = ()
    """Linux system calls that it implements, each as a function `sys_<name>`."""
    host_syscalls: tuple[HostCall, ...] = ()
    """System calls that it makes on the host: what the filter of a process image lets through."""
    init: Identifier | None = None
    """A function `int f(void)` that the boot calls after those of everything that is required."""
    cflags: tuple[str, ...] = ()
    """Further compiler options for its own sources."""
    include: tuple[str, ...] = ()
    """Folders of headers in the unpacked upstream, for its own sources and for what requires it by name."""
    floating_point: bool = False
    """Its code may use floating-point and vector registers."""
    linker: tuple[str, ...] = ()
    """Linker-script parts beside the manifest, put behind all other memory."""
    upstream: Upstream | None = None
    """Third-party sources that it is built from."""

    # kind: interface
    cardinality: Literal["one", "many"] | None = None
    """Of an interface: whether an image has at most one provider, or any number."""
    table: Table | None = None
    """Of an interface with `cardinality: many`: the generated table of its providers."""
    asked_by: tuple[Identifier, ...] = ()
    """Of an interface: functions of the C library. A program that itself calls one of them needs it."""

    # kind: platform
    machines: dict[Name, Machine] = {}
    """Of a platform: the ways to run its images. Each name begins the name of a target."""
    link: Link | None = None
    """Of a platform: how its images are linked."""

    folder: Path = Field(default=Path(), exclude=True)
    lines: dict[str, int] = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def symbol(self) -> str:
        """The Kconfig symbol that stands for this library (without the `CONFIG_` of C)."""
        return "LIB_" + self.identifier.upper()

    @property
    def identifier(self) -> str:
        """The name as part of a C identifier."""
        return self.name.replace("-", "_").replace(".", "_")

    @property
    def file(self) -> Path:
        """The manifest itself."""
        return self.folder / "manifest.yaml"

    @property
    def group(self) -> str:
        """The folder of folders that it stands in: `base`, `drivers`, ..., or `platforms`."""
        return self.folder.parent.name

    def where(self, path: str = "") -> Where:
        """The place of a field in the manifest: ``requires.0``, with the names that the file uses."""
        return Where(shown(self.file), line_of(self.lines, path))
