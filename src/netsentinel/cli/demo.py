"""`netsentinel demo`: a server, a bundled attack story, and a link."""

import asyncio
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.output import talk
from netsentinel.cli.serve import DataOption, HostOption, PortOption, run_server, settings_from
from netsentinel.kernel.data_folder import DEMO_FOLDER

if TYPE_CHECKING:
    from netsentinel.api.services import Services
    from netsentinel.demo import StoryLine

_TICK_S = 0.25
_NDJSON = "application/x-ndjson"


def demo(
    *,
    speed: Annotated[float, typer.Option(min=1, help="How many times faster than real time the half hour runs.")] = 30,
    host: HostOption = None,
    port: PortOption = None,
    data_dir: DataOption = None,
) -> None:
    """Start a server with its own data folder, replay an attack on a small office, and print the link to watch it."""
    base = settings_from(host=host, port=port, data_dir=data_dir)
    settings = base.model_copy(
        update={"data_dir": base.data_dir if data_dir else base.data_dir / DEMO_FOLDER, "log_level": "warning"}
    )

    async def tell(services: "Services", url: str) -> None:
        await play(services, url, speed)

    run_server(settings, tell)


async def play(services: "Services", url: str, speed: float) -> None:
    """Feed the story to the intake at its own pace, `speed` times as fast, and narrate the chapters."""
    from netsentinel.demo import CHAPTERS, story
    from netsentinel.kernel.clock import MINUTE

    length = 30 * MINUTE
    began = services.clock.now()
    start = began - length
    lines = list(story(start))
    talk(f"Replaying {len(lines):,} events of half an hour in {length / speed / 1e6:.0f} seconds.")
    talk(f"Watch at {url}/alerts")
    chapters = list(CHAPTERS)
    for tick, group in groupby(lines, key=lambda line: int((line.at - start) / speed / (_TICK_S * 1e6))):
        due = began + int(tick * _TICK_S * 1e6)
        await asyncio.sleep(max(0, due - services.clock.now()) / 1e6)
        batch = list(group)
        while chapters and start + chapters[0].begins <= batch[-1].at:
            talk(f"  {chapters[0].title}: {chapters[0].summary}")
            chapters.pop(0)
        await _hand_over(services, batch)
    talk(f"The story is over; the server goes on. Look around at {url}/alerts, stop with Ctrl-C.")


async def _hand_over(services: "Services", lines: "Iterable[StoryLine]") -> None:
    from netsentinel.kernel.types import DEFAULT_TENANT

    by_source: dict[str, list[bytes]] = {}
    for line in lines:
        by_source.setdefault(line.source, []).append(line.line)
    for source, bodies in by_source.items():
        await services.intake.accept(DEFAULT_TENANT, source, "", b"\n".join(bodies), _NDJSON, "")
    services.processor.wake()
