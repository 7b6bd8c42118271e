"""Each protection, by attempting what it is there to stop."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.boot.command import RECIPES, TARGETS, VIRTUAL, Ran, unilith

pytestmark = pytest.mark.boot


def _built(workshop: Path, recipe: str, target: str, *words: str) -> Path:
    """The folder of a recipe's image."""
    folder = workshop / "-".join((recipe, target, *words)).replace("/", "-")
    built = unilith(
        "build", "-q", RECIPES / recipe, "--target", target, "--output", folder, *words, cwd=workshop
    )
    assert built.status == 0, built
    return folder


def _run(folder: Path, *args: str, cpu: str = "") -> Ran:
    """Boots an image, on another processor if one is named."""
    description = folder / "image.json"
    if cpu:
        said = json.loads(description.read_text())
        said["settings"]["cpu"] = cpu
        description = folder / f"{cpu}.json" / "image.json"
        description.parent.mkdir(exist_ok=True)
        said |= {name: str(folder / said[name]) for name in ("image", "debug", "initrd") if said[name]}
        description.write_text(json.dumps(said))
    return unilith("run", description, "--timeout", "60", "--", *args, cwd=folder)


@pytest.mark.parametrize("target", VIRTUAL)
@pytest.mark.parametrize(
    ("attempt", "report"),
    [
        ("read", "page fault: read from"),
        ("write", "page fault: write to"),
        ("execute", "page fault: execute at"),
        ("tables", "general protection fault"),
    ],
)
def test_pages_of_user_mode(workshop: Path, target: str, attempt: str, report: str) -> None:
    """SMAP, SMEP and UMIP; a processor without them lets all of it happen."""
    folder = _built(workshop, "user-pages", target)
    ran = _run(folder, attempt)
    assert ran.status == 126 and report in ran.console, ran
    free = _run(folder, attempt, cpu="qemu64")
    if attempt == "tables":
        assert free.status == 126 and "invalid opcode" in free.console, free
    else:
        assert (free.status, free.console) == (0, "survived\n"), free


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("attempt", "report", "without"),
    [
        ("smash", "stack smashed", "PROTECTION_STACK=n"),
        ("boot-info", "page fault: write to", "PROTECTION_SEAL=n"),
        ("page-table", "page fault: write to", "PROTECTION_SEAL=n"),
        ("idt", "page fault: write to", "PROTECTION_SEAL=n"),
        ("gdt", "page fault: write to", "PROTECTION_SEAL=n"),
        ("tss", "page fault: write to", "PROTECTION_SEAL=n"),
    ],
)
def test_what_is_stopped(workshop: Path, target: str, attempt: str, report: str, without: str) -> None:
    """The attempt ends the image, and would not if the protection were not there."""
    if attempt in ("page-table", "idt", "gdt", "tss") and target not in VIRTUAL:
        target = VIRTUAL[0]  # a process has no such tables
    ran = _run(_built(workshop, "protected", target), attempt)
    assert ran.status == 126 and report in ran.console, ran
    assert "survived" not in ran.console, ran
    free = _run(_built(workshop, "protected", target, "--set", without), attempt)
    assert "stack smashed" not in free.console, free
    if attempt != "smash":  # whose return address is overwritten
        assert (free.status, free.console) == (0, "survived\n"), free


@pytest.mark.parametrize("target", TARGETS)
def test_the_guard_of_the_stack(workshop: Path, target: str) -> None:
    """No two boots have the same, and nobody can set it."""
    folder = _built(workshop, "stack-guard", target)
    guards = [_run(folder).console.strip() for _ in range(3)]
    assert len(set(guards)) == 3
    assert all(len(guard) == 16 and guard.endswith("00") for guard in guards), guards
    ran = _run(folder, "set")
    assert ran.status == 126 and "page fault: write to" in ran.console, ran
    free = _run(_built(workshop, "stack-guard", target, "--set", "PROTECTION_SEAL=n"), "set")
    assert free.status == 0 and len(free.console) == 17, free


def _report(folder: Path) -> dict[str, str]:
    """The states that `unilith report security` shows of an image, by name."""
    ran = unilith("report", "security", "--json", folder / "image.json", cwd=folder)
    assert ran.status == 0, ran
    return {p["name"]: p["state"] for p in json.loads(ran.console)["protections"]}


@pytest.mark.parametrize("target", TARGETS)
def test_the_report_follows_the_image(workshop: Path, target: str) -> None:
    states = _report(_built(workshop, "protected", target))
    off = [f"--set=PROTECTION_{name}=n" for name in ("STACK", "SEAL", "ADDRESS")]
    without = _report(_built(workshop, "protected", target, *off))
    changed = {name for name, state in states.items() if state != without[name]}
    expected = {"read-only after the boot", "stack protector with a random guard"}
    machine = {"read-only page tables", "random address of the image (KASLR)"}
    assert changed == expected | (machine if target in VIRTUAL else set())
    assert all(states[name] == "on" and without[name] == "off" for name in changed)


@pytest.mark.parametrize("target", VIRTUAL)
def test_the_image_lies_somewhere_else_in_every_boot(workshop: Path, target: str) -> None:
    """And reports are read as if it did not."""
    folder = _built(workshop, "protected", target)
    moved = set()
    for _ in range(4):
        ran = _run(folder, "boot-info")
        (line,) = re.findall(r"^  image moved by 0x([0-9a-f]{16})$", ran.console, re.MULTILINE)
        first = re.search(
            r"^  at 0x([0-9a-f]{16}) main\+0x[0-9a-f]+ \(protected/protected\.c:\d+\)", ran.console, re.M
        )
        assert first and int(first[1], 16) - int(line, 16) < 0x110000, ran
        assert re.search(r"^  at 0x[0-9a-f]{16} boot_main\+0x", ran.console, re.MULTILINE), ran
        moved.add(int(line, 16))
    assert len(moved) > 2 and all(by % 4096 == 0 and 0x100000 <= by < 0x1000000 for by in moved), moved
    still = _run(_built(workshop, "protected", target, "--set", "PROTECTION_ADDRESS=n"), "boot-info")
    assert "panic: page fault" in still.console and "image moved" not in still.console, still


@pytest.mark.parametrize("target", VIRTUAL)
@pytest.mark.parametrize("memory", ["1536K", "3G"])
def test_moving_with_little_and_with_much_memory(workshop: Path, target: str, memory: str) -> None:
    """Without room the image stays where it is; above the first GiB it never goes."""
    folder = _built(workshop, "protected", target)
    ran = unilith("run", folder / "image.json", "--memory", memory, "--timeout", "60", cwd=folder)
    assert (ran.status, ran.console) == (0, "survived\n"), ran
    crashed = unilith(
        "run", folder / "image.json", "--memory", memory, "--timeout", "60", "--", "boot-info", cwd=folder
    )
    by = int(re.findall(r"^  image moved by 0x([0-9a-f]{16})$", crashed.console, re.MULTILINE)[0], 16)
    assert by == 0 if memory == "1536K" else 0x100000 <= by < 1 << 30, crashed


@pytest.mark.parametrize("target", VIRTUAL)
def test_programs_run_wherever_they_lie(workshop: Path, target: str) -> None:
    """A C library, threads, and code with every kind of address in it."""
    folder = _built(workshop, "threads", target, "--want", "protection")
    ran = _run(folder, "thread_local_storage", "mutexes", "spinning", "vector_registers")
    assert ran.status == 0 and ran.console.count(" ok\n") == 4, ran
