"""What became of the records that `netsentinel replay` sent: how many are events, and why the others are not."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from netsentinel.cli.output import counted
from netsentinel.kernel.errors import RemoteError, UnavailableError

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0
_MANY_RULES: Final = 100
"""Whoever has so many rules for Windows has added some: few come with the product."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the records of one source; what is none of these: its batch was set aside."""

    events: int
    rejected: int
    waiting: int
    unsure: int = 0
    """So many are done, or set aside, together with records that had waited before them: no count tells them apart."""

    @property
    def read(self) -> int:
        """How many detection is done with."""
        return self.events + self.rejected + self.unsure


async def sources_now(remote: "Remote") -> dict[str, Outcome] | None:
    """The counts of every source until now, by name; None for a key that may only send."""
    try:
        items: list[dict[str, Any]] = (await remote.get("/api/v2/sources", {}))["items"]
    except (RemoteError, UnavailableError):
        return None
    return {one["name"]: Outcome(one["events"], one["rejected"], one["waiting"]) for one in items}


async def outcome(
    remote: "Remote",
    before: Mapping[str, Outcome],
    sent: Mapping[str, int],
    patience_s: float,
    tell: Callable[[int], None],
) -> dict[str, Outcome]:
    """Wait until detection is done with what was sent, but no longer than it may take.

    Args:
        remote: the server.
        before: the counts of before it was sent. What waited then is read first, and is not counted; what somebody
            else sends later under the same name is.
        sent: records by source.
        patience_s: how long to wait at most, in seconds.
        tell: told again and again how many records are done.
    """
    clock = asyncio.get_running_loop().time
    end, pause = clock() + patience_s, _FIRST_PAUSE_S
    starts, found = dict(before), dict[str, Outcome]()
    while True:
        for name, now in (await sources_now(remote) or {}).items():
            if name in sent:
                starts[name] = _start(starts.get(name, Outcome(0, 0, 0)), sent[name], now)
                found[name] = _since(starts[name], sent[name], now)
        tell(sum(one.read for one in found.values()))
        is_done = len(found) == len(sent) and not any(one.waiting for one in found.values())
        if is_done or clock() >= end:
            return found
        await asyncio.sleep(min(pause, max(0.0, end - clock())))
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def _start(start: Outcome, records: int, now: Outcome) -> Outcome:
    """The newest counts from before any of our records was read.

    A tenant's records are read in order: they are those of now
    while there still wait as many as ours, and no more are done than had waited.
    """
    if now.events < start.events or now.rejected < start.rejected:  # it was deleted, and is there anew
        start = Outcome(0, 0, 0)
    older = min(start.waiting - (now.read - start.read), now.waiting - records)
    return Outcome(now.events, now.rejected, older) if older >= 0 else start


def _since(start: Outcome, records: int, now: Outcome) -> Outcome:
    """What certainly became of our records. Older ones that waited at the start may be any of those done since."""
    events, rejected, older = now.events - start.events, now.rejected - start.rejected, start.waiting
    ours_rejected = min(records, max(0, rejected - older))
    ours_events = min(records - ours_rejected, max(0, events - older))
    waiting = min(now.waiting, records - min(records, max(0, events + rejected - older)))
    unsure = records - ours_events - ours_rejected - waiting if older else 0
    return Outcome(ours_events, ours_rejected, waiting, unsure)


async def described(remote: "Remote", found: Mapping[str, Outcome], records: int) -> str:
    """What became of so many records, in sentences."""
    events, rejected, waiting, unsure = (
        sum(one.events for one in found.values()),
        sum(one.rejected for one in found.values()),
        sum(one.waiting for one in found.values()),
        sum(one.unsure for one in found.values()),
    )
    if events == records:
        return "All became events."
    said: list[str] = []
    if rejected:
        source = max(found, key=lambda name: found[name].rejected)
        said.append(f"{_of(rejected, records)} rejected, for example by {source}: {await _reason(remote, source)}.")
    if waiting:
        said.append(f"{_of(waiting, records)} not read yet.")
    if unsure:
        said.append(
            f"{_of(unsure, records)} read, together with what had waited before; "
            "`netsentinel sources list` tells how much of both was rejected."
        )
    if aside := records - events - rejected - waiting - unsure:
        where = "`netsentinel events set-aside` may tell why"
        said.append(f"{counted(aside, 'record')} became neither events nor rejected lines; {where}.")
    return " ".join(said)


async def lacking(remote: "Remote", found: Mapping[str, Outcome]) -> str:
    """What the server lacks for what was sent: rules for Windows, where there are few; in sentences."""
    try:
        sources = (await remote.get("/api/v2/sources", {}))["items"]
        if not any(one["name"] in found and one["format"] == "windows" for one in sources):
            return ""
        rules = await remote.get("/api/v2/rules", {"product": "windows", "limit": _MANY_RULES})
    except (RemoteError, UnavailableError):
        return ""
    if rules["next"] is not None:
        return ""
    return (
        f"The server has {counted(len(rules['items']), 'rule')} for Windows: add Sigma's with `netsentinel rules add`,"
        " which look at what is sent from then on."
    )


def _of(some: int, records: int) -> str:
    whole = "It" if records == 1 else "All of them"
    return f"{whole if some == records else f'{some:,} of them'} {'is' if some == 1 else 'are'}"


async def _reason(remote: "Remote", source: str) -> str:
    from urllib.parse import quote

    try:
        (line,) = (await remote.get(f"/api/v2/sources/{quote(source, safe='')}/rejected", {"limit": 1}))["items"]
    except (RemoteError, UnavailableError, ValueError):
        return "`netsentinel sources list` says why"
    return str(line["reason"]).rstrip(".")
