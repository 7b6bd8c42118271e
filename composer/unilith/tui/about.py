"""What `?` shows: everything that is known about a library, an interface or an option, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unilith.catalog.model import Kind, Manifest, Ref
from unilith.resolver.statements import UNMEASURED
from unilith.tui.answer import Impossible
from unilith.tui.effect import Effect, bytes_text
from unilith.tui.model import Model, Proposal
from unilith.tui.ways import WayOut

_KINDS = {Kind.LIBRARY: "a library", Kind.INTERFACE: "an interface", Kind.PLATFORM: "a platform"}


def about_library(model: Model, name: str) -> list[str]:
    """A library, a platform or an interface: what it is, where it is declared, why it is in or what it would bring."""
    manifest = model.catalog.get(name)
    lines = [
        f"{name} ({manifest.symbol}), {_KINDS[manifest.kind]}",
        " ".join(manifest.summary.split()),
        f"Declared in {manifest.where()}, licence {manifest.license}",
        "",
    ]
    if name in model.catalog.interfaces:
        return [*lines, *_interface(model, manifest), *_references(manifest)]
    lines += _state(model, name)
    if name in model.catalog.libraries:
        lines += ["", f"Space key: {model.outlook(name)}"]
    return [*lines, "", *_references(manifest)]


def about_option(model: Model, name: str) -> list[str]:
    """An option: its text, its limits, where it is defined, where its value comes from."""
    option = model.catalog.options[name]
    names = {*model.answer.names, option.library}
    details = model.options.details(name, names, model.answer.settings)
    if name in model.choices.settings:
        origin = "set by you"
    elif name in model.answer.settings:
        origin = "set by the recipe"
    else:
        origin = "its default" if details.prompt else "follows from others"
    lines = [f"{name}, an option of {option.library}", details.prompt, f"Defined in {details.where}", ""]
    if option.library in model.answer.libraries:
        lines.append(f"Value: {details.value or '(none)'}, {origin}")
    else:
        lines.append(f"{option.library} is not in the image; setting the option brings it in")
    lines.append(f"Type: {details.type}" + (f", from {details.range}" if details.range else ""))
    lines.append(f"Default: {details.default or '(none)'}")
    if details.needs:
        lines.append(f"Depends on: {details.needs}")
    return [*lines, "", *details.help.splitlines()]


def consequence(proposal: Proposal) -> list[str]:
    """What a step would change, or why it cannot be taken."""
    if isinstance(proposal.outcome, Impossible):
        lines = ["These cannot all hold:", *(f"  {reason}" for reason in proposal.outcome.reasons)]
        if proposal.broken:
            lines += ["", "What would break:", *(f"  {demand}" for demand in proposal.broken.demands)]
            if proposal.broken.libraries:
                lines.append(f"  libraries: {', '.join(proposal.broken.libraries)}")
        return lines
    assert proposal.effect is not None
    return changes(proposal.effect)


def changes(effect: Effect) -> list[str]:
    """An effect, a line a change and indented below it why."""
    lines = []
    for title, items in (("Comes in", effect.added), ("Goes out", effect.removed)):
        for change in items:
            lines.append(f"{title}: {change.name}  {change.bytes:+,} bytes")
            lines += [f"    because {why}" for why in change.why[-1:]]
            lines += [f"      as {why}" for why in reversed(change.why[:-1])]
    for option in effect.options:
        lines.append(f"Option {option.name}: {option.old or '(none)'} -> {option.new or '(none)'}")
        lines.append(f"    because {option.why}")
    if effect.shifted:
        lines.append(f"Libraries that stay: {bytes_text(effect.shifted)}")
    if not lines:
        return ["Nothing changes in the image."]
    return [*lines, f"In all: {bytes_text(effect.bytes)}"]


def way_text(way: WayOut) -> str:
    """A way out as one line."""
    return f"{way.text}  ({bytes_text(way.bytes)})" if way.outcome is not None else way.text


def _state(model: Model, name: str) -> Iterator[str]:
    selected = model.answer.libraries.get(name)
    weight = model.answer.weights.get(name, model.subject.costs.get(name, UNMEASURED))
    measured = "" if name in model.subject.costs else ", a guess, for it was never measured"
    if selected is None:
        yield f"Not in the image; {weight:,} bytes by itself{measured}"
        if name in model.choices.forbid:
            yield "You forbid it"
        return
    yield f"In the image with {weight:,} bytes{measured}, because"
    yield from (f"  {line}" for line in selected.chain)


def _interface(model: Model, manifest: Manifest) -> Iterator[str]:
    providers = dict.fromkeys(m.name for m, _ in model.catalog.providers(manifest.name))
    yield f"Cardinality {manifest.cardinality}; providers:"
    for name in providers:
        yield f"  {name}" + (", in the image" if name in model.answer.libraries else "")
    if not providers:
        yield "  none"
    yield ""


def _references(manifest: Manifest) -> Iterator[str]:
    fields = ("provides", "requires", "uses", "conflicts")
    kinds: Iterable[tuple[str, tuple[Ref, ...]]] = ((key, getattr(manifest, key)) for key in fields)
    for key, refs in kinds:
        for number, ref in enumerate(refs):
            condition = f" if {ref.when}" if ref.when else ""
            yield f"{key} {ref.name}{condition}  ({manifest.where(f'{key}.{number}')})"
    if manifest.supports.arch:
        yield f"only for {', '.join(manifest.supports.arch)}  ({manifest.where('supports.arch')})"
    if manifest.syscalls:
        yield f"system calls: {', '.join(manifest.syscalls)}"
