"""`netsentinel serve`: run the server in the foreground."""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.output import talk

if TYPE_CHECKING:
    from netsentinel.api.services import Services
    from netsentinel.kernel.settings import Settings

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")]
DataOption = Annotated[Path | None, typer.Option(help="Folder for everything that must be kept.")]
RulesOption = Annotated[list[Path] | None, typer.Option(help="Further Sigma rules: files or folders.")]

Extra = Callable[["Services", str], Coroutine[Any, Any, None]]
"""Something that runs beside the server: it gets the services and the server's address."""


def settings_from(**overrides: object) -> "Settings":
    """The settings from the environment, with what the command line states on top.

    Raises:
        SettingsError: a setting has an impossible value; the message names it.
    """
    from pydantic import ValidationError

    from netsentinel.kernel.errors import SettingsError
    from netsentinel.kernel.settings import Settings

    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"Correct the settings: {faults}") from error


def serve(
    *,
    host: HostOption = None,
    port: PortOption = None,
    data_dir: DataOption = None,
    rules: RulesOption = None,
) -> None:
    """Run the server until it is interrupted."""
    settings = settings_from(
        host=host, port=port, data_dir=data_dir, rules=tuple(rules) if rules else None, log_format=_log_format()
    )
    run_server(settings)


def _log_format() -> str | None:
    """People at a terminal get readable lines, unless a setting says otherwise."""
    import os

    return "console" if sys.stderr.isatty() and "NETSENTINEL_LOG_FORMAT" not in os.environ else None


def run_server(settings: "Settings", extra: Extra | None = None) -> None:
    """Open everything, serve, and close everything in order."""
    gc.disable()  # until everything is loaded, of which nothing is garbage: a fifth of a start's processor time
    try:
        from netsentinel.kernel.log import configure_logging

        configure_logging(settings.log_level, settings.log_format)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(settings, extra))
    finally:
        gc.enable()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def _run(settings: "Settings", extra: Extra | None) -> None:
    from netsentinel.api.server import address, bind, listen
    from netsentinel.bootstrap import open_server

    sock = bind(settings.host, settings.port)
    url = settings.public_url or address(sock)
    async with open_server(settings, url, demo=extra is not None) as running:
        for line in running.notes:
            talk(line)
        calm_collector()
        # A thread that reads rows keeps the interpreter lock for so long when the event loop wants it. With Python's
        # 5 ms the p99 of reads at 200 requests/s was 26 ms, with 1 ms 17.
        sys.setswitchinterval(0.001)
        background = [asyncio.create_task(task) for task in running.background]
        if extra is not None:
            background.append(asyncio.create_task(extra(running.services, url)))
        serving = asyncio.create_task(listen(running.app, settings, sock, running.services.hub.drain))
        await _until_first_end(serving, background)


def calm_collector() -> None:
    """Leave what was loaded at start out of garbage collections, and make the full ones rare.

    With Python's defaults they stop the loop for 0.15 to 0.25 s at 1,000 live clients (`netsentinel bench fanout`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


async def _until_first_end(serving: "asyncio.Task[None]", background: "list[asyncio.Task[None]]") -> None:
    """Serve until the server ends; a background task that crashes ends the server, loudly."""
    crashed: BaseException | None = None
    waiting: set[asyncio.Task[None]] = {serving, *background}
    while serving in waiting and crashed is None:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        crashed = next((task.exception() for task in done if not task.cancelled() and task.exception()), None)
    for task in (*background, serving):
        task.cancel()
    await asyncio.gather(serving, *background, return_exceptions=True)
    if crashed is not None:
        raise crashed
