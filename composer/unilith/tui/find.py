"""Search over everything that has a name, whether a menu shows it or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from unilith.errors import Where
from unilith.tui.model import Model

_MOST = 500


class HitKind(StrEnum):
    """What was found."""

    LIBRARY = "library"
    PLATFORM = "platform"
    INTERFACE = "interface"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class Hit:
    """``library`` is where a jump leads: the owner of an option, a provider of an interface; empty for an interface
    that nothing provides. ``shown`` is False where no menu shows it as things stand."""

    kind: HitKind
    name: str
    symbol: str
    text: str
    value: str
    library: str
    where: Where
    shown: bool


def find(model: Model, query: str) -> tuple[Hit, ...]:
    """What matches all words of ``query``, each a regular expression over name, symbol and text, without regard to
    case. A word that is no regular expression stands for itself. Best matches come first."""
    patterns = [_pattern(word) for word in query.split()]
    if not patterns:
        return ()
    hits = [h for h in _everything(model) if all(p.search(f"{h.name} {h.symbol} {h.text}") for p in patterns)]
    wanted = query.strip().lower().removeprefix("config_")

    def rank(hit: Hit) -> tuple[bool, bool, str]:
        names = (hit.name.lower(), hit.symbol.lower())
        return wanted not in names, not any(n.startswith(wanted) for n in names), hit.name

    return tuple(sorted(hits, key=rank)[:_MOST])


def _pattern(word: str) -> re.Pattern[str]:
    try:
        return re.compile(word.removeprefix("CONFIG_"), re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(word), re.IGNORECASE)


def _everything(model: Model) -> Iterator[Hit]:
    catalog, answer = model.catalog, model.answer
    for manifest in catalog:
        name = manifest.name
        if name in catalog.interfaces:
            givers = list(dict.fromkeys(m.name for m, _ in catalog.providers(name)))
            present = [n for n in givers if n in answer.libraries]
            by = f"provided by {', '.join(present)}" if present else "not in the image"
            first = (present or givers or [""])[0]
            text = f"{manifest.summary} (providers: {', '.join(givers) or 'none'})"
            yield Hit(
                HitKind.INTERFACE, name, manifest.symbol, text, by, first, manifest.where(), bool(present)
            )
        else:
            kind = HitKind.PLATFORM if name in catalog.platforms else HitKind.LIBRARY
            value = "y" if name in answer.libraries else "n"
            yield Hit(kind, name, manifest.symbol, manifest.summary, value, name, manifest.where(), True)
    for library in sorted({o.library for o in catalog.options.values()}):
        names = {*answer.names, library}
        entries = {e.name: e for e in model.options.entries(library, names, answer.settings) if e.name}
        for option in catalog.library_options(library):
            entry = entries[option.name]
            visible = not entry.hidden and library in answer.libraries
            value = entry.value if library in answer.libraries else f"{library} is not in the image"
            text = entry.prompt or "without a prompt"
            yield Hit(HitKind.OPTION, option.name, option.name, text, value, library, option.where, visible)
