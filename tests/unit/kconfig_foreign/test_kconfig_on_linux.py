"""The resolver on the largest Kconfig tree there is. Part of `make test-full`: fetches Debian's linux-source-6.1.

The kernel's own `make olddefconfig` judges what comes out; it needs gcc, flex and bison.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from kconfiglib import BOOL, TRISTATE

from unilith.kconfig.foreign import load_tree
from unilith.resolver.kconfig_lint import Fault, lint
from unilith.resolver.kconfig_request import Request
from unilith.resolver.kconfig_solve import Conflict, why_not
from unilith.upstream.cache import cache_folder

pytestmark = pytest.mark.full

WANTED = ("VIRTIO_NET", "EXT4_FS", "NFS_FS", "64BIT")
PACKAGE = "linux-source-6.1"
COMPOSER = Path(__file__).parents[3] / "composer"
# The command as a process of its own, so that its time and memory can be told from the test's.
COMMAND = """
import atexit, resource, sys
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr))
from unilith.cli.kconfig import app
app()
"""


@pytest.fixture(scope="session")
def linux() -> Path:
    """The unpacked tree, kept in the user's cache."""
    tree = cache_folder() / PACKAGE
    if not (tree / "Kconfig").is_file():
        tree.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", PACKAGE], cwd=tree, check=True)
        (package,) = tree.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, tree / "unpacked"], check=True)
        with tarfile.open(tree / "unpacked" / "usr" / "src" / f"{PACKAGE}.tar.xz") as archive:
            for member in archive:
                member.name = member.name.partition("/")[2]
                if member.name and member.name != "Kconfig":
                    archive.extract(member, tree, filter="tar")
                elif member.name:
                    top = archive.extractfile(member)
                    assert top is not None
                    text = top.read()
        package.unlink()
        (tree / "Kconfig").write_bytes(text)  # last: its presence says that all is there
    return tree


def run(*arguments: str) -> tuple[subprocess.CompletedProcess[str], float, int]:
    """The command's result, the seconds of processor time it took, and its largest resident size in KiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(COMPOSER)}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, seconds, int(done.stderr.split()[-1])


def settings_of(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text().splitlines():
        match = re.fullmatch(r"(?:# )?(CONFIG_\w+)(?:=(.*)| is not set)", line)
        if match:
            found[match[1]] = match[2] or "n"
    return found


def greedy(kconf: Any) -> int:
    """How many symbols are on when one starts from `allnoconfig` and switches on what each wish needs."""
    modes = [s for s in kconf.unique_defined_syms if s.orig_type in (BOOL, TRISTATE)]
    for symbol in modes:
        symbol.set_value(2 if symbol.is_allnoconfig_y else 0)
    path = "64BIT NET INET NETDEVICES NET_CORE VIRTIO_MENU VIRTIO_MMIO VIRTIO_NET BLOCK EXT4_FS"
    for name in f"{path} NETWORK_FILESYSTEMS FILE_LOCKING MULTIUSER NFS_FS".split():
        kconf.syms[name].set_value(2)
    assert all(kconf.syms[name].str_value == "y" for name in WANTED)
    return sum(bool(symbol.tri_value) for symbol in modes)


def test_the_smallest_kernel(linux: Path, tmp_path: Path) -> None:
    wants = [word for name in WANTED for word in ("--want", name)]
    output = tmp_path / ".config"
    done, seconds, kibibytes = run(
        "solve", "--tree", str(linux), "--arch", "x86", *wants, "--output", str(output), "--json"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert seconds <= 5.0
    assert kibibytes <= 300 * 1024
    assert found["count"] <= 0.85 * greedy(load_tree(linux, arch="x86").kconf)
    before = settings_of(output)
    assert all(before[f"CONFIG_{name}"] == "y" for name in WANTED)
    subprocess.run(
        ["make", "-s", "-C", str(linux), f"O={tmp_path}", "ARCH=x86", "olddefconfig"],
        check=True,
        capture_output=True,
    )
    assert settings_of(output) == before


def test_a_fix_survives_the_kernels_own_tools(linux: Path, tmp_path: Path) -> None:
    make = ["make", "-s", "-C", str(linux), f"O={tmp_path}", "ARCH=x86"]
    subprocess.run([*make, "allnoconfig"], check=True, capture_output=True)
    config = tmp_path / ".config"
    arguments = ("--tree", str(linux), "--arch", "x86", "--config", str(config), "--output", str(config))
    done, _, kibibytes = run("fix", "KVM_INTEL BTRFS_FS", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert kibibytes <= 320 * 1024
    changes = {c["option"] for c in json.loads(done.stdout)["changes"]}
    assert {"KVM_INTEL", "BTRFS_FS", "KVM", "VIRTUALIZATION"} <= changes
    assert len(changes) <= 15
    before = settings_of(config)
    assert before["CONFIG_KVM_INTEL"] == before["CONFIG_BTRFS_FS"] == "y"
    subprocess.run([*make, "olddefconfig"], check=True, capture_output=True)
    assert settings_of(config) == before


def test_why_not_and_lint(linux: Path) -> None:
    kconf = load_tree(linux, arch="x86").kconf
    found = why_not(kconf, Request(want=("X86_PAE", "64BIT")))
    assert isinstance(found, Conflict)
    assert [s.origin.text for s in found.statements] == [
        "X86_PAE is wanted",
        "X86_PAE depends on X86_32 unless it is selected",
        "X86_32 depends on !64BIT",
        "64BIT is wanted",
    ]
    findings = lint(kconf)
    selects = {(f.symbol, f.place[1]) for f in findings if f.fault is Fault.SELECT}
    assert ("TEST_MAPLE_TREE", "DEBUG_MAPLE_TREE") in selects
    assert len(selects) < 20
    dead = {f.symbol for f in findings if f.fault is Fault.DEAD}
    assert "ARM_GIC" in dead
    assert not dead & {*WANTED, "X86_PAE", "KVM_INTEL", "MODULES"}
