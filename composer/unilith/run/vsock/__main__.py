"""The program that stands for the host while an image runs: `--uds PATH`, and a descriptor that leads to the image."""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import sys
from pathlib import Path

from unilith.run.vsock.bridge import Bridge
from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.guest_queues import QueueGuest
from unilith.run.vsock.guest_stream import StreamGuest


def main() -> int:
    """Carries data until the image has ended, or somebody says that it has."""
    parser = argparse.ArgumentParser(prog="unilith.run.vsock")
    parser.add_argument("--uds", type=Path, required=True)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--cid", type=int, required=True)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--queues", type=int)
    way.add_argument("--stream", type=int)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the runner ends us
    guest: Guest
    if options.queues is not None:
        front, _ = socket.socket(fileno=options.queues).accept()
        guest = QueueGuest(front, options.cid)
    else:
        guest = StreamGuest(socket.socket(fileno=options.stream))
    bridge = Bridge(guest, options.uds, options.cid, socket.socket(fileno=options.listener))
    with contextlib.suppress(GuestGone):
        bridge.run()
    return 0


sys.exit(main())
