"""`unilith`: one verb a task. Each command imports what it needs when it runs, so that help is immediate."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from unilith.cli import catalog, choice, image, inspect, kconfig, report
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

app.command()(image.build)
app.command()(image.run)
app.command()(image.size)
app.command()(image.menuconfig)
app.command()(choice.resolve)
app.command()(choice.why)
app.command()(choice.why_not)
app.command()(choice.fix)
app.command()(choice.diff)
app.command()(choice.verify)
app.command()(choice.graph)
app.command("lock")(choice.lock)
app.command(context_settings={"ignore_unknown_options": True})(image.shell)
app.command()(inspect.inspect)
app.command("list")(catalog.list_command)
app.add_typer(catalog.lib, name="lib")
app.add_typer(catalog.recipe, name="recipe")
app.add_typer(kconfig.app, name="kconfig")
app.add_typer(report.app, name="report")
app.command()(image.calibrate)
app.command()(image.doctor)


def main() -> None:
    """The console script. An error that a user can cause ends in one message and its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _terminated)
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except UserError as e:
        fail(e)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Nobody reads any more; what is still buffered must not fail at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as e:
        fail(UserError(e.strerror or str(e), where=Path(os.fsdecode(e.filename)) if e.filename else None))
    except Exception as e:
        if "UNILITH_TRACEBACK" in os.environ:
            raise
        where = traceback.extract_tb(e.__traceback__)[-1]
        fail(
            UserError(
                f"internal error: {type(e).__name__}: {e} ({Path(where.filename).name}:{where.lineno})",
                hint="This is a bug in unilith, not in your input. UNILITH_TRACEBACK=1 shows where it comes from.",
                exit_status=70,  # EX_SOFTWARE, sysexits(3)
            )
        )


def _terminated(number: int, _frame: object) -> NoReturn:
    """Unwinds, so that what this process started is stopped."""
    sys.exit(128 + number)


def fail(error: UserError) -> NoReturn:
    """Prints the message and ends the command."""
    coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    mark = "\x1b[31merror:\x1b[0m" if coloured else "error:"
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


if __name__ == "__main__":
    main()
