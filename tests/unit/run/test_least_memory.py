"""Images that do not fit into the machine are refused before QEMU starts, which would wait for ever."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from unilith.image.description import ImageDescription
from unilith.run.image import run_image
from unilith.run.memory import least_memory


def elf(*segments: tuple[int, int, int, int]) -> bytes:
    """An ELF with segments of (type, address, stored bytes, bytes in memory)."""
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0, 64, 0, 0, 64, 56, len(segments), 0, 0, 0
    )
    return head + b"".join(struct.pack("<IIQQQQQQ", t, 5, 0, a, a, s, m, 4096) for t, a, s, m in segments)


def test_the_end_of_what_is_stored_counts(tmp_path: Path) -> None:
    image, initrd = tmp_path / "image", tmp_path / "initrd"
    image.write_bytes(
        elf((1, 0x100000, 0x1800, 0x1800), (1, 0x102000, 1, 1 << 30), (4, 1 << 40, 9, 9), (1, 1 << 40, 0, 9))
    )
    initrd.write_bytes(b"x" * 5000)
    assert least_memory(image, None) == 0x103000
    assert least_memory(image, initrd) == 0x105000


@pytest.mark.parametrize("keep", [0, 3, 20, 64, 100])
def test_what_is_no_elf_needs_nothing(tmp_path: Path, keep: int) -> None:
    image = tmp_path / "image"
    image.write_bytes(elf((1, 0x100000, 1, 1))[:keep])
    assert least_memory(image, None) == 0


@pytest.mark.parametrize("memory", ["4K", "512K", "1M"])
def test_too_little_memory_is_refused_at_once(guest: ImageDescription, memory: str) -> None:
    result = run_image(guest, memory=memory, timeout=20, accel="tcg", input=b"", output=None)
    assert result.status == 125 and "of memory cannot hold the image" in result.message
    assert result.seconds == 0.0


def test_a_large_initrd_counts(guest: ImageDescription, tmp_path: Path) -> None:
    initrd = tmp_path / "initrd.cpio"
    initrd.touch()
    os.truncate(initrd, 8 << 20)
    described = guest.model_copy(update={"initrd": initrd})
    result = run_image(described, memory="8M", timeout=20, accel="tcg", input=b"", output=None)
    assert result.status == 125 and "of memory cannot hold the image" in result.message
