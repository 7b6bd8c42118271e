"""What a person reads when a YAML file is wrong: the file, the line, the field and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unilith.catalog.model import Manifest
from unilith.catalog.yaml_model import check_model, read_model
from unilith.catalog.yaml_nodes import line_of, parse_yaml
from unilith.errors import UserError, UserErrors

GOOD = "name: a\nsummary: b\n"


def complaint(text: str) -> str:
    with pytest.raises(UserError) as caught:
        check_model(parse_yaml(text, "m.yaml"), Manifest)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "requiers: [x]", "m.yaml:3: unknown key `requiers`\n  Did you mean `requires`?"),
        (
            GOOD + "host_syscalls: []",
            "m.yaml:3: unknown key `host_syscalls`\n  Did you mean `host-syscalls`?",
        ),
        (GOOD + "folder: /tmp", "m.yaml:3: unknown key `folder`"),
        (
            GOOD + "kind: interfase",
            "m.yaml:3: `kind` must be `library`, `interface` or `platform`, not `interf",
        ),
        (GOOD + "requires:\n  - Heap", "m.yaml:4: `requires[0]` must be lower-case words"),
        (GOOD + "requires:\n  - {if: X}", "m.yaml:4: `requires[0].name` is missing"),
        (
            GOOD + "requires:\n  - {name: a, iff: X}",
            "m.yaml:4: unknown key `iff` in `requires[0]`\n  Did you",
        ),
        (GOOD + "requires: heap", "m.yaml:3: `requires` must be a list"),
        (GOOD + "requires:", "m.yaml:3: `requires` has no value"),
        (GOOD + "floating-point: maybe", "m.yaml:3: `floating-point` must be true or false"),
        (GOOD + "init: 3", "m.yaml:3: `init` must be text\n  Write it in quotes"),
        (GOOD + "init: 3x", "m.yaml:3: `init` must be a C identifier, not `3x`"),
        (
            GOOD + "upstream:\n  version: 1.10\n  license: MIT",
            "m.yaml:4: `upstream.version` must be text\n  Write it in quotes",
        ),
        (
            GOOD + "upstream:\n  version: v\n  license: MIT\n  url:\n    url: u\n    sha256: abc",
            "m.yaml:8: `upstream.url.sha256` must be a SHA-256",
        ),
        (
            GOOD + "machines:\n  Pc: {runner: qemu}",
            "m.yaml:4: the key `Pc` must be lower-case words",
        ),
        ("summary: b", "m.yaml:1: `name` is missing"),
        (GOOD + "name: c", "m.yaml:3: `name` is given twice\n  It already stands on line 1"),
        ("name: [a", "m.yaml:2: is not valid YAML"),
        ("", "m.yaml: is empty"),
        ("- a", "m.yaml:1: must hold keys and values"),
        ("a: &x [*x]", "m.yaml:1: contains itself"),
        ("a: !shell rm", "m.yaml:1: the tag `!shell` has no meaning here"),
        ("a: 1\n---\nb: 2", "m.yaml:2: is not valid YAML"),
        ("a: \x07", "m.yaml: is not valid YAML"),
    ],
)
def test_message(text: str, message: str) -> None:
    assert complaint(text).startswith(message)


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(UserErrors) as caught:
        check_model(parse_yaml("sumary: b\ninit: 3\nname: B\nrequires: {}", "m.yaml"), Manifest)
    assert [e.where.line for e in caught.value.errors if e.where] == [1, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("8080:22", "8080:22"),
        ("2001-01-01", "2001-01-01"),
        ("1_000", "1_000"),
        ("012", 12),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    found = parse_yaml(f"a: {text}", "f").value["a"]
    assert found == value
    assert type(found) is type(value)


def test_lines_of_nested_fields() -> None:
    document = parse_yaml("a:\n  - b\n  - c: 1\n    d:\n      e: 2\n", "f")
    assert document.lines == {"": 1, "a": 1, "a.0": 2, "a.1": 3, "a.1.c": 3, "a.1.d": 4, "a.1.d.e": 5}
    assert line_of(document.lines, "a.1.d.e.missing") == 5
    assert line_of(document.lines, "a.7") == 1


def test_reading_a_file_gives_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yaml"
    file.write_text(GOOD + "requires:\n  - heap\n", encoding="utf-8")
    manifest, lines = read_model(file, Manifest)
    assert manifest.requires[0].name == "heap"
    assert lines["requires.0"] == 4


def test_a_file_that_cannot_be_read_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_model(tmp_path / "none.yaml", Manifest)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\n")
    with pytest.raises(UserError, match="is not text in UTF-8"):
        read_model(tmp_path / "latin.yaml", Manifest)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(sorted(i.alias or n for n, i in Manifest.model_fields.items())), json_values
    )
)
def test_no_content_whatever_ends_in_anything_but_a_user_error(content: dict[str, Any]) -> None:
    import json

    try:
        check_model(parse_yaml(json.dumps(content), "m.yaml"), Manifest)
    except UserError as e:
        assert str(e).startswith("m.yaml")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_whatever_ends_in_anything_but_a_user_error(text: str) -> None:
    try:
        check_model(parse_yaml(text, "m.yaml"), Manifest)
    except UserError as e:
        assert str(e).startswith("m.yaml")
