"""The reference (docs/reference), made from the code: one page a subject, the same text on every machine.

Every page is a function of what it describes: the models of manifests and recipes, the command tree, the
catalog. `make docs` writes the pages; a test fails when one of them is not what the code says any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from unilith.catalog.load import load_catalog
from unilith.report.pipeline_diagram import pipeline_svg
from unilith.report.reference_build import build_folder_page, exit_status_page
from unilith.report.reference_catalog import interfaces_page, libraries_page, options_page
from unilith.report.reference_commands import Command, commands_page
from unilith.report.reference_schema import manifest_schema_page, recipe_schema_page, workspace_schema_page

_NOTE = "<!-- Made from the code by `make docs`; changes made here are lost. -->\n\n"

_PAGES = {
    "commands.md": "every command with its arguments and options",
    "recipe.md": "the fields of `recipe.yaml`",
    "manifest.md": "the fields of `manifest.yaml`",
    "workspace.md": "the fields of `unilith-workspace.yaml`",
    "interfaces.md": "every interface, who provides it, and its header",
    "libraries.md": "every library and platform with its bytes and system calls",
    "options.md": "every option with its type, default and help",
    "build-folder.md": "what a build leaves behind",
    "exit-statuses.md": "what a command's exit status says",
}


def documents(root: Path, command: Command) -> Mapping[str, str]:
    """Every generated document by its path below `docs/`: the reference and the diagram.

    ``root`` is a tree with `libs/` and `platforms/`, ``command`` the top of the command line.
    """
    catalog = load_catalog((root,))
    pages = {
        "commands.md": commands_page(command),
        "recipe.md": recipe_schema_page(),
        "manifest.md": manifest_schema_page(),
        "workspace.md": workspace_schema_page(),
        "interfaces.md": interfaces_page(catalog),
        "libraries.md": libraries_page(catalog),
        "options.md": options_page(catalog),
        "build-folder.md": build_folder_page(),
        "exit-statuses.md": exit_status_page(),
    }
    index = ["# Reference\n"] + [f"- [{name.removesuffix('.md')}]({name}): {_PAGES[name]}" for name in _PAGES]
    found = {f"reference/{name}": _NOTE + text for name, text in pages.items()}
    found["reference/README.md"] = _NOTE + "\n".join(index) + "\n"
    found["images/pipeline.svg"] = pipeline_svg()
    return found


def write_documents(root: Path, command: Command, folder: Path) -> list[Path]:
    """Writes what differs into ``folder`` (`docs/`), removes pages that are no more; returns what changed."""
    made = documents(root, command)
    changed = []
    for name, text in made.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(file)
    for file in sorted((folder / "reference").glob("*.md")):
        if f"reference/{file.name}" not in made:
            file.unlink()
            changed.append(file)
    return changed
