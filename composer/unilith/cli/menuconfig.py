"""`unilith menuconfig`."""

from __future__ import annotations

import sys
from pathlib import Path

from unilith.cli.progress import Progress
from unilith.errors import UserError
from unilith.pipeline.request import DEFAULT_TARGET, Request


def menuconfig(request: Request, verbosity: int, config: Path | None = None) -> None:
    """Opens the menu of a recipe. ``config`` is the file that choices are read from and saved in; by default
    `choices.config` in the build folder."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(
            "menuconfig needs a terminal",
            hint="Elsewhere, use --want, --forbid and --set, or --config with a file that menuconfig saved.",
        )
    from unilith.catalog.roots import find_places
    from unilith.kconfig.render import write_tree
    from unilith.kconfig.tree import open_tree
    from unilith.pipeline.choices_file import FILE_NAME, choices_of
    from unilith.pipeline.demand import find_demand
    from unilith.tui.app import MenuApp
    from unilith.tui.model import Model
    from unilith.tui.options import OptionTree
    from unilith.tui.subject import subject_of

    if config is not None and not config.is_file():
        raise UserError("there is no such file of choices", where=config)
    progress = Progress(verbosity)
    try:
        demand = find_demand(request, find_places(request.libraries), progress)
    finally:
        progress.close()
    kconf = open_tree(write_tree(demand.catalog, demand.work / "kconfig"))
    options = OptionTree(demand.catalog, kconf, demand.target.arch)
    model = Model(subject_of(demand), options, choices_of(request))
    file = _shown(config or demand.folder / FILE_NAME)
    app = MenuApp(model, file, file if file.is_file() else None)
    app.run()
    if app.return_code:
        raise UserError("the menu ended in an error", exit_status=app.return_code)
    saved = app.menu.file
    if len(model.saved) and saved.is_file():
        target = "" if request.target == DEFAULT_TARGET else f" --target {request.target}"
        print(f"Choices: {saved}\nBuild with them: unilith build {request.recipe}{target} --config {saved}")


def _shown(path: Path) -> Path:
    """A path below the current folder without the way there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
