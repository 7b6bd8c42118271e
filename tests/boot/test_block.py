"""Disks: the drivers against QEMU's real devices and the host's files, and disks as files of programs."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.boot.block_stream import apply, read_stream
from tests.boot.command import TARGETS, VIRTUAL, Ran, run
from tests.boot.monitor import Monitor
from tests.boot.wire import built

pytestmark = pytest.mark.boot

MIB = 1 << 20
CACHE, DISCARD, ZEROES = 2, 4, 8


def content(position: int, size: int, seed: int) -> bytes:
    """The bytes that the recipes disk-raw and disk-file write there."""
    first, last = position // 8, (position + size + 7) // 8
    words = (
        ((word + seed * 7919) * 0x9E3779B97F4A7C15 & (1 << 64) - 1).to_bytes(8, "little")
        for word in range(first, last)
    )
    return b"".join(words)[position % 8 :][:size]


def disk(folder: Path, name: str = "disk.img", size: int = 4 * MIB) -> Path:
    file = folder / name
    file.write_bytes(b"\xee" * size)
    return file


def said(ran: Ran) -> list[str]:
    return ran.console.splitlines()


@pytest.mark.parametrize("target", TARGETS)
def test_sectors_arrive(workshop: Path, tmp_path: Path, target: str) -> None:
    one, two, locked = disk(tmp_path, "1.img"), disk(tmp_path, "2.img", 2 * MIB), disk(tmp_path, "3.img", MIB)
    steps = ["list", "write:vda:8:65536:3", "flush:vda", "read:vda:8:65536:3", "many:vda:1000:64:5"]
    steps += ["force:vdb:4095:512:7", "read:vdb:4095:512:7", "discard:vda:2000:800", "zeroes:vda:4000:16"]
    steps += ["zero:vda:4000:8192"]
    ran = run(
        "disk-raw",
        target,
        *("--disk", f"{one},name=first", "--disk", str(two), "--disk", f"{locked},readonly,name=locked"),
        *("--", *steps),
        cwd=workshop,
    )
    assert ran.status == 0, ran
    flags = 30 if target.startswith("process") else CACHE | DISCARD | ZEROES | 16
    listed = [line.rsplit(" ", 1)[0] for line in said(ran)[:3]]
    assert listed[0] == f"vda serial=first sectors=8192 block=512 flags={flags}"
    assert listed[1] == f"vdb serial= sectors=4096 block=512 flags={flags}"
    assert listed[2].startswith("vdc serial=locked sectors=2048 block=512 flags=") and int(listed[2][-1]) % 2
    data = one.read_bytes()
    assert data[8 * 512 :][:65536] == content(8 * 512, 65536, 3)
    assert data[1000 * 512 :][: 64 * 4096] == content(1000 * 512, 64 * 4096, 5)
    assert data[4000 * 512 :][:8192] == bytes(8192)
    assert set(data[: 8 * 512]) == {0xEE}
    assert two.read_bytes()[-512:] == content(4095 * 512, 512, 7)
    assert one.stat().st_blocks * 512 <= 4 * MIB - 800 * 512 + 65536  # given up


@pytest.mark.parametrize("target", TARGETS)
def test_a_disk_is_a_file(workshop: Path, tmp_path: Path, target: str) -> None:
    one, locked = disk(tmp_path), disk(tmp_path, "2.img", MIB)
    steps = ["open:/dev/vda:rw", "size", "write:1000:70001:4", "sync", "read:1000:70001:4", "seek:100:0"]
    steps += [
        "append:in the middle",
        "seek:0:2",
        "append:x",
        "discard:1048576:1048576",
        "zeroout:2097152:4096",
    ]
    steps += ["zero:2097152:4096", "zeroout:1:512", "open:/dev/vdb:r", "size", "write:0:512:1"]
    steps += ["discard:0:512", "open:/dev/vdb:rw", "open:/dev/vdc:r"]
    ran = run(
        "disk-file", target, "--disk", str(one), "--disk", f"{locked},readonly", "--", *steps, cwd=workshop
    )
    assert said(ran) == [
        "open: 0",
        "  4194304 bytes, 8192 sectors, blocks of 512, read-only 0",
        "size: 0",
        "write: 70001",
        "sync: 0",
        "read: 70001",
        "seek: 100",
        "append: 13",
        "seek: 4194304",
        "append: No space left on device",
        "discard: 0",
        "zeroout: 0",
        "zero: 4096",
        "zeroout: Invalid argument",
        "open: 1",
        "  1048576 bytes, 2048 sectors, blocks of 512, read-only 1",
        "size: 0",
        "write: Bad file descriptor",
        "discard: Bad file descriptor",
        "open: Permission denied",
        "open: No such file or directory",
    ], ran
    data = one.read_bytes()
    assert data[1000:71001] == content(1000, 70001, 4)
    assert data[:100] == b"\xee" * 100 and data[100:120] == b"in the middle" + b"\xee" * 7
    assert data[71001:72000] == b"\xee" * 999


def test_errors_of_the_host_arrive(workshop: Path, tmp_path: Path) -> None:
    """What QEMU's blkdebug makes fail, at a place and always, is EIO for the program and a line in the log."""
    faults = tmp_path / "faults"
    faults.write_text(
        '[inject-error]\nevent = "read_aio"\nsector = "100"\nerrno = "5"\nonce = "off"\n\n'
        '[inject-error]\nevent = "write_aio"\nsector = "200"\nerrno = "5"\nonce = "off"\n\n'
        '[inject-error]\nevent = "write_aio"\nsector = "300"\nerrno = "28"\nonce = "off"\n\n'
        '[inject-error]\nevent = "flush_to_disk"\nerrno = "5"\nonce = "on"\n'
    )
    steps = ["open:/dev/vda:rw", "write:0:512:1", "read:51200:4096:0", "write:102400:4096:1"]
    steps += ["write:153600:512:1", "sync", "sync", "read:0:512:1"]
    ran = run(
        "disk-file",
        "qemu-x86_64",
        *("--disk", f"{disk(tmp_path)},blkdebug={faults}", "--", *steps),
        cwd=workshop,
    )
    logged = [line.split("] ", 1)[1] for line in said(ran) if line.startswith("[")]
    assert [line for line in said(ran) if not line.startswith("[")] == [
        "open: 0",
        "write: 512",
        "read: I/O error",
        "write: I/O error",
        "write: I/O error",
        "sync: I/O error",
        "sync: 0",
        "read: 512",
    ], ran
    assert logged == [
        "vda: reading 8 sectors from 100 on failed, error 5",
        "vda: writing 8 sectors from 200 on failed, error 5",
        "vda: writing 1 sectors from 300 on failed, error 5",
        "vda: flushing failed, error 5",
    ]


@pytest.mark.parametrize("packing", [(), pytest.param(("-zlz4",), marks=pytest.mark.full)])
def test_errors_of_the_host_arrive_through_erofs(
    workshop: Path, tmp_path: Path, packing: tuple[str, ...]
) -> None:
    """What cannot be read of a disk with EROFS, a file's content or a directory, is EIO each time, and a line in
    the log; the rest can be read."""
    tree, image, faults = tmp_path / "tree", tmp_path / "erofs.img", tmp_path / "faults"
    (tree / "deep").mkdir(parents=True)
    for name, seed in (("bad", 1), ("good", 2)):
        (tree / name).write_bytes(content(0, 20000, seed))
    for number in range(1000):
        (tree / "deep" / f"name-{number:04}").touch()
    subprocess.run(["mkfs.erofs", *packing, image, tree], check=True, capture_output=True)
    whole = image.read_bytes()
    lost = [whole.index(content(8192, 64, 1)) // 512, whole.index(b"name-0800") // 512]
    faults.write_text(
        "".join(
            f'[inject-error]\nevent = "read_aio"\nsector = "{sector}"\nerrno = "5"\nonce = "off"\n\n'
            for sector in lost
        )
    )
    steps = ["open:/data/bad:r", "read:0:4096:1", "read:8192:4096:1", "read:8192:4096:1"]
    steps += ["open:/data/deep/name-0800:r", "open:/data/deep/name-0000:r"]
    steps += ["open:/data/good:r", "read:0:20000:2"]
    words = ("--want", "fs.erofs", "--set", "MOUNTS=/data:erofs:vda")
    words += ("--disk", f"{image},readonly,blkdebug={faults}")
    ran = run("disk-file", "qemu-x86_64", *words, "--", *steps, cwd=workshop)
    logged = [line.split("] ", 1)[1] for line in said(ran) if line.startswith("[")]
    assert [line for line in said(ran) if not line.startswith("[")] == [
        "open: -2",  # a regular file
        "read: 4096",
        "read: I/O error",
        "read: I/O error",
        "open: I/O error",
        "open: -2",
        "open: -2",
        "read: 20000",
    ], ran
    for sector in lost:
        assert any(
            int(line.split()[5]) <= sector < int(line.split()[5]) + int(line.split()[2])
            for line in logged
            if line.startswith("vda: reading") and line.endswith(" on failed, error 5")
        ), ran


def test_flushes_come_between_writes(workshop: Path, tmp_path: Path) -> None:
    """The host sees a write that must last, and a flush that was asked for, before what is written later."""
    file, record = disk(tmp_path), tmp_path / "record"
    steps = [
        "write:vda:8:4096:1",
        "flush:vda",
        "force:vda:16:4096:2",
        "write:vda:24:4096:3",
        "discard:vda:32:8",
    ]
    ran = run("disk-raw", "qemu-x86_64", "--disk", f"{file},record={record}", "--", *steps, cwd=workshop)
    assert ran.status == 0, ran
    changes = read_stream(record)
    seen = [("flush" if change.is_flush else change.offset // 512) for change in changes]
    while seen[-1] == "flush":  # QEMU's own, at its end
        seen.pop()
    assert seen == [8, "flush", 16, "flush", 24, 32]
    again = disk(tmp_path, "again.img")
    apply(changes, again)
    assert again.read_bytes()[4096 : 4 * 4096] == file.read_bytes()[4096 : 4 * 4096]


@pytest.mark.parametrize("target", VIRTUAL)
def test_every_kind_of_device(workshop: Path, tmp_path: Path, target: str) -> None:
    """Several queues, large blocks, no cache, packed rings; and a disk that grows while the image runs."""
    from unilith.image.description import ImageDescription
    from unilith.run.network import Network
    from unilith.run.qemu import find_program, qemu_command

    options = ["VIRTIO_BLK_QUEUES=2", "VIRTIO_BLK_REQUESTS=4", "VIRTIO_PACKED=y"]
    image = built("disk-raw", target, *(w for o in options for w in ("--set", o)), cwd=workshop)
    description = ImageDescription.read(image / "image.json")
    one, two = disk(tmp_path, "1.img"), disk(tmp_path, "2.img")
    kind = description.settings["disk-device"]
    steps = ["list", "many:vda:1000:64:5", "many:vdb:1000:64:5", "zeroes:vdb:8:8", "zero:vdb:8:4096"]
    with tempfile.TemporaryDirectory(prefix="block-", dir="/tmp") as folder:
        control, record = Path(folder) / "control", Path(folder) / "record"
        with record.open("wb") as file:
            command = qemu_command(
                description,
                find_program(description),
                args=[*steps, "size:vda:10240", "many:vda:9000:64:9"],
                memory=8 * MIB,
                network=Network(),
                accel="tcg",
                record=file.fileno(),
            )
            for number, (place, words) in enumerate(
                (
                    (one, "num-queues=4,packed=on"),
                    (two, "logical_block_size=4096,physical_block_size=4096,write-cache=off,discard=off"),
                )
            ):
                command += [
                    "-blockdev",
                    f"driver=raw,node-name=d{number},file.driver=file,file.filename={place}",
                ]
                command += ["-device", f"{kind},drive=d{number},id=disk{number},{words}"]
            command += ["-qmp", f"unix:{control},server=on,wait=off"]
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=[file.fileno()],
            ) as machine:
                assert machine.stdout
                lines: list[str] = []
                try:
                    for line in machine.stdout:
                        lines.append(line.rstrip("\r\n"))
                        if lines[-1] == "waiting":
                            grow(control, "d0", 5 * MIB)
                    machine.wait(60)
                finally:
                    machine.kill()
        assert record.read_bytes() == b"E\0", lines
    assert lines[0].startswith("vda serial= sectors=8192 block=512 flags=30")
    assert lines[1].startswith(f"vdb serial= sectors=8192 block=4096 flags={ZEROES | 16} ")
    assert lines[2:] == ["many: 0", "many: 0", "zeroes: 0", "zero: 0", "waiting", "size: 0", "many: 0"]
    assert one.stat().st_size == 5 * MIB
    assert one.read_bytes()[9000 * 512 :][: 64 * 4096] == content(9000 * 512, 64 * 4096, 9)


def grow(control: Path, node: str, size: int) -> None:
    with Monitor(control) as monitor:
        monitor("block_resize", **{"node-name": node, "size": size})


def test_a_disk_in_memory(workshop: Path) -> None:
    steps = ["list", "many:ram0:64:64:5", "write:ram0:8:4096:3", "zeroes:ram0:8:4", "zero:ram0:8:2048"]
    ran = run("disk-raw", "microvm-x86_64", "--set", "BLOCK_RAM=y", "--", *steps, cwd=workshop)
    assert ran.status == 0, ran
    assert said(ran)[0].startswith("ram0 serial= sectors=8192 block=512 flags=12 ")


def test_what_cannot_be_a_disk_is_said(workshop: Path, tmp_path: Path) -> None:
    ran = run("disk-raw", "qemu-x86_64", "--disk", str(tmp_path / "none.img"), cwd=workshop)
    assert ran.status == 125 and "there is no such disk image" in ran.errors
    ran = run("hello", "qemu-x86_64", "--disk", str(disk(tmp_path)), cwd=workshop)
    assert ran.status == 125 and "hello drives no disks" in ran.errors


def test_a_disk_that_is_memory(workshop: Path, tmp_path: Path) -> None:
    """virtio-pmem: what is written stands in the host's file, and a flush is asked for there."""
    from tests.boot.machine import machine

    image = built("disk-raw", "qemu-x86_64", "--set", "VIRTIO_PMEM_DISK=y", cwd=workshop)
    file = disk(tmp_path, size=8 * MIB)
    devices = ["-m", "64M,slots=1,maxmem=1G", "-device", "virtio-pmem-pci,disable-legacy=on,memdev=memory"]
    devices += ["-object", f"memory-backend-file,id=memory,share=on,mem-path={file},size={8 * MIB}"]
    steps = ["list", "write:pmema:8:65536:3", "flush:pmema", "read:pmema:8:65536:3", "many:pmema:1000:64:5"]
    steps += ["force:pmema:16383:512:7", "zeroes:pmema:4000:16", "zero:pmema:4000:8192"]
    with machine(image, devices, memory=64 * MIB, args=steps) as running:
        lines = running.wait_for("zero: ").splitlines()
        assert lines[0].startswith("pmema serial= sectors=16384 block=512 flags=10 ")
        assert [line for line in lines[1:] if not line.endswith(": 0")] == []
        running.process.wait(60)
    data = file.read_bytes()
    assert data[8 * 512 :][:65536] == content(8 * 512, 65536, 3)
    assert data[1000 * 512 :][: 64 * 4096] == content(1000 * 512, 64 * 4096, 5)
    assert data[-512:] == content(16383 * 512, 512, 7)


def test_disks_under_the_debugger(workshop: Path, tmp_path: Path) -> None:
    """A process that gdb starts has its disks, too."""
    commands = tmp_path / "commands"
    commands.write_text("run\n")
    words = ("--gdb", "--gdb-commands", str(commands), "--disk", f"{disk(tmp_path)},name=first")
    ran = run("disk-raw", "process-x86_64", *words, "--", "list", cwd=workshop)
    assert ran.status == 0 and "vda serial=first sectors=8192 " in ran.console, ran
