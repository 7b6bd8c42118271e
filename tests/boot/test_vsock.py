"""AF_VSOCK: images whose host is this test, on virtio and in a process, with true packets and false ones."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, VIRTUAL, most_telling, unilith
from tests.boot.monitor import Monitor
from tests.boot.vsock_peer import (
    CID,
    Peer,
    answer,
    connect,
    line,
    listening,
    pattern,
    process_image,
    rest,
    running,
)

from unilith.run.vsock.guest_queues import QueueGuest
from unilith.run.vsock.guest_stream import StreamGuest
from unilith.run.vsock.host import PINNED, listen_private, machine_words
from unilith.run.vsock.packets import SHUT_RECEIVE, SHUT_SEND, Operation
from unilith.upstream.cache import cache_folder

pytestmark = pytest.mark.boot

PAIR = ("qemu-x86_64", "process-x86_64")
EXPECTED = RECIPES / "vsock" / "expected.txt"
DEVICES = {
    "qemu-x86_64": "vhost-user-vsock-pci-non-transitional",
    "microvm-x86_64": "vhost-user-vsock-device",
}


def built(recipe: str, target: str, workshop: Path) -> Path:
    name = RECIPES / recipe if (RECIPES / recipe).is_dir() else recipe
    done = unilith("build", name, "--target", target, cwd=workshop)
    assert done.status == 0, done
    return workshop / "build" / recipe / target


@pytest.fixture
def uds() -> Iterator[Path]:
    """A place for sockets, whose path is short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "vsock"


@contextlib.contextmanager
def own_peer(image: Path, target: str, *args: str) -> Iterator[tuple[Peer, subprocess.Popen[bytes]]]:
    """An image whose packets come from the test itself."""
    with contextlib.ExitStack() as stack:
        if target == "process-x86_64":
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            with theirs:
                process = subprocess.Popen(
                    process_image(image, theirs.fileno(), args),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    pass_fds=[theirs.fileno()],
                )
            peer = Peer(StreamGuest(ours))
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            front = stack.enter_context(listen_private(folder / "queues"))
            words = machine_words(folder / "queues", DEVICES[target], 8 << 20)
            process = subprocess.Popen(
                [
                    *(
                        "qemu-system-x86_64",
                        "-no-user-config",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-no-reboot",
                    ),
                    *("-machine", "q35" if target == "qemu-x86_64" else "microvm", "-cpu", "max", "-m", "8M"),
                    *("-accel", "tcg", "-serial", "stdio", "-kernel", image / "image.elf"),
                    *(["-bios", "qboot.rom"] if target == "qemu-x86_64" else []),
                    *("-global", "virtio-mmio.force-legacy=false"),
                    *("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"),
                    *("-append", f"-- {' '.join(args)}", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"),
                    *(f"{word},id=vsock0" if word.startswith("vhost-user-vsock") else word for word in words),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            front.settimeout(60)
            connection, _ = front.accept()
            peer = Peer(QueueGuest(connection, CID))
        try:
            yield peer, process
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def ended(peer: Peer, process: subprocess.Popen[bytes]) -> str:
    """What the console said, when the image has ended: a machine asks its device to end first."""
    peer.until(lambda: process.poll() is not None)
    return process.communicate()[0].decode().replace("\r", "")


@pytest.mark.parametrize("target", TARGETS)
def test_calls_answer_as_on_linux(workshop: Path, uds: Path, target: str) -> None:
    with running(built("vsock", target, workshop), uds, "errors") as process:
        assert rest(process) == EXPECTED.read_text(encoding="utf-8") + "status 0"
    assert not uds.exists()


@pytest.mark.parametrize("target", most_telling("qemu-x86_64"))
def test_an_image_is_connected_with_itself(workshop: Path, uds: Path, target: str) -> None:
    """What comes of it is written down by hand: Linux's machine of the tests has no transport for that."""
    expected = (RECIPES / "vsock-local" / "expected.txt").read_text(encoding="utf-8")
    with running(built("vsock-local", target, workshop), uds) as process:
        assert rest(process) == expected + "status 0"


@pytest.mark.parametrize("target", TARGETS)
def test_streams_carry_all_bytes_both_ways_at_once(workshop: Path, uds: Path, target: str) -> None:
    size = 1 << 20
    with (
        listening(Path(f"{uds}_1000")) as server,
        running(built("vsock", target, workshop), uds, "swap", str(size)) as process,
    ):
        client, _ = server.accept()
        with client:
            sender = threading.Thread(target=client.sendall, args=[pattern(size)])
            sender.start()
            assert answer(client, size + 1) == pattern(size)
            sender.join()
            assert rest(process) == f"sent {size}, received {size}, then -1\nstatus 0"


@pytest.mark.parametrize("target", PAIR)
def test_many_connections_at_once(workshop: Path, uds: Path, target: str) -> None:
    with running(built("vsock-echo", target, workshop), uds) as process:
        assert line(process) == "echo at port 7"
        clients = [connect(uds, 7) for _ in range(60)]
        for turn in range(3):
            for number, client in enumerate(clients):
                client.sendall(b"%d of %d\n" % (turn, number))
            for number, client in enumerate(clients):
                said = b"%d of %d\n" % (turn, number)
                assert answer(client, len(said)) == said
        for client in clients:
            client.close()
        # Their ports and memory can be had again.
        for _ in range(100):
            with connect(uds, 7) as client:
                client.sendall(b"again")
                assert answer(client, 5) == b"again"
        with pytest.raises(ConnectionRefusedError):
            connect(uds, 8)


@pytest.mark.parametrize("target", PAIR)
def test_a_peer_that_never_reads_stops_the_sender_only(workshop: Path, uds: Path, target: str) -> None:
    with (
        listening(Path(f"{uds}_1000")) as server,
        running(built("vsock", target, workshop), uds, "deaf") as process,
    ):
        client, _ = server.accept()
        assert line(process) == "stopped: Resource temporarily unavailable, bounded"
        assert line(process) == "goes on"
        client.close()
        assert rest(process) == "end: nothing more\nthen: Broken pipe\nstatus 0"


def test_messages_keep_their_ends_in_a_process(workshop: Path, uds: Path) -> None:
    with (
        listening(Path(f"{uds}_1000"), socket.SOCK_SEQPACKET) as server,
        running(built("vsock", "process-x86_64", workshop), uds, "packets") as process,
    ):
        client, _ = server.accept()
        with client:
            assert client.recv(1 << 16) == pattern(3)
            assert client.recv(1 << 16) == pattern(20000)
            for size in (10, 9, 30000):
                client.sendall(pattern(size))
        assert rest(process) == (
            "sent 3 20000\nreceived 10: 0\nreceived 4, cut: 1\nreceived 30000: 0\nend: 0\nstatus 0"
        )


def serves(peer: Peer, port: int = 4000) -> None:
    """The image takes connections in, and answers."""
    peer.connect(5000, port)
    peer.send(Operation.RW, guest_port=5000, port=port, data=b"hello")
    assert peer.take(Operation.RW, port)[1] == b"thanks"
    peer.send(Operation.SHUTDOWN, guest_port=5000, port=port, flags=SHUT_RECEIVE | SHUT_SEND)
    peer.take(Operation.RST, port)


@pytest.mark.parametrize("target", PAIR)
def test_what_cannot_be_ends_a_connection_and_nothing_else(workshop: Path, target: str) -> None:
    with own_peer(built("vsock", target, workshop), target, "serve") as (peer, _):
        lies: list[tuple[int, dict[str, int]]] = [
            (Operation.CREDIT_UPDATE, {"forward": 1000}),  # it was sent nothing
            (Operation.RW, {"forward": 1}),
            (Operation.REQUEST, {}),  # of a connection that there is
            (99, {"forward": 1}),
        ]
        for port, (operation, fields) in enumerate(lies, start=1):
            peer.connect(5000, port)
            peer.send(operation, guest_port=5000, port=port, **fields)
            peer.take(Operation.RST, port)
        # To nobody: all but an end is answered by an end.
        for operation in (*Operation, 99):
            if operation != Operation.RST:
                peer.send(operation, guest_port=5001, port=50)
                assert peer.take(Operation.RST, 50)[0].source_port == 5001
        peer.send(Operation.REQUEST, guest_port=5000, port=60, type=77)
        assert peer.take(Operation.RST, 60)[0].type == 77
        peer.packets.clear()
        peer.send(Operation.RST, guest_port=5001, port=51)
        peer.send(Operation.REQUEST, guest_port=5000, port=52, destination_cid=CID + 1)
        peer.send(Operation.REQUEST, guest_port=5000, port=53, source_cid=1 << 40)
        for _ in range(2000):
            peer.send(Operation.RW, guest_port=5001, port=54, data=b"flood")
        serves(peer)
        assert {header.destination_port for header, _ in peer.packets} <= {54}


@pytest.mark.parametrize("target", PAIR)
def test_a_peer_that_sends_more_than_it_may_loses_the_connection(workshop: Path, target: str) -> None:
    with own_peer(built("vsock", target, workshop), target, "deaf") as (peer, process):
        header, _ = peer.take(Operation.REQUEST)
        assert header.buffer == 4096
        guest_port = header.source_port
        peer.send(Operation.RESPONSE, guest_port=guest_port, port=1000, buffer=0)
        assert peer.take(Operation.CREDIT_REQUEST)
        for _ in range(2):
            peer.send(Operation.RW, guest_port=guest_port, port=1000, data=bytes(4000), buffer=0)
        assert peer.take(Operation.RST)[0].source_port == guest_port
        console = ended(peer, process)
        assert "stopped: Connection reset by peer" in console and "then: Broken pipe" in console


@pytest.mark.parametrize("target", PAIR)
def test_an_image_goes_on_without_a_device_that_breaks_the_rules(workshop: Path, target: str) -> None:
    with own_peer(built("vsock", target, workshop), target, "deaf") as (peer, process):
        header, _ = peer.take(Operation.REQUEST)
        peer.send(Operation.RESPONSE, guest_port=header.source_port, port=1000, buffer=0)
        peer.take(Operation.CREDIT_REQUEST)
        peer.send(Operation.RW, guest_port=header.source_port, port=1000, length=1 << 20)
        assert "stopped: Connection reset by peer" in ended(peer, process)


@pytest.mark.parametrize("target", PAIR)
def test_shutdown_of_one_half_and_of_both(workshop: Path, target: str) -> None:
    with own_peer(built("vsock", target, workshop), target, "serve") as (peer, _):
        peer.connect(5000, 1)
        peer.send(Operation.SHUTDOWN, guest_port=5000, port=1, flags=SHUT_SEND)
        # The image closes its end, says so, and is told that this was heard.
        header, _data = peer.take(Operation.SHUTDOWN, 1)
        assert header.flags == SHUT_RECEIVE | SHUT_SEND
        peer.send(Operation.RST, guest_port=5000, port=1)
        serves(peer)


@pytest.mark.parametrize("target", DEVICES)
def test_listeners_outlive_a_reset_of_the_transport(workshop: Path, target: str) -> None:
    with own_peer(built("vsock", target, workshop), target, "serve") as (peer, process):
        peer.connect(5000, 1)
        peer.send(Operation.RW, guest_port=5000, port=1, data=b"hello")
        assert peer.take(Operation.RW, 1)[1] == b"thanks"
        event_of(peer, process)
        # What there was is gone without a word, and what the image knew of it, too.
        peer.packets.clear()
        serves(peer, 2)
        peer.send(Operation.RW, guest_port=5000, port=1, data=b"lost")
        peer.take(Operation.RST, 1)
        peer.connect(5000, 1)
        peer.send(Operation.RW, guest_port=5000, port=1, data=b"quit")
        assert "ended: Connection reset by peer" in ended(peer, process)


def event_of(peer: Peer, process: subprocess.Popen[bytes]) -> None:
    """The device says that the transport was reset (virtio 1.2, 5.10.6.7): an event in the third queue.

    QEMU has that queue and says it after a migration, which a device of vhost-user cannot have. So the test asks
    QEMU where the queue is, writes the event into it, and interrupts for another one: the driver looks at all.
    """
    assert isinstance(peer.guest, QueueGuest)
    words = [str(word) for word in process.args if "qmp" in str(word)]  # type: ignore[union-attr]
    path = next(word for word in words if word.startswith("unix:")).removeprefix("unix:").partition(",")[0]
    with Monitor(Path(path)) as monitor:
        own = "/virtio-backend" if "vhost-user-vsock-pci" in " ".join(map(str, process.args)) else ""  # type: ignore[arg-type]
        place = monitor("x-query-virtio-queue-status", path=f"/machine/peripheral/vsock0{own}", queue=2)
    memory = peer.guest.memory
    size = place["vring-num"]
    used = memory.guest(place["vring-used"], 4 + 8 * size)
    head = memory.guest(place["vring-avail"], 4 + 2 * size).cast("H")[2]
    address, length = struct.unpack_from("@QI", memory.guest(place["vring-desc"], 16 * size), 16 * head)
    memory.guest(address, length)[:4] = bytes(4)
    struct.pack_into("@II", used, 4, head, 4)
    used.cast("H")[1] = 1
    os.eventfd_write(peer.guest.rings[0].call, 1)


@pytest.mark.full
@pytest.mark.parametrize("target", VIRTUAL)
def test_the_usual_back_end_understands_the_driver(workshop: Path, uds: Path, target: str) -> None:
    """vhost-device-vsock, made by cargo; a machine without cargo says how to get it."""
    cargo = shutil.which("cargo", path=f"{Path.home()}/.cargo/bin:{os.environ['PATH']}")
    image = built("vsock-echo", target, workshop)
    if cargo is None:
        with running(image, Path(f"{uds},by=vhost-device-vsock-of-nobody")) as process:
            assert "cargo install --locked" in rest(process)
        return
    place = cache_folder() / "cargo"
    subprocess.run(
        [cargo, "install", "--locked", "--version", PINNED, "--root", place, "vhost-device-vsock"],
        check=True,
        timeout=1200,
    )
    with running(image, Path(f"{uds},by={place}/bin/vhost-device-vsock")) as process:
        assert line(process) == "echo at port 7"
        for _ in range(3):
            with connect(uds, 7) as client:
                for turn in range(50):
                    block = bytes([turn]) * 30_000
                    client.sendall(block)
                    assert answer(client, len(block)) == block
        with pytest.raises((ConnectionRefusedError, ConnectionResetError)):
            connect(uds, 8)
