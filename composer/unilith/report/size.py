"""Where an image's bytes go: predicted from stored costs beside what the linker really took.

Stored costs are those of default options. So between the two stands what the same reckoning gives for the objects
of this image, which were compiled with its options: what is off there is no option's doing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unilith.report.columns import columns
from unilith.report.link_map import Share

_BAR = 30


@dataclass(frozen=True, slots=True)
class SizeLine:
    """One part. ``predicted`` and ``compiled`` are None where nothing predicts it (generated tables)."""

    name: str
    predicted: int | None
    compiled: int | None
    linked: int
    zeroed: int


@dataclass(frozen=True, slots=True)
class SizeReport:
    """All parts, largest first. ``file`` is the image file's size: headers and alignment come on top."""

    lines: tuple[SizeLine, ...]
    file: int

    @property
    def predicted(self) -> int:
        """All predicted bytes."""
        return sum(line.predicted or 0 for line in self.lines)

    @property
    def compiled(self) -> int:
        """All bytes that are to be expected of the objects as they were compiled."""
        return sum(line.compiled or 0 for line in self.lines)

    @property
    def linked(self) -> int:
        """All bytes that the linker took of the parts."""
        return sum(line.linked for line in self.lines)

    def drift(self, expected: int) -> float:
        """How far an expectation of all bytes is off, as a share of the linked ones."""
        return abs(expected - self.linked) / self.linked if self.linked else 0.0


def size_report(
    predicted: Mapping[str, int],
    compiled: Mapping[str, int],
    app: int,
    linked: Mapping[str, Share],
    file: int,
) -> SizeReport:
    """Joins prediction and truth. ``app`` are the predicted bytes of the application with its C library."""
    shares = dict(linked)
    program = [shares.pop(name) for name in ("app", "libc") if name in shares]
    lines = [
        SizeLine(name, predicted.get(name), compiled.get(name), share.stored, share.zeroed)
        for name, share in shares.items()
    ]
    for name in sorted(predicted.keys() | compiled.keys()):
        if name not in shares and (predicted.get(name) or compiled.get(name)):
            lines.append(SizeLine(name, predicted.get(name), compiled.get(name), 0, 0))
    stored, zeroed = sum(s.stored for s in program), sum(s.zeroed for s in program)
    lines.append(SizeLine("application", app, app, stored, zeroed))
    return SizeReport(tuple(sorted(lines, key=lambda line: (-line.linked, line.name))), file)


def size_text(report: SizeReport) -> str:
    """The report as a table with bars."""
    most = max((line.linked for line in report.lines), default=0) or 1
    rows: list[tuple[str, ...]] = [("part", "predicted", "compiled", "linked", "zeroed", "")]
    for line in report.lines:
        if line.linked or line.predicted or line.compiled or line.zeroed:
            expected = ("" if n is None else f"{n:,}" for n in (line.predicted, line.compiled))
            bar = "█" * round(_BAR * line.linked / most)
            rows.append((line.name, *expected, f"{line.linked:,}", f"{line.zeroed:,}", bar))
    zeroed = sum(line.zeroed for line in report.lines)
    totals = (report.predicted, report.compiled, report.linked, zeroed)
    rows.append(("total", *(f"{total:,}" for total in totals), ""))
    off, rest = (report.drift(expected) for expected in (report.predicted, report.compiled))
    note = f"image file: {report.file:,} bytes; prediction off by {off:.1%}, with this image's options by {rest:.1%}"
    return f"{columns(rows, right=(1, 2, 3, 4))}\n{note}"
