"""The recipe: one YAML file per application."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from unilith.catalog.model import Identifier, Model, Name, Ref, Source, Upstream
from unilith.catalog.yaml_model import read_model

Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*[KMG]$")]
Port = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}:[0-9]{1,5}$")]


class RunSettings(Model):
    """How the image is run unless the command line says otherwise."""

    memory: Memory = "16M"
    ports: tuple[Port, ...] = ()


class Forbidden(Model):
    """What the image must not hold."""

    libraries: tuple[Name, ...] = ()
    licenses: tuple[str, ...] = ()


class Recipe(Model):
    """One `recipe.yaml`. Everything but the name and the sources has a default."""

    name: Name
    summary: str = ""
    license: str = ""
    sources: tuple[Source, ...]
    upstream: Upstream | None = None
    libc: Literal["musl", "none"] = "musl"
    include: tuple[str, ...] = ()
    cflags: tuple[str, ...] = ()
    rootfs: str = ""
    args: tuple[str, ...] = ()
    env: dict[Identifier, str] = {}
    needs: tuple[Ref, ...] = ()
    options: dict[Identifier, bool | int | str] = {}
    forbid: Forbidden = Forbidden()
    stub: tuple[Identifier, ...] = ()
    run: RunSettings = RunSettings()

    folder: Path = Field(default=Path(), exclude=True)
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

    @property
    def file(self) -> Path:
        """The recipe's file."""
        return self.folder / "recipe.yaml"

    @property
    def fingerprint(self) -> str:
        """A hash of what the recipe says, whatever its layout and place."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def read_recipe(file: Path) -> Recipe:
    """Reads and checks a recipe; a mistake is a `UserError` that names file, line and field."""
    recipe, lines = read_model(file, Recipe)
    return recipe.model_copy(update={"folder": file.parent, "lines": lines})
