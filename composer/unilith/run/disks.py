"""The disks of a run: files of the host that the image sees as disks."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.options import HOST_SIDE
from unilith.run.words import Form

SECTOR = 512
"""Bytes: the size of a disk is a multiple of it."""
MOST = 26
"""Disks of a run: vda to vdz."""
NAME_LIMIT = 20
"""Bytes that the serial number of a virtio disk has (virtio 1.2, section 5.2.6)."""
_FORM = Form(
    what="a disk",
    first="a file",
    words=("name=NAME", "readonly", "raw", "blkdebug=FILE", "record=FILE"),
    hint="Write FILE[,name=NAME][,readonly][,raw][,blkdebug=FILE][,record=FILE].",
)


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk image or a block device of the host. Requests fail as the file `faults` says (QEMU's block driver
    blkdebug), and what is written is written down in the file `record` (blklogwrites), if there are any."""

    file: Path
    name: str = ""
    readonly: bool = False
    faults: Path | None = None
    record: Path | None = None


def disks_of(description: ImageDescription, wanted: Sequence[str]) -> tuple[Disk, ...]:
    """The disks of a run, as the command line says; each exists and can be used. In their order they are vda,
    vdb, ... in the image."""
    if wanted and not description.has_disks:
        raise UserError(
            f"{description.recipe} drives no disks, so it cannot be given one",
            hint="A recipe that mounts a file system of a disk gets a driver by itself; "
            "another one asks for it: `needs: [block.device]`.",
            exit_status=HOST_SIDE,
        )
    given = tuple(map(read_disk, wanted))
    disks = tuple(_checked(disk) for disk in (*own_disks(description, {disk.name for disk in given}), *given))
    if len(disks) > MOST:
        raise UserError(f"{len(disks)} disks are more than {MOST}", exit_status=HOST_SIDE)
    for earlier, disk in ((a, b) for i, b in enumerate(disks) for a in disks[:i]):
        if disk.name and disk.name == earlier.name:
            raise UserError(f"two disks have the name {disk.name!r}", exit_status=HOST_SIDE)
        if disk.file.samefile(earlier.file) and not (disk.readonly and earlier.readonly):
            raise UserError(
                f"{disk.file} is two disks at once",
                hint="Give it once, or add ,readonly to both.",
                exit_status=HOST_SIDE,
            )
    return disks


def own_disks(description: ImageDescription, replaced: Collection[str]) -> list[Disk]:
    """The disks that come with the image, but those whose names are `replaced`. One of the application's that is not
    there yet is made."""
    found = []
    for own in description.disks:
        if own.name in replaced:
            continue
        if own.size and not own.file.exists():
            from unilith.image.disk import make_disk

            make_disk(own)
        found.append(Disk(own.file, own.name, own.readonly))
    return found


def read_disk(text: str) -> Disk:
    """Reads what the command line says of a disk."""
    first, settings = _FORM.read(text)
    name = _FORM.name(text, settings, "name", NAME_LIMIT)
    faults, record = (Path(settings[k]) if k in settings else None for k in ("blkdebug", "record"))
    if faults and record:
        raise _FORM.wrong(text, "a disk can have blkdebug= or record=, not both")
    return Disk(Path(first), name, "readonly" in settings, faults, record)


def _checked(disk: Disk) -> Disk:
    """The disk with absolute paths, if it can be one."""
    try:
        descriptor = os.open(disk.file, os.O_RDONLY if disk.readonly else os.O_RDWR)
    except FileNotFoundError as e:
        raise UserError(
            "there is no such disk image",
            where=disk.file,
            hint=f"Make one with `truncate -s 64M {disk.file}`.",
            exit_status=HOST_SIDE,
        ) from e
    except OSError as e:
        raise UserError(
            f"cannot open the disk image: {e.strerror}",
            where=disk.file,
            hint="" if disk.readonly else "Add ,readonly if the image only has to read it.",
            exit_status=HOST_SIDE,
        ) from e
    try:
        kind = os.fstat(descriptor).st_mode
        size = os.lseek(descriptor, 0, os.SEEK_END)
    except OSError:
        kind, size = 0, 0
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(kind) and not stat.S_ISBLK(kind):
        raise UserError(
            "is neither a file nor a block device, so it cannot be a disk",
            where=disk.file,
            exit_status=HOST_SIDE,
        )
    if size == 0 or size % SECTOR:
        raise UserError(
            f"has {size} bytes, which is no multiple of a disk's {SECTOR}" if size else "is empty",
            where=disk.file,
            hint=f"Enlarge it with `truncate -s %{SECTOR}` or to the size that you want.",
            exit_status=HOST_SIDE,
        )
    if disk.faults is not None and not disk.faults.is_file():
        raise UserError("there is no such file of faults", where=disk.faults, exit_status=HOST_SIDE)
    try:
        if disk.record is not None:
            disk.record.open("wb").close()
    except OSError as e:
        raise UserError(
            f"cannot write the record: {e.strerror}", where=disk.record, exit_status=HOST_SIDE
        ) from e
    faults, record = (file and file.absolute() for file in (disk.faults, disk.record))
    return Disk(disk.file.absolute(), disk.name, disk.readonly, faults, record)


def qemu_disks(disks: Sequence[Disk], device: str | None, target: str) -> list[str]:
    """QEMU's words for the disks; `device` is what the machine has for one."""
    if disks and device is None:
        raise UserError(f"the machine {target} has no disks", exit_status=HOST_SIDE)
    words: list[str] = []
    for number, disk in enumerate(disks):
        driver = "host_device" if disk.file.is_block_device() else "file"
        place = "file.image." if disk.faults else "file.file." if disk.record else "file."
        node = f"driver=raw,node-name=disk{number},discard=unmap,read-only={'on' if disk.readonly else 'off'}"
        if disk.faults:
            node += f",file.driver=blkdebug,file.config={_escaped(str(disk.faults))}"
        if disk.record:
            node += ",file.driver=blklogwrites"
            node += f",file.log.driver=file,file.log.filename={_escaped(str(disk.record))}"
        node += f",{place}driver={driver},{place}filename={_escaped(str(disk.file))}"
        # An error is the image's to handle; by default QEMU stops the machine when its own disk is full.
        card = f"{device},drive=disk{number},rerror=report,werror=report"
        words += ["-blockdev", node, "-device", card + (f",serial={disk.name}" if disk.name else "")]
    return words


def _escaped(value: str) -> str:
    """A comma in a value of QEMU's options is written twice (QEMU manual, "Invocation")."""
    return value.replace(",", ",,")


@contextlib.contextmanager
def opened_disks(disks: Sequence[Disk]) -> Iterator[tuple[list[int], list[str]]]:
    """For a process image: descriptors of the disks, and the parameters that tell it of them."""
    descriptors: list[int] = []
    parameters: list[str] = []
    try:
        for disk in disks:
            if disk.faults or disk.record:
                raise UserError(
                    f"the disk of a process image cannot be given {'faults' if disk.faults else 'a record'}",
                    hint="These are parts of QEMU: use a virtual machine.",
                    exit_status=HOST_SIDE,
                )
            descriptors.append(os.open(disk.file, os.O_RDONLY if disk.readonly else os.O_RDWR))
            name = f",name={disk.name}" if disk.name else ""
            parameters.append(f"disk={descriptors[-1]}{name}{',readonly' if disk.readonly else ''}")
        yield descriptors, parameters
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
