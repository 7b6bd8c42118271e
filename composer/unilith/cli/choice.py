"""Commands about what is chosen and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from unilith.cli.options import (
    DEFAULT_TARGET,
    ConfigOpt,
    ForbidOpt,
    JsonOpt,
    LibraryOpt,
    QuietOpt,
    RecipeArg,
    SetOpt,
    TargetOpt,
    VerboseOpt,
    WantOpt,
    verbosity,
)


def _on_terminals(quiet: bool) -> int:
    """Questions are answered quickly: their progress is for people who watch."""
    return -1 if quiet or not sys.stderr.isatty() else 0


def resolve(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    proof: Annotated[
        bool, typer.Option("--proof", help="Print the proof that nothing smaller would do.")
    ] = False,
    dotconfig: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a Kconfig .config.")] = None,
    defconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what differs from defaults.")
    ] = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Show the smallest selection: each library, its bytes, and the reason for it."""
    from unilith.cli.request import make_request
    from unilith.cli.resolve import resolve_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    resolve_and_print(
        request,
        json=json,
        proof=proof,
        dotconfig=dotconfig,
        defconfig=defconfig,
        verbosity=verbosity(quiet, verbose),
    )


def why(
    recipe: RecipeArg,
    name: Annotated[str, typer.Argument(help="A library, an interface, a system call or an option.")],
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    quiet: QuietOpt = False,
) -> None:
    """Say why something is in the image: the chain from the application to it."""
    from unilith.cli.request import make_request
    from unilith.cli.resolve import why_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    why_and_print(request, name, _on_terminals(quiet))


def why_not(
    recipe: RecipeArg,
    name: Annotated[str, typer.Argument(help="A library, an interface, or OPTION=VALUE.")],
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    quiet: QuietOpt = False,
) -> None:
    """Say why something is not in the image, and what would have to change."""
    from unilith.cli.request import make_request
    from unilith.cli.resolve import why_not_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    why_not_and_print(request, name, _on_terminals(quiet))


def fix(
    recipe: RecipeArg,
    names: Annotated[str, typer.Argument(help='What you want together: "X Y OPTION=VALUE".')],
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    quiet: QuietOpt = False,
) -> None:
    """Find the smallest change that makes what you want possible."""
    from unilith.cli.request import make_request
    from unilith.cli.resolve import fix_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    raise typer.Exit(0 if fix_and_print(request, names, _on_terminals(quiet)) else 1)


def lock(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the lock still fits.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Decide anew, whatever the lock says.")] = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Keep a recipe's selection in a file beside it: a build then takes it and decides nothing."""
    from unilith.cli.lock import lock_and_print
    from unilith.cli.request import make_request

    request = make_request(recipe, target, None, library, None, None, None)
    fits = lock_and_print(request, check=check, update=update, verbosity=verbosity(quiet, verbose))
    raise typer.Exit(0 if fits else 1)


def verify(
    file: Annotated[
        Path, typer.Argument(metavar="LOCK", help="A lock file, or a build folder's selection.lock.")
    ],
    library: LibraryOpt = None,
) -> None:
    """Check a lock's proof without the solver: every need is met, and nothing smaller would do."""
    from unilith.cli.lock import verify_and_print

    raise typer.Exit(0 if verify_and_print(file, tuple(library or ())) else 1)


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A recipe, RECIPE@TARGET, or a lock file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    quiet: QuietOpt = False,
) -> None:
    """Show what leads from one selection to another, why, and what it costs."""
    from unilith.cli.lock import diff_and_print

    diff_and_print(a, b, target, tuple(library or ()), _on_terminals(quiet))


def graph(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write FILE.svg or FILE.dot.")] = None,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    quiet: QuietOpt = False,
) -> None:
    """Draw a selection: libraries, who needs whom, bytes. Prints DOT without --output."""
    from unilith.cli.lock import graph_and_print
    from unilith.cli.request import make_request

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    graph_and_print(request, output=output, verbosity=_on_terminals(quiet))
