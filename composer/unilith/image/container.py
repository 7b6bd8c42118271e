"""Container images: what `docker save` writes (with manifest.json, and the older form without), and the layout of the
Open Container Initiative (image-spec 1.0), each as a tar archive or as a folder.

Layers lie over each other in order; a file `.wh.NAME` removes NAME of the layers below, and `.wh..wh..opq` all that
they have in its folder (image-spec, layer.md, "Whiteouts"). What a digest names is verified.
"""

from __future__ import annotations

import hashlib
import json
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unilith.errors import UserError
from unilith.image.archive import Member, Scratch, add_members, decompressed, read_members, whole
from unilith.image.tree import Piece, Tree

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""What containers call them."""
JSON_LIMIT = 8 << 20
"""Bytes of a description."""
LAYERS_MAX = 1000
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"


@dataclass(frozen=True, slots=True)
class ContainerConfig:
    """What a container image says about its program."""

    command: tuple[str, ...] = ()
    """The entrypoint, and the arguments behind it; the first is the program."""
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = ""
    """Where the program starts; empty: at the root."""
    user: str = ""
    """Who runs it: `USER` or `USER:GROUP`, each a name or a number; empty: root."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container image that has been looked into, and not read yet."""

    source: Path
    config: ContainerConfig
    layers: tuple[Piece, ...]

    def tree(self, scratch: Scratch) -> Tree:
        """The files, all layers one over the other."""
        tree = Tree(self.source)
        for number, layer in enumerate(self.layers, start=1):
            add_layer(tree, list(read_members(layer, scratch, f"{self.source} (layer {number})")))
        return tree


def add_layer(tree: Tree, members: list[Member]) -> None:
    """Lays a layer over the tree. Its whiteouts mean the layers below, wherever in the layer they stand."""
    for folder, name in map(_split, members):
        if name == _OPAQUE:
            tree.empty(tree.place(f"{folder}x").rpartition("/")[0])
        elif name.startswith(_WHITEOUT) and not name.startswith(_WHITEOUT * 2):
            tree.remove(tree.place(folder + name.removeprefix(_WHITEOUT)))
    add_members(tree, (m for m in members if not _split(m)[1].startswith(_WHITEOUT)))


def _split(member: Member) -> tuple[str, str]:
    """The folder, with a slash behind it if it is not the root, and the last component."""
    folder, slash, name = member.name.rstrip("/").rpartition("/")
    return folder + slash, name


def find_container(source: Path, arch: str, scratch: Scratch) -> Container | None:
    """The container image at a file or folder; None if that is something else."""
    members = _Folder(source) if source.is_dir() else _archive(source, scratch)
    if members is None:
        return None
    if "oci-layout" in members and "index.json" in members:
        return _open_layout(source, members, arch)
    if "manifest.json" in members:
        said = _json(source, members, "manifest.json")
        if isinstance(said, list) and said and isinstance(said[0], dict) and "Layers" in said[0]:
            return _open_saved(source, members, said)
    if "repositories" in members and any(name.endswith("/layer.tar") for name in members):
        return _open_first_form(source, members)
    return None


class _Folder(Mapping[str, Piece]):
    """The files of a folder as pieces, by path; nothing outside it can be reached."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def __getitem__(self, name: str) -> Piece:
        file = self._folder / name
        if not file.resolve().is_relative_to(self._folder) or not file.is_file():
            raise KeyError(name)
        return whole(file)

    def __iter__(self) -> Iterator[str]:
        return (p.relative_to(self._folder).as_posix() for p in sorted(self._folder.glob("*/layer.tar")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_Files = Mapping[str, Piece]


def _archive(source: Path, scratch: Scratch) -> _Files | None:
    """The files of a tar archive by name, if it can be a container image: one has few, and they say what they are."""
    plain = decompressed(whole(source), scratch, str(source))
    if not _is_tar(plain):
        raise UserError(
            "is neither a folder nor a tar archive",
            where=source,
            hint="The root file system comes from a folder, a tar archive (also .gz, .bz2, .xz or .zst) "
            "or a container image.",
        )
    links: dict[str, str] = {}
    files: dict[str, Piece] = {}
    for member in read_members(plain, scratch, str(source)):
        name = member.name.removeprefix("./")
        if member.kind == stat.S_IFREG and member.content is not None:
            files[name] = member.content
        elif member.kind == stat.S_IFLNK:  # an older `docker save` links equal layers: ../ID/layer.tar
            links[name] = member.target.removeprefix("../")
    files |= {name: files[target] for name, target in links.items() if target in files}
    return files


def _is_tar(plain: Piece) -> bool:
    with plain.open() as stream:
        block = stream.read(tarfile.BLOCKSIZE)
    if block == bytes(tarfile.BLOCKSIZE):
        return True  # an archive of nothing
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _open_layout(source: Path, files: _Files, arch: str) -> Container:
    manifest = _descriptor(source, _json(source, files, "index.json"), arch)
    for _ in range(8):  # an index may name indexes
        said = _blob_json(source, files, manifest)
        if "manifests" not in said:
            break
        manifest = _descriptor(source, said, arch)
    config = _blob_json(source, files, said.get("config"))
    return Container(
        source,
        _config(source, config),
        tuple(_blob(source, files, layer) for layer in _listed(source, said, "layers")),
    )


def _descriptor(source: Path, index: Any, arch: str) -> Any:
    """The manifest of an index that is for our architecture."""
    found = []
    for entry in _listed(source, index, "manifests"):
        platform = entry.get("platform") if isinstance(entry, dict) else None
        if not isinstance(platform, dict):
            found.append(entry)
        elif platform.get("architecture") == ARCHITECTURES[arch] and platform.get("os") == "linux":
            return entry
    if not found:
        raise UserError(f"holds no image for linux/{ARCHITECTURES[arch]}", where=source)
    return found[0]


def _open_saved(source: Path, files: _Files, said: list[Any]) -> Container:
    if len(said) != 1:
        raise UserError(
            f"holds {len(said)} container images", where=source, hint="Save the one that is meant by itself."
        )
    manifest = said[0]
    layers = [_file(source, files, name) for name in _listed(source, manifest, "Layers")]
    return Container(source, _config(source, _json(source, files, manifest.get("Config"))), tuple(layers))


def _open_first_form(source: Path, files: _Files) -> Container:
    """Version 1 without a manifest: a folder a layer, each naming the one below (Docker's image spec 1.0)."""
    said = _json(source, files, "repositories")
    heads = (
        {str(i) for tags in said.values() if isinstance(tags, dict) for i in tags.values()} if said else set()
    )
    if len(heads) != 1:
        raise UserError(f"holds {len(heads)} container images", where=source)
    at = heads.pop()
    config = _json(source, files, f"{at}/json")
    layers: list[Piece] = []
    here = config
    while True:
        layers.insert(0, _file(source, files, f"{at}/layer.tar"))
        parent = here.get("parent")
        if not isinstance(parent, str) or not parent:
            return Container(source, _config(source, config), tuple(layers))
        if len(layers) >= LAYERS_MAX:
            raise UserError("has layers that lie on each other in a circle", where=source)
        at, here = parent, _json(source, files, f"{parent}/json")


def _config(source: Path, image: Any) -> ContainerConfig:
    config = image.get("config") if isinstance(image, dict) else None
    if config is None:
        return ContainerConfig()
    if not isinstance(config, dict):
        raise _damaged(source, "config")
    command = (*_words(source, config, "Entrypoint"), *_words(source, config, "Cmd"))
    environment = []
    for word in _words(source, config, "Env"):
        name, equals, value = word.partition("=")
        if name and equals:
            environment.append((name, value))
    directory = config.get("WorkingDir") or ""
    if not isinstance(directory, str) or any(c in directory for c in '\0"\\\n'):
        raise _damaged(source, "WorkingDir")
    place = directory.strip("/")
    user = config.get("User") or ""
    if not isinstance(user, str) or any(c in user for c in "\0\n"):
        raise _damaged(source, "User")
    return ContainerConfig(command, tuple(environment), f"/{place}" if place else "", user)


def _words(source: Path, config: dict[str, Any], key: str) -> tuple[str, ...]:
    said = config.get(key) or []
    words = [said] if isinstance(said, str) else said
    if not isinstance(words, list) or not all(isinstance(w, str) and "\0" not in w for w in words):
        raise _damaged(source, key)
    return tuple(words)


def _listed(source: Path, said: Any, key: str) -> list[Any]:
    found = said.get(key) if isinstance(said, dict) else None
    if not isinstance(found, list) or len(found) > LAYERS_MAX:
        raise _damaged(source, key)
    return found


def _file(source: Path, files: _Files, name: object) -> Piece:
    found = files.get(name) if isinstance(name, str) else None
    if found is None:
        raise UserError(f"is a container image that lacks its file {name}", where=source)
    return found


def _blob(source: Path, files: _Files, descriptor: Any) -> Piece:
    """The bytes that a descriptor names, verified."""
    digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
    if not isinstance(digest, str):
        raise _damaged(source, "digest")
    algorithm, _, hexadecimal = digest.partition(":")
    if algorithm not in ("sha256", "sha512") or not hexadecimal.isalnum():
        raise UserError(f"names something by a digest that is not understood: {digest}", where=source)
    piece = _file(source, files, f"blobs/{algorithm}/{hexadecimal}")
    with piece.open() as stream:
        found = hashlib.file_digest(stream, algorithm).hexdigest()
    if found != hexadecimal:
        raise UserError(f"is damaged: the content of {digest} has another checksum", where=source)
    return piece


def _blob_json(source: Path, files: _Files, descriptor: Any) -> Any:
    return _parsed(source, _blob(source, files, descriptor), "a manifest")


def _json(source: Path, files: _Files, name: object) -> Any:
    return _parsed(source, _file(source, files, name), str(name))


def _parsed(source: Path, piece: Piece, name: str) -> Any:
    if piece.size > JSON_LIMIT:
        raise UserError(f"has a description of {piece.size:,} bytes: {name}", where=source)
    with piece.open() as stream:
        try:
            return json.loads(stream.read())
        except (ValueError, RecursionError) as e:
            raise _damaged(source, name) from e


def _damaged(source: Path, what: str) -> UserError:
    return UserError(f"is a container image whose {what} cannot be understood", where=source)
