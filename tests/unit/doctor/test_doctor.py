"""What `unilith doctor` says of a machine, and what `make setup` installs on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unilith.cli import packages
from unilith.cli.doctor import Check, doctor, doctor_report, doctor_text
from unilith.cli.packages import PACKAGES


def program(folder: Path, name: str, lines: str = "echo 1.2.3") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
    (folder / name).chmod(0o755)


def named(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_machine_without_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path / "not" / "yet"))
    report = doctor_report()
    checks = named(report)
    missing = [check.name for check in report if check.verdict == "missing"]
    assert missing == [package.found_by for package in PACKAGES if package.need == "build"]
    assert checks["ninja"].advice == "Get it with: apt-get install ninja-build"
    assert checks["qemu-system-x86_64"].verdict == "lacks"
    assert "apt-get install qemu-system-x86" in checks["qemu-system-x86_64"].advice
    assert checks["KVM"].verdict == "lacks"
    assert str(tmp_path / "not" / "yet") in checks["cache"].found
    assert (
        doctor_text(report).splitlines()[-1] == f"Images cannot be built here: {', '.join(missing)} missing."
    )


def test_a_machine_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bin_ = tmp_path / "bin"
    for package in PACKAGES:
        if package.need == "build":
            program(bin_, package.found_by, 'echo "tool (Debian 9.9-1) 1.2.3"')
    monkeypatch.setenv("PATH", str(bin_))
    monkeypatch.setenv("UNILITH_CACHE", str(tmp_path))
    assert doctor() == 0
    said = capsys.readouterr().out
    assert f"gcc                 1.2.3 ({bin_}/gcc)" in said
    assert "Images can be built here." in said
    (bin_ / "patch").unlink()
    assert doctor() == 1


APT = """echo "$*" >> "$LOG"
case "$*" in
    *update*) : > "$LOG.updated" ;;
    *) test -e "$LOG.updated" -o -z "$STALE" ;;
esac"""


def install(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the module as `make setup` does, with a recording apt-get."""
    program(folder / "bin", "apt-get", APT)
    program(folder / "bin", "sudo", 'exec "$@"')
    for name in ("env", "sh"):
        (folder / "bin" / name).symlink_to(f"/usr/bin/{name}")
    return subprocess.run(
        [sys.executable, "-m", packages.__name__, "install"],
        env={
            "PATH": str(folder / "bin"),
            "PYTHONPATH": str(Path(packages.__file__).parents[2]),
            "LOG": str(folder / "log"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def asked(folder: Path) -> list[str]:
    return [line.split()[2] for line in (folder / "log").read_text().splitlines()]


def test_what_is_missing_is_installed_in_one_go(tmp_path: Path) -> None:
    assert install(tmp_path).returncode == 0
    assert asked(tmp_path) == ["install"]
    words = (tmp_path / "log").read_text().split()
    assert {"gcc", "ninja-build", "qemu-system-x86", "--no-install-recommends"} <= set(words)


def test_apt_is_asked_to_update_only_when_installing_failed(tmp_path: Path) -> None:
    assert install(tmp_path, STALE="yes").returncode == 0
    assert asked(tmp_path) == ["install", "update", "install"]


def test_without_apt_the_packages_are_named_and_setting_up_fails(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", packages.__name__, "install"],
        env={"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(Path(packages.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "this machine has no apt" in done.stderr
    assert "  gcc " in done.stderr


def test_nothing_is_done_when_nothing_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    assert packages.install([]) == 0
