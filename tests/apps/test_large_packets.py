"""A card that cuts packets up (a tap of the host's kernel) gets long ones, and what they carry arrives as it is."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tests.apps.http_client import answers
from tests.apps.served import Server, answering
from tests.apps.tap import tap
from tests.boot.command import environment
from tests.boot.wire import built

pytestmark = pytest.mark.boot

RECIPE = Path(__file__).parents[2] / "recipes" / "httpd"
CONTENT = b"".join(struct.pack("!Q", number) for number in range(100_000))
MTU = 1500


def test_long_packets_carry_what_was_sent(workshop: Path) -> None:
    recipe = workshop / "large-packets"
    shutil.copytree(RECIPE, recipe)
    (recipe / "files" / "www" / "file.bin").write_bytes(CONTENT)
    built(recipe, "qemu-x86_64", cwd=workshop)
    log = workshop / "large.log"
    command = [
        sys.executable,
        "-m",
        "unilith.cli.main",
        "run",
        str(recipe),
        "--target",
        "qemu-x86_64",
        "--quiet",
    ]
    with tap() as card, log.open("wb") as out:
        command += ["--net", f"tap={card.name},{card.place}"]
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        process = subprocess.Popen(command, cwd=workshop, env=environment(), **streams)
        with answering(Server(80, log, process, host=card.guest), answers()) as server:
            words = ["curl", "--silent", "--show-error", "--max-time", "100", server.url + "/file.bin"]
            got = subprocess.run(words, capture_output=True, check=False)
            assert got.returncode == 0, got.stderr
            assert got.stdout == CONTENT
            assert card.mean_length() > 2 * MTU
