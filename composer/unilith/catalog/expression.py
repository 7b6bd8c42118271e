"""Kconfig expressions, as an `if:` of a manifest holds them: text to a small tree, and its value.

Grammar, loosest first: ``||``, ``&&``, ``!``, and the comparisons ``=  !=  <  <=  >  >=`` between two
operands, which are symbols, numbers or text in quotes. Parentheses group; ``y`` and ``n`` are constants.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """A Kconfig symbol without the `CONFIG_` of C. As a truth value it is a bool that is y."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Text:
    """A constant to compare with: a number, or what stood in quotes."""

    value: str

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Constant:
    """``y`` or ``n``."""

    value: bool

    def __str__(self) -> str:
        return "y" if self.value else "n"


Operand = Symbol | Text | Constant


@dataclass(frozen=True, slots=True)
class Compare:
    """A relation; ``operator`` is one of ``=  !=  <  <=  >  >=``."""

    operator: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    operand: Expression

    def __str__(self) -> str:
        simple = isinstance(self.operand, Symbol | Constant | Not)
        return f"!{self.operand}" if simple else f"!({self.operand})"


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction of at least two."""

    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        return " && ".join(f"({o})" if isinstance(o, Or | And) else str(o) for o in self.operands)


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction of at least two."""

    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        return " || ".join(f"({o})" if isinstance(o, Or) else str(o) for o in self.operands)


Expression = Symbol | Constant | Compare | Not | And | Or


class ExpressionError(ValueError):
    """The text is no expression; the message says why."""


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<operator>&&|\|\||!=|<=|>=|[!=<>()])
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<number>-?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![A-Za-z0-9_]))
    | (?P<symbol>[A-Za-z_][A-Za-z0-9_]*)
    )""",
    re.VERBOSE,
)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of an expression. Raises `ExpressionError`."""
    return _Parser(text).whole()


def symbols(expression: Expression) -> frozenset[str]:
    """The names of all symbols in an expression."""
    match expression:
        case Symbol(name):
            return frozenset({name})
        case Constant():
            return frozenset()
        case Compare(_, left, right):
            return frozenset(o.name for o in (left, right) if isinstance(o, Symbol))
        case Not(operand):
            return symbols(operand)
        case And(operands) | Or(operands):
            return frozenset[str]().union(*map(symbols, operands))


def evaluate(
    expression: Expression, values: Mapping[str, str], types: Mapping[str, str] | None = None
) -> bool:
    """The truth of an expression, by Kconfig's rules.

    ``values`` gives the text of each symbol's value (``y`` and ``n`` for a bool) and ``types`` its type
    (``bool``, ``int``, ``hex`` or ``string``). A bool without a value is n; any other symbol without one is
    empty, and one without a type stands for its own name. Without ``types``, values tell their types by
    their looks, and a symbol without a value is a bool that is n.
    """
    match expression:
        case Symbol(name):
            return values.get(name) == "y" and (types is None or types.get(name) == "bool")
        case Constant(value):
            return value
        case Not(operand):
            return not evaluate(operand, values, types)
        case And(operands):
            return all(evaluate(o, values, types) for o in operands)
        case Or(operands):
            return any(evaluate(o, values, types) for o in operands)
        case Compare(operator, left, right):
            return compare(operator, _operand(left, values, types), _operand(right, values, types))


def compare(operator: str, left: tuple[str, str], right: tuple[str, str]) -> bool:
    """A relation between two (type, value) pairs: of numbers where both are, else of text."""
    a: int | str
    b: int | str
    try:
        if left[0] == right[0] == "string":
            raise ValueError
        a, b = _number(*left), _number(*right)
    except ValueError:
        a, b = left[1], right[1]
    match operator:
        case "=":
            return a == b
        case "!=":
            return a != b
    below, same = (a < b, a == b) if isinstance(a, int) and isinstance(b, int) else (str(a) < str(b), a == b)
    return {"<": below, "<=": below or same, ">": not (below or same), ">=": not below}[operator]


def _operand(operand: Operand, values: Mapping[str, str], types: Mapping[str, str] | None) -> tuple[str, str]:
    match operand:
        case Text(value):
            # Kconfig does not tell "y" in quotes from y without; all else in quotes has no type.
            return ("bool" if value in ("y", "m", "n") else ""), value
        case Constant(value):
            return "bool", "y" if value else "n"
        case Symbol(name) if types is None:
            value = values.get(name, "n")
            return _looks(value), value
        case Symbol(name):
            kind = types.get(name, "")
            unset = "n" if kind == "bool" else "" if kind else name
            return kind, values.get(name, unset)


def _looks(value: str) -> str:
    if value in ("y", "n"):
        return "bool"
    return "hex" if value[:2] in ("0x", "0X") else "int" if value.lstrip("-").isdecimal() else "string"


def _number(kind: str, value: str) -> int:
    if kind == "bool":
        return "nmy".index(value)  # Kconfig counts n, m, y as 0, 1, 2
    return int(value, {"int": 10, "hex": 16}.get(kind, 0))


class _Parser:
    """Recursive descent over the tokens; one method a level of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        self.next = 0
        position = 0
        text = text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found:
                raise ExpressionError(f"cannot be read from `{text[position:].strip()}` on")
            kind = found.lastgroup or ""
            self.tokens.append((kind, found.group(kind)))
            position = found.end()

    def whole(self) -> Expression:
        if not self.tokens:
            raise ExpressionError("is empty")
        result = self.disjunction()
        if self.next < len(self.tokens):
            raise ExpressionError(f"has `{self.tokens[self.next][1]}` where `&&`, `||` or the end belongs")
        return result

    def accept(self, *operators: str) -> str:
        if self.next < len(self.tokens):
            kind, text = self.tokens[self.next]
            if kind == "operator" and text in operators:
                self.next += 1
                return text
        return ""

    def disjunction(self) -> Expression:
        operands = [self.conjunction()]
        while self.accept("||"):
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def conjunction(self) -> Expression:
        operands = [self.negation()]
        while self.accept("&&"):
            operands.append(self.negation())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def negation(self) -> Expression:
        if self.accept("!"):
            return Not(self.negation())
        if self.accept("("):
            inner = self.disjunction()
            if not self.accept(")"):
                raise ExpressionError("lacks a closing parenthesis")
            return inner
        left = self.operand()
        if operator := self.accept(*_COMPARISONS):
            return Compare(operator, left, self.operand())
        if isinstance(left, Text):
            raise ExpressionError(f"uses {left} as a truth value; compare it with something")
        return left

    def operand(self) -> Operand:
        if self.next == len(self.tokens):
            raise ExpressionError("ends where a symbol belongs")
        kind, text = self.tokens[self.next]
        self.next += 1
        match kind:
            case "symbol" if text in ("y", "n"):
                return Constant(text == "y")
            case "symbol" if text == "m":
                raise ExpressionError("uses `m`; there are no modules here")
            case "symbol":
                return Symbol(text)
            case "number":
                return Text(text)
            case "double" | "single":
                return Text(re.sub(r"\\(.)", r"\1", text))
        raise ExpressionError(f"has `{text}` where a symbol belongs")
