"""Container images as `docker save` and the Open Container Initiative write them, and what is wrong with some."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from unilith.errors import UserError
from unilith.image.archive import Scratch
from unilith.image.container import Container, find_container

CONFIG: dict[str, Any] = {
    "architecture": "amd64",
    "os": "linux",
    "config": {
        "Entrypoint": ["/bin/server"],
        "Cmd": ["--port", "80"],
        "Env": ["PATH=/usr/bin", "A=b=c", "nothing"],
        "WorkingDir": "/srv",
        "User": "www:50",
    },
}

Files = Mapping[str, bytes | str | None]
"""A layer: content by name; text is a link's target, None a folder."""


def layer(files: Files) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o700
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return raw.getvalue()


LOWER = layer(
    {
        "etc/": None,
        "etc/a": b"lower a",
        "etc/b": b"lower b",
        "opt/x/1": b"1",
        "opt/x/2": b"2",
        "lib": "usr/lib",
        "usr/lib/l": b"l",
    }
)
UPPER = layer(
    {
        "etc/.wh.a": b"",
        "etc/c": b"upper c",
        "opt/x/3": b"3",
        "opt/x/.wh..wh..opq": b"",
        "lib/m": b"m",
        ".wh..wh.plnk": b"",
    }
)
MERGED = {"etc/b": b"lower b", "etc/c": b"upper c", "opt/x/3": b"3", "usr/lib/l": b"l", "usr/lib/m": b"m"}


def saved(layers: list[bytes], config: dict[str, Any] = CONFIG) -> dict[str, bytes]:
    """Version 1.2: a manifest that names the configuration and the layers."""
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": names}]
    return {
        **dict(zip(names, layers, strict=True)),
        "config.json": json.dumps(config).encode(),
        "manifest.json": json.dumps(manifest).encode(),
    }


def first_form(layers: list[bytes]) -> dict[str, bytes]:
    files = {"repositories": json.dumps({"x": {"1": f"id{len(layers) - 1}"}}).encode()}
    for number, content in enumerate(layers):
        said: dict[str, Any] = {"id": f"id{number}", **({"parent": f"id{number - 1}"} if number else {})}
        if number == len(layers) - 1:
            said["config"] = CONFIG["config"]
        files |= {f"id{number}/layer.tar": content, f"id{number}/json": json.dumps(said).encode()}
    return files


def layout(layers: list[bytes], config: dict[str, Any] = CONFIG) -> dict[str, bytes]:
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        files[f"blobs/sha256/{digest}"] = content
        return {"mediaType": "x", "digest": f"sha256:{digest}", "size": len(content)}

    manifest = {
        "config": blob(json.dumps(config).encode()),
        "layers": [blob(gzip.compress(x, mtime=0)) for x in layers],
    }
    ours = {"architecture": "amd64", "os": "linux"}
    other = blob(b'{"config": {}, "layers": []}') | {"platform": {"architecture": "arm64", "os": "linux"}}
    index = {"manifests": [other, blob(json.dumps(manifest).encode()) | {"platform": ours}]}
    outer = {"manifests": [blob(json.dumps(index).encode())]}
    files["index.json"] = json.dumps(outer).encode()
    return files


def pack(files: Mapping[str, bytes], place: Path, packed: bool) -> Path:
    if not packed:
        for name, content in files.items():
            (place / "image" / name).parent.mkdir(parents=True, exist_ok=True)
            (place / "image" / name).write_bytes(content)
        return place / "image"
    with tarfile.open(place / "image.tar", "w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return place / "image.tar"


def find(source: Path) -> Container | None:
    scratch = source.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return find_container(source, "x86_64", Scratch(scratch))


def files_of(container: Container) -> dict[str, bytes]:
    scratch = container.source.parent / "scratch"
    tree = container.tree(Scratch(scratch))
    return {e.name: e.read() for e in tree.entries() if stat.S_ISREG(e.mode)}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("form", [saved, first_form, layout])
def test_layers_lie_over_each_other_in_every_form(tmp_path: Path, form: Any, packed: bool) -> None:
    container = find(pack(form([LOWER, UPPER]), tmp_path, packed))
    assert container is not None
    assert files_of(container) == MERGED
    assert container.config.command == ("/bin/server", "--port", "80")
    assert container.config.environment == (("PATH", "/usr/bin"), ("A", "b=c"))
    assert container.config.directory == "/srv"
    assert container.config.user == "www:50"


def test_a_whiteout_means_the_layers_below_wherever_it_stands(tmp_path: Path) -> None:
    upper = layer(
        {"a": b"new", ".wh.a": b"", "d/.wh..wh..opq": b"", "d/n": b"n", ".wh.e": b"", ".wh.absent": b""}
    )
    lower = layer({"a": b"old", "d/o": b"o", "e/1": b"1", "e/f/2": b"2"})
    container = find(pack(saved([lower, upper]), tmp_path, True))
    assert container is not None and files_of(container) == {"a": b"new", "d/n": b"n"}


def test_the_root_can_be_opaque(tmp_path: Path) -> None:
    container = find(pack(saved([LOWER, layer({".wh..wh..opq": b"", "only": b"1"})]), tmp_path, True))
    assert container is not None and files_of(container) == {"only": b"1"}


def test_what_is_no_container_image_is_not_taken_for_one(tmp_path: Path) -> None:
    assert find(pack({"manifest.json": b'{"name": "a web page"}', "a": b""}, tmp_path, True)) is None
    assert find(pack({"manifest.json": b"[]"}, tmp_path, False)) is None
    (tmp_path / "text").write_text("neither folder nor archive " * 50)
    with pytest.raises(UserError, match="neither a folder nor a tar archive"):
        find(tmp_path / "text")


def damaged(files: dict[str, bytes], name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    assert old in files[name]
    return files | {name: files[name].replace(old, new)}


def without(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {key: content for key, content in files.items() if key != name}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (without(saved([LOWER]), "0/layer.tar"), "lacks its file 0/layer.tar"),
        (damaged(saved([LOWER]), "manifest.json", b"0/layer.tar", b"../../etc/passwd"), "lacks its file"),
        (damaged(saved([LOWER]), "config.json", b'["/bin/server"]', b'{"a": 1}'), "Entrypoint"),
        (damaged(saved([LOWER]), "config.json", b'"/srv"', b"[1]"), "WorkingDir"),
        (damaged(saved([LOWER]), "config.json", b'"www:50"', b"[1]"), "User"),
        (damaged(saved([LOWER]), "config.json", b"{", b"("), "config.json"),
        (damaged(saved([LOWER]), "manifest.json", b'["0/layer.tar"]', b"7"), "Layers"),
        (damaged(layout([LOWER]), "index.json", b"sha256:", b"md5:"), "not understood"),
        (damaged(first_form([LOWER, UPPER]), "id0/json", b'"id": "id0"', b'"parent": "id1"'), "in a circle"),
        (damaged(first_form([LOWER]), "repositories", b'"1": "id0"', b""), "0 container images"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_what_cannot_be_understood_is_said(
    tmp_path: Path, files: dict[str, bytes], said: str, packed: bool
) -> None:
    with pytest.raises(UserError, match=said):
        find(pack(files, tmp_path, packed))


def test_a_blob_with_another_content_is_refused(tmp_path: Path) -> None:
    files = layout([LOWER])
    name = max(files, key=lambda name: len(files[name]))
    with pytest.raises(UserError, match="another checksum"):
        find(pack(files | {name: files[name] + b"x"}, tmp_path, True))


def test_an_image_for_another_machine_is_refused(tmp_path: Path) -> None:
    files = {"oci-layout": b"{}", "index.json": json.dumps({"manifests": [
        {"digest": "sha256:00", "platform": {"architecture": "arm64", "os": "linux"}}]}).encode()}  # fmt: skip
    with pytest.raises(UserError, match="no image for linux/amd64"):
        find(pack(files, tmp_path, True))


def test_a_layer_cannot_leave_the_image(tmp_path: Path) -> None:
    for hostile in ({"../x": b"1"}, {"a/../../.wh.x": b""}, {"dev/null/../../../x": b""}):
        container = find(pack(saved([layer(hostile)]), tmp_path, True))
        assert container is not None
        with pytest.raises(UserError, match="leaves it"):
            files_of(container)
