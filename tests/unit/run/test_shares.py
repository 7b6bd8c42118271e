"""Shares of a run: what the command line may say, what QEMU and process images are told, and who serves."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run import virtiofsd as servers
from unilith.run.shares import Share, opened_shares, qemu_shares, read_share, shares_of

SETTINGS = {"share-9p-device": "virtio-9p-pci", "share-virtiofs-device": "vhost-user-fs-pci"}


def description(*kinds: str) -> ImageDescription:
    return ImageDescription(
        recipe="store",
        target="qemu-x86_64",
        arch="x86_64",
        platform="qemu",
        runner="qemu",
        settings={},
        image=Path("image.elf"),
        debug=Path("image.debug"),
        memory="4M",
        shares=kinds,
    )


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("dir", Share(Path("dir"))),
        ("a,,b", Share(Path("a,b"))),
        ("dir,tag=data,readonly", Share(Path("dir"), "data", True)),
        ("dir,kind=virtiofs", Share(Path("dir"), kind="virtiofs")),
    ],
)
def test_what_is_written_is_read(text: str, share: Share) -> None:
    assert read_share(text) == share


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a folder comes first"),
        (",tag=x", "a folder comes first"),
        ("dir,tag=", "a tag has"),
        ("dir,tag=a/b", "a tag has"),
        ("dir,tag=" + "x" * 32, "a tag has"),
        ("dir,readonly=on", "none of"),
        ("dir,tag", "none of"),
        ("dir,cache=none", "none of"),
        ("dir,kind=nfs", "none of the kinds"),
        ("dir,readonly,readonly", "twice"),
    ],
)
def test_what_is_no_share_is_said(text: str, reason: str) -> None:
    with pytest.raises(UserError, match=re.escape(reason)) as error:
        read_share(text)
    assert error.value.exit_status == 125 and "DIR[,tag=TAG]" in (error.value.hint or "")


def test_what_cannot_be_shared_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    image = description("9p")
    for texts, reason in (
        ([f"{tmp_path}/none"], "No such file or directory"),
        ([f"{tmp_path}/file"], "Not a directory"),
        ([f"{tmp_path},tag=x", f"{tmp_path},tag=x"], "two shares have the tag 'x'"),
        ([f"{tmp_path},tag=share1", f"{tmp_path}"], "two shares have the tag 'share1'"),
        ([f"{tmp_path},kind=virtiofs"], "cannot mount a share of the kind virtiofs, only 9p"),
        ([f"{tmp_path}"] * 17, "17 shares are more than 16"),
    ):
        with pytest.raises(UserError, match=re.escape(reason)):
            shares_of(image, texts)
    with pytest.raises(UserError, match="store mounts no folders of the host"):
        shares_of(description(), [str(tmp_path)])
    assert shares_of(description(), []) == ()


def test_qemu_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "a,b"
    folder.mkdir()
    shares = shares_of(description("9p"), [f"{tmp_path}/a,,b,tag=data,readonly", f"{tmp_path}"])
    with qemu_shares(shares, SETTINGS, "qemu-x86_64", 1 << 20) as served:
        assert served.words == (
            "-fsdev",
            f"local,id=share0,path={tmp_path}/a,,b,security_model=none,multidevs=remap,readonly=on",
            "-device",
            "virtio-9p-pci,fsdev=share0,mount_tag=data",
            "-fsdev",
            f"local,id=share1,path={tmp_path},security_model=none,multidevs=remap",
            "-device",
            "virtio-9p-pci,fsdev=share1,mount_tag=share1",
        )
    with (
        pytest.raises(UserError, match="has no shares of the kind 9p"),
        qemu_shares(shares, {}, "other-x86_64", 1 << 20),
    ):
        pass


def test_a_process_gets_descriptors(tmp_path: Path) -> None:
    shares = shares_of(description("host"), [f"{tmp_path},tag=data", f"{tmp_path},readonly"])
    with opened_shares(shares) as (descriptors, parameters):
        first, second = descriptors
        assert parameters == [f"share.0={first},tag=data", f"share.1={second},tag=share1,readonly"]
        assert os.fstat(first).st_ino == tmp_path.stat().st_ino
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(first)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A virtiofsd that is a script of the test's."""
    program = tmp_path / "bin" / "virtiofsd"
    program.parent.mkdir()
    monkeypatch.setattr(servers, "PLACES", (str(program),))
    yield program


def scripted(program: Path, text: str) -> None:
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def test_a_server_ends_with_the_run(tmp_path: Path, server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "ENDS", 0.2)
    scripted(server, f'echo $$ > {tmp_path}/pid; echo "$@" > {tmp_path}/words; exec sleep 1000')
    share = Share(tmp_path, "data", kind="virtiofs")
    with qemu_shares([share], SETTINGS, "qemu-x86_64", 8 << 20) as served:
        place = re.search(r"path=(\S+)", " ".join(served.words))
        assert place
        # It can be connected to at once, however long the server takes to begin.
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(place[1])
        while not (tmp_path / "words").exists() or not (tmp_path / "words").read_text():
            pass
    assert f"source={tmp_path}" in (tmp_path / "words").read_text()
    assert "memory-backend-memfd,id=shared-memory,size=8M,share=on" in served.words
    assert not served.complaints and not Path(place[1]).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo no room >&2; exit 3", "ended with status 3: no room"),
        ("kill -9 $$", f"was killed by signal {int(signal.SIGKILL)}"),
    ],
)
def test_how_a_server_ended_is_said(tmp_path: Path, server: Path, script: str, complaint: str) -> None:
    scripted(server, script)
    share = Share(tmp_path, "data", kind="virtiofs")
    with qemu_shares([share], SETTINGS, "qemu-x86_64", 8 << 20) as served:
        pass
    assert len(served.complaints) == 1 and served.complaints[0].endswith(complaint)


def test_readonly_needs_a_server_that_can(tmp_path: Path, server: Path) -> None:
    scripted(server, 'echo "--readonly"')
    assert servers.virtiofsd_command(str(server), Share(tmp_path, "x", True), 5)[-1] == "--readonly"
    other = tmp_path / "bin" / "other"
    scripted(other, 'echo "nothing"')
    with pytest.raises(UserError, match="cannot share a folder read-only"):
        servers.virtiofsd_command(str(other), Share(tmp_path, "x", True), 5)
