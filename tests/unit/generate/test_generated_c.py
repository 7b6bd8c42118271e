"""The generated C files, compiled as a build does it, against the real headers; some of them are run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.generate.plans import TOOLCHAIN, headers, plan_of

from unilith.catalog.model import HostCall
from unilith.generate.tables import table_sources
from unilith.plan.model import BootStep, Plan, ProviderTable

INCLUDE = headers("base/args", "base/boot", "base/errno", "abi/stubs", "sched/kernel-guard", "fs/fs", "fs/vnode",
                  "security/host-filter", "machine/host-calls", "machine/access-probe")  # fmt: skip


def compile_all(plan: Plan, folder: Path, *include: Path) -> dict[str, str]:
    """Compiles every file of a plan; returns the objects' symbols by file, as `nm` prints them."""
    symbols = {}
    for name, text in table_sources(plan).items():
        file = folder / name
        file.write_text(text)
        flags = TOOLCHAIN.kernel_flags(floating_point=False)
        folders = [f"-I{i}" for i in (*INCLUDE, *include)]
        done = subprocess.run(
            [TOOLCHAIN.cc, *flags, *folders, "-c", file, "-o", file.with_suffix(".o")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and not done.stderr, done.stderr
        nm = subprocess.run(["nm", file.with_suffix(".o")], capture_output=True, text=True, check=True)
        symbols[name] = nm.stdout
    return symbols


def run(program: str, folder: Path, *objects: str) -> str:
    """Links generated objects with a program of the host, and returns what it prints."""
    source = folder / "main.c"
    source.write_text("#include <stdio.h>\n" + program)
    subprocess.run(
        ["gcc", "-no-pie", "-Wall", "-Werror", "-o", folder / "main", source, *(folder / o for o in objects)],
        check=True,
    )
    return subprocess.run([folder / "main"], capture_output=True, text=True, check=True).stdout


def test_the_smallest_image_has_tables_too(tmp_path: Path) -> None:
    assert set(compile_all(plan_of(), tmp_path)) == {"boot_steps.c", "recipe_args.c"}
    assert run("extern unsigned long boot_step_count; int main(void) { printf(\"%lu\", boot_step_count); }",
               tmp_path, "boot_steps.o") == "0"  # fmt: skip


def test_everything_at_once_compiles(tmp_path: Path) -> None:
    plan = plan_of(
        boot_steps=(BootStep("heap-tlsf", "tlsf_init"), BootStep("posix.time", "time_init")),
        tables=(ProviderTable("const struct fs_type *", "fs_table", "fs.h", ("initrd_cpio_fs", "ramfs_fs")),),
        stubs=("prlimit64", "sysinfo"),
        guarded=("read", "write"),
        probed=("pipe", "stat"),
        calls=((0, "read"), (231, "exit_group")),
        host_calls=(("console-host", (HostCall(name="write"), HostCall(name="exit_group"))),),
        env=("HOME=/",),
    )
    symbols = compile_all(plan, tmp_path)
    assert " U tlsf_init" in symbols["boot_steps.c"] and " R boot_steps" in symbols["boot_steps.c"]
    assert " U ramfs_fs" in symbols["fs_table.c"] and " R fs_table" in symbols["fs_table.c"]
    assert " T sys_prlimit64" in symbols["stubs.c"]
    assert " T __wrap_sys_read" in symbols["guarded_calls.c"]
    assert " U __real_sys_read" in symbols["guarded_calls.c"]
    assert " T __wrap_sys_pipe" in symbols["guarded_calls.c"]
    assert " U access_probe_write" in symbols["guarded_calls.c"]
    assert " T sys_dispatch" in symbols["dispatch.c"] and " U sys_exit_group" in symbols["dispatch.c"]
    assert "host_filter_program.c" in symbols


def test_guarded_calls_see_what_all_code_sees() -> None:
    wide = table_sources(plan_of(guarded=("read",), wide=("CONFIG_LIB_SCHED_PARALLEL",)))["guarded_calls.c"]
    alone = table_sources(plan_of(guarded=("read",)))["guarded_calls.c"]
    assert "#define CONFIG_LIB_SCHED_PARALLEL 1\n#include <kernel_guard.h>\n" in wide
    assert "CONFIG_LIB_SCHED_PARALLEL" not in alone


def test_boot_steps_run_in_order(tmp_path: Path) -> None:
    compile_all(plan_of(boot_steps=(BootStep("z", "z_init"), BootStep("a", "a_init"))), tmp_path)
    program = """
    int z_init(void) { return -5; } int a_init(void) { return 0; }
    struct boot_step { const char *name; int (*run)(void); };
    extern const struct boot_step boot_steps[]; extern const unsigned long boot_step_count;
    int main(void) {
        for (unsigned long i = 0; i < boot_step_count; i++)
            printf("%s %d,", boot_steps[i].name, boot_steps[i].run());
    }"""
    assert run(program, tmp_path, "boot_steps.o") == "z -5,a 0,"


def test_an_empty_table_counts_none(tmp_path: Path) -> None:
    compile_all(plan_of(tables=(ProviderTable("struct fs_type *", "fs_table", "fs.h", ()),)), tmp_path)
    program = 'extern unsigned long fs_table_count; int main(void) { printf("%lu", fs_table_count); }'
    assert run(program, tmp_path, "fs_table.o") == "0"


def test_a_stub_counts_and_answers_enosys(tmp_path: Path) -> None:
    compile_all(plan_of(stubs=("alpha", "beta")), tmp_path)
    program = """
    struct stub { const char *name; unsigned long calls; };
    extern struct stub stubs[]; extern const unsigned long stub_count; long sys_beta(void);
    int main(void) {
        long said = sys_beta() + sys_beta();
        for (unsigned long i = 0; i < stub_count; i++) printf("%s %lu ", stubs[i].name, stubs[i].calls);
        printf("%ld", said);
    }"""
    assert run(program, tmp_path, "stubs.o") == "alpha 0 beta 2 -76"


def test_a_call_by_number_finds_its_function(tmp_path: Path) -> None:
    compile_all(plan_of(calls=((3, "three"), (300, "many"))), tmp_path)
    program = """
    long sys_three(long a) { return 3000 + a; }
    long sys_many(long a, long b, long c, long d, long e, long f) { return a+10*b+100*c+1000*d+10000*e+100000*f; }
    long sys_dispatch(long, long, long, long, long, long, long);
    int main(void) {
        printf("%ld %ld %ld %ld", sys_dispatch(3, 7, 0, 0, 0, 0, 0), sys_dispatch(300, 1, 2, 3, 4, 5, 6),
               sys_dispatch(4, 0, 0, 0, 0, 0, 0), sys_dispatch(-1, 0, 0, 0, 0, 0, 0));
    }"""
    assert run(program, tmp_path, "dispatch.o") == "3007 654321 -38 -38"


ARGUMENTS = """
extern char *const recipe_argv[]; extern char *const recipe_envp[];
int main(void) {
    for (char *const *list = recipe_argv; list; list = list == recipe_argv ? recipe_envp : 0) {
        for (char *const *word = list; *word; word++) {
            for (char *c = *word; *c; c++) { printf("%02x", (unsigned char)*c); *c = '#'; }
            putchar(',');
        }
        putchar(';');
    }
}"""


def printed(words: list[str], env: list[str]) -> str:
    return "".join("".join(w.encode().hex() + "," for w in ws) + ";" for ws in (words, env))


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["app"], []),
        (["app", "", 'quo"te', "back\\slash", "what??/", "%d", "é\n\t\x01"], ["A=b c", "EMPTY="]),
        (["app", "\\0", "\x7f1", "*/ /*", "\U0001f600"], ["HOME=/"]),
    ],
)
def test_a_program_finds_its_arguments_and_may_write_to_them(
    tmp_path: Path, words: list[str], env: list[str]
) -> None:
    compile_all(plan_of(argv=tuple(words), env=tuple(env)), tmp_path)
    assert run(ARGUMENTS, tmp_path, "recipe_args.o") == printed(words, env)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=20))
def test_any_text_is_an_argument(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    folder = tmp_path_factory.mktemp("words")
    compile_all(plan_of(argv=tuple(words)), folder)
    assert run(ARGUMENTS, folder, "recipe_args.o") == printed(words, [])
