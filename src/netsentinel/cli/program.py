"""The command table and the edge of the process: errors become one sentence and an exit code."""

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

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
    "watch": ("netsentinel.cli.watch:watch", "Follow log files and send them to a server."),
    "sources": ("netsentinel.cli.sources:sources_app", "List, configure and try out sources."),
    "detect": ("netsentinel.cli.detect:detect", "Run rules over files, without a server."),
    "rules": ("netsentinel.cli.rules:rules_app", "Check, list, add and switch rules."),
    "models": ("netsentinel.cli.models:models_app", "Train, measure, deploy and watch models."),
    "alerts": ("netsentinel.cli.alerts:alerts_app", "List, explain, judge and export alerts."),
    "suppressions": ("netsentinel.cli.suppressions:suppressions_app", "Hide findings from the alerts."),
    "events": ("netsentinel.cli.events:events_app", "Search stored events, and check their files."),
    "hunt": ("netsentinel.cli.hunt:hunt", "Ask stored events with SQL."),
    "request": ("netsentinel.cli.request:request", "Ask for an action, and watch it."),
    "connections": ("netsentinel.cli.connections:connections_app", "List and close live connections."),
    "tasks": ("netsentinel.cli.tasks:tasks_app", "List, submit and stop tasks."),
    "dlq": ("netsentinel.cli.dlq:dlq_app", "Look after tasks that gave up."),
    "breakers": ("netsentinel.cli.breakers:breakers_app", "List and switch circuit breakers."),
    "webhooks": ("netsentinel.cli.webhooks:webhooks_app", "Tell other programs what happens."),
    "schedules": ("netsentinel.cli.schedules:schedules_app", "List, add and trigger schedules."),
    "graph": ("netsentinel.cli.graph:graph_app", "Look at and edit the knowledge graph."),
    "users": ("netsentinel.cli.users:users_app", "Create, list and disable users, give passwords."),
    "keys": ("netsentinel.cli.keys:keys_app", "Create, list and revoke API keys, set tiers."),
    "usage": ("netsentinel.cli.usage:usage", "Show requests made, limits, and what is left."),
    "backup": ("netsentinel.cli.backup:backup", "Copy everything that must be kept."),
    "doctor": ("netsentinel.cli.doctor:doctor", "Check this machine and this installation."),
    "learn": ("netsentinel.cli.learn:learn_app", "Import and list what there is to learn from."),
    "api": ("netsentinel.cli.api:api_app", "Describe the HTTP and live interfaces."),
    "bench": ("netsentinel.cli.bench:bench_app", "Measure this machine."),
}
"""Command -> where it lives, what it does. A command's module is imported only when it is called."""

_VALIDATION = "Value error, "
"""What typer's messages begin with where a library of it has validated; it tells nobody anything."""

_HELP = """\
Usage: netsentinel COMMAND [OPTIONS] [ARGS]...

NetSentinel: detect, respond and learn, live.

Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 it failed, 2 wrong
usage, 3 the server or the database is not available, 130 interrupted.

Commands:
{commands}

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit; `netsentinel COMMAND --help` tells more.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(help_text())
        return EXIT_OK if arguments else EXIT_USAGE
    if arguments[0] in ("--version", "-V"):
        sys.stdout.write(f"netsentinel {__version__}\n")
        return EXIT_OK
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        guess = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f" Did you mean {guess[0]}?" if guess else ""
        sys.stderr.write(f"netsentinel: there is no command {name!r}.{hint} `netsentinel --help` lists all.\n")
        return EXIT_USAGE
    return _guarded(lambda: _call(name, rest))


def help_text() -> str:
    """What `netsentinel --help` prints."""
    commands = "\n".join(f"  {name:<12} {text}" for name, (_, text) in COMMANDS.items())
    return _HELP.format(commands=commands)


def _call(name: str, arguments: Sequence[str]) -> None:
    # Plain help: typer's decorated one takes half a second to import, and `--help` has 200 ms.
    os.environ["TYPER_USE_RICH"] = "0"
    import typer
    from typer.main import get_command

    module, attribute = COMMANDS[name][0].split(":")
    target: Any = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name)(target)
        target = app
    command = get_command(target)
    try:
        code = command(args=list(arguments), prog_name=f"netsentinel {name}", standalone_mode=False)
    except typer.Abort:
        sys.stderr.write("Aborted!\n")
        sys.exit(EXIT_FAILED)
    except typer.TyperException as error:
        usage: Any = error  # whatever the command line is refused with can show itself
        usage.message = usage.message.removeprefix(_VALIDATION)
        usage.show()
        sys.exit(usage.exit_code)
    sys.exit(code if isinstance(code, int) else EXIT_OK)


def _guarded(call: Callable[[], None]) -> int:
    from netsentinel.kernel.errors import NetSentinelError

    try:
        call()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else EXIT_OK
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except NetSentinelError as error:
        from netsentinel.cli.output import printable

        sys.stderr.write(printable(f"netsentinel: {error} [{error.code}]\n"))
        return _exit_code(error)
    except BrokenPipeError:
        return EXIT_OK  # the reader of our output went away: `| head` is not a fault
    return EXIT_OK


def _exit_code(error: Exception) -> int:
    from netsentinel.kernel.errors import InvalidInputError, UnavailableError

    if isinstance(error, UnavailableError):
        return EXIT_UNAVAILABLE
    return EXIT_USAGE if isinstance(error, InvalidInputError) else EXIT_FAILED
