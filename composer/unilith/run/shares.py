"""The shares of a run: folders of the host that the image mounts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.options import HOST_SIDE, memory_text
from unilith.run.words import Form

Kind = Literal["9p", "virtiofs", "host"]
KINDS: tuple[Kind, ...] = ("9p", "virtiofs", "host")
"""How an image reaches a folder; of several that it can, the first is taken. `host` is for processes."""
MOST = 16
"""Shares of a run: as many as a process image looks for (libs/fs/host-fs)."""
TAG_LIMIT = 31
"""Bytes of a tag: virtio-9p's limit in QEMU, less than virtio-fs's 36 (virtio 1.2, section 5.11.4)."""
_FORM = Form(
    what="a share",
    first="a folder",
    words=("tag=TAG", "readonly", "kind=KIND"),
    hint="Write DIR[,tag=TAG][,readonly][,kind=9p|virtiofs].",
)
DEVICES: Mapping[Kind, str] = {"9p": "share-9p-device", "virtiofs": "share-virtiofs-device"}
"""The machine's settings that say which device of QEMU's stands for a share."""


@dataclass(frozen=True, slots=True)
class Share:
    """A folder of the host; `tag` is what the image calls it, "" where nobody has said."""

    folder: Path
    tag: str = ""
    readonly: bool = False
    kind: Kind | None = None


def shares_of(description: ImageDescription, wanted: Sequence[str]) -> tuple[Share, ...]:
    """The shares of a run, as the command line says; each exists, has a tag of its own and a kind that the image
    can mount."""
    shares = tuple(
        _checked(description, share, number)
        for number, share in enumerate(read_share(text) for text in wanted)
    )
    if len(shares) > MOST:
        raise UserError(f"{len(shares)} shares are more than {MOST}", exit_status=HOST_SIDE)
    tags = [share.tag for share in shares]
    for tag in tags:
        if tags.count(tag) > 1:
            raise UserError(
                f"two shares have the tag {tag!r}",
                hint="Give each one of its own: --share DIR,tag=TAG.",
                exit_status=HOST_SIDE,
            )
    return shares


def read_share(text: str) -> Share:
    """Reads what the command line says of a share."""
    first, settings = _FORM.read(text)
    tag, kind = _FORM.name(text, settings, "tag", TAG_LIMIT), settings.get("kind")
    if kind is not None and kind not in KINDS:
        raise _FORM.wrong(text, f"{kind!r} is none of the kinds {', '.join(KINDS)}")
    return Share(Path(first), tag, "readonly" in settings, kind)


def _checked(description: ImageDescription, share: Share, number: int) -> Share:
    if not description.shares:
        raise UserError(
            f"{description.recipe} mounts no folders of the host, so it cannot be given one",
            hint="A recipe that mounts one names it: `mounts: [{at: /data, kind: share, source: share0}]`.",
            exit_status=HOST_SIDE,
        )
    kind = share.kind or cast(Kind, description.shares[0])
    if kind not in description.shares:
        raise UserError(
            f"{description.recipe} cannot mount a share of the kind {kind}, only {', '.join(description.shares)}",
            hint=f"Build it with `needs: [fs.{kind}]`.",
            exit_status=HOST_SIDE,
        )
    try:
        os.scandir(share.folder).close()
    except OSError as e:
        raise UserError(f"cannot share it: {e.strerror}", where=share.folder, exit_status=HOST_SIDE) from e
    return replace(share, folder=share.folder.resolve(), tag=share.tag or f"share{number}", kind=kind)


@dataclass(frozen=True, slots=True)
class Served:
    """What QEMU is told of the shares, and who says after the run what their servers had to say."""

    words: tuple[str, ...] = ()
    complaints: Sequence[str] = ()


@contextlib.contextmanager
def qemu_shares(
    shares: Sequence[Share], settings: Mapping[str, str], target: str, memory: int
) -> Iterator[Served]:
    """QEMU's words for the shares; servers of those that have one run until the end of the block."""
    words: list[str] = []
    complaints: list[str] = []
    with contextlib.ExitStack() as servers:
        for number, share in enumerate(shares):
            assert share.kind is not None
            device = settings.get(DEVICES.get(share.kind, ""))
            if device is None:
                raise UserError(
                    f"the machine {target} has no shares of the kind {share.kind}", exit_status=HOST_SIDE
                )
            if share.kind == "9p":
                words += _qemu_9p(share, number, device)
            else:
                # Imported here, for most runs have none.
                from unilith.run.virtiofsd import virtiofsd

                socket = servers.enter_context(virtiofsd(share, complaints))
                words += ["-chardev", f"socket,id=share{number},path={escaped(str(socket))}"]
                words += ["-device", f"{device},chardev=share{number},tag={share.tag}"]
        if any(share.kind == "virtiofs" for share in shares):
            # Its server reads and writes the image's memory.
            ram = f"memory-backend-memfd,id=shared-memory,size={memory_text(memory)},share=on"
            words += ["-object", ram, "-machine", "memory-backend=shared-memory"]
        yield Served(tuple(words), complaints)


def _qemu_9p(share: Share, number: int, device: str) -> list[str]:
    # Files are the user's who runs QEMU; numbers of files stay apart where the folder holds several file systems.
    folder = f"local,id=share{number},path={escaped(str(share.folder))},security_model=none,multidevs=remap"
    folder += ",readonly=on" if share.readonly else ""
    return ["-fsdev", folder, "-device", f"{device},fsdev=share{number},mount_tag={share.tag}"]


def escaped(value: str) -> str:
    """A comma in a value of QEMU's options is written twice (QEMU manual, "Invocation")."""
    return value.replace(",", ",,")


@contextlib.contextmanager
def opened_shares(shares: Sequence[Share]) -> Iterator[tuple[list[int], list[str]]]:
    """For a process image: descriptors of the folders, and the parameters that tell it of them."""
    descriptors: list[int] = []
    parameters: list[str] = []
    try:
        for number, share in enumerate(shares):
            descriptors.append(os.open(share.folder, os.O_RDONLY | os.O_DIRECTORY))
            mode = ",readonly" if share.readonly else ""
            parameters.append(f"share.{number}={descriptors[-1]},tag={share.tag}{mode}")
        yield descriptors, parameters
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
