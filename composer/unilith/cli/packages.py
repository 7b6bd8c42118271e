"""What Unilith needs from the machine beside Python: one list, read by `unilith doctor` and by `make setup`.

Nothing but the standard library is imported, as `make setup` runs this before there is a virtual environment:

    python3 -m unilith.cli.packages            names the packages that are missing
    python3 -m unilith.cli.packages install    installs them with apt
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Need = Literal["build", "pack", "run", "debug", "test", "speed"]
"""What cannot be done without it: building images, making file systems and what else some recipes ask for, running
images on QEMU, looking into them with a debugger, the tests; "speed" is only slower without."""


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package, and how to see that what it brings is there: a program, a file pattern, or `module:NAME`."""

    name: str
    found_by: str
    need: Need
    purpose: str

    def place(self) -> str:
        """Where it was found; nothing if it was not."""
        if self.found_by.startswith("module:"):
            spec = importlib.util.find_spec(self.found_by.removeprefix("module:"))
            return str(spec.origin) if spec else ""
        if "/" in self.found_by:
            found = sorted(Path("/").glob(self.found_by.removeprefix("/")))
            return str(found[0]) if found else ""
        return shutil.which(self.found_by) or ""


PACKAGES = (
    Package("gcc", "gcc", "build", "compiles images"),
    Package("binutils", "ld", "build", "links images"),
    Package("ninja-build", "ninja", "build", "runs the steps of a build"),
    Package("patch", "patch", "build", "applies the patches of third-party sources"),
    Package("e2fsprogs", "/usr/sbin/mke2fs", "pack", "makes ext4 file systems"),
    Package("erofs-utils", "/usr/bin/mkfs.erofs", "pack", "makes EROFS file systems"),
    Package("make", "make", "pack", "generates sources of SQLite"),
    Package("tcl", "tclsh", "pack", "generates sources of SQLite"),
    Package("zstd", "zstd", "pack", "unpacks archives that zstd has compressed"),
    Package("qemu-system-x86", "qemu-system-x86_64", "run", "runs images for qemu-x86_64 and microvm-x86_64"),
    Package("qemu-system-common", "/usr/lib/qemu/virtiofsd", "run", "shares of folders by virtio-fs"),
    Package("passt", "passt", "run", "the network of process images"),
    Package("gdb", "gdb", "debug", "looks into images that run (unilith run --gdb)"),
    Package("ccache", "ccache", "speed", "keeps what has been compiled (--launcher ccache)"),
    Package("python3-venv", "module:ensurepip", "test", "makes the virtual environment of a checkout"),
    Package(
        "libc6-dev",
        "/usr/include/stdlib.h",
        "test",
        "the host's C library, for tests of libraries on the host",
    ),
    Package("clang-14", "clang-14", "test", "the other compiler that images must build with; fuzzing"),
    Package("lld-14", "ld.lld-14", "test", "links for the other compiler"),
    Package(
        "libclang-rt-14-dev",
        "/usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a",
        "test",
        "sanitizers and fuzzing",
    ),
    Package("clang-format-14", "clang-format-14", "test", "the layout of C sources"),
    Package("clang-tidy-14", "clang-tidy-14", "test", "finds mistakes in C sources"),
    Package("cppcheck", "cppcheck", "test", "finds mistakes in C sources"),
    Package("curl", "curl", "test", "a client of web servers"),
    Package("apache2-utils", "ab", "test", "loads web servers"),
    Package("bind9-dnsutils", "dig", "test", "asks servers of names"),
    Package("iputils-ping", "ping", "test", "asks images whether they are there"),
    Package("wrk", "wrk", "test", "loads web servers"),
    Package(
        "python3-scapy",
        "/usr/lib/python3/dist-packages/scapy/__init__.py",
        "test",
        "makes packets that are wrong",
    ),
    Package("sqlite3", "sqlite3", "test", "looks into databases that SQLite has written in an image"),
    Package("redis-tools", "redis-benchmark", "test", "clients of redis"),
    Package("iperf3", "iperf3", "test", "measures networks"),
    Package("iproute2", "ip", "test", "makes network cards of the host (taps)"),
    Package("cargo", "cargo", "test", "fetches the sources of iperf3's server"),
)


def missing() -> list[Package]:
    """The packages whose content was not found."""
    return [package for package in PACKAGES if not package.place()]


def install(packages: list[Package]) -> int:
    """Installs them with apt, as root or through sudo; returns an exit status, and says what it cannot do."""
    names = [package.name for package in packages]
    if not names:
        return 0
    if shutil.which("apt-get") is None:
        return _cannot(packages, "this machine has no apt")
    prefix: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            return _cannot(packages, "only root can install packages, and there is no sudo")
        prefix = ["sudo"]
    print(f"installing {' '.join(names)}", flush=True)
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"]
    wanted = [*command, "install", "--yes", "--no-install-recommends", *names]
    # What apt knows of the archive may be missing or old; it is asked to look again only then.
    if (
        subprocess.run(wanted, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
        == 0
    ):
        return 0
    subprocess.run([*command, "update"], stdin=subprocess.DEVNULL, check=False)
    status = subprocess.run(wanted, stdin=subprocess.DEVNULL, check=False).returncode
    return _cannot(missing(), "apt could not install them") if status else 0


def _cannot(packages: list[Package], reason: str) -> int:
    """Says what lacks; only what a checkout cannot be set up without is a failure."""
    print(f"missing, as {reason}:", file=sys.stderr)
    for package in packages:
        print(f"  {package.name:20} {package.purpose}", file=sys.stderr)
    return int(any(package.need == "build" or package.found_by == "module:ensurepip" for package in packages))


if __name__ == "__main__":
    if sys.argv[1:] == ["install"]:
        sys.exit(install(missing()))
    print(" ".join(package.name for package in missing()))
