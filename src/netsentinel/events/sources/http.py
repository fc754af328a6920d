"""Takes what programs post to `/api/v2/events`, or send over `/ws/sensor`, under the source's name."""

import asyncio

import msgspec

from netsentinel.events.sources.port import Activity, Check, Place, Source, SourceTest


class HttpOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to configure: the server's own address is the source's."""


class HttpSource:
    """Open while it runs. The intake itself is the server's; a disabled source's events are refused there."""

    def __init__(self, note: str) -> None:
        self._activity = Activity(note=note)

    @property
    def activity(self) -> Activity:
        """What it is doing now."""
        return self._activity

    async def run(self) -> None:
        """Nothing happens here: requests come to the server by themselves."""
        await asyncio.Event().wait()


class HttpKind:
    """The kind `http`."""

    name = "http"
    summary = "Takes what programs post to /api/v2/events or send over /ws/sensor, with keys for this source only."
    options = HttpOptions

    def check(self, options: HttpOptions, place: Place) -> None:
        """There is nothing that could be wrong."""
        del options, place

    def build(self, options: HttpOptions, place: Place) -> HttpSource:
        """The open door."""
        del options
        return HttpSource(f"Takes POST /api/v2/events?source={place.source} and /ws/sensor?source={place.source}.")

    async def test(self, options: HttpOptions, place: Place, running: Source | None) -> SourceTest:
        """Whether it is open."""
        del options
        if running is None:
            return SourceTest.of([Check(ok=False, sentence=f"The source {place.source} is not open.")])
        return SourceTest.of([Check(ok=True, sentence=running.activity.note)])
