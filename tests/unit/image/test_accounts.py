"""Who runs a container's program, in numbers."""

from __future__ import annotations

import pytest

from unilith.errors import UserError
from unilith.image.accounts import numbers_of
from unilith.image.tree import Entry, Tree

PASSWD = b"""root:x:0:0::/root:/bin/sh
# no line
web:x:33:34:a, b:/srv:/bin/false
bad:x:many:1::/:
four:x:4:70000::/:
"""
GROUP = b"root:x:0:\nstaff:x:50:web\nweb:x:34:\n"


def files() -> Tree:
    tree = Tree("image")
    tree.put(Entry("etc/passwd", 0o100644, PASSWD))
    tree.put(Entry("etc/group", 0o100644, GROUP))
    return tree


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("", None),
        ("root", None),
        ("0", None),
        ("0:0", None),
        ("web", "33:34"),
        ("web:staff", "33:50"),
        ("web:7", "33:7"),
        ("web:", "33:34"),
        ("33", "33:34"),
        ("33:staff", "33:50"),
        ("1000", "1000:0"),
        ("1000:50", "1000:50"),
        ("root:staff", "0:50"),
        (":50", "0:50"),
        ("4", "4:70000"),
        ("4294967294:1", "4294967294:1"),
    ],
)
def test_users_become_numbers(said: str, numbers: str | None) -> None:
    assert numbers_of(said, files) == numbers


@pytest.mark.parametrize(
    "said", ["nobody", "web:nobody", "bad", "4294967295", "-1", "99999999999:1", "\u0663"]
)
def test_who_is_not_known_is_said(said: str) -> None:
    with pytest.raises(UserError, match="does not say who"):
        numbers_of(said, files)


def test_numbers_need_no_tables() -> None:
    def none() -> Tree:
        raise AssertionError("the files are read")

    assert numbers_of("5:6", none) == "5:6"
    assert numbers_of("5", Tree) == "5:0"
