"""Parsers of recipes, fuzzed as programs of the host with sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

SANITIZED = ("-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-fno-sanitize-recover=all")


def fuzz(
    target: Path, sources: Sequence[Path], folder: Path, *, runs: int, longest: int, flags: Sequence[str] = ()
) -> None:
    """Runs a fuzz target with the seeds of the folder beside it (`NAME.corpus`); it finds nothing."""
    program, corpus = folder / "fuzz", folder / "corpus"
    corpus.mkdir()
    words = [*SANITIZED, "-fsanitize=fuzzer,address,undefined", *flags, *map(str, (target, *sources))]
    subprocess.run(["clang-14", *words, "-o", str(program)], check=True)
    command = [
        program,
        f"-runs={runs}",
        f"-max_len={longest}",
        "-seed=1",
        corpus,
        target.with_suffix(".corpus"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
