"""An inspected program, for people and for other programs."""

from __future__ import annotations

from unilith.pipeline.inspect import Inspection
from unilith.report.columns import columns

_SHOWN = 2  # reasons of a call


def inspection_json(found: Inspection) -> dict[str, object]:
    """What `unilith inspect --json` prints."""
    return {
        "file": str(found.file),
        "static": found.program.static,
        "interpreter": found.program.interpreter,
        "needed": list(found.program.needed),
        "imports": list(found.program.imports),
        "calls": {c.name: {"because": list(c.because), "libraries": list(c.libraries)} for c in found.calls},
        "by-number": list(found.by_number),
        "missing": [c.name for c in found.missing],
        "foreign": list(found.foreign),
        "libraries": list(found.libraries),
    }


def inspection_text(found: Inspection) -> str:
    """What `unilith inspect` prints."""
    program = found.program
    kind = "static" if program.static else f"dynamic, with {', '.join(program.needed) or 'no other file'}"
    lines = [f"{found.file.name}: {kind}"]
    if program.imports:
        lines[0] += f"; {len(program.imports)} imported names"
    if found.calls:
        lines += ["", f"system calls ({len(found.calls)}):"]
        rows = [
            (f"  {c.name}", " or ".join(c.libraries) or "missing", _because(c.because)) for c in found.calls
        ]
        lines.append(columns(rows))
    if found.by_number:
        shown = ", ".join(found.by_number[:6]) + (" and others" if len(found.by_number) > 6 else "")
        lines += ["", f"calls whose number only a run shows: in {shown}"]
    if found.foreign:
        lines += ["", "names that the C library musl does not have:", f"  {', '.join(found.foreign)}"]
    lines += ["", f"libraries: {', '.join(found.libraries) or 'none'}"]
    missing = ", ".join(c.name for c in found.missing)
    lines.append(f"missing: {missing}" if missing else "Every call that was found is implemented.")
    return "\n".join(lines)


def _because(reasons: tuple[str, ...]) -> str:
    more = len(reasons) - _SHOWN
    return "; ".join(reasons[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
