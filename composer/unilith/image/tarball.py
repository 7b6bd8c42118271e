"""The root file system as a tar archive, in the format of POSIX.1-2001: equal trees give equal bytes."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Hashable
from pathlib import Path

from unilith.errors import UserError
from unilith.image.tree import Tree


def write_tarball(tree: Tree, file: Path) -> None:
    """Packs the files into the archive `file`, which appears whole or not at all."""
    part = file.with_name(file.name + ".part")
    first: dict[Hashable, str] = {}
    try:
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
            for entry in tree.entries():
                info = tarfile.TarInfo(entry.name)
                info.mode = stat.S_IMODE(entry.mode)
                info.uid, info.gid = entry.owner
                if stat.S_ISDIR(entry.mode):
                    info.type = tarfile.DIRTYPE
                    tar.addfile(info)
                elif stat.S_ISLNK(entry.mode):
                    info.type, info.linkname = tarfile.SYMTYPE, os.fsdecode(entry.read())
                    tar.addfile(info)
                elif entry.one_file in first:
                    info.type, info.linkname = tarfile.LNKTYPE, first[entry.one_file]
                    tar.addfile(info)
                else:
                    first[entry.one_file] = entry.name
                    info.size = entry.size
                    tar.addfile(info, io.BytesIO(entry.read()))
        part.replace(file)
    except UnicodeError as e:
        raise UserError(
            f"a name cannot be written to a tar archive: {e}", hint="Pack the root file system `as: initrd`."
        ) from e
    finally:
        part.unlink(missing_ok=True)
