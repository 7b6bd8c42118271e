"""A virtio-fs device with a window of mapped files (DAX), outside of QEMU, which has none itself.

QEMU's `x-pci-proxy-dev` hands accesses to the registers and memory of a PCI function to another process
(include/hw/remote/mpqemu-link.h); this is one, with the server of files in it. Where QEMU interprets, such a
function has no interrupts: they are written by QEMU's test protocol, as messages (MSI-X) are. Whatever touches the
window where nothing is mapped, or the file has ended, is an error.
"""

from __future__ import annotations

import array
import mmap
import os
import socket
import struct
from collections import Counter
from pathlib import Path

from unilith.run.vsock.virtqueue import Memory, Region, Virtqueue

SYNC_MEMORY, ANSWER, CONFIGURATION_WRITE, CONFIGURATION_READ, MEMORY_WRITE, MEMORY_READ, INTERRUPT, RESET = (
    range(8)
)

REGISTERS, WINDOW = 0x4000, 4 << 20
SIZES = {0: REGISTERS, 2: WINDOW}
NOTIFY, DEVICE, VECTORS = 0x1000, 0x2000, 0x3000
CONFIGURATION = b"share0".ljust(36, b"\0") + struct.pack("<I", 1)
PLACES = 128
FILE = 2
NAMES = {
    1: "lookup", 3: "getattr", 4: "setattr", 14: "open", 15: "read", 16: "write", 18: "release", 26: "init",
    48: "setupmapping", 49: "removemapping",
}  # fmt: skip


def capability(kind: int, bar: int, offset: int, length: int, more: bytes = b"") -> bytes:
    """Virtio 1.2, section 4.1.4."""
    return struct.pack("<BBBBBBHII", 9, 0, 16 + len(more), kind, bar, 0, 0, offset, length) + more


class Queue:
    """What the driver says of a queue, and the queue once it is on."""

    def __init__(self) -> None:
        self.size, self.vector, self.on = PLACES, 0xFFFF, 0
        self.areas = [0] * 6
        self.ring: Virtqueue | None = None

    def begin(self, memory: Memory) -> None:
        """From now on there are requests in it."""
        descriptors, driver, device = (self.areas[i] | self.areas[i + 1] << 32 for i in (0, 2, 4))
        self.ring = Virtqueue(memory, self.size, (descriptors, driver, device), 0, event_index=False)


class RemoteShare:
    """The device: `end` is its end of the channel, `control` the place of QEMU's test protocol."""

    def __init__(self, end: socket.socket, control: Path, content: bytes) -> None:
        self.end, self.control, self.content = end, control, bytearray(content)
        self.line: socket.socket | None = None
        self.done: Counter[str] = Counter()
        self.mapped: dict[int, tuple[int, int]] = {}
        self.memory = Memory(())
        self.bars = dict.fromkeys(SIZES, 0)
        self.vectors = bytearray(REGISTERS - VECTORS)
        self.status = self.chosen = self.features = 0
        self.queues = [Queue(), Queue()]
        self.rung: list[int] = []
        self.space = bytearray(256)
        struct.pack_into("<HHHHB3B", self.space, 0, 0x1AF4, 0x105A, 0, 0x10, 1, 0, 0x80, 1)
        struct.pack_into("<HH", self.space, 0x2C, 0x1AF4, 0x1100)
        at = self.space[0x34] = 0x40
        for data in (
            capability(1, 0, 0, 0x38),
            capability(2, 0, NOTIFY, 0x100, struct.pack("<I", 4)),
            capability(4, 0, DEVICE, 0x40),
            capability(8, 2, 0, WINDOW, bytes(8)),
            struct.pack("<BBHII", 0x11, 0, 1, VECTORS, VECTORS + 0x800),
        ):
            self.space[at : at + len(data)] = data
            self.last, at = at, at + len(data)
            self.space[self.last + 1] = at
        self.space[self.last + 1] = 0

    # --- PCI

    def configuration_read(self, place: int, size: int) -> int:
        if 0x10 <= place < 0x28:
            return self.bars.get((place - 0x10) // 4, 0)
        return int.from_bytes(self.space[place : place + size], "little")

    def configuration_write(self, place: int, value: int) -> None:
        number = (place - 0x10) // 4
        if number in SIZES:
            self.bars[number] = value & -SIZES[number] & 0xFFFFFFFF
        elif place == 4:
            self.space[4:6] = (value & 0xFFFF).to_bytes(2, "little")
        elif place == self.last:  # MSI-X: on, masked
            self.space[place + 3] = value >> 24 & 0xC0

    def mapped_at(self, offset: int, size: int) -> int:
        """Where in the file that is."""
        for place, (start, length) in self.mapped.items():
            if place <= offset and offset + size <= place + length:
                position = start + offset - place
                # QEMU interprets what is not aligned as whole words.
                assert position + size <= (len(self.content) + 7) // 8 * 8, f"{position} is behind the end"
                return position
        raise AssertionError(f"nothing is mapped at {offset}")

    def in_window(self, address: int) -> bool:
        return self.bars[2] != 0 and self.bars[2] <= address < self.bars[2] + WINDOW

    def memory_read(self, address: int, size: int) -> int:
        if self.in_window(address):
            position = self.mapped_at(address - self.bars[2], size)
            self.done["window read"] += size
            return int.from_bytes(self.content[position : position + size].ljust(size, b"\0"), "little")
        offset = address - self.bars[0]
        if offset >= VECTORS:
            return int.from_bytes(self.vectors[offset - VECTORS :][:size], "little")
        if offset >= DEVICE:
            return int.from_bytes(CONFIGURATION[offset - DEVICE :][:size], "little")
        queue = self.queues[self.chosen]
        return {
            0x04: self.features,  # VIRTIO_F_VERSION_1 alone: the first bit of the second half
            0x12: len(self.queues),
            0x14: self.status,
            0x16: self.chosen,
            0x18: queue.size,
            0x1A: queue.vector,
            0x1C: queue.on,
            0x1E: self.chosen,
            0x10: 1,
        }.get(offset, 0)

    def memory_write(self, address: int, value: int, size: int) -> None:
        if self.in_window(address):
            position = self.mapped_at(address - self.bars[2], size)
            self.done["window written"] += size
            self.content[position : position + size] = value.to_bytes(8, "little")[:size]
            return
        offset = address - self.bars[0]
        queue = self.queues[self.chosen]
        if offset >= VECTORS:
            self.vectors[offset - VECTORS : offset - VECTORS + size] = value.to_bytes(8, "little")[:size]
        elif offset >= NOTIFY:
            self.rung.append((offset - NOTIFY) // 4)
        elif offset == 0x00:
            self.features = 1 if value == 1 else 0
        elif offset == 0x14:
            self.status = value
            if value == 0:
                self.queues = [Queue(), Queue()]
        elif offset == 0x16:
            self.chosen = value
        elif offset == 0x18:
            queue.size = value
        elif offset == 0x1A:
            queue.vector = value
        elif offset == 0x1C:
            queue.on = value
            queue.begin(self.memory)
        elif 0x20 <= offset < 0x38:
            queue.areas[(offset - 0x20) // 4] = value

    # --- the machine's memory

    def found(self, data: bytes, descriptors: list[int]) -> None:
        """Where it is: addresses, sizes, and places in the files."""
        parts = struct.unpack("<24Q", data[:192])
        regions = []
        for number, descriptor in enumerate(descriptors):
            start, size, place = parts[number], parts[8 + number], parts[16 + number]
            base = place & -mmap.PAGESIZE
            mapping = mmap.mmap(descriptor, size + place - base, offset=base)
            os.close(descriptor)
            regions.append(Region(start, start, size, memoryview(mapping)[place - base :], mapping))
        self.memory = Memory(regions)
        for queue in self.queues:
            if queue.ring is not None:
                queue.ring.memory = self.memory

    def serve(self, queue: Queue) -> None:
        """Answers what is in a queue, and interrupts."""
        ring = queue.ring
        assert ring is not None, "a queue that is off was rung"
        while (chain := ring.take()) is not None:
            answer, written = self.answer(b"".join(chain.readable)), 0
            for room in chain.writable:
                part = answer[written : written + len(room)]
                room[: len(part)] = part
                written += len(part)
            ring.give(chain.head, written)
        self.interrupt(queue.vector)

    def interrupt(self, vector: int) -> None:
        low, _, data, masked = struct.unpack_from("<4I", self.vectors, 16 * vector)
        if masked & 1:
            return
        if self.line is None:
            self.line = socket.socket(socket.AF_UNIX)
            self.line.connect(str(self.control))
        self.line.sendall(b"writel 0x%x 0x%x\n" % (low, data))
        assert self.line.recv(100).startswith(b"OK")

    # --- FUSE

    def attributes(self, node: int) -> bytes:
        size, mode = (len(self.content), 0o100644) if node == FILE else (0, 0o040755)
        return struct.pack("<6Q10I", node, size, 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, question: bytes) -> bytes:
        length, operation, unique, node = struct.unpack_from("<IIQQ", question)
        error, body, out = 0, question[40:length], b""
        name = NAMES.get(operation, "")
        self.done[name] += 1
        if name == "init":  # FUSE_MAX_PAGES, FUSE_MAP_ALIGNMENT: to 4 KiB
            out = struct.pack("<4I2H2I2H8I", 7, 31, 0, 1 << 22 | 1 << 26, 0, 0, 1 << 20, 1, 256, 12, *[0] * 8)
        elif name == "lookup":
            out = struct.pack("<4Q2I", FILE, 0, 1, 1, 0, 0) + self.attributes(FILE)
        elif name in ("getattr", "setattr"):
            valid, _, _, size = struct.unpack_from("<IIQQ", body) if name == "setattr" else (0, 0, 0, 0)
            if valid & 8:
                self.content = self.content[:size].ljust(size, b"\0")
            out = struct.pack("<QII", 1, 0, 0) + self.attributes(node)
        elif name == "open":
            out = struct.pack("<QII", 7, 0, 0)
        elif name == "read":
            _, offset, size = struct.unpack_from("<QQI", body)
            out = bytes(self.content[offset : offset + size])
        elif name == "setupmapping":
            _, offset, size, _, place = struct.unpack("<5Q", body)
            assert place + size <= WINDOW and offset % 4096 == place % 4096 == 0
            self.mapped[place] = (offset, size)
        elif name == "removemapping":
            count, place, size = struct.unpack("<IQQ", body)
            assert count == 1 and self.mapped.pop(place)[1] == size
        elif not name:
            error = -38
        return struct.pack("<IiQ", 16 + len(out), error, unique) + out

    # --- what QEMU says

    def message(self) -> tuple[int, bytes, list[int]] | None:
        data, descriptors, size = b"", array.array("i"), 16
        while len(data) < size:
            more, ancillary, _, _ = self.end.recvmsg(size - len(data), socket.CMSG_SPACE(32))
            if not more:
                return None
            data += more
            for _, _, passed in ancillary:
                descriptors.frombytes(passed[: len(passed) // 4 * 4])
            if len(data) == 16:
                size = 16 + int(struct.unpack("<iiQ", data)[2])
        return int(struct.unpack_from("<i", data)[0]), data[16:], list(descriptors)

    def reply(self, value: int) -> None:
        self.end.sendall(struct.pack("<iiQQ", ANSWER, 0, 8, value))

    def run(self) -> None:
        """Until QEMU ends."""
        while (message := self.message()) is not None:
            command, data, descriptors = message
            if command == SYNC_MEMORY:
                self.found(data, descriptors)
            elif command in (CONFIGURATION_READ, CONFIGURATION_WRITE):
                place, value, size = struct.unpack_from("<IIi", data)
                if command == CONFIGURATION_WRITE:
                    self.configuration_write(place, value)
                self.reply(self.configuration_read(place, size) if command == CONFIGURATION_READ else 0)
            elif command == MEMORY_READ:
                address, _, size = struct.unpack_from("<QQI", data)
                self.reply(self.memory_read(address, size))
            elif command == MEMORY_WRITE:
                self.memory_write(*struct.unpack_from("<QQI", data))
                self.reply(0)
                while self.rung:
                    self.serve(self.queues[self.rung.pop()])
            elif command == RESET:
                self.reply(0)
            else:
                for descriptor in descriptors:
                    os.close(descriptor)
