"""Addresses of crash reports: in the stream of the console, and in real debug information."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.run.debug_tables import DebugTables
from unilith.run.symbols import CrashFilter, DebugFile

REPORT = (
    b"before\n  at 0x0000000000000001\npanic: page fault\n  rip 1\n"
    b"  at 0x0000000000100abc\r\n  at 0x0000000000100def\n  at 0xzz\n   at 0x1\n  at 0x1 x\nafter"
)
SHOWN = (
    b"before\n  at 0x0000000000000001\npanic: page fault\n  rip 1\n"
    b"  at 0x0000000000100abc <100abc False>\r\n  at 0x0000000000100def <100def True>\n"
    b"  at 0xzz\n   at 0x1\n  at 0x1 x\nafter"
)


def lookup(address: int, returns: bool) -> str:
    return f"<{address:x} {returns}>"


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(cuts=st.lists(st.integers(0, 1000), max_size=12))
def test_a_report_is_annotated_however_it_is_cut(cuts: list[int]) -> None:
    show = CrashFilter(lookup)
    shown = b"".join(show(piece) for piece in pieces(REPORT, cuts))
    # Cut between the two bytes of a line end, the addition comes between them.
    assert shown.replace(b"\r", b"") == SHOWN.replace(b"\r", b"")
    assert shown.count(b"\r") == 1


@given(cuts=st.lists(st.integers(0, 1000), max_size=12))
def test_an_image_that_moved_is_looked_up_where_it_was_linked(cuts: list[int]) -> None:
    """Until the next report, which says itself how far it has come; downwards too."""
    report = (
        b"panic: one\n  image moved by 0x0000000000a00000\n  at 0x0000000000b00abc\n"
        b"panic: two\n  at 0x0000000000100abc\n  image moved by 0xfffffffffffff000\n  at 0x00000000000ffabc\n"
    )
    show = CrashFilter(lookup)
    shown = b"".join(show(piece) for piece in pieces(report, cuts)).decode()
    assert [line.split(" <")[1] for line in shown.splitlines() if " <" in line] == [
        "100abc False>",
        "100abc False>",
        "100abc True>",
    ]


@given(cuts=st.lists(st.integers(0, 1000), max_size=12), before=st.text("panic: 0x", max_size=60))
def test_a_report_begins_behind_what_was_being_printed(cuts: list[int], before: str) -> None:
    """And has a backtrace for each processor, each of which begins where that was."""
    report = (
        f"{before}panic: page fault\n  processor 1\n  at 0xa\n  at 0xb\n  processor 0\n  at 0xc\n  at 0xd\n"
    )
    show = CrashFilter(lookup)
    shown = b"".join(show(piece) for piece in pieces(report.encode(), cuts)).decode()
    assert re.findall("<.*>", shown) == ["<a False>", "<b True>", "<c False>", "<d True>"]


@given(data=st.lists(st.binary(max_size=60)))
def test_nothing_changes_without_a_crash_and_nothing_is_held_back(data: list[bytes]) -> None:
    show = CrashFilter(lookup)
    for piece in data:
        if b"panic:" not in b"".join(data):
            assert show(piece) == piece


def test_output_before_a_crash_is_not_looked_up() -> None:
    def never(address: int, returns: bool) -> str:
        raise AssertionError("looked up")

    show = CrashFilter(never)
    assert (
        show(b"  at 0x0000000000000001\nno panic\n  at 0x2\n")
        == b"  at 0x0000000000000001\nno panic\n  at 0x2\n"
    )


PROGRAM = """\
int counter;
static __attribute__((noinline)) int inner(int x)
{
    counter += x;
    return counter * 3;
}
int _start(void)
{
    int sum = inner(4);
    return sum + 1;
}
"""


@pytest.mark.parametrize("dwarf", ["-gdwarf-4", "-gdwarf-5"])
@pytest.mark.parametrize("ranges", [True, False])
def test_addresses_of_a_real_program(tmp_path: Path, dwarf: str, ranges: bool) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/program.c").write_text(PROGRAM)
    command = [
        "gcc",
        "-O1",
        dwarf,
        "-nostdlib",
        "-static",
        "-ffreestanding",
        "-o",
        "program",
        "src/program.c",
    ]
    subprocess.run([*command, "-fno-optimize-sibling-calls"], cwd=tmp_path, check=True)
    if not ranges:
        subprocess.run(["objcopy", "--remove-section=.debug_aranges", "program"], cwd=tmp_path, check=True)
    tables = DebugTables(tmp_path / "program")
    symbols = {name: start for start, _, name in tables.functions}
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", "program"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    instructions = [line for line in listing if line.startswith(" ")]
    addresses = [int(line.split(":")[0], 16) for line in instructions]
    # Binutils reads the same tables with code of its own: function and "file:line" for each address.
    said = subprocess.run(
        ["addr2line", "--functions", "--exe=program", *map(hex, addresses)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for address, name, place in zip(addresses, said[::2], said[1::2], strict=True):
        expected = f"{name}+{address - symbols[name]:#x} ({place.split(' ')[0]})".replace(f"{tmp_path}/", "")
        assert tables.describe(address, returns=False).replace(f"{tmp_path}/", "") == expected
    # An address after a call counts as the call, though the function is entered where it says.
    call = next(i for i, line in enumerate(instructions) if "call" in line)
    returning = tables.describe(addresses[call + 1], returns=True)
    assert returning.startswith(f"_start+{addresses[call + 1] - symbols['_start']:#x} ")
    assert returning.endswith("src/program.c:9)")
    for unknown in (0, 1, 2**63, max(symbols.values()) + (1 << 20)):
        assert tables.describe(unknown, returns=True) == ""


def test_a_file_that_cannot_be_read_gives_no_names(tmp_path: Path) -> None:
    assert DebugFile(tmp_path / "absent")(1, False) == ""
    (tmp_path / "broken").write_bytes(b"\x7fELF\x02\x01\x01" + b"\xff" * 200)
    assert DebugFile(tmp_path / "broken")(1, False) == ""
