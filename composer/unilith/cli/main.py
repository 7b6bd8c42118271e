"""`unilith`: one verb a task. Each command imports what it needs when it runs, so that help is immediate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from unilith.cli import catalog, kconfig
from unilith.errors import UserError

app = typer.Typer(
    name="unilith",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Compose the smallest operating system that runs an application.

A recipe names an application; unilith finds what it needs, picks the smallest set of libraries that gives it
exactly that, builds one image and runs it.

\b
  unilith run hello                            build and boot on QEMU
  unilith run lua --target process-x86_64      the same as a sandboxed process
  unilith run lua -- /main.lua one two         arguments for the application
  unilith why lua vfs                          why is this library in the image?
  unilith recipe new ./greet                   begin a recipe of your own
""",
)

app.add_typer(catalog.lib, name="lib")
app.add_typer(catalog.recipe, name="recipe")
app.add_typer(kconfig.app, name="kconfig")

RecipeArg = Annotated[
    str,
    typer.Argument(metavar="RECIPE", help="A recipe's name, its file, or its folder.", show_default=False),
]
TargetOpt = Annotated[
    str, typer.Option("--target", "-t", help="Platform and architecture.", rich_help_panel="Composition")
]
OutputOpt = Annotated[
    Path | None, typer.Option("--output", "-o", help="The build folder.", show_default="build/RECIPE/TARGET")
]
LibraryOpt = Annotated[
    list[Path] | None, typer.Option("--library", "-L", help="One more folder of libraries; may be repeated.")
]
WantOpt = Annotated[list[str] | None, typer.Option("--want", help="Select this library too.")]
ForbidOpt = Annotated[list[str] | None, typer.Option("--forbid", help="Never select this library.")]
SetOpt = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Set an option.")]
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


def main() -> None:
    """The console script. An error that a user can cause ends in one message and its exit status."""
    try:
        app()
    except UserError as e:
        fail(e)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)


def fail(error: UserError) -> NoReturn:
    """Prints the message and ends the command."""
    mark = "\x1b[31merror:\x1b[0m" if sys.stderr.isatty() else "error:"
    print(f"{mark} {error}", file=sys.stderr)
    sys.exit(error.exit_status)


def _version(wanted: bool) -> None:
    if wanted:
        from unilith import __version__

        print(f"unilith {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def build(
    recipe: RecipeArg,
    target: TargetOpt = "qemu-x86_64",
    output: OutputOpt = None,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    cc: CcOpt = "gcc",
    launcher: LauncherOpt = "",
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Compose and build an image."""
    from unilith.cli.build import build_and_print
    from unilith.cli.request import make_request

    request = make_request(recipe, target, output, library, want, forbid, set_, cc, launcher)
    build_and_print(request, json=json, verbosity=_verbosity(quiet, verbose))


@app.command()
def run(
    recipe: RecipeArg,
    args: Annotated[
        list[str] | None, typer.Argument(metavar="[-- ARGS...]", help="Arguments for the application.")
    ] = None,
    target: TargetOpt = "qemu-x86_64",
    memory: Annotated[
        str | None, typer.Option("--memory", "-m", help="Memory with K, M or G.", show_default="the recipe's")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds; then the image is stopped.", show_default="none"),
    ] = None,
    port: Annotated[
        list[str] | None, typer.Option("--port", "-p", metavar="HOST:GUEST", help="Forward a TCP port.")
    ] = None,
    output: OutputOpt = None,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    cc: CcOpt = "gcc",
    launcher: LauncherOpt = "",
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Build an image and run it. The exit status is the application's; 124 after a time-out, 125 if the host
    could not run it, 126 if the image crashed."""
    from unilith.cli.build import build_and_run
    from unilith.cli.request import make_request

    request = make_request(recipe, target, output, library, want, forbid, set_, cc, launcher)
    sys.exit(
        build_and_run(
            request,
            args=args,
            memory=memory,
            timeout=timeout,
            ports=port or [],
            verbosity=_verbosity(quiet, verbose),
        )
    )


@app.command("list")
def list_command(
    what: Annotated[str, typer.Argument(metavar="libs|platforms|targets|recipes|interfaces")],
    library: LibraryOpt = None,
    json: JsonOpt = False,
) -> None:
    """List what the catalog holds."""
    from unilith.cli.catalog import list_catalog

    list_catalog(what, tuple(library or ()), json=json)


@app.command()
def size(
    recipe: RecipeArg,
    target: TargetOpt = "qemu-x86_64",
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Show where an image's bytes go: predicted and linked, a line a library."""
    from unilith.cli.request import make_request
    from unilith.cli.size import size_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_)
    size_and_print(request, json=json, verbosity=_verbosity(quiet, verbose))


@app.command()
def calibrate(
    library: LibraryOpt = None,
    launcher: LauncherOpt = "",
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Measure what every library weighs, and store it in the tree."""
    from unilith.cli.calibrate import calibrate_and_print

    calibrate_and_print(tuple(library or ()), launcher=launcher, verbosity=_verbosity(quiet, verbose))


@app.command()
def doctor() -> None:
    """Show what this machine has, what it lacks, and how to get it."""
    from unilith.cli.doctor import doctor as examine

    raise typer.Exit(examine())


def _verbosity(quiet: bool, verbose: bool) -> int:
    return -1 if quiet else int(verbose)


if __name__ == "__main__":
    main()
