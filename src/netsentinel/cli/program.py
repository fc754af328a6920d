"""The command table and the edge of the process: errors become one sentence and an exit code."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from netsentinel import __version__

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 3
EXIT_INTERRUPTED = 130

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("netsentinel.cli.serve:serve", "Run the server."),
    "demo": ("netsentinel.cli.demo:demo", "Run the server and replay a bundled attack story."),
    "replay": ("netsentinel.cli.replay:replay", "Send files of events to a server."),
    "detect": ("netsentinel.cli.detect:detect", "Run rules over files, without a server."),
    "rules": ("netsentinel.cli.rules:rules_app", "Check rules."),
    "alerts": ("netsentinel.cli.alerts:alerts_app", "List alerts."),
    "users": ("netsentinel.cli.users:users_app", "Create users."),
    "keys": ("netsentinel.cli.keys:keys_app", "Create API keys."),
    "doctor": ("netsentinel.cli.doctor:doctor", "Check this machine and this installation."),
    "api": ("netsentinel.cli.api:api_app", "Describe the HTTP and live interfaces."),
    "bench": ("netsentinel.cli.bench:bench_app", "Measure this machine."),
}
"""Command -> where it lives, what it does."""


class _Lazy(click.Group):
    """A group that knows its commands' names and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return _load(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _load(name: str) -> click.Command:
    import typer
    from typer.main import get_command

    module, attribute = COMMANDS[name][0].split(":")
    target: Any = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name)(target)
        target = app
    command = get_command(target)
    command.name = name
    return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netsentinel")
def program() -> None:
    """NetSentinel: detect, respond and learn, live.

    Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 the server or the database is
    not available, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    from netsentinel.kernel.errors import NetSentinelError

    try:
        result = program.main(arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except NetSentinelError as error:
        click.echo(f"netsentinel: {error} [{error.code}]", err=True)
        return _exit_code(error)
    except BrokenPipeError:
        return EXIT_OK  # the reader of our output went away: `| head` is not a fault
    return result if isinstance(result, int) else EXIT_OK


def _exit_code(error: Exception) -> int:
    from netsentinel.kernel.errors import InvalidInputError, UnavailableError

    if isinstance(error, UnavailableError):
        return EXIT_UNAVAILABLE
    return EXIT_USAGE if isinstance(error, InvalidInputError) else EXIT_FAILED
