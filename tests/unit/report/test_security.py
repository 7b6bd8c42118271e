"""The security report, on small images that lack what they should have: it must not take a name for the thing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.report.image_facts import ImageFacts
from unilith.report.security import security_report

GOOD = """
    .globl _start, text_start, text_end, boot_stack_guard, boot_stack_bottom
    .text
text_start:
_start: call __stack_chk_fail
    ret
    .balign 4096
text_end:
    .section .rodata
entry_regions:
    .long 0x1000
    .long text_start + 0x863
    .long text_end + 0x061
    .long boot_stack_guard + 0x863
    .long boot_stack_bottom
    .long end + 0x863
entry_regions_end:
    .set entry_protections, 1 << 11 | 1 << 20 | 1 << 21
    .data
    .balign 4096
boot_stack_guard: .skip 4096
boot_stack_bottom: .skip 4096
end:
    .text
    .type __stack_chk_fail, @function
__stack_chk_fail: nop
    .size __stack_chk_fail, 1
"""


def _states(folder: Path, assembly: str, *flags: str) -> dict[str, str]:
    source, image = folder / "image.S", folder / "image.elf"
    source.write_text(assembly)
    link = ["-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-Ttext=0x100000"]
    subprocess.run(["gcc", source, "-o", image, *link, *flags], check=True, capture_output=True)
    return {p.name: p.state for p in security_report(ImageFacts(image, image))}


def _find(states: dict[str, str], word: str) -> str:
    (state,) = [state for name, state in states.items() if word in name]
    return state


def test_what_is_there(tmp_path: Path) -> None:
    states = _states(tmp_path, GOOD)
    for word in ("W^X", "null page", "boot stack", "SMEP", "SMAP", "UMIP"):
        assert _find(states, word) == "on", word


@pytest.mark.parametrize(
    ("word", "text", "instead"),
    [
        ("null page", ".long 0x1000\n", ".long 0x1000 + 0x863\n"),
        ("W^X", ".long text_start + 0x863", ".long text_start + 0x063"),
        ("W^X", ".long text_end + 0x061", ".long text_end + 0x063"),
        ("W^X", ".long end + 0x863", ".long end + 0x861 - 0x800"),
        ("boot stack", ".long boot_stack_bottom\n", ".long boot_stack_bottom + 0x863\n"),
        ("boot stack", "boot_stack_guard: .skip 4096", "boot_stack_guard:"),
        ("SMEP", "1 << 11 | 1 << 20 |", "1 << 11 |"),
        ("SMAP", "| 1 << 21", ""),
        ("UMIP", "1 << 11 |", ""),
    ],
)
def test_what_is_missing(tmp_path: Path, word: str, text: str, instead: str) -> None:
    assert GOOD.count(text) == 1
    assert _find(_states(tmp_path, GOOD.replace(text, instead)), word) == "off"


def test_a_segment_that_is_writable_and_executable(tmp_path: Path) -> None:
    assert _find(_states(tmp_path, GOOD, "-Wl,-N"), "W^X") == "off"


def test_a_protector_that_nobody_calls_or_nobody_seeds(tmp_path: Path) -> None:
    assert _find(_states(tmp_path, GOOD), "stack protector") == "off"
    seeded = GOOD + "stack_protector_init: ret\n"
    functions = seeded.replace(
        "_start: call", "    .type _start, @function\n    .size _start, 6\n_start: call"
    )
    assert _find(_states(tmp_path, functions), "stack protector") == "on"
    assert (
        _find(_states(tmp_path, functions.replace("call __stack", "jmp __stack")), "stack protector") == "off"
    )


def test_files_that_are_no_image(tmp_path: Path) -> None:
    text = tmp_path / "image.elf"
    with pytest.raises(UserError, match="cannot be read"):
        ImageFacts(text, text)
    text.write_text("words")
    with pytest.raises(UserError, match="not an ELF"):
        ImageFacts(text, text)
    _states(tmp_path, GOOD)
    other = tmp_path / "other"
    other.mkdir()
    _states(other, GOOD.replace("nop", "ret"))
    with pytest.raises(UserError, match="other contents"):
        ImageFacts(text, other / "image.elf")
