"""`unilith kconfig`: the resolver for any Kconfig tree, Linux, Zephyr, Unikraft or somebody's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from unilith.kconfig.foreign import ForeignTree
    from unilith.resolver.kconfig_request import Request
    from unilith.resolver.kconfig_solve import Conflict, Setting

app = typer.Typer(
    name="kconfig",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Smallest configurations, explanations and lint for any Kconfig tree.

\b
  unilith kconfig solve --tree linux --want VIRTIO_NET --want EXT4_FS --output .config
  unilith kconfig why-not --tree linux X86_PAE 64BIT
  unilith kconfig fix --tree linux --config .config "KVM_INTEL BTRFS_FS"
  unilith kconfig lint --tree linux
""",
)

TreeOpt = Annotated[
    Path, typer.Option("--tree", metavar="DIR", help="The tree's root folder, or its top Kconfig file.")
]
ArchOpt = Annotated[
    str, typer.Option("--arch", help="ARCH of a Linux tree.", show_default="the host's", metavar="ARCH")
]
EnvOpt = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="NAME=VALUE", help="A variable that the tree's makefile would set."),
]
WantOpt = Annotated[list[str] | None, typer.Option("--want", metavar="OPTION", help="Must be y.")]
ForbidOpt = Annotated[list[str] | None, typer.Option("--forbid", metavar="OPTION", help="Must be n.")]
SetOpt = Annotated[
    list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Must have exactly this value.")
]
ConfigOpt = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The .config to start from.", show_default="the defaults"),
]
OutputOpt = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the .config.")]
DefconfigOpt = Annotated[
    Path | None,
    typer.Option("--defconfig", metavar="FILE", help="Write only the lines that differ from the defaults."),
]
JsonOpt = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOpt = Annotated[bool, typer.Option("--quiet", "-q", help="Errors and results only.")]
NamesArg = Annotated[list[str], typer.Argument(metavar="OPTIONS...", help='Options, as "X Y" or one by one.')]


@app.command("solve")
def solve_command(
    tree: TreeOpt,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    arch: ArchOpt = "",
    env: EnvOpt = None,
    output: OutputOpt = None,
    defconfig: DefconfigOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
) -> None:
    """The configuration with the fewest options on that has what you want."""
    from unilith.resolver.kconfig_reasons import reasons
    from unilith.resolver.kconfig_solve import Conflict, asked_for, smallest

    loaded = _load(tree, arch, env, quiet)
    request = _request(want, forbid, set_)
    _step("solving", quiet)
    answer = smallest(loaded.kconf, request)
    if isinstance(answer, Conflict):
        _refuse(loaded, answer, "there is no such configuration", json)
    _write(loaded, answer.values, output, defconfig)
    why = reasons(loaded.kconf, asked_for(loaded.kconf, request))
    by_hand = [n for n in answer.on if any(d.prompt for d in loaded.kconf.syms[n].nodes)]
    if json:
        _print_json(
            {
                "count": len(answer.on),
                "on": {name: {"value": answer.values[name], "reason": why[name]} for name in answer.on},
                "prompted": by_hand,
                "output": str(output) if output else None,
                "defconfig": str(defconfig) if defconfig else None,
            }
        )
        return
    width = max((len(n) for n in by_hand), default=0)
    for name in by_hand:
        print(f"{name:{width}}  {answer.values[name]}  {why[name]}")
    hidden = len(answer.on) - len(by_hand)
    print(f"{len(answer.on)} options are on, the fewest possible: those above and {hidden} without a prompt")


@app.command("why-not")
def why_not_command(
    names: NamesArg,
    tree: TreeOpt,
    want: WantOpt = None,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    arch: ArchOpt = "",
    env: EnvOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
) -> None:
    """Why options cannot be on together, or not in a given .config: the statements that collide."""
    from unilith.resolver.kconfig_solve import why_not

    loaded = _load(tree, arch, env, quiet)
    request = _request([*_words(names), *(want or ())], forbid, set_)
    settings = _settings(loaded, config) if config else []
    _step("looking for a contradiction", quiet)
    found = why_not(loaded.kconf, request, settings)
    asked = " and ".join(_words(names))
    if found is None:
        if json:
            _print_json({"possible": True, "statements": []})
        else:
            print(f"nothing speaks against {asked}; `unilith kconfig solve` shows what it takes")
        return
    if json:
        _print_json({"possible": False, "statements": _statements(loaded, found)})
    else:
        print(f"{asked} cannot be on:")
        _print_statements(loaded, found)
    raise typer.Exit(1)


@app.command("fix")
def fix_command(
    names: NamesArg,
    tree: TreeOpt,
    forbid: ForbidOpt = None,
    set_: SetOpt = None,
    config: ConfigOpt = None,
    output: OutputOpt = None,
    defconfig: DefconfigOpt = None,
    arch: ArchOpt = "",
    env: EnvOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
) -> None:
    """The smallest change to a .config that switches options on."""
    from unilith.resolver.kconfig_fix import fix
    from unilith.resolver.kconfig_solve import Conflict

    loaded = _load(tree, arch, env, quiet)
    request = _request(_words(names), forbid, set_)
    settings = _settings(loaded, config)
    _step("looking for the smallest change", quiet)
    answer = fix(loaded.kconf, request, settings)
    if isinstance(answer, Conflict):
        _refuse(loaded, answer, "no change makes that possible", json)
    _write(loaded, answer.configuration.values, output, defconfig)
    if json:
        changes = [
            {"option": c.name, "before": c.before, "after": c.after, "where": str(c.where or "")}
            for c in answer.changes
        ]
        _print_json({"changes": changes, "output": str(output) if output else None})
        return
    if not answer.changes:
        print("nothing needs to change")
        return
    width = max(len(c.name) for c in answer.changes)
    for change in answer.changes:
        before, after = change.before or '""', change.after or '""'
        print(f"{change.name:{width}}  {before} -> {after}" + (f"  ({change.where})" if change.where else ""))
    print(f"{len(answer.changes)} options to change; what they select or hide follows by itself")


@app.command("lint")
def lint_command(
    tree: TreeOpt,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KIND", help="dead, undefined, select or default.")
    ] = None,
    arch: ArchOpt = "",
    env: EnvOpt = None,
    json: JsonOpt = False,
    quiet: QuietOpt = False,
) -> None:
    """Dead options, undefined names, selects against dependencies, defaults that never apply."""
    from unilith.errors import UserError
    from unilith.kconfig.foreign_lines import property_line
    from unilith.resolver.kconfig_lint import Fault, lint

    kinds = {fault.name.lower(): fault for fault in Fault}
    for kind in only or ():
        if kind not in kinds:
            raise UserError(f"--only cannot be {kind}", hint=f"It is one of: {', '.join(kinds)}.")
    loaded = _load(tree, arch, env, quiet)
    progress = _progress(quiet)
    progress.step("asking what can ever be")
    findings = lint(loaded.kconf, lambda done, total: progress.progress(done, total, "questions answered"))
    progress.close()
    shown = [f for f in findings if not only or f.fault in {kinds[k] for k in only}]
    counts = {fault: sum(f.fault is fault for f in shown) for fault in Fault}
    places = [
        property_line(loaded.root, f.where, *f.place) if f.place != ("", "") else f.where for f in shown
    ]
    if json:
        listed = [
            {"kind": f.fault.name.lower(), "option": f.symbol, "text": f.text, "where": str(w)}
            for f, w in zip(shown, places, strict=True)
        ]
        _print_json({"findings": listed, "counts": {f.name.lower(): n for f, n in counts.items()}})
    else:
        for finding, where in zip(shown, places, strict=True):
            print(f"{where}: {finding.text}")
        print(", ".join(f"{n} {_plural(fault.value, n)}" for fault, n in counts.items()))
    if shown:
        raise typer.Exit(1)


# -- helpers -------------------------------------------------------------------------------------------


def _load(tree: Path, arch: str, env: list[str] | None, quiet: bool) -> ForeignTree:
    import gc

    from unilith.kconfig.foreign import load_tree

    # Nothing that is made here goes away before the command ends, and a large tree is millions of objects.
    gc.disable()
    _step(f"reading {tree}", quiet)
    return load_tree(tree, arch=arch, env=dict(_assignment(e, "--env") for e in env or ()))


def _request(want: list[str] | None, forbid: list[str] | None, sets: list[str] | None) -> Request:
    from unilith.resolver.kconfig_request import Request

    return Request(tuple(want or ()), tuple(forbid or ()), tuple(_assignment(s, "--set") for s in sets or ()))


def _assignment(text: str, option: str) -> tuple[str, str]:
    from unilith.errors import UserError

    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UserError(f"{option} {text} lacks a value", hint=f"Write it as {option} NAME=VALUE.")
    return name, value.strip('"')


def _words(names: list[str]) -> list[str]:
    return [word for name in names for word in name.replace(",", " ").split()]


def _settings(loaded: ForeignTree, config: Path | None) -> list[Setting]:
    from unilith.errors import UserError
    from unilith.kconfig.foreign_lines import settings_lines
    from unilith.resolver.kconfig_solve import current_settings

    if config is None:
        return current_settings(loaded.kconf)
    try:
        loaded.kconf.load_config(str(config.absolute()))
    except OSError as error:
        raise UserError(f"cannot read the configuration: {error.strerror}", where=config) from None
    return current_settings(loaded.kconf, settings_lines(config, loaded.kconf.config_prefix))


def _write(loaded: ForeignTree, values: Any, output: Path | None, defconfig: Path | None) -> None:
    """Writes the files, and reads the .config back: it must say what was meant."""
    from unilith.errors import UserError
    from unilith.resolver.kconfig_solve import check_same

    kconf = loaded.kconf
    try:
        if defconfig:
            kconf.write_min_config(str(defconfig.absolute()))
        if output:
            new = output.absolute().with_name(f".{output.name}.new")
            header = f"#\n# Automatically generated file; DO NOT EDIT.\n# {kconf.mainmenu_text}\n#\n"
            try:
                kconf.write_config(str(new), header=header, save_old=False)
                kconf.load_config(str(new))
                check_same(values, {s.name: s.str_value for s in kconf.unique_defined_syms})
                new.replace(output)
            finally:
                new.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"cannot write the configuration: {error.strerror}", where=output or defconfig
        ) from None


def _refuse(loaded: ForeignTree, conflict: Conflict, headline: str, json: bool) -> NoReturn:
    if json:
        _print_json({"possible": False, "statements": _statements(loaded, conflict)})
    else:
        print(f"{headline}, for these cannot hold together:")
        _print_statements(loaded, conflict)
    raise typer.Exit(1)


def _statements(loaded: ForeignTree, conflict: Conflict) -> list[dict[str, str]]:
    from unilith.kconfig.foreign_lines import property_line
    from unilith.resolver.kconfig_encode import place

    found = []
    for statement in conflict.statements:
        where, keyword_and_name = statement.origin.where, place(statement)
        if where is not None and keyword_and_name != ("", ""):
            where = property_line(loaded.root, where, *keyword_and_name)
        found.append({"text": statement.origin.text, "where": str(where or "")})
    return found


def _print_statements(loaded: ForeignTree, conflict: Conflict) -> None:
    for statement in _statements(loaded, conflict):
        print(f"  {statement['text']}" + (f"  ({statement['where']})" if statement["where"] else ""))


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, indent=2))


def _progress(quiet: bool) -> Any:
    from unilith.cli.progress import Progress

    return Progress(-1 if quiet else 0)


def _step(text: str, quiet: bool) -> None:
    progress = _progress(quiet)
    progress.step(text)
    progress.close()


def _plural(text: str, number: int) -> str:
    head, _, rest = text.partition(" that ")
    if number == 1:
        return text
    if rest:
        return f"{head}s that never apply"
    first, _, more = text.partition(" against ")
    return f"{first}s against {more}" if more else f"{text}s"
