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
    """A reference to a library or an interface, under a condition if ``when`` is not empty."""

    name: Name
    when: str = Field(default="", alias="if")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Source(Model):
    """A source file (or a glob below the unpacked upstream), under a condition if ``when`` is not empty."""

    file: str
    when: str = Field(default="", alias="if")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value


class DebianSource(Model):
    """An upstream tarball served inside a Debian source package."""

    package: str
    version: str
    sha256: Sha256


class UrlSource(Model):
    """A release file at the project's own URL."""

    url: str
    sha256: Sha256


class PypiSource(Model):
    """A source distribution, fetched with pip."""

    package: str
    version: str
    sha256: Sha256


class Upstream(Model):
    """Third-party code: what it is, where it may be had (tried in this order), and our patches to it."""

    version: str
    license: str
    debian: DebianSource | None = None
    url: UrlSource | None = None
    pypi: PypiSource | None = None
    patches: tuple[str, ...] = ()

    _written: tuple[str, ...] = PrivateAttr(default=("debian", "url", "pypi"))

    @model_validator(mode="wrap")
    @classmethod
    def _remember_order(cls, data: object, handler: ModelWrapValidatorHandler[Upstream]) -> Upstream:
        made = handler(data)
        if isinstance(data, dict):
            made._written = tuple(key for key in data if key in ("debian", "url", "pypi"))
        return made

    @property
    def sources(self) -> tuple[DebianSource | UrlSource | PypiSource, ...]:
        """Where it may be had, in the order written."""
        found = {"debian": self.debian, "url": self.url, "pypi": self.pypi}
        return tuple(source for key in self._written if (source := found[key]) is not None)


class Supports(Model):
    """Where a library can be used. Empty means everywhere."""

    arch: tuple[Arch, ...] = ()


class Table(Model):
    """How the providers of a `many` interface are listed.

    The generated C file defines ``const TYPE NAME[]`` and ``const size_t NAME_count``, one entry a
    selected provider in order of name: the address of the object ``<provider>_<interface>``
    (dashes and dots as underscores), which has the type that ``type`` points to.
    """

    type: str
    name: Identifier


class HostCall(Model):
    """A Linux system call that the library makes on the host (platform `process` only).

    ``args`` restricts an argument (index from 0) to a set of constants, written as C constant expressions.
    """

    name: Identifier
    args: dict[int, tuple[str, ...]] = {}


class Link(Model):
    """How a platform's images are linked.

    ``entry`` is the symbol that execution begins at, ``load_address`` where the image lies in memory
    (bytes, a multiple of 4096), ``file_alignment`` the linker's `max-page-size`: 4096 for a loader that maps
    the file's pages, less for one that copies, which makes the file smaller.
    """

    entry: Identifier
    load_address: int = Field(ge=0, multiple_of=4096)
    file_alignment: int = 4096


class Machine(Model):
    """One way to run a platform's image: the first part of a target's name, and what its runner must know."""

    runner: Literal["qemu", "process"]
    settings: dict[str, str] = {}


class Manifest(Model):
    """One `manifest.yaml`. ``folder`` and ``lines`` (dotted field path -> line) come from the loader."""

    name: Name
    kind: Kind = Kind.LIBRARY
    summary: str
    license: str = "MIT"

    provides: tuple[Ref, ...] = ()
    requires: tuple[Ref, ...] = ()
    uses: tuple[Ref, ...] = ()
    conflicts: tuple[Ref, ...] = ()
    supports: Supports = Supports()
    sources: tuple[Source, ...] = ()
    syscalls: tuple[Identifier, ...] = ()
    host_syscalls: tuple[HostCall, ...] = ()
    init: Identifier | None = None
    cflags: tuple[str, ...] = ()
    floating_point: bool = False
    linker: tuple[str, ...] = ()  # linker-script parts beside the manifest, put behind all other memory
    upstream: Upstream | None = None

    # kind: interface
    cardinality: Literal["one", "many"] | None = None
    table: Table | None = None

    # kind: platform
    machines: dict[Name, Machine] = {}
    link: Link | None = None

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
