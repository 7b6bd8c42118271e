"""Networks and ports as people write them, and what QEMU and passt make of them."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.image import run_image
from unilith.run.network import Network, Wanted, network_of, qemu_network, read_network
from unilith.run.ports import Forward, check_free, port_forward
from unilith.run.tap import check_tap

SECONDS = 30.0
Script = Callable[[str], ImageDescription]


@pytest.fixture
def busy() -> Iterator[int]:
    """A port of the host that somebody listens on."""
    with socket.create_server(("", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def connected(guest: ImageDescription) -> ImageDescription:
    """The guest with a network card that it never looks at."""
    return guest.model_copy(update={"network": True})


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port that nobody has just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port


def test_ports() -> None:
    assert port_forward("8080:80") == port_forward("8080:80/tcp") == Forward(8080, 80)
    assert port_forward("53:53/udp") == Forward(53, 53, "udp")
    for text in ("80", "0:1", "1:65536", "a:1", "1:2:3", "", "100000:1", "1:2/sctp", "1:2/", "1:2/UDP"):
        with pytest.raises(UserError, match="is not a pair of ports"):
            port_forward(text)


def test_a_port_that_somebody_has_is_refused(busy: int) -> None:
    with pytest.raises(UserError, match=f"port {busy} of the host is already in use") as refused:
        check_free([Forward(busy, 80)])
    assert (refused.value.exit_status, refused.value.hint) == (125, "Choose another one: -p PORT:80.")
    check_free([Forward(busy, 80, "udp")])  # another protocol is another port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 0))
        with pytest.raises(UserError, match="already in use") as refused:
            check_free([Forward(taken.getsockname()[1], 53, "udp")])
    assert refused.value.hint.endswith("-p PORT:53/udp.")


def test_one_port_cannot_lead_to_two_places() -> None:
    port = free_port()
    with pytest.raises(UserError, match="two places"):
        check_free([Forward(port, 80), Forward(port, 81)])
    check_free([Forward(port, 80), Forward(port, 80, "udp")])


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("user", Network("user")),
        ("none", Network("none")),
        ("tap=tap0", Network("tap", ("tap0",))),
        ("tap=tap0,ip=192.168.1.2/24", Network("tap", ("tap0",), "192.168.1.2/24")),
        (
            "dgram=/a:/b,dns=10.0.0.9,gateway=10.0.0.1,ip=10.0.0.2/8",
            Network("dgram", ("/a", "/b"), "10.0.0.2/8", "10.0.0.1", "10.0.0.9"),
        ),
        (
            "tap=t,ip6=FD00::2/64,gateway6=fd00:0::1",
            Network("tap", ("t",), address6="fd00::2/64", gateway6="fd00::1"),
        ),
        (
            "tap=t,ip=10.0.0.2/8,dns=1.1.1.1,dns=9.9.9.9",
            Network("tap", ("t",), "10.0.0.2/8", "", "1.1.1.1,9.9.9.9"),
        ),
    ],
)
def test_networks(text: str, network: Network) -> None:
    assert read_network(text) == network


@pytest.mark.parametrize(
    "text",
    [
        "bridge",
        "user=1",
        "none,ip=10.0.0.1/8",
        "user,ip=10.0.0.1/8",
        "tap",
        "tap=",
        "tap=a-name-that-is-too-long",
        "dgram=/a",
        "dgram=:/b",
        "tap=t,ip=10.0.0.1",
        "tap=t,ip=10.0.0.300/8",
        "tap=t,ip=10.0.0.1/33",
        "tap=t,gateway=10.0.0.1",
        "tap=t,ip=10.0.0.1/8,ip=10.0.0.2/8",
        "tap=t,ip=10.0.0.1/8,dns=1.1.1.1,dns=1.1.1.2,dns=1.1.1.3",
        "tap=t,mtu=9",
        "tap=t,ip6=fd00::2",
        "tap=t,ip6=fd00::2/48",
        "tap=t,ip6=10.0.0.1/64",
        "tap=t,gateway6=fd00::1/64",
        "user,ip6=fd00::2/64",
    ],
)
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(UserError, match="is not a network") as refused:
        read_network(text)
    assert refused.value.exit_status == 125


def test_an_image_without_a_network_is_given_none(guest: ImageDescription, tmp_path: Path) -> None:
    assert network_of(guest, Wanted()) == Network("none")
    assert network_of(guest, Wanted(net="none")) == Network("none")
    for wanted in (Wanted(ports=("8080:80",)), Wanted(net="user"), Wanted(capture=tmp_path / "c")):
        with pytest.raises(UserError, match="guest has no network") as refused:
            network_of(guest, wanted)
        assert "needs: [net.device]" in refused.value.hint


def test_the_image_is_told_its_address_unless_it_has_to_ask(connected: ImageDescription) -> None:
    told = network_of(connected, Wanted())
    assert told.parameters == ("net.ip=10.0.2.15/24", "net.gateway=10.0.2.2", "net.dns=10.0.2.3")
    assert network_of(connected, Wanted(dhcp=True)).parameters == ()
    assert network_of(connected, Wanted(net="none")).parameters == ()
    assert network_of(connected, Wanted(net="tap=t")).parameters == ()
    assert network_of(connected, Wanted(net="tap=t,ip=10.1.1.1/8")).parameters == ("net.ip=10.1.1.1/8",)
    six = network_of(connected, Wanted(net="tap=t,ip6=fd00::2/64,gateway6=fe80::1"))
    assert six.parameters == ("net.ip6=fd00::2/64", "net.gateway6=fe80::1")


def test_ports_of_the_command_line_take_the_place_of_the_recipes(connected: ImageDescription) -> None:
    ports = [free_port() for _ in range(2)]
    described = connected.model_copy(update={"ports": (f"{ports[0]}:80",)})
    assert network_of(described, Wanted()).forwards == (Forward(ports[0], 80),)
    assert network_of(described, Wanted(ports=(f"{ports[1]}:8/udp",))).forwards == (
        Forward(ports[1], 8, "udp"),
    )
    # Where there is no user networking, the recipe's ports mean nothing, and asking for some is a mistake.
    assert network_of(described, Wanted(net="tap=t")).forwards == ()
    with pytest.raises(UserError, match="by user networking only"):
        network_of(described, Wanted(net="tap=t", ports=("1:2",)))


def test_a_capture_that_cannot_be_written_is_refused(connected: ImageDescription, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot write the capture: No such file"):
        network_of(connected, Wanted(capture=tmp_path / "absent" / "c.pcap"))
    with pytest.raises(UserError, match="nothing to capture"):
        network_of(connected, Wanted(net="none", capture=tmp_path / "c.pcap"))


def test_qemus_words() -> None:
    def words(network: Network) -> str:
        return " ".join(qemu_network(network, "card", "demo"))

    assert words(Network("none")) == ""
    forwards = (Forward(8080, 80), Forward(53, 5353, "udp"))
    assert words(Network("user", forwards=forwards)) == (
        "-netdev user,id=net,hostfwd=tcp::8080-:80,hostfwd=udp::53-:5353 -device card,netdev=net"
    )
    assert "tap,id=net,ifname=tap,,0,script=no" in words(Network("tap", ("tap,0",)))
    assert "local.path=/a,,b,remote.type=unix,remote.path=/c" in words(Network("dgram", ("/a,b", "/c")))
    captured = words(Network("user", capture=Path("/x,y.pcap")))
    assert captured.endswith("-object filter-dump,id=capture,netdev=net,file=/x,,y.pcap")
    by_tap = Network("tap", ("tap0",))
    assert "vnet_hdr" not in words(by_tap)
    assert "downscript=no,vnet_hdr=off -device" in words(replace(by_tap, capture=Path("/x.pcap")))
    with pytest.raises(UserError, match="no network card"):
        qemu_network(Network("user"), None, "demo")


@pytest.mark.boot
def test_qemu_takes_its_words(connected: ImageDescription, tmp_path: Path) -> None:
    capture = tmp_path / "a,b.pcap"
    for wanted in (
        Wanted(
            dhcp=True, capture=capture, ports=(f"{free_port()}:80", f"{free_port(socket.SOCK_DGRAM)}:53/udp")
        ),
        Wanted(net=f"dgram={tmp_path}/ours:{tmp_path}/theirs"),
        Wanted(net="none"),
    ):
        result = run_image(
            connected, args=["x5"], network=wanted, input=b"", output=None, accel="tcg", timeout=SECONDS
        )
        assert (result.status, result.message) == (5, "")
    assert capture.read_bytes()[:4] == struct.pack("=I", 0xA1B2C3D4)  # pcap-savefile(5)


def test_where_ports_lead_is_said(
    connected: ImageDescription, script: Script, busy: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="already in use"):
        run_image(connected, network=Wanted(ports=(f"{busy}:80",)), input=b"", accel="tcg")
    port = free_port()
    image = script("exit 0").model_copy(update={"network": True})
    assert run_image(image, network=Wanted(ports=(f"{port}:80",)), input=b"").status == 0
    assert f"localhost:{port} -> port 80 (tcp)" in capfd.readouterr().err


# What stands for an image: it waits for a connection's first packet and says where it goes to.
LISTENER = """exec python3 - "$@" <<'END'
import socket, struct, sys
words = sys.argv[1:]
net = socket.socket(fileno=int(words[words.index("--net-fd") + 1]))
print(*(words[n + 1] for n, word in enumerate(words) if word == "--parameter"), flush=True)
while True:
    size = struct.unpack("!I", net.recv(4, socket.MSG_WAITALL))[0]
    frame = net.recv(size, socket.MSG_WAITALL)
    if frame[12:14] == bytes([8, 0]) and frame[23] == 6 and frame[47] & 2:
        print("SYN to", socket.inet_ntoa(frame[30:34]), *struct.unpack("!H", frame[36:38]), flush=True)
        break
END"""


def test_a_process_has_its_network_by_passt(script: Script, tmp_path: Path) -> None:
    port = free_port()
    image = script(LISTENER).model_copy(update={"network": True})
    capture = tmp_path / "c.pcap"

    def connect() -> None:
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)

    client = threading.Thread(target=connect)
    client.start()
    wanted = Wanted(ports=(f"{port}:80",), capture=capture)
    result = run_image(image, network=wanted, input=b"", output=None, timeout=SECONDS)
    client.join()
    assert result.status == 0, result
    parameters, connection = result.text.splitlines()
    assert parameters == "net.ip=10.0.2.15/24 net.gateway=10.0.2.2 net.dns=10.0.2.3"
    assert connection == "SYN to 10.0.2.15 80"
    packets = capture.read_bytes()
    assert packets[:4] == struct.pack("=I", 0xA1B2C3D4) and len(packets) > 24 + 16 + 54
    # Nothing is left behind: the port is free again.
    check_free([Forward(port, 80)])


def test_passt_that_is_absent_or_cannot_begin(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = script("exit 0").model_copy(update={"network": True})
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(UserError, match="passt is not installed"):
        run_image(image, input=b"", output=None)
    (tools / "passt").write_text("#!/bin/sh\necho 'no network today' >&2\nexit 1\n")
    (tools / "passt").chmod(0o755)
    with pytest.raises(UserError, match="passt could not begin: no network today") as refused:
        run_image(image, input=b"", output=None)
    assert refused.value.exit_status == 125
    with pytest.raises(UserError, match="cannot be connected to dgram"):
        run_image(image, network=Wanted(net="dgram=/a:/b"), input=b"", output=None)
    # A process without a network needs no passt.
    assert run_image(image, network=Wanted(net="none"), input=b"", output=None).status == 0


def interface(folder: Path, **files: str) -> None:
    """What sysfs says of an interface."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text + "\n")


def test_a_tap_that_cannot_be_used(
    connected: ImageDescription, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.geteuid()
    interface(tmp_path / "fine", tun_flags="0x1002", owner=str(me), flags="0x1003")
    interface(tmp_path / "down", tun_flags="0x1002", owner=str(me), flags="0x1002")
    interface(tmp_path / "theirs", tun_flags="0x1002", owner=str(me + 1), flags="0x1003")
    interface(tmp_path / "roots", tun_flags="0x1002", owner="-1", flags="0x1003")
    interface(tmp_path / "tun", tun_flags="0x1001", owner=str(me), flags="0x1003")
    interface(tmp_path / "card", flags="0x1003")
    check_tap("fine", tmp_path)
    with pytest.raises(UserError, match="the tap down is down") as refused:
        check_tap("down", tmp_path)
    assert refused.value.hint == "As root: ip link set down up."
    for name in ("card", "tun"):
        with pytest.raises(UserError, match=f"interface {name} is not a tap"):
            check_tap(name, tmp_path)
    with pytest.raises(UserError, match="has no network interface absent") as refused:
        check_tap("absent", tmp_path)
    assert "ip tuntap add dev absent mode tap user " in refused.value.hint
    # Root may use them all.
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    check_tap("theirs", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(UserError, match="the tap theirs may be used by "):
        check_tap("theirs", tmp_path)
    with pytest.raises(UserError, match="the tap roots may be used by root only"):
        check_tap("roots", tmp_path)
    # Neither a machine nor a process waits for one that is not there.
    image = script("exit 0").model_copy(update={"network": True})
    for one in (connected, image):
        with pytest.raises(UserError, match="has no network interface no-such-tap") as refused:
            run_image(one, network=Wanted(net="tap=no-such-tap"), input=b"", output=None, accel="tcg")
        assert refused.value.exit_status == 125


def test_no_passt_outlives_its_run(script: Script) -> None:
    image = script("exec sleep 100").model_copy(update={"network": True})
    port = free_port()
    result = run_image(image, network=Wanted(ports=(f"{port}:80",)), input=b"", output=None, timeout=0.5)
    assert result.status == 124
    listed = subprocess.run(
        [str(shutil.which("ps")), "-eo", "args"], capture_output=True, text=True, check=True
    )
    assert f"{port}:80" not in listed.stdout
