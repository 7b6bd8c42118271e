"""SPDX licence expressions, as far as a rule that forbids some of them needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

_TOKEN = re.compile(r"[()]|[^\s()]+")


def forbidden_licence(expression: str, patterns: Iterable[str]) -> str:
    """The licence in ``expression`` that makes it unusable where ``patterns`` are forbidden, or "".

    Of licences joined by OR one may be picked, those joined by AND all hold. A pattern is compared as
    a shell pattern, ``GPL-*``, without regard to case.
    """
    lowered = [p.lower() for p in patterns]
    tokens = _TOKEN.findall(expression)
    verdict, rest = _either(tokens, lowered)
    return verdict if not rest else expression


def _either(tokens: list[str], patterns: list[str]) -> tuple[str, list[str]]:
    first, tokens = _both(tokens, patterns)
    while tokens and tokens[0].upper() == "OR":
        second, tokens = _both(tokens[1:], patterns)
        first = first and second and first
    return first, tokens


def _both(tokens: list[str], patterns: list[str]) -> tuple[str, list[str]]:
    first, tokens = _one(tokens, patterns)
    while tokens and tokens[0].upper() == "AND":
        second, tokens = _one(tokens[1:], patterns)
        first = first or second
    return first, tokens


def _one(tokens: list[str], patterns: list[str]) -> tuple[str, list[str]]:
    if tokens and tokens[0] == "(":
        found, tokens = _either(tokens[1:], patterns)
        return found, tokens[1:]
    if not tokens:
        return "", []
    name, tokens = tokens[0], tokens[1:]
    if len(tokens) > 1 and tokens[0].upper() == "WITH":
        tokens = tokens[2:]
    bad = any(fnmatchcase(name.lower(), p) for p in patterns)
    return (name if bad else ""), tokens
