"""Kconfig expressions for the later stages: the same values that the catalog checks manifests with."""

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
    compare,
    evaluate,
    parse,
    symbols,
)

__all__ = [
    "And",
    "Compare",
    "Constant",
    "Expression",
    "ExpressionError",
    "Not",
    "Operand",
    "Or",
    "Symbol",
    "Text",
    "compare",
    "evaluate",
    "parse",
    "symbols",
]
