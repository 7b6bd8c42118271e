"""Users and groups of a container image: from what it says in `User` to numbers (image-spec 1.0, config.md, "User").

Names, and the group of a user for whom none is said, stand in the image's own /etc/passwd and /etc/group (passwd(5),
group(5)). A user who is not there has the group 0, as container engines have it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from unilith.errors import UserError
from unilith.image.archive import NO_ID
from unilith.image.tree import Tree

FILE_LIMIT = 1 << 20
"""Bytes of a table of users or groups."""


def numbers_of(said: str, files: Callable[[], Tree]) -> str | None:
    """`USER:GROUP` in numbers for what an image says; None if that is root. `files` are only read if they are needed.
    Raises `UserError` for a name that the image does not know."""
    user, _, group = said.partition(":")
    uid, gid = _number(user or "0"), _number(group)
    if uid is None or gid is None:
        tree = files()
        found = _find(tree, "etc/passwd", user, uid, fields=7)
        if found is not None:
            uid = _number(found[2])
        if group:
            gid = gid if gid is not None else _group(tree, group)
        else:
            gid = _number(found[3]) if found is not None else 0
        if uid is None or gid is None:
            name, table = (user, "passwd") if uid is None else (group, "group")
            raise UserError(
                f"is a container image whose program runs as `{said}`, and its /etc/{table} does not say who"
                f" `{name}` is",
                where=Path(tree.source),
                hint="Write numbers into the recipe: `user: UID:GID`.",
            )
    return f"{uid}:{gid}" if uid or gid else None


def _group(tree: Tree, name: str) -> int | None:
    found = _find(tree, "etc/group", name, None, fields=4)
    return _number(found[2]) if found is not None else None


def _find(tree: Tree, table: str, name: str, number: int | None, fields: int) -> list[str] | None:
    """The first line for a name, or for a number."""
    for line in _lines(tree, table):
        words = line.split(":")
        if len(words) == fields and (words[0] == name if number is None else _number(words[2]) == number):
            return words
    return None


def _lines(tree: Tree, name: str) -> Iterator[str]:
    place = tree.place(name)
    if place in tree and stat.S_ISREG(tree[place].mode) and tree[place].size <= FILE_LIMIT:
        yield from os.fsdecode(tree[place].read()).split("\n")


def _number(word: str) -> int | None:
    """The number of a user or a group."""
    number = int(word) if word.isascii() and word.isdecimal() and len(word) <= 10 else NO_ID
    return number if number < NO_ID else None
