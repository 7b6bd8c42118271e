"""The shell over vsock: one command, a conversation, and what it says when something is wrong."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, unilith
from tests.boot.vsock_peer import connect, line, running

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("target", ["qemu-x86_64", "process-x86_64"])
def test_a_running_image_can_be_looked_into(workshop: Path, tmp_path: Path, target: str) -> None:
    uds = tmp_path / "vsock"
    done = unilith("build", RECIPES / "shell", "--target", target, cwd=workshop)
    assert done.status == 0, done
    image = workshop / "build" / "shell" / target

    def ask(*command: str, stdin: str = "") -> str:
        ran = unilith("shell", str(uds), *command, cwd=workshop, stdin=stdin)
        assert ran.status == 0, ran
        return ran.console

    with running(image, uds) as process:
        while line(process) != "waiting":
            pass
        names = [words.split()[0] for words in ask("help").splitlines()]
        assert {"cat", "help", "libs", "log", "ls", "mem", "mounts", "sockets", "stat", "uptime"} <= set(
            names
        )
        title, *libraries = ask("libs").splitlines()
        assert title.split() == ["bytes", "library"]
        sizes = {words[1]: int(words[0]) for words in map(str.split, libraries)}
        assert sizes["shell"] > 1000 and set(sizes) > {"shell", "shell-files", "vsock", "vfs", "ramfs"}
        assert ask("ls", "/").splitlines() == ["- hello.txt", "- numbers.txt"]
        assert ask("cat", "hello.txt") == "hello from a file\n"
        numbers = ask("cat", "/numbers.txt")
        assert numbers.startswith("1\n2\n3\n") and numbers.endswith(
            "\n... and more than fits into an answer\n"
        )
        assert re.fullmatch(r"- mode 1a4 links 1 size 18 .*\n", ask("stat", "/hello.txt"))
        assert ask("mounts") == "none / ramfs -\n"
        assert ask("ls", "/none") == "/none: error 2\n"
        assert ask("cat", "/") == "/: no file\n"
        assert ask("nonsense") == "nonsense: there is no such command; help shows all\n"
        assert re.search(r" 1022 +- listening ", ask("sockets"))
        assert "shell is ready" in ask("log")
        first, second, memory = ask(stdin="uptime\nuptime\nmem\n").splitlines()
        assert float(first.split()[0]) <= float(second.split()[0]) and memory.endswith("KiB free")
        # Four are served at once, and the fifth when one of them has gone.
        clients = [connect(uds, 1022) for _ in range(4)]
        with pytest.raises(ConnectionRefusedError):
            connect(uds, 1022)
        for client in clients:
            client.close()
        attempts = 0
        while attempts < 100:
            try:
                connect(uds, 1022).close()
                break
            except ConnectionRefusedError:
                attempts += 1
                time.sleep(0.1)
        assert attempts < 100
        # A line that is too long, and one that never ends, harm nobody.
        with connect(uds, 1022) as client:
            client.sendall(b"x" * 100_000 + b"\nuptime\n")
            assert client.recv(1 << 16).startswith(b"a line may have 511 bytes\n")
    ran = unilith("report", "security", str(image / "image.json"), cwd=workshop)
    assert "no shell over vsock" in ran.console


def test_what_is_not_there_is_said(workshop: Path, tmp_path: Path) -> None:
    ran = unilith("shell", "nothing-of-that-name", "help", cwd=tmp_path)
    assert ran.status == 1 and "Build the recipe first" in ran.errors, ran
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "dead"))
    ran = unilith("shell", str(tmp_path / "dead"), "help", cwd=tmp_path)
    assert ran.status == 125 and "there is no running image" in ran.errors, ran
    ran = unilith("run", "hello", "--vsock-uds", str(tmp_path / "x"), cwd=workshop)
    assert ran.status == 125 and "has no sockets of AF_VSOCK" in ran.errors, ran
