"""`netsentinel rules`: judge Sigma rules before a server loads them."""

from pathlib import Path
from typing import Annotated

import typer

from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk

EXIT_SOME_FAILED = 1

rules_app = typer.Typer(name="rules", help="Check rules.", no_args_is_help=True, add_completion=False)


@rules_app.callback()
def _rules() -> None:  # pyright: ignore[reportUnusedFunction] - a Typer app with one command needs it to stay a group
    """Check rules."""


@rules_app.command("check")
def check(
    *,
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders or .zip archives with Sigma rules.", metavar="PATH...")
    ],
    output: OutputOption = Output.TABLE,
) -> None:
    """Load rules and say which ones fail, with file, line and column.

    Exit code 0 when every rule loads, 1 when some failed or nothing was found.
    """
    from netsentinel.detection.rules import load_cached, user_cache

    loaded = load_cached(paths, user_cache())
    if output is Output.JSON:
        failed = [
            {"path": one.path, "line": one.line, "column": one.column, "error": one.detail} for one in loaded.failed
        ]
        print_json({"loaded": len(loaded.rules), "failed": failed})
    else:
        print_table(("PLACE", "ERROR"), [(f"{f.path}:{f.line}:{f.column}", f.detail) for f in loaded.failed])
    talk(f"{len(loaded.rules):,} rules load, {len(loaded.failed):,} fail.")
    if not loaded.rules and not loaded.failed:
        talk("No rule was found: rules are read from .yml and .yaml files, and from .zip archives that hold such.")
    if loaded.failed or not loaded.rules:
        raise typer.Exit(EXIT_SOME_FAILED)
