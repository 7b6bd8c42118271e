"""The options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RecipeArg = Annotated[
    str,
    typer.Argument(metavar="RECIPE", help="A recipe's name, its file, or its folder.", show_default=False),
]
TargetOpt = Annotated[str, typer.Option("--target", "-t", help="Platform and architecture.")]
OutputOpt = Annotated[
    Path | None, typer.Option("--output", "-o", help="The build folder.", show_default="build/RECIPE/TARGET")
]
LibraryOpt = Annotated[
    list[Path] | None, typer.Option("--library", "-L", help="One more folder of libraries; may be repeated.")
]
WantOpt = Annotated[list[str] | None, typer.Option("--want", help="Select this library too.")]
ForbidOpt = Annotated[list[str] | None, typer.Option("--forbid", help="Never select this library.")]
SetOpt = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Set an option.")]
ConfigOpt = Annotated[
    Path | None, typer.Option("--config", help="A file of choices that menuconfig saved.", show_default=False)
]
CcOpt = Annotated[str, typer.Option("--cc", envvar="UNILITH_CC", help="The compiler: a GCC or a Clang.")]
LauncherOpt = Annotated[
    str,
    typer.Option(
        "--launcher", envvar="UNILITH_LAUNCHER", help="ccache, distcc, icecc or sccache.", show_default=False
    ),
]
JsonOpt = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOpt = Annotated[bool, typer.Option("--quiet", "-q", help="Errors and results only.")]
VerboseOpt = Annotated[bool, typer.Option("--verbose", "-v", help="Every step and every tool's output.")]

DEFAULT_TARGET = "qemu-x86_64"


def verbosity(quiet: bool, verbose: bool) -> int:
    """-1, 0 or 1."""
    return -1 if quiet else int(verbose)
