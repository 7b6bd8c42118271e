"""Random Kconfig trees without dependency loops: conditions look back, selects and implies look forward."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import kconfiglib

from unilith.kconfig.foreign import load_tree, read_text

MODES = (kconfiglib.BOOL, kconfiglib.TRISTATE)


def random_tree(random: Random, size: int, typed: bool = True) -> str:
    """The text of a Kconfig file with about ``size`` symbols."""
    return _Writer(random, size, typed).tree()


class _Writer:
    def __init__(self, random: Random, size: int, typed: bool) -> None:
        self.random = random
        self.size = size
        self.typed = typed
        self.modes: list[str] = []  # bool and tristate symbols so far
        self.numbers: list[tuple[str, str]] = []  # typed symbols so far, with their type
        self.lines: list[str] = []
        self.next = 0

    def tree(self) -> str:
        if self.random.random() < 0.6:
            self.lines += ["config MODULES", '\tbool "modules"', "\tmodules"]
            self.modes.append("MODULES")
        self.block(0)
        return "\n".join(self.lines) + "\n"

    def block(self, depth: int) -> None:
        while self.next < self.size:
            kind = self.random.random()
            if kind < 0.12 and depth < 2:
                self.menu(depth)
            elif kind < 0.2 and depth < 2:
                self.lines.append(f"if {self.expression()}")
                self.block(depth + 1)
                self.lines.append("endif")
            elif kind < 0.34:
                self.choice()
            elif kind < 0.48 and self.typed:
                self.typed_symbol()
            else:
                self.symbol()
            if depth and self.random.random() < 0.4:
                return

    def menu(self, depth: int) -> None:
        self.lines.append('menu "menu"')
        if self.random.random() < 0.5:
            self.depends()
        if self.random.random() < 0.5:
            self.lines.append(f"\tvisible if {self.expression()}")
        self.block(depth + 1)
        self.lines.append("endmenu")

    def name(self) -> str:
        self.next += 1
        return f"S{self.next - 1}"

    def maybe_if(self, chance: float = 0.5) -> str:
        return f" if {self.expression()}" if self.random.random() < chance else ""

    def depends(self) -> None:
        self.lines.append(f"\tdepends on {self.expression()}{self.maybe_if(0.15)}")

    def symbol(self) -> None:
        random, name = self.random, self.name()
        self.define(name, random.choice(["bool", "bool", "tristate"]))
        if random.random() < 0.12:  # a second definition elsewhere
            self.lines.append(f"config {name}")
            self.lines.append(f'\tprompt "{name} again"{self.maybe_if()}')
            self.depends()
        self.modes.append(name)

    def define(self, name: str, type_: str) -> None:
        random = self.random
        self.lines += [f"config {name}", f"\t{type_}"]
        if random.random() < 0.65:
            self.lines.append(f'\tprompt "{name}"{self.maybe_if(0.35)}')
        if random.random() < 0.5:
            self.depends()
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            value = random.choice(["y", "y", "n", "m", self.expression(1)])
            self.lines.append(f"\tdefault {value}{self.maybe_if()}")
        for word, chance in (("select", 0.35), ("imply", 0.25)):
            if random.random() < chance and self.next < self.size:
                target = f"S{random.randrange(self.next, self.size)}"
                self.lines.append(f"\t{word} {target}{self.maybe_if(0.35)}")

    def choice(self) -> None:
        random = self.random
        type_ = random.choice(["bool", "bool", "tristate"])
        self.lines += ["choice", f"\t{type_}", f'\tprompt "choice"{self.maybe_if(0.3)}']
        if random.random() < 0.4:
            self.depends()
        if random.random() < 0.3:
            self.lines.append("\toptional")
        names = [self.name() for _ in range(random.choice([1, 2, 2, 3]))]
        if random.random() < 0.4:
            self.lines.append(f"\tdefault {random.choice(names)}{self.maybe_if()}")
        for name in names:
            member = type_ if random.random() < 0.85 else random.choice(["bool", "tristate"])
            self.lines += [f"config {name}", f'\t{member} "{name}"{self.maybe_if(0.3)}']
            if random.random() < 0.3:
                self.depends()
            if random.random() < 0.2 and self.next < self.size:
                target = f"S{random.randrange(self.next, self.size)}"
                self.lines.append(f"\tselect {target}")
        self.lines.append("endchoice")
        self.modes += names

    def typed_symbol(self) -> None:
        random, name = self.random, self.name()
        type_ = random.choice(["int", "int", "hex", "string"])
        self.lines += [f"config {name}", f"\t{type_}"]
        if random.random() < 0.6:
            self.lines.append(f'\tprompt "{name}"{self.maybe_if(0.35)}')
        if random.random() < 0.3:
            self.depends()
        for _ in range(random.choice([0, 1, 1, 2])):
            self.lines.append(f"\tdefault {self.literal(type_)}{self.maybe_if()}")
        if type_ != "string" and random.random() < 0.4:
            low = random.randrange(3)
            bounds = [str(low), str(low + random.randrange(3))]
            if type_ == "hex":
                bounds = [hex(int(b)) for b in bounds]
            same = [n for n, t in self.numbers if t == type_]
            if same and random.random() < 0.3:
                bounds[random.randrange(2)] = random.choice(same)
            self.lines.append(f"\trange {bounds[0]} {bounds[1]}{self.maybe_if()}")
        self.numbers.append((name, type_))

    def literal(self, type_: str) -> str:
        same = [n for n, t in self.numbers if t == type_]
        if same and self.random.random() < 0.3:
            return self.random.choice(same)
        if type_ == "string":
            return self.random.choice(['""', '"a"', '"b"', '"2"'])
        number = self.random.randrange(5)
        return hex(number) if type_ == "hex" else str(number)

    def expression(self, depth: int = 2) -> str:
        random = self.random
        kind = random.random()
        if depth and kind < 0.3:
            operator = random.choice(["&&", "||"])
            return f"({self.expression(depth - 1)} {operator} {self.expression(depth - 1)})"
        if depth and kind < 0.42:
            return f"!{self.expression(depth - 1)}"
        if kind < 0.6 and self.numbers:
            name, type_ = random.choice(self.numbers)
            operator = random.choice(["=", "!=", "<", "<=", ">", ">="])
            return f"{name} {operator} {self.literal(type_)}"
        if kind < 0.72 and self.modes:
            return f"{random.choice(self.modes)} {random.choice(['=', '!='])} {random.choice('nmy')}"
        if self.modes:
            return random.choice(self.modes)
        return random.choice(["y", "n", "UNDEFINED"])


# -- what kconfiglib says about a tree -----------------------------------------------------------------


def load(folder: Path, text: str) -> Any:
    """The tree with this text."""
    (folder / "Kconfig").write_text(text)
    return load_tree(folder).kconf


def all_values(kconf: Any) -> dict[str, str]:
    """The value of every symbol."""
    return {s.name: s.str_value for s in kconf.unique_defined_syms if s.orig_type}


def config_text(kconf: Any, values: dict[str, str]) -> str:
    """A .config that states all of ``values``."""
    lines = []
    for name, value in values.items():
        symbol = kconf.syms[name]
        if symbol.orig_type in MODES:
            lines.append(f"CONFIG_{name}={value}" if value != "n" else f"# CONFIG_{name} is not set")
        elif symbol.orig_type == kconfiglib.STRING:
            lines.append(f'CONFIG_{name}="{kconfiglib.escape(value)}"')
        else:
            lines.append(f"CONFIG_{name}={value}")
    return "\n".join(lines) + "\n"


def settle(kconf: Any, values: dict[str, str]) -> dict[str, str]:
    """What all values become when ``values`` are loaded."""
    read_text(kconf, config_text(kconf, values))
    return all_values(kconf)


def stable_configs(kconf: Any, candidates: dict[str, list[str]]) -> list[dict[str, str]]:
    """Every .config, over ``candidates`` for the symbols with a prompt, that loading does not change."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for choice in product(*candidates.values()):
        values = settle(kconf, dict(zip(candidates, choice, strict=True)))
        key = tuple(values.values())
        if key not in found and settle(kconf, values) == values:
            found[key] = values
    return list(found.values())
