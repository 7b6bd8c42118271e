"""The pages on what a build leaves behind and on exit statuses."""

from __future__ import annotations

import signal

from unilith.image.description import ImageDescription
from unilith.report.markdown import code, table
from unilith.run.options import HOST_SIDE
from unilith.run.result import CRASHED, TIMED_OUT

BUILD_FILES = {
    "image.elf": "the image, stripped: what the hypervisor loads, or the process that is started",
    "image.debug": "the same with symbols and debugging information, for crash reports and debuggers",
    "initrd.cpio": "the root file system, if the recipe has one; or `initrd.tar`, `rootfs.erofs`, `rootfs.ext4`",
    "image.json": "what a runner needs to know; `unilith run` takes this file in place of a recipe",
    "bom.json": "the bill of materials in the form of SPDX 2.3: what the image is made of, versions and licences",
    "selection.lock": "what was chosen, why, and the certificate: JSON, one item a line",
    ".config": "every option's value in Kconfig's form",
    "work": "everything else: generated sources, ninja files, objects, the linker's map",
}
"""The content of a build folder, by name."""

_INTERRUPTED = 128 + signal.SIGINT


def build_folder_page() -> str:
    """What stands in a build folder."""
    rows = [(code(name if name != "work" else "work/"), text) for name, text in BUILD_FILES.items()]
    fields = [code(name) for name in ImageDescription.model_fields]
    return (
        "# The build folder\n\n"
        "A build goes to `build/<recipe>/<target>/` below the current folder, to the folder that the workspace "
        "file names, or to the folder given with `--output`.\n\n"
        f"{table(('name', 'what it is'), rows)}\n"
        f"`image.json` holds {', '.join(fields[:-1])} and {fields[-1]}. Its paths are relative to the build "
        "folder, which may therefore be moved. `unilith menuconfig` keeps choices in `choices.config` here. A lock "
        "that `unilith lock` keeps stands beside the recipe: `<target>.lock`.\n"
    )


def exit_status_page() -> str:
    """What an exit status says, of `unilith run` and of all other commands."""
    run = [
        (code(str(TIMED_OUT)), "the time given with `--timeout` was over"),
        (code(str(HOST_SIDE)), "the host could not run the image"),
        (code(str(CRASHED)), "the image crashed, or an `init` function failed; the console says why"),
        ("any other", "the application's own"),
    ]
    all_commands = [
        (code("0"), "done"),
        (code("1"), "an error, told in one message; or a check that found something"),
        (code("2"), "the command line cannot be read: no such command, option or argument"),
        (code(str(_INTERRUPTED)), "interrupted from the keyboard"),
    ]
    return (
        "# Exit statuses\n\n## unilith run\n\n"
        f"{table(('status', 'meaning'), run)}\n"
        "An application that itself ends with one of these numbers cannot be told apart by the status; the "
        "message on standard error can. A build that fails before the run ends with 125, too.\n\n"
        f"## Every command\n\n{table(('status', 'meaning'), all_commands)}"
    )
