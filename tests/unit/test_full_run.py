"""`make test-full`: each test is in one group, and what fails is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests import full_run
from tests.full_run import GROUPS, ROOT, Group, Outcome, arguments, main, read_report, table


def test_groups_name_files_that_are_there_and_share_none() -> None:
    named = [path for group in GROUPS if group.name != "short" for path in group.files]
    assert named and len(set(named)) == len(named)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_what_no_group_names_is_in_the_last() -> None:
    words = arguments(GROUPS[-1])
    assert words[0] == "tests" and "--ignore=tests/libs" in words and len(words) > 20
    assert [group.name for group in GROUPS if not group.files] == [GROUPS[-1].name]


REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="no"/></testcase>
<testcase classname="a" name="not_run"><skipped/></testcase>
</testsuite></testsuites>"""


def test_what_was_not_run_has_not_passed(tmp_path: Path) -> None:
    outcome = Outcome("group")
    (tmp_path / "report.xml").write_text(REPORT)
    read_report(tmp_path / "report.xml", outcome)
    assert outcome.passed == 1 and outcome.failed == ["a::bad", "a::not_run"]
    assert table([outcome]).splitlines()[3:] == ["failed in group: a::bad", "failed in group: a::not_run"]


def test_a_failure_does_not_keep_the_next_group_from_being_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_good.py").write_text("def test_good(): pass\n")
    (tmp_path / "test_bad.py").write_text("def test_bad(): assert False\n")
    groups = tuple(Group(name, "not full", (f"test_{name}.py",)) for name in ("broken", "bad", "good"))
    monkeypatch.setattr(full_run, "GROUPS", groups)
    monkeypatch.setattr(full_run, "ROOT", tmp_path)
    monkeypatch.setattr(full_run, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(sys, "argv", ["full_run", "--jobs", "0"])
    assert main() == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in said if line.startswith(("bad ", "good ", "all "))][-3:] == [
        ["bad", "0", "1"],
        ["good", "1", "0"],
        ["all", "1", "2"],
    ]
    assert said[-2:] == ["failed in broken: pytest ended with 4", "failed in bad: test_bad::test_bad"]
