"""The valid name that somebody most likely meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, valid: Iterable[str]) -> str:
    """The entry of ``valid`` most like ``name``, or an empty string if none is much like it."""
    import difflib  # only needed when something is wrong

    found = difflib.get_close_matches(name, sorted(set(valid)), n=1, cutoff=0.6)
    return found[0] if found else ""


def suggestion(name: str, valid: Iterable[str], *, what: str = "") -> str:
    """A hint about an unknown ``name``: the nearest valid one, or all of them if they are few.

    ``what`` is the plural of the things named, for the second form ("Known targets").
    """
    known = sorted(set(valid))
    if best := nearest(name, known):
        return f"Did you mean `{best}`?"
    if known and len(known) <= 12:
        return f"Known {what or 'names'}: {', '.join(known)}."
    return ""
