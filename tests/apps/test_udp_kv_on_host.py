"""What udp-kv makes of frames, as a program of the host with sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

TESTS = Path(__file__).parents[2] / "recipes" / "udp-kv" / "tests"


def test_any_frames(tmp_path: Path) -> None:
    program, corpus = tmp_path / "fuzz", tmp_path / "corpus"
    corpus.mkdir()
    flags = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function"]
    flags += ["-fno-sanitize-recover=all", "-fsanitize=fuzzer,address,undefined"]
    subprocess.run(["clang-14", *flags, str(TESTS / "fuzz_packet.c"), "-o", str(program)], check=True)
    command = [str(program), "-runs=20000", "-max_len=2000", "-seed=1", str(corpus)]
    done = subprocess.run(
        [*command, str(TESTS / "fuzz_packet.corpus")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
