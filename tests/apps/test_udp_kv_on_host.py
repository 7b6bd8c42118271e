"""What udp-kv makes of frames, as a program of the host with sanitizers."""

from __future__ import annotations

from pathlib import Path

from tests.apps.fuzzed import fuzz

TESTS = Path(__file__).parents[2] / "recipes" / "udp-kv" / "tests"


def test_any_frames(tmp_path: Path) -> None:
    flags = ("-Werror", "-Wno-unused-function")
    fuzz(TESTS / "fuzz_packet.c", (), tmp_path, runs=20_000, longest=2000, flags=flags)
