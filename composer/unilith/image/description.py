"""What a runner needs to know about an image: the content of `image.json`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from unilith.errors import UserError


class OwnDisk(BaseModel):
    """A disk that comes with the image, or that the application keeps its data on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    file: Path
    readonly: bool = False
    size: int = 0  # bytes that it is made with where it is missing; 0: it comes with the image
    format: str = "raw"  # as what it is made


class ImageDescription(BaseModel):
    """An image ready to run. Relative paths are relative to the folder that `image.json` stands in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    target: str  # "microvm-x86_64"
    arch: str  # "x86_64"
    platform: str  # "qemu"
    runner: str  # "qemu" or "process"
    settings: dict[str, str]  # the machine's settings from the platform's manifest
    image: Path
    debug: Path  # the same with symbols, for addresses in crash reports
    initrd: Path | None = None
    memory: str  # "16M": a number with K, M or G
    cpus: int = 1  # the machine's processors
    ports: tuple[str, ...] = ()  # "8080:80" or "5353:53/udp", host and guest
    network: bool = False  # whether the image drives a network card
    vsock: bool = False  # whether the image has a vsock device
    shell_port: int = 0  # the port of its shell; 0: it has none
    has_disks: bool = False  # whether the image drives disks of the host
    disks: tuple[OwnDisk, ...] = ()
    own_shares: tuple[str, ...] = ()  # as `unilith run --share` has them
    shares: tuple[str, ...] = ()  # how it can mount folders of the host: "9p", "virtiofs", "host"

    def write(self, file: Path) -> None:
        """Writes the description as JSON, keys in a fixed order."""
        file.write_text(json.dumps(self.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def read(file: Path) -> ImageDescription:
        """Reads a description and makes its paths absolute."""
        try:
            read = ImageDescription.model_validate_json(file.read_text(encoding="utf-8"))
        except OSError as e:
            raise UserError(
                f"cannot read the image's description: {e.strerror}",
                where=file,
                hint="Build the recipe first.",
            ) from e
        except ValueError as e:  # pydantic's ValidationError and UnicodeDecodeError are such
            said = e.errors()[0]["msg"] if isinstance(e, ValidationError) else str(e)
            raise UserError(
                f"is not an image description: {said}",
                where=file,
                hint="Build the recipe again.",
            ) from e
        folder = file.parent.resolve()
        paths: dict[str, object] = {"image": folder / read.image, "debug": folder / read.debug}
        paths["disks"] = tuple(
            disk.model_copy(update={"file": Path(os.path.normpath(folder / disk.file))})
            for disk in read.disks
        )
        if read.initrd is not None:
            paths["initrd"] = folder / read.initrd
        return read.model_copy(update=paths)
