"""`unilith doctor`: what this machine has, lacks, and how to get it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unilith.cli.packages import PACKAGES, Package

Verdict = Literal["ok", "lacks", "missing"]
FREE_BYTES = 1 << 30
"""Free space below which the cache is likely to overflow: musl's tree and objects take about 60 MB a toolchain."""
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. "lacks" is worth saying, "missing" means that nothing can be built."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def doctor_report() -> list[Check]:
    """Looks at everything, and changes nothing but the remembered answer of the probe for KVM."""
    return [
        _python(),
        *(_package(package) for package in PACKAGES if _concerns(package)),
        _kvm(),
        _apt(),
        *_cache(),
    ]


def doctor_text(checks: Sequence[Check]) -> str:
    """The report as lines for people."""
    width = max(len(check.name) for check in checks)
    lines: list[str] = []
    for check in checks:
        lines.append(f"{check.verdict:8}{check.name:{width}}  {check.found}")
        if check.advice:
            lines.append(f"{'':8}{'':{width}}  {check.advice}")
    missing = [check.name for check in checks if check.verdict == "missing"]
    lines.append(
        f"Images cannot be built here: {', '.join(missing)} missing."
        if missing
        else "Images can be built here."
    )
    return "\n".join(lines)


def doctor() -> int:
    """Prints the report; the exit status is 1 if something is missing without which nothing can be built."""
    checks = doctor_report()
    print(doctor_text(checks))
    return int(any(check.verdict == "missing" for check in checks))


def _concerns(package: Package) -> bool:
    """Whether it matters outside a checkout being set up: a running Unilith has its environment."""
    return package.found_by != "module:ensurepip"


def _python() -> Check:
    version = platform.python_version()
    if sys.version_info[:2] >= OLDEST:
        return Check("Python", "ok", f"{version} ({sys.executable})")
    return Check("Python", "missing", version, f"Unilith needs Python {OLDEST[0]}.{OLDEST[1]} or newer.")


def _package(package: Package) -> Check:
    place = package.place()
    name = package.found_by if "/" not in package.found_by else package.name
    if place:
        version = _version(place) if "/" not in package.found_by else ""
        return Check(name, "ok", f"{version} ({place})" if version else place)
    how = f"apt-get install {package.name}"
    if package.need == "build":
        return Check(name, "missing", f"not found: {package.purpose}", f"Get it with: {how}")
    only = {
        "pack": "Only for some recipes and for disks",
        "run": "Only to run images in a virtual machine",
        "debug": "Only to debug images",
        "test": "Only to develop Unilith",
    }
    return Check(
        name, "lacks", f"not found: {package.purpose}", f"{only.get(package.need, 'Optional')}: {how}"
    )


def _version(program: str) -> str:
    """The first number with a dot in what `--version` prints."""
    try:
        said = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return "does not run"
    # A distribution's own number stands in brackets and may come first.
    found = re.search(r"\d+(\.\d+)+", re.sub(r"\([^)]*\)", "", said)) or re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else ""


def _kvm() -> Check:
    from unilith.run.kvm_probe import kvm_works

    name = "KVM"
    program = shutil.which("qemu-system-x86_64")
    if not Path("/dev/kvm").exists():
        return Check(
            name, "lacks", "there is no /dev/kvm; images run emulated", "On a PC, switch virtualisation on."
        )
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return Check(
            name, "lacks", "/dev/kvm is not yours to use; images run emulated", "Join the group kvm."
        )
    if program is None:
        return Check(name, "lacks", "cannot be tried without qemu-system-x86_64")
    if kvm_works(program, platform.machine()):
        return Check(name, "ok", "runs a test image")
    return Check(
        name,
        "lacks",
        "/dev/kvm is there, but a test image did not run on it in time; images run emulated",
        "This is how a virtual machine without nested virtualisation behaves; nothing needs to be done.",
    )


def _apt() -> Check:
    place = shutil.which("apt-get")
    if place:
        return Check("apt-get", "ok", place)
    return Check(
        "apt-get",
        "lacks",
        "not found: fetches sources from Debian",
        "Sources with a url: can be fetched without it.",
    )


def _cache() -> list[Check]:
    from unilith.upstream.cache import cache_folder

    cache = cache_folder()
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    found = f"{cache}, {free / (1 << 30):.1f} GiB free"
    if not os.access(there, os.W_OK):
        return [Check("cache", "missing", f"{found}, not writable", "Name another folder in UNILITH_CACHE.")]
    if free < FREE_BYTES:
        return [Check("cache", "lacks", found, "Free some space, or name another folder in UNILITH_CACHE.")]
    return [Check("cache", "ok", found)]
