"""The size report, and tables in general."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unilith.report.columns import columns
from unilith.report.link_map import Share
from unilith.report.size import size_report, size_text


def test_columns_are_aligned() -> None:
    rows = [("name", "bytes", "what"), ("a", "1,024", "x"), ("longer", "7", "")]
    assert columns(rows, right=(1,)) == "name    bytes  what\na       1,024  x\nlonger      7"
    assert columns([]) == ""


@given(st.lists(st.lists(st.text(st.characters(categories=["L"]), max_size=5), max_size=4), max_size=5))
def test_no_cell_is_lost_whatever_the_rows(rows: list[list[str]]) -> None:
    lines = columns(rows).split("\n")
    assert len(lines) == max(len(rows), 1)
    for row, line in zip(rows, lines, strict=False):
        assert line.split() == [cell for cell in row if cell]


@pytest.mark.parametrize(("width", "shown"), [("80", "abcdefghij  klm"), ("8", "abcdefg…"), ("1", "…")])
def test_a_terminal_cuts_lines(monkeypatch: pytest.MonkeyPatch, width: str, shown: str) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", width)
    assert columns([("abcdefghij", "klm")]) == shown


def test_prediction_and_truth_stand_side_by_side() -> None:
    linked = {"app": Share(100, 8), "libc": Share(900, 0), "vfs": Share(480, 16), "gen": Share(20, 0)}
    predicted, compiled = {"vfs": 500, "ghost": 30, "contract": 0}, {"vfs": 490, "seen": 5, "contract": 0}
    report = size_report(predicted, compiled, 990, linked, 4096)
    assert [(n.name, n.predicted, n.compiled, n.linked, n.zeroed) for n in report.lines] == [
        ("application", 990, 990, 1000, 8),
        ("vfs", 500, 490, 480, 16),
        ("gen", None, None, 20, 0),
        ("ghost", 30, None, 0, 0),
        ("seen", None, 5, 0, 0),
    ]
    assert (report.predicted, report.compiled, report.linked) == (1520, 1485, 1500)
    assert report.drift(report.predicted) == pytest.approx(20 / 1500)
    text = size_text(report).splitlines()
    assert text[0].split() == ["part", "predicted", "compiled", "linked", "zeroed"]
    assert text[1].split()[:5] == ["application", "990", "990", "1,000", "8"] and text[1].count("█") == 30
    assert text[3].split()[:2] == ["gen", "20"]
    assert text[-2].split() == ["total", "1,520", "1,485", "1,500", "24"]
    assert text[-1] == "image file: 4,096 bytes; prediction off by 1.3%, with this image's options by 1.0%"


def test_an_image_of_nothing() -> None:
    report = size_report({}, {}, 0, {}, 0)
    assert report.drift(report.predicted) == 0.0 and "total" in size_text(report)
