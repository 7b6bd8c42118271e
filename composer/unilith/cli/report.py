"""`unilith report`: what a built image is like, read from the image itself."""

from __future__ import annotations

from typing import Annotated

import typer

from unilith.cli.options import (
    DEFAULT_TARGET,
    ConfigOpt,
    ForbidOpt,
    JsonOpt,
    LibraryOpt,
    QuietOpt,
    SetOpt,
    TargetOpt,
    VerboseOpt,
    WantOpt,
    verbosity,
)

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Show what a built image is like, read from its bytes."
)

ImageArg = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE|RECIPE",
        help="An image.json or image.elf of a build folder, or a recipe, which is built.",
        show_default=False,
    ),
]


@app.callback()
def _group() -> None:
    pass


@app.command()
def security(
    image: ImageArg,
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
    """Show which protections an image has, and what in the image shows it."""
    from unilith.cli.image_files import described_image
    from unilith.cli.request import make_request
    from unilith.cli.security import security_and_print

    request = make_request(image, target, None, library, want, forbid, set_, config=config)
    security_and_print(described_image(request, verbosity(quiet, verbose)), json=json)
