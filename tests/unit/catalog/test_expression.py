"""The grammar of `if:` conditions, against kconfiglib's own reading of them."""

from __future__ import annotations

from pathlib import Path

import kconfiglib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unilith.catalog.expression import (
    And,
    Compare,
    Constant,
    Expression,
    ExpressionError,
    Not,
    Operand,
    Or,
    Symbol,
    Text,
    evaluate,
    parse,
    symbols,
)

TYPES = {"A": "bool", "B": "bool", "NUMBER": "int", "ADDRESS": "hex", "WORD": "string"}

operands = st.one_of(
    st.sampled_from([*TYPES, "UNDEFINED"]).map(Symbol),
    st.booleans().map(Constant),
    st.sampled_from(["", "0", "7", "0x7", "-1", "y", "abc", 'a"b\\c', "two words"]).map(Text),
)


def combined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), several.map(And), several.map(Or))


def compared(operator: str, left: Operand, right: Operand) -> Expression:
    return Compare(operator, left, right)


expressions: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.sampled_from(["A", "B"]).map(Symbol),
        st.booleans().map(Constant),
        st.builds(compared, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), operands, operands),
    ),
    combined,
    max_leaves=6,
)
value_sets = st.fixed_dictionaries(
    {
        "A": st.sampled_from("yn"),
        "B": st.sampled_from("yn"),
        "NUMBER": st.sampled_from(["-1", "0", "7", "12"]),
        "ADDRESS": st.sampled_from(["0x0", "0x7", "0x10"]),
        "WORD": st.sampled_from(["", "7", "abc", "y", 'a"b\\c']),
    }
)


@pytest.fixture(scope="module")
def kconf(tmp_path_factory: pytest.TempPathFactory) -> kconfiglib.Kconfig:
    file: Path = tmp_path_factory.mktemp("expression") / "Kconfig"
    lines = [f'config {name}\n\t{kind} "{name}"\n' for name, kind in TYPES.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    return kconfiglib.Kconfig(str(file), warn=False)


@settings(deadline=None)
@given(expressions, value_sets)
def test_values_agree_with_kconfiglib(
    kconf: kconfiglib.Kconfig, expression: Expression, values: dict[str, str]
) -> None:
    for name, value in values.items():
        kconf.syms[name].set_value(value)
    assert evaluate(expression, values, TYPES) == (kconf.eval_string(str(expression)) == 2)


@settings(deadline=None)
@given(expressions)
def test_text_of_an_expression_is_read_back(expression: Expression) -> None:
    again = parse(str(expression))
    assert str(again) == str(expression)
    assert symbols(again) == symbols(expression)


def test_shapes() -> None:
    assert parse("A || B && !C") == Or((Symbol("A"), And((Symbol("B"), Not(Symbol("C"))))))
    assert parse("!A = B") == Not(Compare("=", Symbol("A"), Symbol("B")))
    assert parse("(A||B)&&C") == And((Or((Symbol("A"), Symbol("B"))), Symbol("C")))
    assert parse("N >= 0x10") == Compare(">=", Symbol("N"), Text("0x10"))
    assert parse('W = "a b"') == Compare("=", Symbol("W"), Text("a b"))
    assert parse("y") == Constant(True)


def test_symbols_are_collected_everywhere() -> None:
    assert symbols(parse('!(A && B = C) || D != "E"')) == {"A", "B", "C", "D"}


def test_types_can_be_told_by_the_values() -> None:
    values = {"A": "y", "NUMBER": "12", "ADDRESS": "0x10"}
    assert evaluate(parse("A && NUMBER > 9 && ADDRESS = 16 && !MISSING"), values)
    assert not evaluate(parse("NUMBER"), values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("A &&", "ends where a symbol belongs"),
        ("A B", "has `B` where"),
        ("(A", "lacks a closing parenthesis"),
        ("A)", "has `)` where"),
        ("&& A", "has `&&` where a symbol belongs"),
        ("A & B", "cannot be read from `& B` on"),
        ('"text"', "as a truth value"),
        ("A = m", "there are no modules"),
        ("A == B", "has `=` where a symbol belongs"),
    ],
)
def test_mistakes_say_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert why in str(caught.value)
