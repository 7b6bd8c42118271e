"""The recipe: one YAML file per application."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from unilith.catalog.model import Identifier, Model, Name, Ref, Source, Upstream
from unilith.catalog.yaml_model import read_model
from unilith.catalog.yaml_nodes import shown
from unilith.errors import UserError, Where

MOUNTS_OPTION = "MOUNTS"
MOUNTS_LIBRARY = "mounts"
TAR_OPTION = "INITRD_TAR"
DIRECTORY_OPTION = "START_DIRECTORY"
USER_OPTION = "START_USER"
ROOT = "rootfs"
"""What the disk or share is called that the root file system is on."""

Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*[KMG]$")]
UserIds = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(:[0-9]{1,10})?$")]
Port = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}:[0-9]{1,5}(/(tcp|udp))?$")]

_FILE_NAME = "[A-Za-z0-9_+-][A-Za-z0-9._+-]*"
ProgramPath = Annotated[str, StringConstraints(pattern=rf"^({_FILE_NAME}/)*{_FILE_NAME}$")]


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL byte ends a string, and cannot be part of one")
    return text


Word = Annotated[str, AfterValidator(_no_nul)]


class RunSettings(Model):
    """How the image is run unless the command line says otherwise."""

    memory: Memory = "16M"
    """The machine's memory: a number with K, M or G."""
    cpus: Annotated[int, Field(ge=1, le=64)] = 1
    """The machine's processors. The image uses more than one if it has `sched.parallel` (docs/threads.md)."""
    ports: tuple[Port, ...] = ()
    """Ports of the host that lead to ports of the image: `8080:80`, or `5353:53/udp`."""


class Part(Model):
    """Code that the application calls and that is no library of the catalog: compiled by itself."""

    upstream: Upstream | None = None
    """Where the code comes from; without it, from the application's own upstream."""
    sources: tuple[Source, ...]
    """C files beside the recipe or globs of the unpacked upstream; a leading `!` takes files out again."""
    include: tuple[str, ...] = ()
    """Folders of headers, in the recipe's folder or in the part's upstream. The application sees them too."""
    cflags: tuple[str, ...] = ()
    """Further compiler options."""
    lto: bool = False
    """Link-time optimisation: the compiler sees all files of the part as one, and inlines code across them.
    With GCC; Clang compiles each by itself."""


class Program(Model):
    """A further program, which the application starts by its path."""

    sources: tuple[Source, ...]
    """C files beside the recipe or globs of the unpacked upstream; a leading `!` takes files out again."""
    include: tuple[str, ...] = ()
    """Folders of headers, in the recipe's folder or in the unpacked upstream."""
    cflags: tuple[str, ...] = ()
    """Further compiler options."""


_NO_SEPARATOR = r"^[^\s:\"\\]*$"
MountPath = Annotated[str, StringConstraints(pattern=r"^/[^\s:\"\\]*$")]
MountKind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
MountWord = Annotated[str, StringConstraints(pattern=_NO_SEPARATOR)]
MountOptions = Annotated[str, StringConstraints(pattern=r"^[^\s\"\\]*$")]


class Mount(Model):
    """A file system that is there when the application starts."""

    at: MountPath
    """The directory on which it is mounted; it is made if it is missing. `/`: in place of the root."""
    kind: MountKind
    """The kind of file system: a library must provide `fs.KIND`."""
    source: MountWord = ""
    """Where it is: a disk's name or `serial=NAME`, a share's tag. Kinds in memory need none."""
    options: MountOptions = ""
    """Words with commas between them: `ro`, `noexec`, `nofail` (the image starts without it, if need be), and the
    kind's own."""

    @property
    def entry(self) -> str:
        """As the image is told."""
        return ":".join((self.at, self.kind, self.source, self.options)).rstrip(":")


class Forbidden(Model):
    """What the image must not hold."""

    libraries: tuple[Name, ...] = ()
    """Names of libraries and interfaces."""
    licenses: tuple[str, ...] = ()
    """Shell patterns over SPDX names, such as `GPL-*`."""


class RootFs(Model):
    """Where the image's files come from. As text: the same as `from` alone."""

    source: str = Field(alias="from")
    """A folder, a tar archive (also .gz, .bz2, .xz or .zst) or a container image: `docker save` or an OCI layout, as
    archive or folder. Relative to the recipe's folder."""
    kind: Literal["initrd", "tar", "erofs", "ext4", "shared"] = Field(default="initrd", alias="as")
    """How they get into the image. `initrd`, or `tar`: loaded into memory with it. `erofs`: a disk that is only read;
    `ext4`: one that is written, from a fresh copy for each build. `shared`: the folder itself, as a share."""
    compression: Literal["none", "lz4", "lz4hc"] = "none"
    """Of `erofs`."""
    free: Memory | None = None
    """Room in an `ext4` for what the image writes."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _of_its_kind(self) -> RootFs:
        if self.compression != "none" and self.kind != "erofs":
            raise ValueError("only a root file system `as: erofs` can have a `compression`")
        if self.free is not None and self.kind != "ext4":
            raise ValueError("only a root file system `as: ext4` can have `free` room")
        return self

    @property
    def mount(self) -> Mount | None:
        """How it is mounted, if it is not loaded with the image."""
        if self.kind in ("initrd", "tar"):
            return None
        if self.kind == "shared":
            return Mount(at="/", kind="share", source=ROOT)
        options = "ro" if self.kind == "erofs" else ""
        return Mount(at="/", kind=self.kind, source=f"serial={ROOT}", options=options)


class RecipeDisk(Model):
    """A disk of the application's own, which keeps what is written to it from run to run."""

    size: Memory
    """How large it is when it is made, at the first run: a number with K, M or G."""
    kind: Literal["ext4", "raw"] = Field(default="ext4", alias="as")
    """What it is made as: an empty file system, or zeroes."""


DiskName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,20}$")]


class Recipe(Model):
    """One `recipe.yaml`. Everything but the name and the sources has a default."""

    name: Name
    """The application's name. It is also the name of the build folder."""
    summary: str = ""
    """What it is, in one line."""
    license: str = ""
    """SPDX expression of the application."""
    sources: tuple[Source, ...]
    """C files beside the recipe or globs of the unpacked upstream; a leading `!` takes files out again."""
    upstream: Upstream | None = None
    """Third-party sources that the application is built from."""
    parts: dict[Name, Part] = {}
    """Further third-party code, by name. Each part is compiled with its own headers and options."""
    libc: Literal["musl", "none"] = "musl"
    """The C library that it is written for."""
    include: tuple[str, ...] = ()
    """Folders of headers, in the recipe's folder or in the unpacked upstream."""
    cflags: tuple[str, ...] = ()
    """Further compiler options."""
    lto: bool = False
    """Link-time optimisation: the compiler sees all of `sources` as one, and inlines code across them.
    With GCC; Clang compiles each by itself."""
    programs: dict[ProgramPath, Program] = {}
    """Further programs in the image's root file system, by their paths without the leading slash."""
    rootfs: RootFs | None = None
    """The root of the image's file system: `rootfs: files/`, or a mapping that says more."""
    args: tuple[Word, ...] = ()
    """The application's arguments, from `argv[1]` on, unless the command line gives others. Without them, those of the
    container image that `rootfs` is."""
    env: dict[Identifier, Word] = {}
    """The application's environment variables, beside those of the container image that `rootfs` is."""
    directory: MountPath | None = None
    """Where the application starts; without it at the root, or where the container image that `rootfs` is says."""
    user: UserIds | None = None
    """Who runs the application: the number of a user, and after a colon that of a group (`"1000:50"`; without one, of
    the user's number). Permissions of files hold for it then. Without the field it is root."""
    disks: dict[DiskName, RecipeDisk] = {}
    """Disks of the application's own, by name: `mounts` finds them as `serial=NAME`."""
    mounts: tuple[Mount, ...] = ()
    """File systems that are mounted at the start, in this order. The command line's `mount=AT:KIND:SOURCE:OPTIONS`
    replaces one or adds to them."""
    needs: tuple[Ref, ...] = ()
    """Interfaces and libraries that must be in the image and that the code cannot show."""
    options: dict[Identifier, bool | int | str] = {}
    """Values of options, by their names without `CONFIG_`."""
    forbid: Forbidden = Forbidden()
    """Libraries, interfaces and licences that the image must not hold."""
    stub: tuple[Identifier, ...] = ()
    """System calls that may be missing: where no selected library has them, they return -ENOSYS."""
    run: RunSettings = RunSettings()
    """How the image is run."""

    folder: Path = Field(default=Path(), exclude=True)
    file_name: str = Field(default="recipe.yaml", exclude=True)
    lines: dict[str, int] = Field(default_factory=dict, exclude=True, repr=False)

    @field_validator("forbid", mode="before")
    @classmethod
    def _forbid_as_list(cls, value: object) -> object:
        """A plain list forbids libraries by name and licences as `license:PATTERN`."""
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return value
        mark = "license:"
        return {
            "libraries": [v for v in value if not v.startswith(mark)],
            "licenses": [v.removeprefix(mark) for v in value if v.startswith(mark)],
        }

    @field_validator("user", mode="before")
    @classmethod
    def _user_as_text(cls, value: object) -> object:
        """A number alone is one to YAML."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("mounts")
    @classmethod
    def _each_place_once(cls, mounts: tuple[Mount, ...]) -> tuple[Mount, ...]:
        places = [mount.at for mount in mounts]
        for place in places:
            if places.count(place) > 1:
                raise ValueError(f"{place} is named twice; one of the two would hide the other")
        return mounts

    @field_validator("disks")
    @classmethod
    def _none_for_the_root(cls, disks: dict[str, RecipeDisk]) -> dict[str, RecipeDisk]:
        if ROOT in disks:
            raise ValueError(f"{ROOT} is the name of the disk that the root file system is on")
        return disks

    @property
    def file(self) -> Path:
        """The recipe's file."""
        return self.folder / self.file_name

    @property
    def fingerprint(self) -> str:
        """A hash of what the recipe says, whatever its layout and place."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def read_recipe(file: Path) -> Recipe:
    """Reads and checks a recipe; a mistake is a `UserError` that names file, line and field."""
    recipe, lines = read_model(file, Recipe)
    options = dict(recipe.options)
    root = recipe.rootfs.mount if recipe.rootfs is not None else None
    if root is not None:
        if any(mount.at == "/" for mount in recipe.mounts):
            raise UserError(
                "`rootfs` is mounted on /, and so is one of the `mounts`",
                where=Where(shown(file), lines.get("mounts", 0)),
            )
        recipe = recipe.model_copy(update={"mounts": (root, *recipe.mounts)})
    if recipe.directory is not None:
        options[DIRECTORY_OPTION] = recipe.directory
        lines.setdefault(f"options.{DIRECTORY_OPTION}", lines.get("directory", 0))
    if recipe.user is not None:
        options[USER_OPTION] = recipe.user
        lines.setdefault(f"options.{USER_OPTION}", lines.get("user", 0))
    if recipe.rootfs is not None and recipe.rootfs.kind == "tar":
        options[TAR_OPTION] = True
        lines.setdefault(f"options.{TAR_OPTION}", lines.get("rootfs", 0))
    if recipe.mounts:
        # What is mounted reaches the image as the value of an option.
        options[MOUNTS_OPTION] = " ".join(mount.entry for mount in recipe.mounts)
        lines.setdefault(f"options.{MOUNTS_OPTION}", lines.get("mounts", 0))
    return recipe.model_copy(
        update={"folder": file.parent, "file_name": file.name, "lines": lines, "options": options}
    )
