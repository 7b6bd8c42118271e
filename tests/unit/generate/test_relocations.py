"""The list of a movable image's addresses: complete, exact, and refused when it would be wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.generate.relocations import assembly, encode, sections_of, words_of

SOURCE = """
    .text
    .globl _start
_start:
    mov $_start, %edi
narrow_1: lea variable, %rax
narrow_2: call _start
    lea variable(%rip), %rax
    mov $number, %eax
    mov $here, %eax
narrow_3: cmp variable@GOTPCREL(%rip), %rax
    ret
    .data
variable: .quad _start + 2
wide_1: .quad 7
    .long variable
narrow_4: .quad number
    .quad _start - .
"""
SCRIPT = """
ENTRY(_start)
SECTIONS
{
    . = 0x100000;
    .text : { *(.text) }
    here = .;
    .data : { *(.data) }
    .got : { slot = .; *(.got) }
    .got.plt : { *(.got.plt) }
    number = 64;
}
"""


def _linked(folder: Path, source: str) -> tuple[bytes, dict[str, int]]:
    (folder / "a.s").write_text(source)
    (folder / "a.ld").write_text(SCRIPT)
    subprocess.run(["as", "a.s", "-o", "a.o"], cwd=folder, check=True)
    subprocess.run(
        ["ld", "--emit-relocs", "--no-relax", "-T", "a.ld", "a.o", "-o", "a"], cwd=folder, check=True
    )
    names = subprocess.run(["nm", "a"], cwd=folder, check=True, capture_output=True, text=True).stdout
    return (folder / "a").read_bytes(), {
        line.split()[2]: int(line.split()[0], 16) for line in names.splitlines()
    }


def test_words_that_hold_addresses(tmp_path: Path) -> None:
    """Not distances, and not numbers that the linker's script defines."""
    data, names = _linked(tmp_path, SOURCE)
    narrow, wide = words_of(data)
    assert narrow == [
        names["narrow_1"] - 4,
        names["narrow_2"] - 4,
        names["narrow_3"] - 4,
        names["narrow_4"] - 4,
    ]
    assert wide == sorted([names["variable"], names["slot"]])


def test_what_cannot_be_moved_is_refused(tmp_path: Path) -> None:
    data, _ = _linked(tmp_path, SOURCE)
    table = next(s for s in sections_of(data) if s.type == 4)  # SHT_RELA
    changed = bytearray(data)
    changed[table.offset + 8] = 12  # R_X86_64_16: an address in two bytes
    with pytest.raises(ValueError, match="type 12"):
        words_of(bytes(changed))


def _decoded(encoded: list[int], start: int) -> tuple[list[int], list[int]]:
    """As image_move_relocate() reads it."""
    lists, at = [], 0
    for _ in range(2):
        words, place = [], start
        while True:
            step, at = encoded[at], at + 1
            if step == 0:
                step, at = int.from_bytes(bytes(encoded[at : at + 3]), "little"), at + 3
            if step == 0:
                break
            place += step
            words.append(place)
        lists.append(words)
    assert at == len(encoded)
    return lists[0], lists[1]


@given(
    narrow=st.sets(st.integers(1, 1 << 22), max_size=50), wide=st.sets(st.integers(1, 1 << 22), max_size=50)
)
def test_the_list_is_read_as_it_was_written(narrow: set[int], wide: set[int]) -> None:
    start = 0x100000
    lists = [sorted(start + word for word in words) for words in (narrow, wide)]
    encoded = [*encode(lists[0], start), *encode(lists[1], start)]
    assert _decoded(encoded, start) == (lists[0], lists[1])


def test_the_section_holds_both_lists(tmp_path: Path) -> None:
    data, _ = _linked(tmp_path, SOURCE)
    text = assembly(data)
    shown = [int(n) for line in text.splitlines() if line.startswith(".byte") for n in line[6:].split(",")]
    assert _decoded(shown, 0x100000) == words_of(data)
    assert '.section .relocations, "a"' in text
