"""The host's end of a vsock device: what the command line may say, and queues of a guest that lies."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.vsock.bridge import listen
from unilith.run.vsock.host import LONGEST_PATH, HostEnd, host_end_of
from unilith.run.vsock.packets import HEADER_SIZE, Header, Operation, read_header
from unilith.run.vsock.virtqueue import Memory, QueueError, Region, Virtqueue

SIZE = 8
GUEST = 0x10000
WRITE, NEXT, INDIRECT = 2, 1, 4


def description(runner: str = "qemu", vsock: bool = True, shell_port: int = 0) -> ImageDescription:
    return ImageDescription(
        recipe="echo",
        target="qemu-x86_64",
        arch="x86_64",
        platform="qemu",
        runner=runner,
        settings={},
        image=Path("/build/image.elf"),
        debug=Path("image.debug"),
        memory="4M",
        vsock=vsock,
        shell_port=shell_port,
    )


def test_a_place_is_a_path_and_perhaps_a_program() -> None:
    assert host_end_of(description(), "/tmp/a,,b") == HostEnd(Path("/tmp/a,b"))
    end = host_end_of(description(), "/tmp/a,by=true")
    assert end is not None and end.path == Path("/tmp/a") and end.program.endswith("/true")
    assert host_end_of(description(), None) is None
    assert host_end_of(description(shell_port=1022), None) == HostEnd(Path("/build/vsock.sock"))


@pytest.mark.parametrize(
    ("text", "runner", "vsock", "said"),
    [
        ("", "qemu", True, "a path comes first"),
        ("a,to=b", "qemu", True, "none of the word by=PROGRAM"),
        ("a,by=x,by=y", "qemu", True, "by stands there twice"),
        ("x" * (LONGEST_PATH + 1), "qemu", True, "too long"),
        ("a", "qemu", False, "no sockets of AF_VSOCK"),
        ("a,by=true", "process", True, "is a process"),
        ("a,by=no-such-program", "qemu", True, "is not installed"),
    ],
)
def test_what_cannot_be_is_said(text: str, runner: str, vsock: bool, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        host_end_of(description(runner, vsock), text)
    assert caught.value.exit_status == 125


def test_a_socket_that_nobody_listens_at_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "vsock"
    with listen(path), pytest.raises(FileExistsError):
        listen(path)
    with listen(path):
        pass
    path.unlink()
    path.write_text("a file")
    with pytest.raises(OSError, match="in use"):
        listen(path)


@given(st.binary(min_size=HEADER_SIZE, max_size=HEADER_SIZE))
def test_headers_are_read_as_they_are_written(data: bytes) -> None:
    assert read_header(data).packed() == data
    assert len(Header(1, 2, 3, 4, 5, 6, Operation.RW, 8, 9, 10).packed()) == HEADER_SIZE


def queue(
    descriptors: list[tuple[int, int, int, int]], heads: list[int], index: int | None = None
) -> Virtqueue:
    """A queue with these descriptors, in memory that the guest has from GUEST on, and the program at 0."""
    mapping = mmap.mmap(-1, 8192)
    for number, (address, length, flags, following) in enumerate(descriptors):
        struct.pack_into("@QIHH", mapping, 16 * number, address, length, flags, following)
    available = 16 * SIZE
    struct.pack_into("@HH", mapping, available, 0, len(heads) if index is None else index)
    for number, head in enumerate(heads):
        struct.pack_into("@H", mapping, available + 4 + 2 * number, head)
    memory = Memory([Region(GUEST, 0, 8192, memoryview(mapping), mapping)])
    return Virtqueue(memory, SIZE, (0, available, 512), 0, event_index=True)


def test_a_request_is_taken_apart_and_given_back() -> None:
    made = queue([(GUEST + 4096, 16, NEXT, 1), (GUEST + 4200, 32, WRITE, 0)], [0])
    chain = made.take()
    assert (
        chain is not None
        and [len(p) for p in chain.readable] == [16]
        and [len(p) for p in chain.writable] == [32]
    )
    assert made.take() is None and not made.listen()
    made.give(chain.head, 7)
    assert made.interrupts() and not made.interrupts()
    assert struct.unpack_from("@HHII", made.memory.program(512, 12)) == (0, 1, 0, 7)


@pytest.mark.parametrize(
    ("descriptors", "heads", "index"),
    [
        ([(GUEST, 16, NEXT, 0)], [0], None),  # a circle
        ([(GUEST, 16, 0, 0)], [SIZE], None),
        ([(GUEST, 16, NEXT, 500)], [0], None),
        ([(GUEST + 8192, 1, 0, 0)], [0], None),
        ([(GUEST + 8191, 2, 0, 0)], [0], None),
        ([(0, 16, 0, 0)], [0], None),
        ([(2**64 - 1, 16, 0, 0)], [0], None),
        ([(GUEST, 16, INDIRECT, 0)], [0], None),
        ([(GUEST, 16, WRITE | NEXT, 1), (GUEST, 16, 0, 0)], [0], None),
        ([(GUEST, 16, 0, 0)], [0], SIZE + 1),
    ],
)
def test_a_queue_that_lies_is_refused(
    descriptors: list[tuple[int, int, int, int]], heads: list[int], index: int | None
) -> None:
    with pytest.raises(QueueError):
        queue(descriptors, heads, index).take()
