"""Object files that are damaged end in a message, whatever the damage."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unilith.demand.object_file import read_object
from unilith.demand.reachable import reach
from unilith.errors import UserError
from unilith.pipeline.object_graph import object_graph

SOURCE = "long sys_x(long); static int data[4] = {1}; int main(int n) { return sys_x(n) + data[n]; }\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("object")
    (folder / "a.c").write_text(SOURCE)
    flags = ["-Os", "-ffunction-sections", "-fdata-sections", "-fno-pic"]
    subprocess.run(["gcc", *flags, "-c", folder / "a.c", "-o", folder / "a.o"], check=True)
    return folder / "a.o"


def test_the_whole_object_can_be_read(whole: Path) -> None:
    assert [item.name for item in reach(whole, ("main",)).undefined] == ["sys_x"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(0, 4000)),
)
def test_damage_ends_in_a_message_or_in_another_object(
    whole: Path, tmp_path: Path, changes: list[tuple[int, int]], keep: int | None
) -> None:
    content = bytearray(whole.read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    damaged = tmp_path / "damaged.o"
    damaged.write_bytes(content[:keep])
    try:
        reach(damaged, ("main",))
        object_graph([read_object(damaged)])
    except UserError as e:
        assert "damaged.o" in str(e)


@pytest.mark.parametrize("flags", [["-m32"], ["-shared"]])
def test_what_is_no_relocatable_64_bit_object_is_refused(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "a.s").write_text(".globl main\nmain: ret\n")
    width = ["--32"] if "-m32" in flags else ["--64"]
    subprocess.run(["as", *width, tmp_path / "a.s", "-o", tmp_path / "a.o"], check=True)
    if "-shared" in flags:
        subprocess.run(["ld", "-shared", tmp_path / "a.o", "-o", tmp_path / "b.o"], check=True)
        (tmp_path / "b.o").rename(tmp_path / "a.o")
    with pytest.raises(UserError, match="relocatable"):
        read_object(tmp_path / "a.o")
