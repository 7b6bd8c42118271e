"""Which files libc.a is made of, on a small tree with musl's layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from unilith.errors import UserError
from unilith.generate.musl import (
    all_types,
    app_include,
    musl_cflags,
    musl_file_cflags,
    musl_generated_headers,
    musl_include,
    musl_sources,
)

FILES = {
    "VERSION": "9.9\n",
    "arch/generic/bits/fcntl.h": "generic fcntl\n",
    "arch/generic/bits/errno.h": "generic errno\n",
    "arch/x86_64/bits/fcntl.h": "x86 fcntl\n",
    "arch/x86_64/bits/alltypes.h.in": "TYPEDEF int wchar_t;\n",
    "arch/x86_64/bits/syscall.h.in": "#define __NR_read 0\n#define __NR_write 1\n",
    "arch/x86_64/syscall_arch.h": "theirs\n",
    "include/alltypes.h.in": "STRUCT iovec { void *iov_base; };\nUNION u { int i; };\n#define OTHER 1\n",
    "src/thread/clone.c": "",
    "src/thread/x86_64/clone.s": "",
    "src/thread/aarch64/clone.s": "",
    "src/thread/syscall_cp.c": "",
    "src/thread/x86_64/syscall_cp.s": "",
    "src/string/memcpy.c": "",
    "src/string/x86_64/memcpy.s": "",
    "src/string/strlen.c": "",
    "src/math/fma.c": "",
    "src/math/x86_64/fma.c": "",
    "src/malloc/free.c": "",
    "src/malloc/mallocng/malloc.c": "",
    "src/malloc/oldmalloc/malloc.c": "",
    "src/internal/libc.h": "",
    "ldso/dynlink.c": "",
    "crt/crt1.c": "",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / "musl" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "musl"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    file = tmp_path / "overlay" / "src" / "thread" / "clone.c"
    file.parent.mkdir(parents=True)
    file.write_text("ours")
    return tmp_path / "overlay"


def names(sources: list[Path], tree: Path) -> list[str]:
    return [str(s.relative_to(tree)) if s.is_relative_to(tree) else f"ours/{s.name}" for s in sources]


def test_architecture_and_overlay_replace_what_they_are_named_after(tree: Path, overlay: Path) -> None:
    assert names(musl_sources(tree, [overlay], "x86_64"), tree) == [
        "src/malloc/free.c",
        "src/malloc/mallocng/malloc.c",
        "src/math/x86_64/fma.c",
        "src/string/x86_64/memcpy.s",
        "src/string/strlen.c",
        "ours/clone.c",
    ]


def test_an_allocator_takes_the_place_of_all_of_malloc(tree: Path, overlay: Path) -> None:
    for name in ("aligned_alloc.c", "malloc.c", "malloc_fork.h"):
        (overlay.parent / "allocator" / name).parent.mkdir(exist_ok=True)
        (overlay.parent / "allocator" / name).write_text("")
    (tree / "src/malloc/posix_memalign.c").write_text("")
    chosen = names(musl_sources(tree, [overlay], "x86_64", allocator=overlay.parent / "allocator"), tree)
    assert [name for name in chosen if "alloc" in name or "free" in name or "memalign" in name] == [
        "ours/aligned_alloc.c",
        "ours/malloc.c",
        "src/malloc/posix_memalign.c",
    ]


def test_another_architecture_takes_its_own(tree: Path, overlay: Path) -> None:
    (overlay / "src/thread/clone.c").unlink()
    chosen = names(musl_sources(tree, [overlay], "aarch64"), tree)
    assert "src/thread/aarch64/clone.s" in chosen
    assert "src/string/memcpy.c" in chosen
    assert not any("x86_64" in name or "syscall_cp" in name for name in chosen)


def test_an_overlay_file_that_replaces_nothing_is_a_mistake(tree: Path, overlay: Path) -> None:
    (overlay / "src/thread/clobe.c").write_text("")
    with pytest.raises(UserError, match="replaces no file"):
        musl_sources(tree, [overlay], "x86_64")


def test_a_folder_without_musl_is_a_mistake(tmp_path: Path, overlay: Path) -> None:
    with pytest.raises(UserError, match="no sources"):
        musl_sources(tmp_path / "nothing", [overlay], "x86_64")


def test_headers(tree: Path) -> None:
    headers = musl_generated_headers(tree, "x86_64")
    assert headers["include/bits/fcntl.h"] == "x86 fcntl\n"
    assert headers["include/bits/errno.h"] == "generic errno\n"
    assert headers["internal/version.h"] == '#define VERSION "9.9"\n'
    assert headers["include/bits/syscall.h"].splitlines() == [
        "#define __NR_read 0",
        "#define __NR_write 1",
        "#define SYS_read 0",
        "#define SYS_write 1",
    ]
    assert "sys_write" in headers["internal/syscall_arch.h"]
    assert "struct iovec { void *iov_base; };" in headers["include/bits/alltypes.h"]
    assert list(headers) == sorted(headers)


def test_a_missing_template_is_a_mistake(tree: Path) -> None:
    (tree / "VERSION").unlink()
    with pytest.raises(UserError, match="cannot read"):
        musl_generated_headers(tree, "x86_64")


def test_types_are_guarded_once_each() -> None:
    assert all_types("TYPEDEF unsigned _Addr size_t;\nplain\nUNION u { int i; };\n") == (
        "#if defined(__NEED_size_t) && !defined(__DEFINED_size_t)\n"
        "typedef unsigned _Addr size_t;\n#define __DEFINED_size_t\n#endif\n\n"
        "plain\n"
        "#if defined(__NEED_union_u) && !defined(__DEFINED_union_u)\n"
        "union u { int i; };\n#define __DEFINED_union_u\n#endif\n\n"
    )


def test_our_syscall_arch_is_found_before_theirs(tree: Path) -> None:
    include = musl_include(tree, Path("generated"), "x86_64")
    assert include.index(Path("generated/internal")) < include.index(tree / "arch/x86_64")
    assert app_include(tree, Path("generated")) == [Path("generated/include"), tree / "include"]


def test_string_functions_keep_off_vector_registers() -> None:
    assert musl_file_cflags(Path("/musl/src/string/strlen.c"), "x86_64") == ("-mgeneral-regs-only",)
    assert musl_file_cflags(Path("/musl/src/string/x86_64/memcpy.s"), "x86_64") == ()
    assert musl_file_cflags(Path("/musl/src/stdio/printf.c"), "x86_64") == ()


def test_the_allocator_is_compiled_for_speed() -> None:
    assert "-O2" in musl_file_cflags(Path("/libs/libc/musl/allocator/malloc.c"), "x86_64")
    assert "-O2" not in musl_file_cflags(Path("/musl/src/malloc/reallocarray.c"), "x86_64")


def test_clang_gets_no_flag_that_it_does_not_know() -> None:
    assert set(musl_cflags("x86_64", clang=False)) - set(musl_cflags("x86_64", clang=True)) == {
        "-fexcess-precision=standard",
        "-fno-tree-loop-distribute-patterns",
    }
