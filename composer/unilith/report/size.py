"""Where an image's bytes go: predicted from measured costs beside what the linker really took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unilith.report.columns import columns
from unilith.report.link_map import Share

_BAR = 30


@dataclass(frozen=True, slots=True)
class SizeLine:
    """One part. ``predicted`` is None where nothing predicts it (generated tables)."""

    name: str
    predicted: int | None
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
    def linked(self) -> int:
        """All bytes that the linker took of the parts."""
        return sum(line.linked for line in self.lines)

    @property
    def drift(self) -> float:
        """How far the prediction is off, as a share of the linked bytes."""
        return abs(self.predicted - self.linked) / self.linked if self.linked else 0.0


def size_report(predicted: Mapping[str, int], app: int, linked: Mapping[str, Share], file: int) -> SizeReport:
    """Joins prediction and truth. ``app`` are the predicted bytes of the application with its C library."""
    shares = dict(linked)
    program = [shares.pop(name) for name in ("app", "libc") if name in shares]
    lines = [
        SizeLine(name, predicted.get(name), share.stored, share.zeroed) for name, share in shares.items()
    ]
    lines += [SizeLine(name, size, 0, 0) for name, size in predicted.items() if size and name not in shares]
    lines.append(SizeLine("application", app, sum(s.stored for s in program), sum(s.zeroed for s in program)))
    return SizeReport(tuple(sorted(lines, key=lambda line: (-line.linked, line.name))), file)


def size_text(report: SizeReport) -> str:
    """The report as a table with bars."""
    most = max((line.linked for line in report.lines), default=0) or 1
    rows = [("part", "predicted", "linked", "zeroed", "")]
    for line in report.lines:
        if line.linked or line.predicted or line.zeroed:
            guess = "" if line.predicted is None else f"{line.predicted:,}"
            bar = "█" * round(_BAR * line.linked / most)
            rows.append((line.name, guess, f"{line.linked:,}", f"{line.zeroed:,}", bar))
    zeroed = sum(line.zeroed for line in report.lines)
    rows.append(("total", f"{report.predicted:,}", f"{report.linked:,}", f"{zeroed:,}", ""))
    note = f"image file: {report.file:,} bytes; prediction off by {report.drift:.1%}"
    return f"{columns(rows, right=(1, 2, 3))}\n{note}"
