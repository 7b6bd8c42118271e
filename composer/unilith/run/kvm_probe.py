"""Whether KVM is worth using here: found out by running something, never by the presence of /dev/kvm.

Where virtual machines are nested without support by the processor, KVM is there and interprets
privileged code instruction by instruction, and vector instructions in it fail. So a tiny image
switches to 64-bit mode, counts for a while, does a sum in a vector register, and says the result;
it must come within the time limit. The answer is kept until the machine or QEMU changes.
"""

from __future__ import annotations

import json
import os
import platform
import struct
from pathlib import Path

from unilith.upstream.cache import cache_folder

SECONDS = 2.0
"""A working KVM needs about 0.1 s; one that interprets needs some 20 s for the count."""
ANSWER = 42
BASE = 0x100000
PAGE = 0x1000
ROUNDS = 20_000_000

# PVH (Xen's public headers, elfnote.h): the 32-bit physical address of the entry.
XEN_ELFNOTE_PHYS32_ENTRY = 18


def kvm_works(program: str, arch: str, *, cache: Path | None = None) -> bool:
    """Whether QEMU's `program` runs images for `arch` with KVM on this machine."""
    if arch != platform.machine() or arch != "x86_64" or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    file = (cache or cache_folder()) / "kvm-probe.json"
    key = _identity(program)
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return bool(kept["works"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    works = probe(program, "kvm")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_text(json.dumps({"key": key, "works": works}), encoding="utf-8")
        part.replace(file)
    except OSError:
        # Nothing to keep it in: the next run asks again.
        pass
    return works


def _identity(program: str) -> list[object]:
    """What the answer depends on: this boot of the machine, and this QEMU."""
    status = Path(program).stat()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return [boot, program, status.st_size, status.st_mtime_ns]


def probe(program: str, accel: str, *, seconds: float = SECONDS, rounds: int = ROUNDS) -> bool:
    """Runs the probe's image with QEMU's accelerator `accel`; whether it answered in time."""
    from unilith.run.child import StartError, Streams, run_child

    image, record = os.memfd_create("probe-image"), os.memfd_create("probe-record")
    try:
        os.write(image, probe_image(rounds))
        command = [program, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"]
        command += ["-machine", "microvm", "-accel", accel, "-cpu", "max", "-m", "4M"]
        command += ["-chardev", f"file,id=record,path=/proc/self/fd/{record}"]
        command += ["-device", "isa-debugcon,iobase=0xea,chardev=record"]
        command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        command += ["-kernel", f"/proc/self/fd/{image}"]
        run_child(command, Streams(b"", None), timeout=seconds, pass_fds=[image, record])
        return os.pread(record, 2, 0) == bytes([ANSWER])
    except StartError:
        return False
    finally:
        os.close(image)
        os.close(record)


def probe_image(rounds: int = ROUNDS) -> bytes:
    """An ELF with a PVH note: one segment of code, descriptor table and page tables at `BASE`."""
    tables = BASE + PAGE
    gdt = BASE + 0x800
    # Intel SDM, volume 3: control registers in 2.5, EFER in 2.2.1, descriptors in 3.4.5.
    code = bytes.fromhex("0f20e00d200600000f22e0")  # cr4 |= PAE | OSFXSR | OSXMMEXCPT
    code += b"\xb8" + struct.pack("<I", tables) + bytes.fromhex("0f22d8")  # cr3 = page tables
    code += bytes.fromhex("b9800000c00f320d000100000f30")  # EFER |= LME
    code += bytes.fromhex("0f20c083e0fb0d030000800f22c0")  # cr0: no EM, MP, PE, PG
    code += bytes.fromhex("0f0115") + struct.pack("<I", gdt + 16)  # lgdt
    code += b"\xea" + struct.pack("<IH", BASE + len(code) + 7, 8)  # far jump to what follows, 64 bit
    code += b"\xb9" + struct.pack("<I", rounds) + bytes.fromhex("ffc975fc")  # count down
    code += bytes.fromhex("b81500000066480f6ec0660fd4c066480f7ec0")  # 21 + 21 in xmm0, back to rax
    code += bytes.fromhex("e6eae6f4f4ebfd")  # out 0xea, al; out 0xf4, al; halt
    descriptors = struct.pack("<QQ", 0, 0x00209A0000000000) + struct.pack("<HI", 15, gdt)
    # One table a level, and a page of 2 MiB: present, writable, large.
    levels = [
        struct.pack("<Q", tables + PAGE | 3),
        struct.pack("<Q", tables + 2 * PAGE | 3),
        struct.pack("<Q", 0x83),
    ]
    content = code.ljust(gdt - BASE, b"\0") + descriptors
    content = content.ljust(PAGE, b"\0") + b"".join(level.ljust(PAGE, b"\0") for level in levels)
    note = struct.pack("<III4sI", 4, 4, XEN_ELFNOTE_PHYS32_ENTRY, b"Xen\0", BASE)
    note_at = 64 + 2 * 56
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, BASE, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 7, PAGE, BASE, BASE, len(content), len(content), PAGE)
    notes = struct.pack("<IIQQQQQQ", 4, 4, note_at, 0, 0, len(note), len(note), 4)
    return (header + load + notes + note).ljust(PAGE, b"\0") + content
