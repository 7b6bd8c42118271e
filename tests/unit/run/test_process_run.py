"""The runner of process images, with scripts in the place of images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.image.description import ImageDescription
from unilith.run.image import run_image
from unilith.run.network import Wanted
from unilith.run.result import RunResult

Script = Callable[[str], ImageDescription]
SECONDS = 30.0


def run(description: ImageDescription, **others: object) -> RunResult:
    return run_image(description, **{"input": b"", "output": None, "timeout": SECONDS, **others})  # type: ignore[arg-type]


def test_options_come_before_the_arguments(script: Script, tmp_path: Path) -> None:
    image = script('for word; do echo "[$word]"; done')
    assert run(image).text.split() == ["[--memory]", "[16M]"]
    (tmp_path / "initrd.cpio").write_bytes(b"")
    image = image.model_copy(update={"initrd": tmp_path / "initrd.cpio"})
    words = run(image, args=["a b", "--", ""], memory="1152k").text.splitlines()
    assert words == [
        "[--memory]",
        "[1152K]",
        "[--initrd]",
        f"[{tmp_path}/initrd.cpio]",
        "[--]",
        "[a b]",
        "[--]",
        "[]",
    ]
    assert run(image, args=[]).text.splitlines()[-1] == "[--]"


@pytest.mark.parametrize("status", [0, 1, 124, 125, 255])
def test_the_exit_status_is_the_images(script: Script, status: int) -> None:
    assert run(script(f"exit {status}")).status == status


def test_a_crash_and_signals_are_126(script: Script) -> None:
    crashed = run(script("exit 126"))
    assert (crashed.status, "crashed" in crashed.message) == (126, True)
    killed = run(script("kill -SYS $$"))
    assert killed.status == 126
    assert killed.message.startswith("killed by its own system call filter: ")
    other = run(script("kill -SEGV $$"))
    assert (other.status, "SIGSEGV" in other.message) == (126, True)


def test_a_time_out_ends_the_whole_group(script: Script, tmp_path: Path) -> None:
    result = run(script("echo begun; sleep 1000 & wait"), timeout=0.3)
    assert (result.status, result.text) == (124, "begun\n")


def test_an_end_is_seen_though_a_child_holds_the_pipe(script: Script) -> None:
    result = run(script("sleep 1000 & echo done; exit 5"))
    assert (result.status, result.text) == (5, "done\n")
    assert result.seconds < SECONDS / 2


def test_input_is_passed_and_ends(script: Script, tmp_path: Path) -> None:
    assert run(script("cat"), input=b"x" * 1_000_000).console == b"x" * 1_000_000
    assert run(script("cat")).console == b""
    # An image that does not want its input is not waited for.
    assert run(script("exec <&-; echo fine"), input=b"x" * 1_000_000).text == "fine\n"
    (tmp_path / "in").write_text("from a file")
    with (tmp_path / "in").open() as source:
        assert run(script("cat"), input=source.fileno()).text == "from a file"
    # A closed descriptor is an empty input.
    assert run(script("cat; echo end"), input=source_number(tmp_path)).text == "end\n"


def source_number(folder: Path) -> int:
    """A descriptor that is not open."""
    with (folder / "in").open() as source:
        return source.fileno()


def test_what_cannot_be_started_is_125(script: Script, tmp_path: Path) -> None:
    image = script("exit 0")
    image.image.chmod(0o644)
    result = run(image)
    assert (result.status, "Permission denied" in result.message) == (125, True)
    assert run(image.model_copy(update={"image": tmp_path / "absent"})).status == 125


def test_messages_of_the_image_are_part_of_the_captured_console(script: Script) -> None:
    assert run(script("echo out; echo wrong >&2")).text == "out\nwrong\n"


def test_mistakes_are_refused_with_125(script: Script) -> None:
    image = script("exit 0")
    for mistake in ({"memory": "12Q"}, {"network": Wanted(ports=("80",))}, {"timeout": 0.0}):
        with pytest.raises(UserError) as refused:
            run(image, **mistake)
        assert refused.value.exit_status == 125


def test_a_failure_is_said_on_standard_error_when_the_console_is_shown(
    script: Script, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(script("echo shown; exit 126"), output=1).status == 126
    captured = capfd.readouterr()
    assert captured.out == "shown\n"
    assert captured.err == "unilith: the image crashed; its report is on the console\n"


def test_a_full_disk_behind_the_output_is_said(script: Script) -> None:
    with Path("/dev/full").open("wb") as full, pytest.raises(UserError, match="No space left"):
        run(script("echo text"), output=full.fileno())
