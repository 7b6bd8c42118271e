"""Commands for gdb, which runs this file in its own Python: `unilith threads`, `thread`, `log`, `pages`.

Nothing of Unilith is imported here. What is read is described by the image's own debug information
(libs/sched/kthread/include/kthread.h, libs/observe/log/log_ring.h), but for the order in which
context_switch() pushes registers (libs/machine/context-x86_64/context_switch.S).
"""

from __future__ import annotations

import importlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

gdb: Any = importlib.import_module("gdb")
_Unwinder: Any = importlib.import_module("gdb.unwinder")

MARK = "UNILITH_GDB_ENDED"  # names the file that run/gdb.py looks for
DEEPEST = 32
WORD = 8
# From the saved stack pointer upwards: modes of floating point, then these.
PUSHED = ("modes", "r15", "r14", "r13", "r12", "rbx", "rbp", "rip")

PTE_PRESENT, PTE_WRITABLE, PTE_USER, PTE_LARGE = 1 << 0, 1 << 1, 1 << 2, 1 << 7
PTE_NO_EXECUTE = 1 << 63
PTE_ADDRESS = 0x000F_FFFF_FFFF_F000


def _has(name: str) -> bool:
    return gdb.lookup_static_symbol(name) is not None or gdb.lookup_global_symbol(name) is not None


def _read(address: int, size: int) -> bytes:
    return bytes(gdb.selected_inferior().read_memory(address, size))


def _words(address: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}Q", _read(address, WORD * count))


def _threads() -> Iterator[Any]:
    """The guest's threads, each a `struct kthread`."""
    at = gdb.parse_and_eval("kthread_first")
    while int(at):
        yield at.dereference()
        at = at["all_next"]


def _running() -> dict[int, tuple[Any, int]]:
    """The threads that run, by the address of their `struct kthread`: what gdb takes for a thread, which is a
    processor, and its number in the image (libs/machine/multiprocessor-x86_64/word.c: the base of GS)."""
    places = gdb.parse_and_eval("kthread_cpus")
    if not _several():
        return {int(places[0]["current"]): (gdb.selected_thread(), 0)}
    size, found, chosen = places[0].type.sizeof, {}, gdb.selected_thread()
    for processor in gdb.selected_inferior().threads():
        processor.switch()
        number = int(gdb.newest_frame().read_register("gs_base")) // size
        if current := int(places[number]["current"]):
            found[current] = (processor, number)
    chosen.switch()
    return found


def _several() -> bool:
    return bool(gdb.parse_and_eval("kthread_cpus").type.range()[1])


def _saved(thread: Any) -> dict[str, int]:
    """The registers that a thread left behind when it stopped."""
    stack = int(thread["context"]["stack"])
    registers = dict(zip(PUSHED, _words(stack, len(PUSHED)), strict=True))
    registers["rsp"] = stack + WORD * len(PUSHED)
    return registers


def _place(pc: int, *, returns: bool) -> str:
    """Function, file and line of an address."""
    at = pc - 1 if returns else pc
    symbol = gdb.execute(f"info symbol {at:#x}", to_string=True).split(" in section")[0].strip()
    line = gdb.find_pc_line(at)
    where = f" at {line.symtab.filename}:{line.line}" if line.symtab is not None and line.line else ""
    return f"{pc:#018x} {symbol.split(' + ')[0]}{where}"


def _walk(pc: int, frame: int) -> Iterator[int]:
    """Return addresses along the chain of frame pointers, as a panic's report has them."""
    yield pc
    for _ in range(DEEPEST):
        if frame == 0 or frame % WORD:
            return
        try:
            above, back = _words(frame, 2)
        except gdb.MemoryError:
            return
        if back == 0 or gdb.block_for_pc(back) is None:
            return
        yield back
        if above <= frame:
            return
        frame = above


class Unilith(gdb.Command):  # type: ignore[misc]
    """What an image of Unilith is doing: unilith threads, unilith thread N, unilith log, unilith pages."""

    def __init__(self) -> None:
        super().__init__("unilith", gdb.COMMAND_STATUS, prefix=True)


class Threads(gdb.Command):  # type: ignore[misc]
    """unilith threads: every thread of the image with its state and backtrace; * marks those that run."""

    def __init__(self) -> None:
        super().__init__("unilith threads", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        if not _has("kthread_first"):
            raise gdb.GdbError(
                "This image has no threads: it is single-threaded; `backtrace` shows all there is."
            )
        processors, chosen = _running(), gdb.selected_thread()
        for thread in _threads():
            running = processors.get(int(thread.address))
            state = str(thread["state"]).removeprefix("KTHREAD_").lower()
            number, rank = int(thread["number"]), int(thread["place"]["rank"])
            where = f"  processor {running[1]}" if running and _several() else ""
            print(f"{'*' if running else ' '} thread {number}  {state}  rank {rank}{where}")
            if state == "ended":
                continue
            if running:
                running[0].switch()
                frame = gdb.newest_frame()
                pc, chain = frame.pc(), int(frame.read_register("rbp"))
                chosen.switch()
            else:
                saved = _saved(thread)
                pc, chain = saved["rip"], saved["rbp"]
            for depth, address in enumerate(_walk(pc, chain)):
                print(f"    {_place(address, returns=depth > 0 or not running)}")


class _Above(_Unwinder.Unwinder):  # type: ignore[misc]
    """Makes a stopped thread the caller of the frame that really runs, so that gdb can look at it.

    No register of the machine is touched. It is off until a thread is chosen, and again when the machine goes on.
    """

    def __init__(self) -> None:
        super().__init__("unilith-thread")
        self.enabled = False
        self.registers: dict[str, int] = {}
        self.bottom = 0  # the real stack pointer: which frame is the newest

    def choose(self, registers: dict[str, int] | None) -> None:
        """Shows a thread with these registers; None: the one that runs."""
        self.enabled = False
        gdb.invalidate_cached_frames()
        if registers is None:
            return
        self.bottom = int(gdb.newest_frame().read_register("rsp"))
        self.registers = registers
        self.enabled = True
        gdb.invalidate_cached_frames()

    def __call__(self, pending: Any) -> Any:
        stack = int(pending.read_register("rsp"))
        if stack != self.bottom or stack == self.registers["rsp"]:
            return None
        # gdb takes a caller whose stack lies lower for a mistake, so the newest frame is given the lowest there is.
        identity = _FrameId(WORD, int(pending.read_register("rip")))
        info = pending.create_unwind_info(identity)
        for name, value in self.registers.items():
            if name != "modes":
                info.add_saved_register(name, gdb.Value(value).cast(pending.read_register(name).type))
        return info


class _FrameId:
    def __init__(self, sp: int, pc: int) -> None:
        self.sp = gdb.Value(sp)
        self.pc = gdb.Value(pc)


class Thread(gdb.Command):  # type: ignore[misc]
    """unilith thread N: look at thread N (backtrace, up, info locals); without N, at the one that runs again."""

    def __init__(self, above: _Above) -> None:
        super().__init__("unilith thread", gdb.COMMAND_STACK)
        self.above = above

    def invoke(self, argument: str, from_tty: bool) -> None:
        if not argument:
            self.above.choose(None)
            gdb.execute("frame 0")
            return
        if not _has("kthread_first"):
            raise gdb.GdbError("This image has no threads.")
        number, running = int(argument, 0), _running()
        found = [t for t in _threads() if int(t["number"]) == number]
        if not found:
            raise gdb.GdbError(f"There is no thread {number}; `unilith threads` lists all.")
        if processor := running.get(int(found[0].address)):
            self.above.choose(None)
            processor[0].switch()
            gdb.execute("frame 0")
            return
        self.above.choose(_saved(found[0]))
        gdb.execute("frame 1")


class Log(gdb.Command):  # type: ignore[misc]
    """unilith log: the kernel's log, the oldest line first."""

    def __init__(self) -> None:
        super().__init__("unilith log", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        if not _has("log_ring"):
            raise gdb.GdbError("This image keeps no log; `needs: [log]` in the recipe brings one.")
        ring = gdb.parse_and_eval("log_ring")
        written, size = int(ring["written"]), int(ring["text"].type.sizeof)
        text = _read(int(ring["text"].address), size)
        start = written % size
        whole = text[:written] if written <= size else text[start:] + text[:start]
        lines = whole.decode("utf-8", "replace").splitlines()
        for line in lines if written <= size else lines[1:]:
            print(line)


class Pages(gdb.Command):  # type: ignore[misc]
    """unilith pages: what the processor's page tables map, and what may be done with it."""

    def __init__(self) -> None:
        super().__init__("unilith pages", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        try:
            root = int(gdb.selected_frame().read_register("cr3")) & PTE_ADDRESS
        except (ValueError, gdb.error):
            raise gdb.GdbError("A process has no page tables of its own; try `info proc mappings`.") from None
        if root == 0:
            raise gdb.GdbError("The image has not made its page tables yet.")
        begun: tuple[int, int, int, str] | None = None
        for start, size, target, flags in _entries(root, 0, 39):
            if begun and (begun[1], begun[2], begun[3]) == (start, target, flags):
                begun = (begun[0], start + size, target + size, flags)
                continue
            _show_mapping(begun)
            begun = (start, start + size, target + size, flags)
        _show_mapping(begun)


def _entries(table: int, base: int, shift: int) -> Iterator[tuple[int, int, int, str]]:
    """Address, size, what it is mapped to, and permissions of each page that is mapped."""
    for index, entry in enumerate(_words(table, 512)):
        if not entry & PTE_PRESENT:
            continue
        start, size = base + (index << shift), 1 << shift
        if shift > 12 and not entry & PTE_LARGE:
            yield from _entries(entry & PTE_ADDRESS, start, shift - 9)
            continue
        flags = "r" + ("w" if entry & PTE_WRITABLE else "-") + ("-" if entry & PTE_NO_EXECUTE else "x")
        yield start, size, entry & PTE_ADDRESS & -size, flags + (" user" if entry & PTE_USER else "")


def _show_mapping(mapping: tuple[int, int, int, str] | None) -> None:
    if mapping:
        start, end, target, flags = mapping
        place = "" if target == end else f"  to {target - (end - start):#x}"
        print(f"{start:#018x} {end:#018x} {(end - start) >> 10:>10} KiB  {flags}{place}")


def _end(_: Any) -> None:
    """A machine ends with the debugger: left alone it would go on. The file tells that it was not its own doing."""
    if any(inferior.pid for inferior in gdb.inferiors()):
        Path(os.environ[MARK]).touch()
        gdb.execute("kill")


def _install() -> None:
    if MARK in os.environ:
        gdb.events.gdb_exiting.connect(_end)
    above = _Above()
    gdb.unwinder.register_unwinder(None, above, replace=True)
    gdb.events.cont.connect(lambda _: above.choose(None) if above.enabled else None)
    Unilith()
    Threads()
    Thread(above)
    Log()
    Pages()


_install()
