"""The stages of the pipeline import each other in one direction only (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "composer" / "unilith"

# A stage may import the stages before it. The last three look at everything.
ORDER = [
    "catalog",
    "kconfig",
    "demand",
    "resolver",
    "plan",
    "generate",
    "upstream",
    "image",
    "run",
    "pipeline",
    "report",
    "tui",
    "cli",
]
FREE = {"errors", ""}  # the one error type, and the package itself


def imports(file: Path) -> set[str]:
    """The stages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            words = name.split(".")
            if words[0] == "unilith":
                found.add(words[1] if len(words) > 1 else "")
    return found - {"__version__"}


def violations(package: Path) -> list[str]:
    """Every import against the order."""
    wrong = []
    for file in sorted(package.rglob("*.py")):
        stage = file.relative_to(package).parts[0].removesuffix(".py")
        if stage not in ORDER:
            continue
        allowed = {*ORDER[: ORDER.index(stage) + 1], *FREE}
        wrong += [f"{file.relative_to(package)} imports {name}" for name in sorted(imports(file) - allowed)]
    return wrong


def test_every_folder_is_a_stage() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").is_file()}
    assert folders == set(ORDER)


def test_stages_import_only_earlier_stages() -> None:
    assert violations(PACKAGE) == []


def test_the_resolver_does_no_input_or_output() -> None:
    for file in sorted((PACKAGE / "resolver").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        called = {
            n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert not called & {"open", "print", "input"}, file
        modules = {
            (n.module or "") if isinstance(n, ast.ImportFrom) else n.names[0].name
            for n in ast.walk(tree)
            if isinstance(n, ast.Import | ast.ImportFrom)
        }
        assert not modules & {"os", "sys", "subprocess", "tempfile", "socket"}, file


def test_an_upward_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "bad.py").write_text("def f():\n    from unilith.cli import main\n")
    (tmp_path / "plan" / "good.py").write_text("from unilith.catalog.model import Manifest\n")
    assert violations(tmp_path) == ["plan/bad.py imports cli"]
