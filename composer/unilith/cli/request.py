"""The options of a command as a `Request`."""

from __future__ import annotations

from pathlib import Path

from unilith.errors import UserError
from unilith.pipeline.request import Request


def make_request(
    recipe: str,
    target: str,
    output: Path | None,
    library: list[Path] | None,
    want: list[str] | None,
    forbid: list[str] | None,
    options: list[str] | None,
    cc: str = "gcc",
    launcher: str = "",
    config: Path | None = None,
) -> Request:
    """Checks what can be checked without the catalog, which only ``config``, a file of choices, needs."""
    request = Request(
        recipe=recipe,
        target=target,
        output=output,
        libraries=tuple(library or ()),
        want=tuple(want or ()),
        forbid=tuple(forbid or ()),
        options=tuple(_assignment(o) for o in options or ()),
        cc=cc,
        launcher=launcher,
    )
    return request if config is None else _with_file(request, config)


def _with_file(request: Request, file: Path) -> Request:
    """The choices of a file; those of the command line come first."""
    from unilith.catalog.load import load_catalog
    from unilith.catalog.roots import find_places
    from unilith.pipeline.choices_file import read_choices, with_choices

    catalog = load_catalog(find_places(request.libraries).libraries)
    return with_choices(request, read_choices(file, catalog, request.target))


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    name = name.removeprefix("CONFIG_")
    if not equals or not name:
        raise UserError(f"'{text}' is not an assignment", hint="Write it as --set OPTION=VALUE.")
    return name, value
