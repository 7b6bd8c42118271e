"""Any Kconfig tree, read with kconfiglib: Linux, U-Boot, Zephyr, Unikraft, BusyBox, or somebody's own.

kconfiglib 14.1 speaks the language of Linux 5.12. What came later is translated while a line is
read: a bare ``modules``, ``transitional``, ``depends on A if B``, and Zephyr's ``configdefault``.
Macros that run programs (``$(shell,...)``, ``$(cc-option,...)``) do so in a folder where they may
write, with the environment that the tree's own makefile would give them.
"""

from __future__ import annotations

import io
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kconfiglib
from kconfiglib import AND, EQUAL, NOT, OR

from unilith.errors import UserError, Where

TOP_FILES = ("Kconfig", "Config.in", "Config.uk", "Kconfig.zephyr")  # looked for in this order

# Linux names an architecture's folder differently from the architecture in these cases only.
_SOURCE_ARCH = {"x86_64": "x86", "i386": "x86", "sparc64": "sparc", "parisc64": "parisc", "sh64": "sh"}
# What `uname -m` says, as Linux's makefile rewrites it to ARCH.
_HOST_ARCH = {"x86_64": "x86", "i686": "x86", "aarch64": "arm64", "armv7l": "arm", "riscv64": "riscv"}


@dataclass(frozen=True, slots=True)
class ForeignTree:
    """A tree that was read. ``root`` is what file names in explanations are relative to."""

    kconf: Any  # kconfiglib.Kconfig, for which no types exist
    root: Path
    top: str  # the top file, relative to the root
    environment: Mapping[str, str]  # what was set while reading, beyond the caller's own


def load_tree(folder: Path, *, arch: str = "", env: Mapping[str, str] | None = None) -> ForeignTree:
    """Reads the tree in ``folder`` (or with the given top file).

    ``arch`` is what a Linux tree calls ARCH (by default the host's); ``env`` is set in addition to, and
    wins over, what is found out about the tree. Raises ``UserError`` for whatever is wrong in the tree.
    """
    root, top = _top_file(folder)
    environment = {"srctree": str(root)} | _environment(root, arch) | dict(env or {})
    scratch_needed = (
        root / "scripts" / "Kconfig.include"
    ).is_file()  # its cc-option makes files where it runs
    with _scratch(root, scratch_needed) as working, _environ(environment):
        try:
            kconf = _Reader.read(top, working)
        except kconfiglib.KconfigError as error:
            raise _user_error(error) from None
        except OSError as error:
            raise UserError(
                f"cannot read the Kconfig tree: {str(error).strip()}",
                where=root / top,
                hint="Variables that its `source` lines need can be given with --env NAME=VALUE.",
            ) from None
        except RecursionError:
            raise UserError(
                "an expression in the tree is nested too deeply to be read", where=root / top
            ) from None
    return ForeignTree(kconf, root, top, environment)


def read_text(kconf: Any, text: str) -> None:
    """Loads the text of a .config into ``kconf``, in place of whatever was set before."""
    kconf.pending = text
    try:
        kconf.load_config(_PENDING)
    finally:
        kconf.pending = None


# -- reading ------------------------------------------------------------------------------------------

_PENDING = "\0pending"  # no file has this name
_CONFIGDEFAULT = re.compile(r"(\s*)configdefault\b")


class _Reader(kconfiglib.Kconfig):  # type: ignore[misc]
    """A Kconfig that understands newer constructs and runs commands in a folder of its own."""

    pending: str | None = None
    working: Path = Path()

    @classmethod
    def read(cls, top: str, working: Path) -> _Reader:
        reader = cls.__new__(cls)
        reader.working = working
        reader.__init__(top, warn_to_stderr=False, encoding="utf-8")  # type: ignore[misc]
        return reader

    # kconfiglib assigns the table of macro functions just before it parses.
    @property
    def _functions(self) -> dict[str, tuple[Callable[..., str], int, int]]:
        return self._function_table

    @_functions.setter
    def _functions(self, table: dict[str, tuple[Callable[..., str], int, int]]) -> None:
        self._function_table = table | {"shell": (_shell, 1, 1)}

    def _open(self, filename: str, mode: str) -> Any:
        if filename == _PENDING:
            return io.StringIO(self.pending)
        return open(filename, mode, encoding="utf-8", errors="replace")  # noqa: PTH123 - the caller closes

    def _tokenize(self, s: str) -> Any:
        word = s.strip()
        if word == "modules":
            s = s.replace("modules", "option modules")
        elif word == "transitional":
            # Such a symbol keeps old .config files loadable and is never written: one without a value.
            return (None,)
        elif word.startswith("configdefault"):
            s = _CONFIGDEFAULT.sub(r"\1config", s)
        return super()._tokenize(s)

    def _expect_expr_and_eol(self) -> Any:
        """An expression up to the end of the line; after ``depends on`` a condition may follow it."""
        expression = self._parse_expr(True)
        if self._check_token(kconfiglib._T_IF):
            # "X if Y" means "X || Y = n", and that is how Linux itself stores it.
            expression = self._make_or(expression, _is_off(self, self._parse_expr(True)))
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return expression


def _is_off(kconf: Any, expression: Any, off: bool = True) -> Any:
    """``expression`` = n (or = y), carried down to its symbols, for only a symbol can be compared."""
    if not isinstance(expression, tuple):
        return (EQUAL, expression, kconf.n if off else kconf.y)
    operator = expression[0]
    if operator is NOT:
        return _is_off(kconf, expression[1], not off)
    if operator in (AND, OR):
        make = kconf._make_or if (operator is AND) == off else kconf._make_and
        return make(_is_off(kconf, expression[1], off), _is_off(kconf, expression[2], off))
    return (NOT, expression) if off else expression


def _shell(kconf: _Reader, _name: str, command: str) -> str:
    """The output of ``command``, its lines joined by blanks, as Kconfig's ``$(shell,...)`` has it."""
    done = subprocess.run(
        command, shell=True, cwd=kconf.working, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.stderr:
        kconf._warn(
            f"'{command}' wrote to stderr: {done.stderr.decode(errors='replace').strip()}",
            kconf.filename,
            kconf.linenr,
        )
    return done.stdout.decode(errors="replace").rstrip("\n").replace("\n", " ")


def _user_error(error: kconfiglib.KconfigError) -> UserError:
    text = str(error).strip()
    found = re.match(r"(\S+?):(\d+): (?:error: )?(.*)", text, re.DOTALL)
    # A `source` that leads nowhere is nearly always a variable that is not set.
    lost = "not found" in text or "recursive 'source'" in text
    hint = "Variables that the tree's makefile would set can be given with --env NAME=VALUE." if lost else ""
    if found:
        return UserError(found[3], where=Where(found[1], int(found[2])), hint=hint)
    return UserError(text.splitlines()[0] if "dependency loop" not in text.lower() else text, hint=hint)


@contextmanager
def _scratch(root: Path, wanted: bool) -> Iterator[Path]:
    if not wanted:
        yield root
        return
    with tempfile.TemporaryDirectory(prefix="unilith-kconfig-") as folder:
        yield Path(folder)


@contextmanager
def _environ(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# -- what kind of tree this is ------------------------------------------------------------------------


def _top_file(folder: Path) -> tuple[Path, str]:
    path = folder.expanduser().resolve()
    if path.is_file():
        return path.parent, path.name
    if not path.is_dir():
        raise UserError(
            "there is no such folder", where=folder, hint="--tree names the root of a Kconfig tree."
        )
    for name in TOP_FILES:
        if (path / name).is_file():
            return path, name
    raise UserError(
        f"no {', '.join(TOP_FILES[:-1])} or {TOP_FILES[-1]} in this folder",
        where=folder,
        hint="--tree may also name the top Kconfig file itself.",
    )


def _environment(root: Path, arch: str) -> dict[str, str]:
    """The variables that the tree's makefile would export to Kconfig."""
    found = _linux_environment(root, arch)
    if found is None:
        return {"ARCH": arch, "SRCARCH": _SOURCE_ARCH.get(arch, arch)} if arch else {}
    return found


def _linux_environment(root: Path, arch: str) -> dict[str, str] | None:
    """For Linux and what descends from its build system; ``None`` if this is not such a tree."""
    makefile = root / "Makefile"
    if not (makefile.is_file() and (root / "arch").is_dir() and (root / "scripts").is_dir()):
        return None
    head = makefile.read_text(encoding="utf-8", errors="replace")[:4096]
    numbers = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)", head, re.MULTILINE))
    if not numbers.get("VERSION") or "PATCHLEVEL" not in numbers:
        return None
    host = _HOST_ARCH.get(platform.machine(), platform.machine())
    arch = arch or os.environ.get("ARCH", "") or host
    source_arch = _SOURCE_ARCH.get(arch, arch)
    if not (root / "arch" / source_arch / "Kconfig").is_file():
        known = sorted(p.parent.name for p in (root / "arch").glob("*/Kconfig"))
        raise UserError(
            f"the tree has no architecture {arch}",
            where=root / "arch",
            hint=f"--arch can be one of: {', '.join(known)}.",
        )
    prefix = os.environ.get("CROSS_COMPILE", "")
    version = ".".join(filter(None, (numbers["VERSION"], numbers["PATCHLEVEL"], numbers.get("SUBLEVEL", ""))))
    version += numbers.get("EXTRAVERSION", "")
    environment = {
        "ARCH": arch,
        "SRCARCH": source_arch,
        "SUBARCH": host,
        "HEADER_ARCH": host,  # asked for by User Mode Linux alone
        "KERNELVERSION": version,
        "UBOOTVERSION": version,
        "objtree": ".",
        "CONFIG_SHELL": "sh",
        "HOSTCC": "gcc",
        "CC": prefix + "gcc",
        "LD": prefix + "ld",
        "AR": prefix + "ar",
        "NM": prefix + "nm",
        "OBJCOPY": prefix + "objcopy",
        "RUSTC": "rustc",
        "BINDGEN": "bindgen",
        "PAHOLE": "pahole",
        "CLANG_FLAGS": "",
    }
    environment |= {name: os.environ[name] for name in environment if os.environ.get(name)}
    environment["CC_VERSION_TEXT"] = _compiler_version(environment["CC"])
    return environment


def _compiler_version(compiler: str) -> str:
    words = compiler.split()
    if not words or shutil.which(words[0]) is None:
        raise UserError(
            f"the tree's Kconfig asks the C compiler what it can do, but there is no {compiler}",
            hint="Install it, or name another one with --env CC=...",
        )
    done = subprocess.run(
        [*words, "--version"], capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return done.stdout.partition("\n")[0].replace("#", "")
