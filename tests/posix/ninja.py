"""Many programs compiled and linked by one ninja, each as far as it goes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """A source to be compiled."""

    source: Path
    object: Path
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A program to be linked from inputs, some of which are compiled first."""

    output: Path
    inputs: tuple[Path, ...]
    flags: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def build_all(file: Path, tools: Mapping[str, str], links: Sequence[Link], *, jobs: int) -> str:
    """Brings all outputs up to date that can be; the others are missing afterwards. Returns what ninja said.

    ``tools`` has the commands `cc` and `link`.
    """
    lines = [
        f"builddir = {file.with_suffix('.log')}",
        f"rule cc\n  command = {tools['cc']} -MD -MF $out.d $flags -c $in -o $out\n  depfile = $out.d\n  deps = gcc",
        f"rule link\n  command = {tools['link']} $flags -o $out $in",
    ]
    for link in links:
        for step in link.steps:
            lines += [f"build {step.object}: cc {step.source}", f"  flags = {' '.join(step.flags)}"]
        inputs = " ".join(map(str, link.inputs))
        lines += [f"build {link.output}: link {inputs}", f"  flags = {' '.join(link.flags)}"]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run_ninja(file.parent, file.name, jobs=jobs)


def run_ninja(folder: Path, file: str, *, jobs: int) -> str:
    """Runs ninja on, whatever fails, and removes the outputs of nothing: a step that fails leaves no output."""
    words = ["ninja", "-C", str(folder), "-f", file, "-k", "0", "-j", str(jobs), "--quiet"]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return done.stdout + done.stderr
