"""Builds that are interrupted, and builds at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.unit.pipeline.small_world import SmallWorld

BUILD = ("build", "greet", "--target", "demo-x86_64")


def waiting_compiler(world: SmallWorld) -> tuple[Path, Path]:
    """A compiler that makes the file ``begun`` and hangs while the file ``hang`` is there."""
    begun, hang = world.folder / "begun", world.folder / "hang"
    compiler = world.folder / "tools/gcc"
    compiler.parent.mkdir()
    compiler.write_text(
        f'#!/bin/sh\ncase "$*" in *-c*) echo "$$" > "{begun}.new"; mv "{begun}.new" "{begun}"\n'
        f'while [ -e "{hang}" ]; do sleep 0.02; done;; esac\nexec gcc "$@"\n'
    )
    compiler.chmod(0o755)
    hang.touch()
    return begun, hang


def wait_for(file: Path) -> None:
    for _ in range(3000):
        if file.is_file():
            return
        time.sleep(0.01)
    raise AssertionError(f"{file} never came")


def gone(process: int) -> bool:
    """Whether a process has ended, or is only waited for."""
    try:
        return "Z" in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_build_stops_its_steps_and_leaves_nothing_broken(
    world: SmallWorld, number: int, status: int
) -> None:
    begun, hang = waiting_compiler(world)
    words = (*BUILD, "--cc", world.folder / "tools/gcc")
    process = world.start(*words)
    wait_for(begun)
    os.kill(process.pid, number)  # this process alone: ninja must hear of it
    out, err = process.communicate(timeout=60)
    assert process.returncode == status and out == "" and "Traceback" not in err, err
    compiler = int(begun.read_text())
    for _ in range(500):
        if gone(compiler):
            break
        time.sleep(0.01)
    assert gone(compiler)
    hang.unlink()
    again = world.unilith(*words)
    assert again.returncode == 0, again.stderr
    assert (world.folder / "build/greet/demo-x86_64/image.elf").is_file()


def test_ninja_that_is_killed_is_an_error_and_the_next_build_works(world: SmallWorld) -> None:
    begun, hang = waiting_compiler(world)
    words = (*BUILD, "--cc", world.folder / "tools/gcc")
    process = world.start(*words)
    wait_for(begun)
    children = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    os.kill(int(children[children.index("ninja") - 1]), signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "ninja was killed by signal 9" in err and "Traceback" not in err, err
    hang.unlink()
    assert world.unilith(*words).returncode == 0


def test_builds_of_one_folder_wait_for_each_other(world: SmallWorld) -> None:
    begun, hang = waiting_compiler(world)
    slow = (*BUILD, "--cc", world.folder / "tools/gcc")
    first = world.start(*slow)
    wait_for(begun)
    second = world.start(*slow, "--want", "extra", "--verbose")
    assert second.stderr is not None
    line = second.stderr.readline()
    assert "waiting for another unilith that is building in" in line
    hang.unlink()
    _, err = first.communicate(timeout=60)
    out, more = second.communicate(timeout=60)
    assert first.returncode == 0, err
    assert second.returncode == 0, more
    folder = world.folder / "build/greet/demo-x86_64"
    assert "extra" in out and "extra" in (folder / "selection.lock").read_text()
    json.loads((folder / "work/state.json").read_text())
    again = world.unilith(*slow, "--want", "extra", "--verbose")
    assert again.returncode == 0 and "] compile" not in again.stderr


def test_many_builds_at_once_end_alike(world: SmallWorld) -> None:
    processes = [world.start(*BUILD, "--json") for _ in range(4)]
    results = [process.communicate(timeout=120) for process in processes]
    assert [p.returncode for p in processes] == [0] * 4, [err for _, err in results]
    assert len({out for out, _ in results}) == 1


def test_a_lock_that_nobody_holds_is_no_hindrance(world: SmallWorld) -> None:
    work = world.folder / "build/greet/demo-x86_64/work"
    work.mkdir(parents=True)
    (work / "lock").write_text("left behind")
    assert world.unilith(*BUILD).returncode == 0
