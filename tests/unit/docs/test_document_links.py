"""Links of the documents lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.docs.documents import ROOT, anchors, links, places, written


def broken(file: Path) -> list[str]:
    """The relative links of a document that lead nowhere."""
    found = []
    for link in links(file.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path) if path else file
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            found.append(link)
    return found


@pytest.mark.parametrize("file", written(), ids=lambda f: str(f.relative_to(ROOT)))
def test_links_resolve(file: Path) -> None:
    assert broken(file) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One two\n\n## `three`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](missing.md) [c](other.md#one-two)\n[d](other.md#three) [e](other.md#four) [f](#here)\n"
    )
    assert broken(page) == ["missing.md", "other.md#four", "#here"]
    page.write_text("# Here\n[f](#here) `[g](gone.md)`\n```\n[h](gone.md)\n```\n")
    assert broken(page) == []


@pytest.mark.parametrize("file", written(), ids=lambda f: str(f.relative_to(ROOT)))
def test_what_is_named_is_there(file: Path) -> None:
    assert [place for place in places(file.read_text(encoding="utf-8")) if not (ROOT / place).exists()] == []


def test_what_is_named_is_seen() -> None:
    text = (
        "`tests/one.py` does `make libs/a-b/c.h`, not tests/two.py; `libs/c.<arch>`, `libs/*/x`, `/tests/z`\n"
    )
    assert places(text + "```\n`docs/three.md`\n```\n`docs/`, `docs/four`\n") == [
        "tests/one.py",
        "libs/a-b/c.h",
        "docs/four",
    ]


def test_every_document_can_be_found_from_the_readme() -> None:
    seen, pending = set(), [ROOT / "README.md"]
    while pending:
        file = pending.pop()
        if file in seen or file.suffix != ".md":
            continue
        seen.add(file)
        targets = (
            link.partition("#")[0] for link in links(file.read_text(encoding="utf-8")) if "://" not in link
        )
        pending += [(file.parent / path).resolve() for path in targets if path]
    assert set(written()) <= seen
