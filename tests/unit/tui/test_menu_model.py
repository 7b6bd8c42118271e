"""What a menu knows without a screen: choices, consequences, and the ways out."""

from __future__ import annotations

import pytest
from tests.unit.tui.conftest import COSTS, MakeModel

from unilith.errors import UserError
from unilith.pipeline.choices_file import Choices
from unilith.tui.about import changes, consequence
from unilith.tui.answer import Answer, Impossible
from unilith.tui.model import Model, Proposal, plain_value
from unilith.tui.ways import ways_out

START = {"pc", "boot", "strings", "bump"}


def accept(model: Model, proposal: Proposal) -> None:
    assert isinstance(proposal.outcome, Answer), proposal.outcome
    model.accept(proposal.outcome)


def refused(proposal: Proposal) -> Impossible:
    assert isinstance(proposal.outcome, Impossible)
    assert proposal.effect is None
    return proposal.outcome


def test_at_first_the_image_is_what_the_recipe_alone_gives(model: Model) -> None:
    assert set(model.answer.names) == START
    assert model.answer.total == 1000 + sum(COSTS[n] for n in START)
    assert not model.unsaved
    assert not model.changes


def test_switching_on_shows_what_comes_with_it_before_anything_changes(model: Model) -> None:
    proposal = model.toggle("lwip")
    assert set(model.answer.names) == START
    assert proposal.effect is not None
    assert {c.name: c.bytes for c in proposal.effect.added} == {"lwip": 90000, "virtio-net": 2500}
    assert proposal.effect.bytes == 92500
    (device,) = [c for c in proposal.effect.added if c.name == "virtio-net"]
    assert device.why[0] == "you want lwip"
    assert device.why[1].startswith("lwip requires net.device (")
    assert device.why[1].endswith("libs/net/lwip/manifest.yaml:4)")
    accept(model, proposal)
    assert model.answer.total == model.base.total + 92500
    assert model.unsaved


def test_the_key_takes_a_wish_back(model: Model) -> None:
    accept(model, model.toggle("lwip"))
    back = model.toggle("lwip")
    assert back.choices == Choices()
    assert back.effect is not None and back.effect.bytes == -92500
    why = {c.name: c.why for c in back.effect.removed}
    assert why["lwip"] == ("you no longer want lwip",)
    assert why["virtio-net"] == ("only lwip needed it, which is out",)


def test_another_provider_takes_the_place_of_one_that_is_switched_off(model: Model) -> None:
    proposal = model.toggle("bump")
    assert proposal.choices.forbid == ("bump",)
    assert proposal.effect is not None
    assert [c.name for c in proposal.effect.added] == ["tlsf"]
    assert proposal.effect.bytes == 1900 - 250
    assert proposal.effect.removed[0].why == ("you forbid bump",)
    accept(model, proposal)
    accept(model, model.toggle("bump"))
    assert model.choices == Choices()


def test_who_takes_the_place_is_said(model: Model) -> None:
    proposal = model.toggle("tlsf")
    assert proposal.effect is not None
    (gone,) = proposal.effect.removed
    assert gone.name == "bump"
    assert gone.why == ("tlsf takes its place: app needs heap",)


def test_what_is_needed_cannot_be_switched_off_and_what_would_break_is_said(model: Model) -> None:
    proposal = model.toggle("strings")
    outcome = refused(proposal)
    assert "you forbid strings" in outcome.reasons
    assert any(r.startswith("boot requires string, which only strings provides (") for r in outcome.reasons)
    assert proposal.broken is not None
    assert proposal.broken.libraries == ("boot", "pc")
    assert [d.split(" (")[0] for d in proposal.broken.demands] == ["the target is pc-x86_64"]
    assert ways_out(model, outcome) == ()
    lines = consequence(proposal)
    assert lines[0] == "These cannot all hold:"
    assert "  libraries: boot, pc" in lines


def test_the_way_out_takes_back_the_choice_that_is_in_the_way(model: Model) -> None:
    accept(model, model.toggle("tlsf"))
    outcome = refused(model.toggle("tracer"))
    assert any(r.startswith("tracer conflicts with tlsf (") for r in outcome.reasons)
    (way,) = ways_out(model, outcome)
    assert way.text == "take back `you want tlsf`"
    assert way.outcome is not None
    assert way.outcome.choices == Choices(want=("tracer",))
    assert way.bytes == 700 + 250 - 1900
    model.accept(way.outcome)
    assert set(model.answer.names) == START | {"tracer"}


def test_a_way_out_may_take_back_two_choices_and_never_the_step_itself(model: Model) -> None:
    accept(model, model.toggle("tlsf"))
    accept(model, model.toggle("calls"))
    outcome = refused(model.toggle("tracer"))
    ways = ways_out(model, outcome)
    assert [w.text for w in ways] == ["take back `you want calls` and `you want tlsf`"]
    assert ways[0].outcome is not None
    assert ways[0].outcome.choices.want == ("tracer",)


def test_the_cheapest_of_several_ways_comes_first(make_model: MakeModel) -> None:
    model = make_model("string", choices=Choices.of([], ["bump", "tlsf"], {}))
    ways = ways_out(model, refused(model.toggle("virtio-net")))
    assert [(w.text, w.bytes) for w in ways] == [
        ("take back `you forbid bump`", 2750),
        ("take back `you forbid tlsf`", 4400),
    ]


def test_another_target_is_a_way_out_where_it_really_helps(model: Model) -> None:
    outcome = refused(model.toggle("tap"))
    assert [w.text for w in ways_out(model, outcome)] == [
        "compose for process-x86_64 instead (--target process-x86_64)"
    ]
    assert ways_out(model, refused(model.toggle("lost"))) == ()


def test_a_line_of_the_recipe_is_a_way_out(make_model: MakeModel) -> None:
    model = make_model(forbid=["license:GPL*"], lines={"forbid": 7})
    outcome = refused(model.toggle("tinynet"))
    assert any("tinynet is under GPL-2.0-only" in r for r in outcome.reasons)
    (way,) = ways_out(model, outcome)
    assert way.outcome is None
    assert way.text == "change a line: the recipe forbids the licence GPL* (app/recipe.yaml:7)"


def test_a_stub_is_a_way_out(make_model: MakeModel) -> None:
    model = make_model("getpid()", "heap")
    assert "calls" in model.answer.names
    proposal = model.toggle("calls")
    (way,) = ways_out(model, refused(proposal))
    assert way.text == "let getpid be a stub: add it to `stub` in app/recipe.yaml"
    assert proposal.broken is not None and proposal.broken.demands == ("app calls getpid",)
    assert "calls" not in make_model("getpid()", "heap", stub=("getpid",)).answer.names


def test_the_platform_is_the_targets(model: Model) -> None:
    assert (
        "open the menu with --target process-x86_64 for process" in refused(model.toggle("process")).reasons
    )
    assert "the target is pc-x86_64" in refused(model.toggle("pc")).reasons[0]


def test_an_option_changes_nothing_but_itself_and_what_follows(model: Model) -> None:
    accept(model, model.set_option("BUMP_SIZE", "0x80"))
    assert model.answer.options["BUMP_SIZE"] == "128"
    effect = model.changes
    assert [(o.name, o.old, o.new) for o in effect.options] == [
        ("BUMP_DERIVED", "64", "128"),
        ("BUMP_SIZE", "64", "128"),
    ]
    assert effect.options[1].why == "you set it"
    assert effect.options[0].why.startswith("follows from others (")
    accept(model, model.leave("BUMP_SIZE"))
    assert model.choices == Choices()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("BUMP_SIZE", "8", "BUMP_SIZE cannot be 8: it must be between 16 and 4096"),
        ("BUMP_SIZE", "many", "BUMP_SIZE cannot be many: it is a whole number"),
        ("BUMP_DERIVED", "7", "it cannot be set; its value follows from others and is `64`"),
        ("BUMP_NAME", "a\nb", "BUMP_NAME cannot hold a control character"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_reason(
    model: Model, name: str, value: str, why: str
) -> None:
    assert why in refused(model.set_option(name, value)).reasons[0]
    assert model.choices == Choices()


def test_an_option_out_of_reach_says_what_to_switch_on(model: Model) -> None:
    outcome = refused(model.set_option("BUMP_LEVEL", "5"))
    assert "it needs BUMP_CHECKS && LIB_TRACE && LIB_BUMP, which does not hold" in outcome.reasons[0]
    (way,) = ways_out(model, outcome)
    assert way.text == "set BUMP_CHECKS=y and switch on tracer"
    assert way.bytes == 700
    assert way.outcome is not None
    assert way.outcome.options["BUMP_LEVEL"] == "5"


def test_an_option_of_a_library_that_is_out_brings_it_in(model: Model) -> None:
    accept(model, model.toggle("tlsf"))
    outcome = refused(model.set_option("BUMP_SIZE", "32"))
    assert [w.text for w in ways_out(model, outcome)] == ["take back `you want tlsf`"]
    other = model.propose("", Choices().setting("BUMP_SIZE", "32"))
    assert isinstance(other.outcome, Answer) and "bump" in other.outcome.names


def test_of_a_choice_the_last_member_holds(make_model: MakeModel) -> None:
    model = make_model(options={"BUMP_FIRST": True})
    accept(model, model.set_option("BUMP_BEST", "y"))
    assert (model.answer.options["BUMP_BEST"], model.answer.options["BUMP_FIRST"]) == ("y", "n")
    accept(model, model.set_option("BUMP_FIRST", "y"))
    assert (model.answer.options["BUMP_BEST"], model.answer.options["BUMP_FIRST"]) == ("n", "y")
    assert "only one of its choice" in refused(model.set_option("BUMP_FIRST", "n")).reasons[0]


def test_the_recipes_value_holds_until_the_user_sets_another(make_model: MakeModel) -> None:
    model = make_model(options={"BUMP_SIZE": 256})
    assert model.answer.options["BUMP_SIZE"] == "256"
    accept(model, model.set_option("BUMP_SIZE", "512"))
    back = model.leave("BUMP_SIZE")
    assert back.effect is not None
    assert {o.name: o.why for o in back.effect.options}["BUMP_SIZE"] == "the recipe's value again"


def test_the_list_of_changes_gives_every_reason(model: Model) -> None:
    accept(model, model.toggle("lwip"))
    accept(model, model.set_option("BUMP_SIZE", "32"))
    lines = changes(model.changes)
    assert lines[0] == "Comes in: lwip  +90,000 bytes"
    assert lines[1] == "    because you want lwip"
    assert "Option BUMP_SIZE: 64 -> 32" in lines
    assert lines[-1] == "In all: +92,500 bytes"


def test_choices_that_cannot_be_are_an_error_with_the_reasons(make_model: MakeModel) -> None:
    with pytest.raises(UserError, match="tracer conflicts with tlsf"):
        make_model(choices=Choices.of(["tracer", "tlsf"], [], {}))
    with pytest.raises(UserError, match="no library, interface or platform `tslf`"):
        make_model(choices=Choices.of(["tslf"], [], {}))


def test_choices_may_make_a_recipe_possible_that_is_not_by_itself(make_model: MakeModel) -> None:
    model = make_model(options={"BUMP_LEVEL": 4, "BUMP_CHECKS": True}, choices=Choices(want=("tracer",)))
    assert model.base is model.answer


def test_the_outlook_is_one_line(model: Model) -> None:
    assert model.outlook("lwip") == "switch on lwip: +92,500 bytes, brings in virtio-net"
    assert model.outlook("tlsf") == "switch on tlsf: +1,650 bytes, drops bump"
    assert model.outlook("strings").startswith("cannot switch off strings: you forbid strings; ")


@pytest.mark.parametrize(
    ("kind", "given", "plain"),
    [("int", " 0x10 ", "16"), ("int", "0xzz", "0xzz"), ("string", " a ", " a "), ("hex", "0x10 ", "0x10")],
)
def test_values_are_written_as_kconfig_does(kind: str, given: str, plain: str) -> None:
    assert plain_value(kind, given) == plain
