"""The compiler and binutils of a build, and the flags that every object of a kind is compiled with."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unilith.catalog.model import Arch
from unilith.errors import UserError

LAUNCHERS = ("ccache", "distcc", "icecc", "sccache")

# What all C in an image has in common: nothing position dependent on the build's place or time, one section a
# function (the linker drops what is not reached), frame pointers for backtraces, no red zone (interrupts run
# on the same stack).
_ALWAYS = (
    "-std=gnu11",
    "-Os",
    "-g1",
    "-fno-pic",
    "-fno-pie",
    "-mno-red-zone",
    "-fno-omit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fcf-protection=none",
    "-fno-common",
)
# For a program that is loaded wherever there is room, after the others: the last one counts.
PROGRAM_FLAGS = ("-fpie",)
_KERNEL = (
    "-ffreestanding",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Werror",
)
_FULL_DEBUG = "-g"  # with types and variables; the C library, built once for all images, has lines only
_NO_VECTORS = {"x86_64": ("-mgeneral-regs-only",), "aarch64": ("-mgeneral-regs-only",)}

# Where the interfaces compiler.integer and compiler.float have providers.
_OWN_RUNTIME = frozenset({"x86_64"})


@dataclass(frozen=True)
class Toolchain:
    """Programs by absolute path; ``launcher`` is empty, or runs before every compilation."""

    cc: Path
    ld: Path
    ar: Path
    strip: Path
    arch: Arch
    launcher: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """What the compiler says of itself: part of every cached build's key."""
        return self._ask("--version").partition("\n")[0]

    @property
    def is_clang(self) -> bool:
        """Clang, by whatever name."""
        return "clang" in self.version

    @cached_property
    def include(self) -> Path:
        """The folder of the compiler's own headers (`stddef.h` and its like)."""
        return Path(self._ask("-print-file-name=include"))

    @cached_property
    def runtime(self) -> tuple[Path, ...]:
        """The compiler's own library (libgcc), for an architecture on which ours do not take its place.

        Its objects use a red zone, which an interrupt on the same stack overwrites.
        """
        if self.arch in _OWN_RUNTIME:
            return ()
        return (Path(self._ask("-print-libgcc-file-name")),)

    def _ask(self, question: str) -> str:
        """What the compiler prints for an option; a program that answers nothing is no compiler."""
        try:
            said = subprocess.run([self.cc, question], capture_output=True, text=True, check=False)
        except OSError as e:
            raise UserError(f"the compiler '{self.cc}' cannot be run: {e.strerror}") from e
        if said.returncode or not said.stdout.strip():
            raise UserError(
                f"'{self.cc}' is not a compiler: it does not answer to {question}",
                hint="Give a GCC or a Clang with --cc.",
            )
        return said.stdout.strip()

    @property
    def common_flags(self) -> tuple[str, ...]:
        """For every C file of an image, the application's included."""
        return _ALWAYS

    @property
    def program_flags(self) -> tuple[str, ...]:
        """For the application's own files, which a debugger may be asked about; debug information changes no code."""
        return (*_ALWAYS, _FULL_DEBUG)

    def kernel_flags(self, *, floating_point: bool) -> tuple[str, ...]:
        """For a library of ours."""
        return (*_ALWAYS, _FULL_DEBUG, *_KERNEL) + (() if floating_point else _NO_VECTORS[self.arch])

    @property
    def key(self) -> str:
        """Names everything about the toolchain that shows in what it makes."""
        return hashlib.sha256("\n".join((self.version, self.arch, *_ALWAYS, *_KERNEL)).encode()).hexdigest()


def find_toolchain(arch: Arch, *, cc: str = "gcc", launcher: str = "") -> Toolchain:
    """Looks the programs up on PATH. ``cc`` is the name or path of a GCC or Clang."""

    def program(name: str, package: str) -> Path:
        found = shutil.which(name)
        if found is None:
            if "/" in name:
                raise UserError(f"there is no program '{name}'", hint="Give a program's name or its path.")
            raise UserError(
                f"the program '{name}' is not installed",
                hint=f"Install the package {package}, or see `unilith doctor`.",
            )
        return Path(found).absolute()

    if launcher and Path(launcher).name not in LAUNCHERS:
        raise UserError(f"'{launcher}' is not a compiler launcher", hint=f"One of: {', '.join(LAUNCHERS)}.")
    return Toolchain(
        cc=program(cc, "gcc" if cc == "gcc" else cc),
        ld=program("ld", "binutils"),
        ar=program("ar", "binutils"),
        strip=program("strip", "binutils"),
        arch=arch,
        launcher=(str(program(launcher, launcher)),) if launcher else (),
    )
