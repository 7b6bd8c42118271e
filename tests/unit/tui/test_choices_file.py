"""Choices as a file: what is written is read back, and what other Kconfig tools write is understood."""

from __future__ import annotations

from pathlib import Path

import kconfiglib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tui.conftest import MakeModel

from unilith.catalog.catalog import Catalog
from unilith.errors import UserError, UserErrors
from unilith.kconfig.render import write_tree
from unilith.pipeline.choices_file import (
    Choices,
    choices_of,
    choices_text,
    parse_choices,
    read_choices,
    with_choices,
)
from unilith.pipeline.request import Request
from unilith.tui.answer import Answer
from unilith.tui.saving import load, recipe_lines, save, save_everything

SOME = Choices.of(
    ["lwip", "tlsf"], ["virtio-net"], {"BUMP_SIZE": "32", "BUMP_NAME": 'a "b" \\c', "BUMP_CHECKS": "n"}
)


def test_the_form_is_that_of_a_defconfig(catalog: Catalog) -> None:
    assert choices_text(catalog, SOME, "app").splitlines()[1:] == [
        "CONFIG_LIB_LWIP=y",
        "CONFIG_LIB_TLSF=y",
        "# CONFIG_LIB_VIRTIO_NET is not set",
        "# CONFIG_BUMP_CHECKS is not set",
        'CONFIG_BUMP_NAME="a \\"b\\" \\\\c"',
        "CONFIG_BUMP_SIZE=32",
    ]


NAMES = ["bump", "tlsf", "lwip", "heap", "net.stack", "virtio-net"]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=20)


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)), TEXTS, st.sampled_from("yn"))
def test_what_is_written_is_read_back(
    catalog: Catalog, want: set[str], forbid: set[str], text: str, truth: str
) -> None:
    choices = Choices.of(want, forbid - want, {"BUMP_NAME": text, "BUMP_CHECKS": truth, "BUMP_SIZE": "17"})
    assert parse_choices(choices_text(catalog, choices, "app"), "f", catalog, "pc-x86_64") == choices


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CONFIG_LIB_LWPI=y", "f:1: there is no library or option `LIB_LWPI`\n  Did you mean `LIB_LWIP`?"),
        ("# a comment\n\nCONFIG_BUMP_SIZ=3", "f:3: there is no library or option `BUMP_SIZ`"),
        ("LIB_LWIP=y", "f:1: `LIB_LWIP=y` is no line of a configuration"),
        ("CONFIG_LIB_LWIP=m", "f:1: `LIB_LWIP` is y or is not set"),
        ("CONFIG_BUMP_NAME=x", "f:1: the text of `BUMP_NAME` must stand in quotation marks"),
        ("CONFIG_LIB_PROCESS=y", "f:1: the file describes an image with `LIB_PROCESS`, and the target is pc"),
        ("CONFIG_ARCH_AARCH64=y", "f:1: the file describes an image with `ARCH_AARCH64`"),
    ],
)
def test_mistakes_name_file_and_line(catalog: Catalog, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_choices(text, "f", catalog, "pc-x86_64")
    assert str(caught.value).startswith(message)


def test_all_mistakes_are_told_at_once(catalog: Catalog) -> None:
    with pytest.raises(UserErrors) as caught:
        parse_choices("CONFIG_A=1\nCONFIG_B=2\n", "f", catalog)
    assert len(caught.value.errors) == 2


def test_a_file_that_cannot_be_read_is_a_message(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_choices(tmp_path / "none", catalog)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="not text in UTF-8"):
        read_choices(tmp_path / "bytes", catalog)


def test_a_description_of_a_whole_image_forbids_what_it_does_not_mention(catalog: Catalog) -> None:
    choices = parse_choices(
        "CONFIG_LIB_PC=y\nCONFIG_LIB_HEAP=y\nCONFIG_LIB_BOOT=y\n", "f", catalog, "pc-x86_64"
    )
    assert choices.complete
    assert choices.want == ("boot",)
    assert set(choices.forbid) == catalog.libraries.keys() - {"boot"}


def test_the_command_line_comes_before_a_file() -> None:
    request = Request("app", want=("bump",), options=(("CONFIG_BUMP_SIZE", "64"),))
    merged = with_choices(
        request, Choices.of(["tlsf", "lwip"], ["bump"], {"BUMP_SIZE": "32", "BUMP_CHECKS": "y"})
    )
    assert merged.want == ("bump", "lwip", "tlsf")
    assert merged.forbid == ()
    assert choices_of(merged).settings == {"BUMP_SIZE": "64", "BUMP_CHECKS": "y"}


def test_choices_survive_saving_and_loading(make_model: MakeModel, tmp_path: Path) -> None:
    model = make_model(choices=Choices.of(["lwip"], ["tlsf"], {"BUMP_SIZE": "32"}))
    accepted = model.toggle("tracer").outcome
    assert isinstance(accepted, Answer)
    model.accept(accepted)
    assert model.unsaved
    save(model, tmp_path / "deep" / "c")
    assert not model.unsaved
    again = make_model()
    assert load(again, tmp_path / "deep" / "c") == model.choices


def test_a_whole_config_is_reduced_to_the_choices_behind_it(make_model: MakeModel, tmp_path: Path) -> None:
    model = make_model(choices=Choices.of(["lwip", "tracer"], [], {"BUMP_SIZE": "32"}))
    save_everything(model, tmp_path / ".config")
    text = (tmp_path / ".config").read_text()
    assert "CONFIG_LIB_VIRTIO_NET=y" in text and "CONFIG_BUMP_DERIVED=32" in text
    assert load(make_model(), tmp_path / ".config") == model.choices


def test_a_whole_config_builds_the_same_image_as_it_stands(
    make_model: MakeModel, catalog: Catalog, tmp_path: Path
) -> None:
    model = make_model(choices=Choices.of(["lwip"], ["bump"], {}))
    save_everything(model, tmp_path / ".config")
    exact = make_model().attempt(read_choices(tmp_path / ".config", catalog, "pc-x86_64"))
    assert isinstance(exact, Answer)
    assert exact.names == model.answer.names
    assert exact.options == model.answer.options


def test_a_saved_file_is_a_config_for_stock_tools(
    make_model: MakeModel, catalog: Catalog, tmp_path: Path
) -> None:
    model = make_model(choices=Choices.of(["lwip"], ["tlsf"], {"BUMP_SIZE": "32"}))
    kconf = kconfiglib.Kconfig(str(write_tree(catalog, tmp_path)), warn_to_stderr=False)
    for write in (save, save_everything):
        write(model, tmp_path / "out")
        kconf.load_config(str(tmp_path / "out"))
        assert kconf.warnings == []
        assert (kconf.syms["LIB_LWIP"].str_value, kconf.syms["LIB_TLSF"].str_value) == ("y", "n")
    assert kconf.syms["BUMP_SIZE"].str_value == "32"


def test_contradicting_files_are_told_and_not_half_taken(make_model: MakeModel, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("CONFIG_LIB_PC=y\nCONFIG_LIB_LWIP=y\n")
    model = make_model()
    assert "virtio-net" in load(model, tmp_path / "c").forbid
    assert not isinstance(model.attempt(load(model, tmp_path / "c")), Answer)


def test_a_folder_that_cannot_be_written_is_a_message(make_model: MakeModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        save(make_model(), tmp_path / "file" / "c")


def test_the_lines_for_the_recipe_hold_what_it_has_already(make_model: MakeModel) -> None:
    choices = Choices.of(["lwip"], ["tlsf"], {"BUMP_SIZE": "32", "BUMP_CHECKS": "y", "BUMP_NAME": "x"})
    model = make_model(
        needs=["heap", {"name": "net.stack", "if": "BUMP_CHECKS"}],
        forbid=["calls", "license:GPL*"],
        options={"BUMP_SIZE": 16},
        choices=choices,
    )
    assert recipe_lines(model).splitlines() == [
        "needs: [heap, {name: net.stack, if: BUMP_CHECKS}, lwip]",
        "forbid: [calls, tlsf, 'license:GPL*']",
        "options: {BUMP_SIZE: 32, BUMP_CHECKS: true, BUMP_NAME: x}",
    ]
    assert recipe_lines(make_model()) == ""
