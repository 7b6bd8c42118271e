"""QEMU's machine protocol (docs/interop/qmp-spec in its manual), and through it the human monitor."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

SECONDS = 60.0


class Monitor:
    """A connection to a QEMU that listens at a path, or will in a moment."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(SECONDS)
        end = time.monotonic() + SECONDS
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < end, "QEMU's monitor does not come"
                time.sleep(0.005)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.file.readline()
        self("qmp_capabilities")

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.socket.close()

    def __call__(self, command: str, **arguments: object) -> Any:
        """What a command returns. Events are passed over; an error fails the test."""
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while "return" not in (answer := json.loads(self.file.readline())):
            assert "error" not in answer, answer
        return answer["return"]

    def say(self, line: str) -> None:
        """A line for the human monitor."""
        said = self("human-monitor-command", **{"command-line": line})
        assert said == "", said
