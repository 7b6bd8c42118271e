"""Commands that make, run and measure images."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from unilith.cli.options import (
    DEFAULT_TARGET,
    CcOpt,
    ConfigOpt,
    ForbidOpt,
    JsonOpt,
    LauncherOpt,
    LibraryOpt,
    OutputOpt,
    QuietOpt,
    RecipeArg,
    SetOpt,
    TargetOpt,
    VerboseOpt,
    WantOpt,
    verbosity,
)


def build(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    output: OutputOpt = None,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    cc: CcOpt = "gcc",
    launcher: LauncherOpt = "",
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Compose and build an image."""
    from unilith.cli.build import build_and_print
    from unilith.cli.request import make_request

    request = make_request(recipe, target, output, library, want, forbid, set_, cc, launcher, config)
    build_and_print(request, json=json, verbosity=verbosity(quiet, verbose))


def run(
    recipe: RecipeArg,
    args: Annotated[
        list[str] | None, typer.Argument(metavar="[-- ARGS...]", help="Arguments for the application.")
    ] = None,
    target: TargetOpt = DEFAULT_TARGET,
    memory: Annotated[
        str | None, typer.Option("--memory", "-m", help="Memory with K, M or G.", show_default="the recipe's")
    ] = None,
    cpus: Annotated[
        int | None,
        typer.Option("--cpus", min=1, max=64, help="Processors.", show_default="the recipe's, 1"),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds; then the image is stopped.", show_default="none"),
    ] = None,
    port: Annotated[
        list[str] | None,
        typer.Option(
            "--port",
            "-p",
            metavar="HOST:GUEST[/udp]",
            help="Lead a port of this machine to one of the image.",
            show_default="the recipe's",
        ),
    ] = None,
    net: Annotated[
        str | None,
        typer.Option(
            "--net",
            metavar="NET",
            help="What the image's network card is connected to: user, none, tap=INTERFACE or dgram=OURS:THEIRS, "
            "with ,ip=ADDRESS/BITS,gateway=ADDRESS,dns=ADDRESS,ip6=ADDRESS/64,gateway6=ADDRESS behind the last two.",
            show_default="user",
        ),
    ] = None,
    dhcp: Annotated[
        bool, typer.Option("--dhcp", help="Let the image ask for its address, even where it is known.")
    ] = False,
    capture: Annotated[
        Path | None, typer.Option("--capture", metavar="FILE", help="Write all packets there (pcap).")
    ] = None,
    disk: Annotated[
        list[str] | None,
        typer.Option(
            "--disk",
            metavar="FILE[,name=NAME][,readonly]",
            help="A file that the image sees as a disk, vda, vdb and so on; may be repeated.",
        ),
    ] = None,
    share: Annotated[
        list[str] | None,
        typer.Option(
            "--share",
            metavar="DIR[,tag=TAG][,readonly][,kind=9p|virtiofs]",
            help="A folder that the image can mount, by the tag share0, share1 and so on; may be repeated.",
        ),
    ] = None,
    vsock_uds: Annotated[
        str | None,
        typer.Option(
            "--vsock-uds",
            metavar="PATH[,by=PROGRAM]",
            help="A Unix socket that leads to the image's ports of AF_VSOCK; those of the host are PATH_PORT.",
        ),
    ] = None,
    gdb: Annotated[
        bool, typer.Option("--gdb", help="Run it under gdb, stopped before its first instruction.")
    ] = False,
    gdb_port: Annotated[
        int | None,
        typer.Option("--gdb-port", metavar="PORT", help="Where QEMU waits for gdb; a file by default."),
    ] = None,
    gdb_commands: Annotated[
        Path | None,
        typer.Option("--gdb-commands", metavar="FILE", help="Run these commands in gdb, and end."),
    ] = None,
    output: OutputOpt = None,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    cc: CcOpt = "gcc",
    launcher: LauncherOpt = "",
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Build an image and run it. The exit status is the application's; 124 after a time-out, 125 if the host
    could not run it, 126 if the image crashed."""
    from unilith.cli.build import build_and_run
    from unilith.cli.debugging import debugging_of
    from unilith.cli.request import make_request
    from unilith.run.network import Wanted

    request = make_request(recipe, target, output, library, want, forbid, set_, cc, launcher, config)
    sys.exit(
        build_and_run(
            request,
            args=args,
            memory=memory,
            cpus=cpus,
            timeout=timeout,
            network=Wanted(net or "", tuple(port or ()), dhcp, capture),
            disks=tuple(disk or ()),
            shares=tuple(share or ()),
            vsock=vsock_uds,
            verbosity=verbosity(quiet, verbose),
            debugging=debugging_of(request, gdb, gdb_port, gdb_commands),
        )
    )


def shell(
    where: Annotated[
        str, typer.Argument(metavar="APP|SOCKET", help="A running image: its recipe, or its --vsock-uds.")
    ],
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND...]", help="One command; without, a conversation.")
    ] = None,
    target: TargetOpt = DEFAULT_TARGET,
    output: OutputOpt = None,
    port: Annotated[
        int | None, typer.Option("--port", help="The shell's port.", show_default="the image's, 1022")
    ] = None,
) -> None:
    """Look into a running image that has a shell (`needs: [shell]` in its recipe)."""
    from unilith.cli.shell import talk

    sys.exit(talk(where, " ".join(command or ()), target=target, output=output, port=port))


def size(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Show where an image's bytes go: predicted and linked, a line a library."""
    from unilith.cli.request import make_request
    from unilith.cli.size import size_and_print

    request = make_request(recipe, target, None, library, want, forbid, set_, config=config)
    size_and_print(request, json=json, verbosity=verbosity(quiet, verbose))


def calibrate(
    library: LibraryOpt = None,
    launcher: LauncherOpt = "",
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Measure what every library weighs, and store it in the tree."""
    from unilith.cli.calibrate import calibrate_and_print

    calibrate_and_print(tuple(library or ()), launcher=launcher, verbosity=verbosity(quiet, verbose))


def doctor() -> None:
    """Show what this machine has, what it lacks, and how to get it."""
    from unilith.cli.doctor import doctor as examine

    raise typer.Exit(examine())


def menuconfig(
    recipe: RecipeArg,
    target: TargetOpt = DEFAULT_TARGET,
    library: LibraryOpt = None,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    quiet: QuietOpt = False,
    verbose: VerboseOpt = False,
) -> None:
    """Choose in a menu, and see at once what each choice brings, breaks and costs."""
    from unilith.cli.menuconfig import menuconfig as open_menu
    from unilith.cli.request import make_request

    request = make_request(recipe, target, None, library, want, forbid, set_)
    open_menu(request, verbosity(quiet, verbose), config)
