"""Values on the command line that are made of words with commas between them: a place, then settings and flags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from unilith.errors import UserError
from unilith.run.options import HOST_SIDE


@dataclass(frozen=True, slots=True)
class Form:
    """What such a value looks like. ``what`` it is and what comes ``first`` are told with their article; ``words`` may
    follow in any order, each once, `name=NAME` with a value and `readonly` without; ``hint`` shows all of it."""

    what: str
    first: str
    words: tuple[str, ...]
    hint: str

    def read(self, text: str) -> tuple[str, Mapping[str, str]]:
        """What comes first, and the value of each word behind it that is there ("" for one without); a comma within a
        word is written twice."""
        first, *rest = (part.replace("\0", ",") for part in text.replace(",,", "\0").split(","))
        known = {word.partition("=")[:2] for word in self.words}
        values: dict[str, str] = {}
        for word in rest:
            key, equals, value = word.partition("=")
            if key in values:
                raise self.wrong(text, f"{key} stands there twice")
            if (key, equals) not in known:
                raise self.wrong(text, f"{word!r} is none of {_listed(self.words)}")
            values[key] = value
        if not first:
            raise self.wrong(text, f"{self.first} comes first")
        return first, values

    def name(self, text: str, values: Mapping[str, str], key: str, limit: int) -> str:
        """The value of a word that names something, "" if it is not there."""
        if key in values and not re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{limit}}}", values[key]):
            raise self.wrong(text, f"a {key} has 1 to {limit} letters, digits, dots, dashes and underscores")
        return values.get(key, "")

    def wrong(self, text: str, reason: str) -> UserError:
        """What is said of a value that does not look like this."""
        return UserError(f"{text!r} is not {self.what}: {reason}", hint=self.hint, exit_status=HOST_SIDE)


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else f"the word {words[0]}"
