"""The lines of the menus: groups of libraries, the libraries of a group, and below a library its options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from unilith.catalog.model import Manifest
from unilith.resolver.statements import UNMEASURED
from unilith.tui.model import Model
from unilith.tui.options import Entry, Form

PLATFORMS = "platforms"


class RowKind(StrEnum):
    """What a row stands for."""

    GROUP = "group"
    LIBRARY = "library"
    OPTION = "option"
    HEADING = "heading"


class State(StrEnum):
    """A library's state, or a bool option's; the value is the mark that menus show."""

    WANTED = "[*]"
    NEEDED = "-*-"
    OFF = "[ ]"
    FORBIDDEN = "[-]"
    IMPOSSIBLE = "[!]"  # off, and cannot be switched on as things stand
    CHOSEN = "(X)"  # a choice's member
    UNCHOSEN = "( )"
    NONE = "   "


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``value`` is shown between brackets before the label, ``bytes`` is None where weight means nothing.

    ``opens``: Enter leads into a menu of its own. ``dim``: it is not selected, or Kconfig hides it.
    """

    kind: RowKind
    name: str
    label: str
    state: State
    value: str = ""
    bytes: int | None = None
    note: str = ""
    depth: int = 0
    opens: bool = False
    dim: bool = False


def group_rows(model: Model) -> tuple[Row, ...]:
    """The first menu: the platforms, and each group of libraries."""
    return tuple(_group(model, name, _members(model, name)) for name in groups(model))


def groups(model: Model) -> tuple[str, ...]:
    """The groups' names, the platforms first."""
    return (PLATFORMS, *sorted({m.group for m in model.catalog.libraries.values()}))


def group_of(model: Model, name: str) -> str:
    """The group that a library or platform is shown in."""
    return PLATFORMS if name in model.catalog.platforms else model.catalog.get(name).group


def library_rows(model: Model, group: str) -> tuple[Row, ...]:
    """The libraries of a group by name, with what is known of them without trying anything."""
    return tuple(library_row(model, manifest) for manifest in _members(model, group))


def library_row(model: Model, manifest: Manifest, impossible: bool = False) -> Row:
    """One library; ``impossible`` where it was tried and cannot be switched on."""
    name = manifest.name
    answer = model.answer
    selected = answer.libraries.get(name)
    if name in model.choices.want:
        state = State.WANTED
    elif selected is not None:
        state = State.NEEDED
    elif name in model.choices.forbid:
        state = State.FORBIDDEN
    else:
        state = State.IMPOSSIBLE if impossible else State.OFF
    weight = answer.weights[name] if selected else model.subject.costs.get(name, UNMEASURED)
    return Row(
        RowKind.LIBRARY,
        name,
        name,
        state,
        bytes=weight,
        note=manifest.summary,
        opens=bool(model.catalog.library_options(name)),
        dim=selected is None,
    )


def option_rows(model: Model, library: str, *, hidden: bool = False) -> tuple[Row, ...]:
    """The options of a library; of one that is not selected, as they would be if it were."""
    names = {*model.answer.names, library}
    entries = model.options.entries(library, names, model.answer.settings)
    return tuple(_option(model, entry) for entry in entries if hidden or not entry.hidden)


def _members(model: Model, group: str) -> tuple[Manifest, ...]:
    if group == PLATFORMS:
        return tuple(model.catalog.platforms.values())
    return tuple(m for m in model.catalog.libraries.values() if m.group == group)


def _group(model: Model, name: str, members: tuple[Manifest, ...]) -> Row:
    selected = [m.name for m in members if m.name in model.answer.libraries]
    weight = sum(model.answer.weights[n] for n in selected)
    note = f"{len(selected)} of {len(members)} selected" + "".join(_decided(model, members))
    return Row(RowKind.GROUP, name, name.capitalize(), State.NONE, "", weight, note, opens=True)


def _decided(model: Model, members: tuple[Manifest, ...]) -> Iterator[str]:
    names = {m.name for m in members}
    count = len(names & {*model.choices.want, *model.choices.forbid})
    options = sum(model.catalog.options[o].library in names for o, _ in model.choices.options)
    if count + options:
        yield f", {count + options} decided by you"


def _option(model: Model, entry: Entry) -> Row:
    if entry.form is Form.HEADING:
        return Row(RowKind.HEADING, "", entry.prompt, State.NONE, depth=entry.depth, dim=entry.hidden)
    on = entry.value == "y"
    states = {
        Form.BOOL: State.WANTED if on else State.OFF,
        Form.MEMBER: State.CHOSEN if on else State.UNCHOSEN,
    }
    state = states.get(entry.form, State.NONE)
    by = "set by you" if entry.name in model.choices.settings else ""
    if not by and entry.name in model.answer.settings:
        by = "set by the recipe"
    if entry.hidden:
        by = f"hidden: needs {entry.needs}" if entry.needs else "hidden: follows from others"
    value = entry.value if state is State.NONE else ""
    label = entry.prompt or entry.name
    return Row(RowKind.OPTION, entry.name, label, state, value, None, by, entry.depth, False, entry.hidden)
