"""The generated filter allows what the manifests declare and nothing else."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.seccomp.bpf import (
    ALLOW,
    AUDIT_ARCH_AARCH64,
    AUDIT_ARCH_I386,
    AUDIT_ARCH_X86_64,
    KILL,
    Op,
    call_data,
    check,
    run,
)

from unilith.catalog.model import HostCall
from unilith.errors import UserError
from unilith.generate.seccomp import Code, Declarations, Instruction, filter_program, filter_source, merge

ROOT = Path(__file__).resolve().parents[3]
HOST_LINUX = ROOT / "libs/machine/host-calls/include/host_linux.h"
HEADERS = [HOST_LINUX.parent, ROOT / "libs/security/host-filter/include"]


def x86_64_numbers() -> dict[str, int]:
    """The numbers that host_linux.h gives."""
    text = HOST_LINUX.read_text().split("#elif")[0]
    return {n.lower(): int(v) for n, v in re.findall(r"#define HOST_CALL_(\w+) (\d+)", text)}


NUMBERS = x86_64_numbers()
M64 = 0xFFFFFFFFFFFFFFFF


def operand(text: str) -> int:
    """The value of the constant expressions that these tests use."""
    constants = {
        "SECCOMP_RET_KILL_PROCESS": KILL,
        "SECCOMP_RET_ALLOW": ALLOW,
        "HOST_AUDIT_ARCH": AUDIT_ARCH_X86_64,
    }
    if text in constants:
        return constants[text]
    if text.startswith("HOST_CALL_"):
        return NUMBERS[text.removeprefix("HOST_CALL_").lower()]
    if half := re.fullmatch(r"(LOW|HIGH)_HALF\((.*)\)", text):
        value = int(half[2], 0) & M64
        return value & 0xFFFFFFFF if half[1] == "LOW" else value >> 32
    return int(text, 0)


def assembled(program: Sequence[Instruction]) -> list[Op]:
    return [Op(i.code.value, i.if_true, i.if_false, operand(i.operand)) for i in program]


def allowed(declarations: Declarations, number: int, args: Sequence[int]) -> bool:
    """The meaning of the declarations, said as simply as possible."""
    return any(
        NUMBERS[call.name] == number
        and all(any(int(v, 0) & M64 == args[i] & M64 for v in values) for i, values in call.args.items())
        for _, calls in declarations
        for call in calls
    )


values = st.one_of(
    st.integers(-3, 8),
    st.sampled_from([1 << 32, (1 << 32) + 1, 0xFFFFFFFF, 0x7FFFFFFF, -(1 << 63), (1 << 63) - 1, 5 << 32]),
    st.integers(-(1 << 63), (1 << 63) - 1),
)
host_calls = st.builds(
    HostCall,
    name=st.sampled_from(sorted(NUMBERS)),
    args=st.dictionaries(
        st.integers(0, 5), st.lists(values.map(str), min_size=1, max_size=4).map(tuple), max_size=3
    ),
)
declared = st.lists(
    st.tuples(st.sampled_from(["alpha", "beta", "gamma"]), st.lists(host_calls, max_size=4)), max_size=4
)


def tries(declarations: Declarations, chance: random.Random) -> list[tuple[int, list[int]]]:
    """Calls worth trying: declared ones, and ones that differ from them a little."""
    found = [(number, [0] * 6) for number in (*NUMBERS.values(), 59, 1000)]
    for _, calls in declarations:
        for call in calls:
            args = [chance.choice([0, 1, -1, chance.getrandbits(64)]) for _ in range(6)]
            for index, allowed_values in call.args.items():
                args[index] = int(chance.choice(allowed_values), 0)
            number = NUMBERS[call.name]
            found += [(number, args), (number | 0x40000000, args)]
            for index in call.args:
                for change in (1, 1 << 31, 1 << 32, 1 << 63, M64):
                    found.append((number, [a ^ change if i == index else a for i, a in enumerate(args)]))
    return found


@given(declared, st.randoms(use_true_random=False))
def test_filter_means_what_the_manifests_declare(declarations: Declarations, chance: random.Random) -> None:
    program = assembled(filter_program(declarations, "x86_64"))
    check(program)
    for number, args in tries(declarations, chance):
        verdict = run(program, call_data(AUDIT_ARCH_X86_64, number, args))
        assert verdict == (ALLOW if allowed(declarations, number, args) else KILL), (number, args)
        for other in (AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0):
            assert run(program, call_data(other, number, args)) == KILL


@given(declared, st.randoms(use_true_random=False))
def test_order_of_declarations_does_not_matter(declarations: Declarations, chance: random.Random) -> None:
    other = [(library, chance.sample(list(calls), len(calls))) for library, calls in declarations]
    chance.shuffle(other)
    assert filter_source(other, "x86_64") == filter_source(declarations, "x86_64")


@pytest.mark.parametrize("count", [50, 60, 64, 65, 66, 130, 400])
def test_jumps_longer_than_a_byte(count: int) -> None:
    """Around and above 255 instructions a conditional jump cannot reach; the answers stay the same."""
    many = tuple(str(3 * n) for n in range(count))
    declarations = [("lib", [HostCall(name="write", args={0: many, 1: ("7",)}), HostCall(name="read")])]
    program = assembled(filter_program(declarations, "x86_64"))
    check(program)
    for first in (0, 3, 1, 3 * (count - 1), 3 * count, 3 * count - 2, 1 << 32):
        for second in (7, 8):
            verdict = run(program, call_data(AUDIT_ARCH_X86_64, NUMBERS["write"], [first, second]))
            assert (verdict == ALLOW) == (first in range(0, 3 * count, 3) and second == 7)
    assert run(program, call_data(AUDIT_ARCH_X86_64, NUMBERS["read"])) == ALLOW
    assert run(program, call_data(AUDIT_ARCH_X86_64, NUMBERS["mmap"])) == KILL


def test_nothing_declared_means_nothing_allowed() -> None:
    program = assembled(filter_program([], "x86_64"))
    check(program)
    assert {run(program, call_data(AUDIT_ARCH_X86_64, n)) for n in range(600)} == {KILL}


def test_unrestricted_call_costs_two_instructions_and_swallows_restricted_ones() -> None:
    restricted = HostCall(name="write", args={0: ("1",)})
    both = [("b", [restricted]), ("a", [HostCall(name="write")])]
    assert filter_program(both, "x86_64")[4:-1] == (
        Instruction(Code.EQUAL, "HOST_CALL_WRITE", 0, 1, "write: a, b"),
        Instruction(Code.RETURN, "SECCOMP_RET_ALLOW"),
    )


def test_alternatives_of_two_libraries_do_not_mix() -> None:
    """One library may write (1, 2), another (3, 4); (1, 4) is nobody's."""
    declarations = [
        ("a", [HostCall(name="write", args={0: ("1",), 1: ("2",)})]),
        ("b", [HostCall(name="write", args={0: ("3",), 1: ("4",)})]),
    ]
    program = assembled(filter_program(declarations, "x86_64"))
    verdicts = {
        (x, y): run(program, call_data(AUDIT_ARCH_X86_64, NUMBERS["write"], [x, y])) == ALLOW
        for x in (1, 3)
        for y in (2, 4)
    }
    assert verdicts == {(1, 2): True, (3, 4): True, (1, 4): False, (3, 2): False}
    assert [call.libraries for call in merge(declarations)] == [("a", "b")]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (HostCall(name="write", args={6: ("1",)}), "library 'lib' restricts argument 6 of 'write'"),
        (HostCall(name="write", args={-1: ("1",)}), "library 'lib' restricts argument -1 of 'write'"),
        (HostCall(name="write", args={0: ()}), "library 'lib' allows no value for argument 0 of 'write'"),
        (HostCall(name="write", args={0: tuple(map(str, range(2000)))}), "Linux takes 4096"),
    ],
)
def test_declarations_that_make_no_filter(call: HostCall, message: str) -> None:
    with pytest.raises(UserError) as error:
        filter_source([("lib", [call])], "x86_64")
    assert message in str(error.value)
    assert error.value.hint


def compiled(source: str, folder: Path, compiler: str = "gcc") -> subprocess.CompletedProcess[str]:
    """Compiles a generated filter as the image's build does: with our headers and no others of the host."""
    (folder / "filter.c").write_text(source)
    headers = [word for path in HEADERS for word in ("-I", str(path))]
    flags = [
        "-std=gnu11",
        "-ffreestanding",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-c",
        "filter.c",
        "-o",
        "filter.o",
    ]
    return subprocess.run(
        [compiler, *headers, *flags], cwd=folder, capture_output=True, text=True, check=False
    )


def object_program(file: Path) -> list[Op]:
    """host_filter[] out of an object file, as long as host_filter_length says."""
    with file.open("rb") as stream:
        elf = ELFFile(stream)
        symbols = elf.get_section_by_name(".symtab")

        def content(name: str) -> bytes:
            symbol = symbols.get_symbol_by_name(name)[0]
            section = elf.get_section(symbol["st_shndx"])
            start = symbol["st_value"]
            return bytes(section.data()[start : start + symbol["st_size"]])

        length = int.from_bytes(content("host_filter_length"), "little")
        raw = content("host_filter")
    assert len(raw) == 8 * length
    return [
        Op(
            int.from_bytes(raw[i : i + 2], "little"),
            raw[i + 2],
            raw[i + 3],
            int.from_bytes(raw[i + 4 : i + 8], "little"),
        )
        for i in range(0, len(raw), 8)
    ]


def test_every_manifest_of_the_tree_together(tmp_path: Path) -> None:
    """The compiled filter of all libraries at once, tried with each call number there is."""
    declarations = []
    for file in sorted([*ROOT.glob("libs/*/*/manifest.yaml"), *ROOT.glob("platforms/*/manifest.yaml")]):
        manifest = yaml.safe_load(file.read_text())
        if calls := manifest.get("host-syscalls"):
            declarations.append((manifest["name"], [HostCall.model_validate(call) for call in calls]))
    assert {"process", "console-host"} <= {name for name, _ in declarations}
    result = compiled(filter_source(declarations, "x86_64"), tmp_path)
    assert result.returncode == 0, result.stderr
    program = object_program(tmp_path / "filter.o")
    check(program)

    def verdict(name_or_number: str | int, *args: int) -> bool:
        number = NUMBERS[name_or_number] if isinstance(name_or_number, str) else name_or_number
        return run(program, call_data(AUDIT_ARCH_X86_64, number, args)) == ALLOW

    names = {call.name for _, calls in declarations for call in calls}
    undeclared = set(range(1024)) - {NUMBERS[name] for name in names}
    assert not any(verdict(n, a) for n in undeclared for a in (0, 1, 2))
    assert not any(verdict(n | 0x40000000, a) for n in range(1024) for a in (0, 1, 2))
    assert verdict("exit_group", 99)
    assert verdict("write", 1)
    assert not verdict("write", 2)
    assert not verdict("write", 1 | 1 << 32)
    assert verdict("read", 0)
    assert not verdict("read", 3)
    assert [p for p in range(64) if verdict("mprotect", 0x1000, 0x1000, p)] == [0, 1, 3, 5]
    assert [c for c in range(-8, 16) if verdict("clock_gettime", c)] == [0, 1]


@settings(max_examples=8, deadline=None)
@given(declared)
@pytest.mark.parametrize("compiler", ["gcc", "clang-14"])
def test_compiled_source_is_the_program(
    tmp_path_factory: pytest.TempPathFactory, compiler: str, declarations: Declarations
) -> None:
    folder = tmp_path_factory.mktemp("filter")
    # The most negative number has no literal in C; the manifests write constants, not such numbers.
    if any(str(-(1 << 63)) in v for _, calls in declarations for c in calls for v in c.args.values()):
        declarations = []
    result = compiled(filter_source(declarations, "x86_64"), folder, compiler)
    assert result.returncode == 0, result.stderr
    assert object_program(folder / "filter.o") == assembled(filter_program(declarations, "x86_64"))


def test_call_that_has_no_number_is_named(tmp_path: Path) -> None:
    source = filter_source([("my-lib", [HostCall(name="vhangup")])], "x86_64")
    result = compiled(source, tmp_path)
    assert result.returncode != 0
    assert "host_linux.h has no number for vhangup, declared by my-lib" in result.stderr


def test_numbers_are_those_of_the_host() -> None:
    """host_linux.h against the host's own headers."""
    source = "#include <asm/unistd.h>\n" + "".join(f"{name}=__NR_{name}\n" for name in NUMBERS)
    result = subprocess.run(
        ["gcc", "-E", "-P", "-x", "c", "-"], input=source, capture_output=True, text=True, check=True
    )
    theirs = dict(re.findall(r"^(\w+)=(\d+)$", result.stdout, re.MULTILINE))
    assert {name: str(number) for name, number in NUMBERS.items()} == theirs


# What runs before the filter stands may ask for anything: the entry, the fault handlers, the filter itself.
BEFORE_THE_FILTER = {"process", "traps-host", "host-filter"}


@pytest.mark.parametrize(
    "folder",
    [
        file.parent
        for file in sorted([*ROOT.glob("libs/*/*/manifest.yaml"), *ROOT.glob("platforms/*/manifest.yaml")])
        if "host.calls" in file.read_text() and "kind: interface" not in file.read_text()
    ],
    ids=lambda folder: folder.name,
)
def test_library_makes_the_calls_that_it_declares(folder: Path) -> None:
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text())
    declared = {call["name"] for call in manifest.get("host-syscalls", [])}
    sources = "".join(file.read_text() for file in folder.rglob("*.[chS]"))
    made = {name.lower() for name in re.findall(r"\bHOST_CALL_(\w+)", sources)}
    assert declared <= made, "declared, but never called"
    if manifest["name"] not in BEFORE_THE_FILTER:
        assert made <= declared, "called, but not declared"
