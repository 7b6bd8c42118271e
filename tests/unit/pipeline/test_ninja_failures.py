"""What is said when a step of a build fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.pipeline.ninja import MissingInputError, run_ninja
from unilith.pipeline.request import Silent

RULES = """rule run
  command = $do
  description = run $out
"""


class Listening(Silent):
    """Keeps the progress and what tools print."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[int, int, str]] = []
        self.printed: list[str] = []

    def progress(self, done: int, total: int, text: str) -> None:
        self.heard.append((done, total, text))

    def tool_output(self, text: str) -> None:
        self.printed.append(text)


def run(folder: Path, **steps: str) -> Listening:
    """Runs one step for each name; a step is a command of the shell."""
    text = RULES + "".join(f"build {name}: run\n  do = {do}\n" for name, do in steps.items())
    (folder / "steps.ninja").write_text(text)
    listening = Listening()
    run_ninja(folder, "steps.ninja", listening)
    return listening


def failure(folder: Path, **steps: str) -> str:
    with pytest.raises(UserError) as e:
        run(folder, **steps)
    return str(e.value)


def test_progress_is_counted(tmp_path: Path) -> None:
    heard = run(tmp_path, one="touch one", two="touch two").heard
    assert [(done, total) for done, total, _ in heard] == [(1, 2), (2, 2)]
    assert {text for _, _, text in heard} == {"run one", "run two"}


def test_what_tools_print_is_passed_on(tmp_path: Path) -> None:
    assert "a warning\n" in run(tmp_path, one="echo a warning && touch one").printed


def test_the_users_own_format_of_progress_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NINJA_STATUS", "<%s> ")
    assert run(tmp_path, one="touch one").heard == [(1, 1, "run one")]


def test_a_failed_step_is_told_in_its_own_words_alone(tmp_path: Path) -> None:
    said = failure(tmp_path, one="echo main.c:3: error: no such thing && exit 1")
    assert said == "the build failed:\nmain.c:3: error: no such thing"


def test_a_step_that_fails_silently_is_named(tmp_path: Path) -> None:
    said = failure(tmp_path, one="exit 3")
    assert "FAILED: one" in said and "exit 3" in said


def test_of_many_words_the_first_and_the_last_remain(tmp_path: Path) -> None:
    lines = failure(tmp_path, one="seq 1 500 && exit 1").splitlines()
    assert lines[1] == "1" and lines[-1] == "500" and "..." in lines and len(lines) < 70


def test_bytes_that_are_no_text_are_no_hindrance(tmp_path: Path) -> None:
    assert "bad" in failure(tmp_path, one="printf 'bad \\377\\n'; exit 1")


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "steps.ninja").write_text(RULES + "build out: run gone.c\n  do = true\n")
    with pytest.raises(MissingInputError, match=r"gone\.c"):
        run_ninja(tmp_path, "steps.ninja", Silent())


def test_a_broken_file_of_steps_is_told(tmp_path: Path) -> None:
    (tmp_path / "steps.ninja").write_text("build\n")
    with pytest.raises(UserError, match="the build failed"):
        run_ninja(tmp_path, "steps.ninja", Silent())


def test_no_ninja(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="'ninja' is not installed") as e:
        run_ninja(tmp_path, "steps.ninja", Silent())
    assert "ninja-build" in e.value.hint


def test_an_interrupt_in_the_middle_stops_ninja_before_it_goes_on(tmp_path: Path) -> None:
    class Interrupting(Silent):
        def tool_output(self, text: str) -> None:
            if "begun" in text:
                raise KeyboardInterrupt

    steps = "rule run\n  command = $do\nbuild one: run\n  do = echo begun && touch one\n"
    (tmp_path / "steps.ninja").write_text(
        steps + "build two: run one\n  do = trap '' PIPE; touch begun-two; sleep 60 && touch two\n"
    )
    with pytest.raises(KeyboardInterrupt):
        run_ninja(tmp_path, "steps.ninja", Interrupting())
    assert not (tmp_path / "two").exists()
