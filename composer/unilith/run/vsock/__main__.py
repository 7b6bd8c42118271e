"""The program that stands for the host while an image runs: `--uds PATH`, and a descriptor that leads to the image."""

from __future__ import annotations

import argparse
import contextlib
import select
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from unilith.run.vsock.bridge import Bridge
from unilith.run.vsock.guest import Guest, GuestGone
from unilith.run.vsock.guest_queues import QueueGuest
from unilith.run.vsock.guest_stream import StreamGuest

PATIENCE = 5.0
"""Seconds that those who read what an image sent may take when it has ended."""


def ended() -> NoReturn:
    """Somebody says that the image has ended."""
    raise GuestGone("the image has ended")


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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the runner ends us
    # A signal is heard between two turns: it must not come between a packet and what is known of it.
    said, saying = socket.socketpair()
    saying.setblocking(False)
    signal.set_wakeup_fd(saying.fileno())
    signal.signal(signal.SIGTERM, lambda *_: None)
    guest: Guest
    if options.queues is not None:
        meeting = socket.socket(fileno=options.queues)
        if said in select.select([meeting, said], [], [])[0]:
            return 0
        guest = QueueGuest(meeting.accept()[0], options.cid)
    else:
        guest = StreamGuest(socket.socket(fileno=options.stream))
    bridge = Bridge(guest, options.uds, options.cid, socket.socket(fileno=options.listener))
    bridge.selector.register(said, selectors.EVENT_READ, lambda _: ended())
    with contextlib.suppress(GuestGone):
        bridge.run()
    bridge.finish(PATIENCE)
    return 0


sys.exit(main())
