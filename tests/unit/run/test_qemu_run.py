"""The runner against the real QEMU and a guest that does what is asked."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.image import run_image
from unilith.run.kvm_probe import kvm_works, probe
from unilith.run.qemu import find_program

pytestmark = pytest.mark.boot
SECONDS = 30.0
"""No guest of these needs a second; the limit is for a broken runner."""


@pytest.mark.parametrize("status", [0, 3, 7])
def test_the_exit_status_is_the_guests(guest: ImageDescription, status: int) -> None:
    result = run_image(guest, args=[f"x{status}"], input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert (result.status, result.message) == (status, "")


def test_arguments_reach_the_guest_in_the_agreed_quoting(guest: ImageDescription) -> None:
    args = ["cat", "a b", 'say "x"', "back\\slash", "", "grün", "--", "$HOME,file=x"]
    result = run_image(guest, args=args, input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert result.text == '-- cat "a b" "say \\"x\\"" "back\\\\slash" "" "grün" -- "$HOME,file=x"'


def test_input_reaches_the_guest_with_its_end(guest: ImageDescription) -> None:
    # All byte values but 0x04, which means the end.
    data = bytes(value for value in range(256) if value != 4) * 20
    result = run_image(guest, args=["e"], input=data, output=None, accel="tcg", timeout=SECONDS)
    assert result.status == 7
    assert result.console == b"ready\n" + data


def test_input_from_a_file_and_output_to_a_descriptor(guest: ImageDescription, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"line\n" * 500)
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as target:
        result = run_image(
            guest,
            args=["e"],
            input=source.fileno(),
            output=target.fileno(),
            accel="tcg",
            timeout=SECONDS,
        )
    assert (result.status, result.console) == (7, b"")
    assert (tmp_path / "out").read_bytes() == b"ready\n" + b"line\n" * 500


def test_a_guest_that_hangs_is_stopped_and_what_it_said_is_kept(guest: ImageDescription) -> None:
    start = time.monotonic()
    result = run_image(guest, args=["h"], input=b"", output=None, accel="tcg", timeout=0.7)
    assert result.status == 124
    assert result.text == "waiting\n"
    assert "did not end within 0.7 s" in result.message
    assert time.monotonic() - start < SECONDS


def test_a_crash_is_126_and_its_addresses_are_named(guest: ImageDescription) -> None:
    result = run_image(guest, args=["p"], input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert result.status == 126
    assert "crashed" in result.message
    lines = result.text.splitlines()
    assert lines[:2] == ["panic: a test", "  rip 0000000000000000"]
    source = (Path(__file__).with_name("guest.S")).read_text().splitlines()
    here, call = source.index("crash_here:") + 2, source.index("    call crash_here") + 1
    assert " crash_here+0x0 (" in lines[2]
    assert " crash_caller+0x5 (" in lines[3]
    assert lines[2].endswith(f"guest.S:{here})")
    assert lines[3].endswith(f"guest.S:{call})")


def test_an_end_without_a_record_is_a_crash(guest: ImageDescription) -> None:
    result = run_image(guest, args=["t"], input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert result.status == 126
    assert "without an exit status" in result.message


def test_what_qemu_refuses_is_told_in_its_words(guest: ImageDescription, tmp_path: Path) -> None:
    broken = tmp_path / "broken.elf"
    broken.write_bytes(b"\x7fELF" + b"\0" * 60)
    result = run_image(
        guest.model_copy(update={"image": broken}), input=b"", output=None, accel="tcg", timeout=SECONDS
    )
    assert result.status == 125
    assert "qemu-system-x86_64 could not run the image: " in result.message
    result = run_image(guest, input=b"", output=None, accel="nonesuch", timeout=SECONDS)
    assert (result.status, "nonesuch" in result.message) == (125, True)


def test_a_missing_file_or_qemu_is_said_before_anything_starts(
    guest: ImageDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = guest.model_copy(update={"initrd": tmp_path / "initrd.cpio"})
    result = run_image(lost, input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert (result.status, "initrd.cpio: No such file" in result.message) == (125, True)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="is not installed") as refused:
        run_image(guest, input=b"", output=None, accel="tcg", timeout=SECONDS)
    assert (refused.value.exit_status, "doctor" in refused.value.hint) == (125, True)


RUN = """
import sys
from pathlib import Path
from unilith.image.description import ImageDescription
from unilith.run.image import run_image
description = ImageDescription.read(Path(sys.argv[1]))
sys.exit(run_image(description, args=[sys.argv[2]], accel="tcg", timeout=30, raw=len(sys.argv) > 3).status)
"""


def _start(guest: ImageDescription, folder: Path, *words: str, **streams: int) -> subprocess.Popen[bytes]:
    guest.write(folder / "image.json")
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder / "image.json"), *words],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        **streams,
    )


def _read_until(descriptor: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        seen += os.read(descriptor, 1000)
    return seen


@pytest.mark.parametrize("number", [2, 15, 1, 9])
def test_a_signal_to_the_runner_ends_qemu_as_well(
    guest: ImageDescription, tmp_path: Path, number: int
) -> None:
    runner = _start(guest, tmp_path, "h", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert runner.stdout is not None and runner.stderr is not None
    _read_until(runner.stdout.fileno(), b"waiting")
    assert _running(guest) != []
    runner.send_signal(number)
    assert runner.wait(SECONDS) != 0
    runner.stderr.close()
    runner.stdout.close()
    # After a SIGKILL it is the kernel that ends QEMU, and nobody waits for it.
    limit = time.monotonic() + SECONDS
    while _running(guest) and time.monotonic() < limit:
        time.sleep(0.01)
    assert _running(guest) == []


def _running(guest: ImageDescription) -> list[int]:
    """The processes that have the guest's image on their command line."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(guest.image).encode() in (place / "cmdline").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found


def test_a_reader_that_goes_away_ends_the_run(guest: ImageDescription, tmp_path: Path) -> None:
    runner = _start(guest, tmp_path, "c" * 3000, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert runner.stdout is not None and runner.stderr is not None
    runner.stdout.close()
    said = runner.stderr.read()
    runner.stderr.close()
    assert runner.wait(SECONDS) != 0
    assert b"BrokenPipeError" in said


@pytest.mark.parametrize("raw", [False, True])
def test_a_terminal(guest: ImageDescription, tmp_path: Path, raw: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        runner = _start(guest, tmp_path, "e", *(["raw"] if raw else []), stdin=theirs, stdout=subprocess.PIPE)
        assert runner.stdout is not None and runner.stderr is not None
        _read_until(runner.stdout.fileno(), b"ready\n")
        assert bool(termios.tcgetattr(theirs)[3] & termios.ICANON) is not raw
        if raw:
            os.write(ours, b"k")
            assert _read_until(runner.stdout.fileno(), b"k") == b"k"
            os.write(ours, b"\x04")
        else:
            os.write(ours, b"wrong\x15right\n")
            assert _read_until(runner.stdout.fileno(), b"\n") == b"right\n"
            os.write(ours, b"\x04")
        runner.stderr.close()
        assert runner.wait(SECONDS) == 7
        runner.stdout.close()
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_probes_image_answers_and_the_answer_is_kept(guest: ImageDescription, tmp_path: Path) -> None:
    program = find_program(guest)
    assert probe(program, "tcg", seconds=SECONDS, rounds=1000)
    assert not probe(program, "tcg", seconds=0.01)
    assert not probe(program, "nonesuch", seconds=SECONDS)
    first = kvm_works(program, guest.arch, cache=tmp_path)
    assert kvm_works(program, guest.arch, cache=tmp_path) == first
    assert not kvm_works(program, "aarch64", cache=tmp_path)
    for kept in tmp_path.glob("kvm-probe.json"):
        kept.write_text("nonsense")
        assert kvm_works(program, guest.arch, cache=tmp_path) == first
