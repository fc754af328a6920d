"""Resume: a subscription catches up from the journal by indexed reads, in order, while newer entries wait there."""

from typing import Literal

from netsentinel.streamer.context import LiveContext
from netsentinel.streamer.feed import Feed, Occurrence
from netsentinel.streamer.frames import Resume
from netsentinel.streamer.past import CHUNK


async def can_resume(context: LiveContext, resume: Resume | None) -> Literal["full", "partial", "none"]:
    """Which of a client's positions the journal can still continue without a gap."""
    if resume is None or resume.epoch != context.epoch or not resume.positions:
        return "none"
    oldest, newest = await context.past.bounds()
    good = sum(oldest - 1 <= position <= newest for position in resume.positions.values())
    if good == len(resume.positions):
        return "full"
    return "partial" if good else "none"


async def catch_up(context: LiveContext, feed: Feed, *, same_epoch: bool) -> None:
    """Send a subscription everything above its position, then make it live.

    There is no moment at which an entry could fall between: the subscription becomes live in the same step of the event
    loop in which it is found to have come as far as everyone else, and nothing is handed out during that step.

    Raises:
        NetSentinelError: the journal cannot be read now.
    """
    fanout = context.fanout
    if not same_epoch or feed.position > fanout.tail:
        _, newest = await context.past.bounds()
        newest = max(newest, fanout.tail)
        if not same_epoch or feed.position > newest:
            feed.skip_to(newest, "epoch", fanout.tail)
    while feed.position < fanout.tail:
        await _chunk(context, feed)
    fanout.add(feed)


async def _chunk(context: LiveContext, feed: Feed) -> None:
    upto = context.fanout.tail
    found = await context.past.after((feed.spec.tenant, feed.spec.topic, feed.position))
    oldest, _ = await context.past.bounds()  # after the read: what was trimmed meanwhile is noticed
    if feed.position + 1 < oldest and feed.spec.topic not in context.durable_topics:
        feed.skip_to(oldest - 1, "retention", upto)
    for entry, occurrence in found:
        if entry.seq <= feed.position:
            continue
        if entry.tenant == feed.spec.tenant and feed.wanted.matches(entry):
            await _send(context, feed, occurrence)
        feed.position = entry.seq
    if len(found) < CHUNK:
        feed.position = max(feed.position, upto)


async def _send(context: LiveContext, feed: Feed, occurrence: Occurrence) -> None:
    while not feed.send(occurrence):
        await feed.room()
    context.figures.events_replayed += 1
