"""Choices in and out of files: what a menu saves, loads, and tells the user to write into a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from unilith.catalog.model import Ref
from unilith.demand.recipe import DIRECTORY_OPTION, MOUNTS_OPTION, TAR_OPTION
from unilith.errors import UserError
from unilith.pipeline.choices_file import Choices, choices_text, read_choices
from unilith.tui.answer import Answer
from unilith.tui.model import Model

_ROUNDS = 16
_ONE_LINE = 1 << 20  # columns


def save(model: Model, file: Path) -> None:
    """Writes the choices as a file that `--config` takes. Raises `UserError`."""
    _write(file, choices_text(model.catalog, model.choices, model.subject.recipe.name))
    model.saved = model.choices


def save_everything(model: Model, file: Path) -> None:
    """Writes the whole `.config`, as Kconfig tools know it: every library and every option."""
    _write(file, model.options.dotconfig(model.answer.names, model.answer.settings))


def load(model: Model, file: Path) -> Choices:
    """The choices of a file; of a description of a whole image, those without which it would be another."""
    choices = read_choices(file, model.catalog, model.subject.target.name)
    return reduced(model, choices) if choices.complete else choices


def reduced(model: Model, choices: Choices) -> Choices:
    """The fewest choices, of those that speak of all libraries and options, that lead to the same image.

    Where they contradict each other, all are returned, for the contradiction to be explained.
    """
    goal = model.attempt(choices)
    if not isinstance(goal, Answer):
        return Choices.of(choices.want, choices.forbid, choices.settings)
    current = Choices()
    for _ in range(_ROUNDS):
        outcome = model.attempt(current)
        if not isinstance(outcome, Answer):
            return goal.choices
        more = current
        for name in set(goal.names) - set(outcome.names):
            more = more.wanting(name)
        for name in set(outcome.names) - set(goal.names):
            more = more.forbidding(name)
        for name, value in goal.options.items():
            if name in choices.settings and name in outcome.options and outcome.options[name] != value:
                more = more.setting(name, value)
        if more == current:
            break
        current = more
    return _pruned(model, current, goal)


def _pruned(model: Model, choices: Choices, goal: Answer) -> Choices:
    """Without every choice that makes no difference, the options first."""
    for name in [n for n, _ in choices.options] + [*choices.forbid, *choices.want]:
        fewer = choices.unsetting(name) if name in choices.settings else choices.leaving(name)
        outcome = model.attempt(fewer)
        if isinstance(outcome, Answer) and (outcome.names, outcome.options) == (goal.names, goal.options):
            choices = fewer
    return choices


def recipe_lines(model: Model) -> str:
    """What to write into the recipe so that it chooses the same by itself; empty without choices.

    Each field is given with what the recipe already has in it.
    """
    recipe, choices = model.subject.recipe, model.choices
    fields: dict[str, Any] = {}
    if choices.want:
        known = {ref.name for ref in recipe.needs}
        new = [n for n in choices.want if n not in known]
        fields["needs"] = [*map(_plain, recipe.needs), *new]
    if choices.forbid:
        licences = [f"license:{name}" for name in recipe.forbid.licenses]
        names = [n for n in choices.forbid if n not in recipe.forbid.libraries]
        fields["forbid"] = [*recipe.forbid.libraries, *names, *licences]
    if choices.options:
        typed = {n: _typed(model.catalog.options[n].type, v) for n, v in choices.options}
        # What other fields say is no option of the file's.
        said = {
            MOUNTS_OPTION: bool(recipe.mounts),
            DIRECTORY_OPTION: recipe.directory is not None,
            TAR_OPTION: recipe.rootfs is not None and recipe.rootfs.kind == "tar",
        }
        own = {n: v for n, v in recipe.options.items() if not said.get(n)}
        fields["options"] = {**own, **typed}
    lines = []
    for field, value in fields.items():
        text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=_ONE_LINE)
        lines.append(f"{field}: {text.strip()}")
    return "\n".join(lines)


def _plain(ref: Ref) -> str | dict[str, str]:
    return {"name": ref.name, "if": ref.when} if ref.when else ref.name


def _typed(kind: str, value: str) -> bool | int | str:
    if kind == "bool":
        return value == "y"
    return int(value) if kind == "int" else value


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as e:
        raise UserError(f"cannot be written: {e.strerror}", where=file) from e
