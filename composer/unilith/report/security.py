"""What protects an image, as its own bytes show it: segments, symbols, the entry's table of pages, its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from unilith.report.columns import columns
from unilith.report.image_facts import ImageFacts

State = Literal["on", "off", "not needed", "not offered"]

PAGE = 4096

# The entry's region table: the end of a region (a multiple of a page) and what may be done with it.
# libs/machine/entry-x86_64/entry.S: REGION_...
_PRESENT, _WRITABLE, _NO_EXECUTE = 0x001, 0x002, 0x800

# Bits of CR4 (Intel SDM volume 3, 2.5).
_UMIP, _SMEP, _SMAP = 1 << 11, 1 << 20, 1 << 21


@dataclass(frozen=True, slots=True)
class Protection:
    """One protection: whether the image has it, and what shows that."""

    name: str
    state: State
    evidence: str


@dataclass(frozen=True, slots=True)
class Region:
    """Memory [start, end) as the entry maps it; ``flags`` are a choice of `rwx`, empty: not mapped."""

    start: int
    end: int
    flags: str


def security_report(facts: ImageFacts) -> tuple[Protection, ...]:
    """Every protection that Unilith knows, in a fixed order."""
    rules: tuple[Callable[[ImageFacts], Protection], ...] = (
        _write_xor_execute,
        _null_page,
        _boot_stack_guard,
        _trap_stack_guard,
        _thread_stack_guards,
        lambda f: _cr4(f, "no execution of user pages (SMEP)", _SMEP),
        lambda f: _cr4(f, "no access to user pages (SMAP)", _SMAP),
        lambda f: _cr4(f, "no processor tables for user mode (UMIP)", _UMIP),
        _sealed,
        _page_tables,
        _stack_protector,
        _random_secrets,
        _address_of_the_image,
        _filter,
        _control_flow,
    )
    return tuple(rule(facts) for rule in rules) + _openings(facts)


def _openings(facts: ImageFacts) -> tuple[Protection, ...]:
    """What lets others in because the recipe asks for it; nothing in images without such."""
    if not facts.has("shell_init"):
        return ()
    who = (
        "whoever can open the host's socket sees files, threads, connections and the log, and changes nothing"
    )
    return (Protection("no shell over vsock", "off", who),)


def security_text(report: tuple[Protection, ...]) -> str:
    """The report as a table."""
    return columns([(p.name, p.state, p.evidence) for p in report])


def regions(facts: ImageFacts) -> tuple[Region, ...]:
    """The table that the entry makes page tables of; nothing for an image whose memory the host maps."""
    found: list[Region] = []
    start = 0
    for word in facts.words("entry_regions", "entry_regions_end"):
        end, bits = word & -PAGE, word & (PAGE - 1)
        flags = ""
        if bits & _PRESENT:
            flags = "r" + ("w" if bits & _WRITABLE else "") + ("" if bits & _NO_EXECUTE else "x")
        found.append(Region(start, end, flags))
        start = end
    return tuple(found)


def _is_process(facts: ImageFacts) -> bool:
    return facts.has("host_call")


def _write_xor_execute(facts: ImageFacts) -> Protection:
    name = "nothing writable is executable (W^X)"
    mapped = regions(facts)
    flags = [s.flags for s in facts.segments] + [r.flags for r in mapped]
    both = [f for f in flags if "w" in f and "x" in f]
    code = [r for r in mapped if "x" in r.flags]
    text, end = facts.value("text_start"), facts.value("text_end")
    if both:
        return Protection(name, "off", f"{len(both)} parts of the image are writable and executable")
    if mapped and [(r.start, r.end) for r in code] != [(text, end)]:
        return Protection(name, "off", "the entry makes more executable than the code")
    shown = ", ".join(s.flags for s in facts.segments)
    where = "the entry's page tables agree" if mapped else "the host maps them"
    return Protection(name, "on", f"segments {shown}; {where}")


def _null_page(facts: ImageFacts) -> Protection:
    name = "null page"
    lowest = min(s.start for s in facts.segments)
    mapped = regions(facts)
    if lowest < PAGE:
        return Protection(name, "off", "the image itself lies there")
    if not mapped:
        return Protection(name, "on", "the host maps nothing below its mmap_min_addr")
    if mapped[0].flags:
        return Protection(name, "off", f"the entry maps page 0 {mapped[0].flags}")
    return Protection(name, "on", f"not mapped up to {mapped[0].end:#x}")


def _guard(facts: ImageFacts, name: str, start: str, end: str) -> Protection:
    first, last = facts.value(start), facts.value(end)
    if first is None or last is None:
        return Protection(name, "not needed", "there is no such stack")
    size = last - first
    if _is_process(facts):
        calls = facts.has("process_start")
        state: State = "on" if size >= PAGE and calls else "off"
        return Protection(name, state, f"{size} bytes below it, closed by the host before the boot")
    closed = [r for r in regions(facts) if not r.flags and r.start <= first and last <= r.end]
    if size < PAGE or not closed:
        return Protection(name, "off", f"the {size} bytes below it can be written")
    return Protection(name, "on", f"{size} bytes below it are not mapped")


def _boot_stack_guard(facts: ImageFacts) -> Protection:
    return _guard(facts, "guard page of the boot stack", "boot_stack_guard", "boot_stack_bottom")


def _trap_stack_guard(facts: ImageFacts) -> Protection:
    name = "guard page of the stack for exceptions"
    if _is_process(facts):
        return Protection(name, "off", "the host gives it memory without a guard")
    return _guard(facts, name, "trap_stack_guard", "trap_stack_bottom")


def _thread_stack_guards(facts: ImageFacts) -> Protection:
    name = "guard pages of thread stacks"
    if not facts.has("sys_thread_start"):
        return Protection(name, "not needed", "the application starts no thread")
    if not facts.has("sys_mprotect") or not facts.has("sys_mmap"):
        return Protection(name, "off", "the C library has no way to close a page")
    return Protection(
        name, "on", "the C library closes 8 KiB below each stack, or what the application asks for"
    )


def _cr4(facts: ImageFacts, name: str, bit: int) -> Protection:
    if _is_process(facts):
        return Protection(name, "not needed", "the host's kernel sees to it")
    bits = facts.value("entry_protections") or 0
    if not bits & bit:
        return Protection(name, "off", "the entry does not set it")
    return Protection(name, "on", "the entry sets it where the processor has it")


def _sealed(facts: ImageFacts) -> Protection:
    name = "read-only after the boot"
    if not facts.has("seal_memory"):
        return Protection(name, "off", "not in the image; `needs: [protection]` or `needs: [seal]` brings it")
    variables = facts.within("sealed_start", "sealed_end")
    size = sum(v.size for v in variables)
    listed = ", ".join(sorted(v.name for v in variables)) or "nothing"
    return Protection(name, "on", f"{size} bytes: {listed}")


def _page_tables(facts: ImageFacts) -> Protection:
    name = "read-only page tables"
    if _is_process(facts):
        return Protection(name, "not needed", "they are the host's")
    if facts.has("seal_covers_page_tables"):
        return Protection(name, "on", "sealed with the rest; nothing in the image changes mappings")
    if facts.has("seal_memory"):
        return Protection(name, "off", "libraries in the image change mappings while it runs")
    return Protection(name, "off", "not in the image; it comes with read-only after the boot")


def _stack_protector(facts: ImageFacts) -> Protection:
    name = "stack protector with a random guard"
    callers = facts.callers("__stack_chk_fail")
    if not facts.has("stack_protector_init") or not callers:
        return Protection(
            name, "off", "not in the image; `needs: [protection]` or `needs: [stack.protector]` brings it"
        )
    guard = facts.value("__stack_chk_guard") or 0
    first, last = facts.value("sealed_start") or 0, facts.value("sealed_end") or 0
    sealed = ", the guard is read-only" if first <= guard < last else ""
    return Protection(
        name, "on", f"{len(callers)} of {facts.function_count} functions have buffers and check them{sealed}"
    )


def _random_secrets(facts: ImageFacts) -> Protection:
    name = "random secrets of the C library (AT_RANDOM)"
    if not facts.has("__libc_start_main"):
        return Protection(name, "not needed", "there is no C library")
    if "app_start" not in facts.callers("random_bytes"):
        return Protection(
            name, "off", "not in the image; `needs: [protection]` or `needs: [random]` brings it"
        )
    return Protection(name, "on", "app_start() takes 16 bytes from the generator")


def _address_of_the_image(facts: ImageFacts) -> Protection:
    name = "random address of the image (KASLR)"
    start = facts.value("image_start") or 0
    if _is_process(facts):
        return Protection(name, "off", f"it lies at {start:#x}; the host places heap and mappings")
    first, last = facts.value("relocations_start"), facts.value("relocations_end")
    if first is None or last is None or not facts.has("entry_move"):
        return Protection(name, "off", f"it lies at {start:#x} in every boot")
    # An empty list is two ends of four bytes.
    if last - first <= 8 or not facts.bytes_at(first, last - first):
        return Protection(name, "off", "there is no list of the addresses that would have to change")
    size = (facts.value("image_end") or 0) - start
    return Protection(
        name,
        "on",
        f"any page of the first GiB that {size >> 10} KiB fit behind; {last - first} bytes of list",
    )


def _filter(facts: ImageFacts) -> Protection:
    name = "system call filter of the process"
    if not _is_process(facts):
        return Protection(name, "not needed", "a virtual machine calls no host kernel")
    if not facts.has("host_filter_install") or not facts.has("host_filter"):
        return Protection(name, "off", "the image installs none")
    size = facts.symbols["host_filter"].size // 8
    return Protection(name, "on", f"{size} instructions, made of what the selected libraries declare")


def _control_flow(facts: ImageFacts) -> Protection:
    return Protection(
        "control-flow enforcement (CET)", "not offered", "no machine that Unilith is tested on has it"
    )
