"""The link probe's analysis, on objects made by the real compiler and linker."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unilith.demand.reachable import reach
from unilith.errors import UserError

FLAGS = ["-Os", "-ffunction-sections", "-fdata-sections", "-fno-pic", "-fno-asynchronous-unwind-tables"]


def probe(folder: Path, roots: tuple[str, ...] = ("main",), **sources: str) -> dict[str, tuple[str, ...]]:
    """Compiles each source, links them as the probe does, and returns what is reached, by name."""
    objects = []
    for name, text in sources.items():
        file = folder / f"{name}.c"
        file.write_text(text)
        subprocess.run(["gcc", *FLAGS, "-c", file, "-o", file.with_suffix(".o")], check=True)
        objects.append(file.with_suffix(".o"))
    out = folder / "probe.o"
    keep = [word for root in roots for word in ("-u", root)]
    subprocess.run(["ld", "-r", "--unique", *keep, "-o", out, *objects], check=True)
    return {r.name: r.path for r in reach(out, roots).undefined}


def test_direct_and_indirect_calls(tmp_path: Path) -> None:
    reached = probe(
        tmp_path,
        a="long sys_write(); void f(void); int main(void) { f(); return sys_write(1); }",
        b="long sys_read(); __attribute__((noinline)) static void g(void) { sys_read(0); }"
        "void f(void) { g(); }",
    )
    assert reached["sys_write"] == ("main",)
    assert reached["sys_read"][0] == "main"
    assert set(reached) == {"sys_write", "sys_read"}


LIBC = """
long sys_mmap();
__attribute__((visibility("hidden"))) long hidden_mmap(void) { return sys_mmap(); }
__attribute__((weak, alias("hidden_mmap"))) long mmap(void);
"""


@pytest.mark.parametrize(
    ("program", "asked"),
    [
        (
            "long mmap(void); __attribute__((noinline)) static void f(void) { mmap(); }"
            "int main(void) { f(); return 0; }",
            ["main", "f"],
        ),
        (
            "long mmap(void); long (*const volatile table[])(void) = {mmap};"
            "int main(int n) { return table[n](); }",
            ["main", "table"],
        ),
        ("long hidden_mmap(void); int main(void) { return hidden_mmap(); }", None),
        (
            "long hidden_mmap(void), mmap(void); void dead(void) { mmap(); }"
            "int main(void) { return hidden_mmap(); }",
            None,
        ),
    ],
)
def test_who_calls_a_function_by_its_public_name_is_told(
    tmp_path: Path, program: str, asked: list[str] | None
) -> None:
    assert probe(tmp_path, a=program, libc=LIBC).keys() == {"sys_mmap"}
    found = reach(tmp_path / "probe.o", ("main",), {"mmap", "mremap"}).asked
    assert [(r.name, list(r.path)) for r in found] == ([] if asked is None else [("mmap", asked)])


def test_what_nothing_calls_is_not_demanded(tmp_path: Path) -> None:
    reached = probe(
        tmp_path,
        a="long sys_dead(); long sys_live(); void unused(void) { sys_dead(); }"
        "int main(void) { return sys_live(); }",
    )
    assert set(reached) == {"sys_live"}


def test_a_table_of_functions_is_followed(tmp_path: Path) -> None:
    reached = probe(
        tmp_path,
        a="long sys_a(); static void a(void) { sys_a(); } void (*const volatile table[])(void) = {a};"
        "int main(int n) { table[n](); return 0; }",
    )
    assert reached["sys_a"] == ("main", "table", "a")


def test_static_functions_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    other = "long sys_two(); __attribute__((noinline)) static int helper(void) { return sys_two(); }"
    reached = probe(
        tmp_path,
        a="long sys_one(); __attribute__((noinline)) static int helper(void) { return sys_one(); }"
        "int main(void) { return helper(); }",
        b=other + "int unused(void) { return helper() + 1; }",
    )
    assert set(reached) == {"sys_one"}


def test_weak_names_are_no_demand(tmp_path: Path) -> None:
    reached = probe(
        tmp_path,
        a="__attribute__((weak)) long sys_maybe(); int main(void) { return sys_maybe ? sys_maybe() : 0; }",
    )
    assert reached == {}


def test_a_missing_root_is_reached_by_nothing(tmp_path: Path) -> None:
    assert probe(tmp_path, a="int helper(void) { return 1; }") == {"main": ()}


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"not an object at all" * 10])
def test_a_file_that_is_no_object_is_an_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.o"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"broken\.o"):
        reach(file, ("main",))


def test_a_truncated_object_is_an_error(tmp_path: Path) -> None:
    probe(tmp_path, a="long sys_x(); int main(void) { return sys_x(); }")
    whole = (tmp_path / "probe.o").read_bytes()
    for keep in (100, len(whole) // 2):
        (tmp_path / "cut.o").write_bytes(whole[:keep])
        with pytest.raises(UserError):
            reach(tmp_path / "cut.o", ("main",))
