"""The subscriptions of one connection: each authorised on its own, replayed where needed, then live."""

import asyncio
from collections.abc import Callable

from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.types import Principal
from netsentinel.streamer.context import LiveContext
from netsentinel.streamer.errors import SubscriptionConflictError, UnknownTopicError
from netsentinel.streamer.feed import Feed
from netsentinel.streamer.filters import EVERYTHING, compile_filter
from netsentinel.streamer.frames import Resume, Subscribe
from netsentinel.streamer.model import Subscription
from netsentinel.streamer.outbox import Outbox
from netsentinel.streamer.resume import catch_up
from netsentinel.streamer.topics import Topic

OnFailure = Callable[[str, BaseException], None]
"""Told when a subscription ended by itself: its name, and why."""


class Subscriptions:
    """What one connection listens to."""

    def __init__(self, context: LiveContext, outbox: Outbox, on_failure: OnFailure) -> None:
        self._context = context
        self._outbox = outbox
        self._on_failure = on_failure
        self._feeds: dict[str, Feed] = {}
        self._replays: dict[str, asyncio.Task[None]] = {}
        self._resume: Resume | None = None
        self._resumable: dict[str, int] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._feeds)

    @property
    def topics(self) -> tuple[str, ...]:
        """What is listened to, each topic once, in order."""
        return tuple(sorted({feed.topic.name for feed in self._feeds.values()}))

    def resume_from(self, resume: Resume | None) -> None:
        """Have the next subscription of each of these names begin where the client says it stood."""
        self._resume = resume
        self._resumable = dict(resume.positions) if resume else {}

    def open(self, frame: Subscribe, principal: Principal, connection_id: str) -> None:
        """Begin a subscription.

        Raises:
            SubscriptionConflictError: the name is taken, or there are too many.
            UnknownTopicError: there is no such topic.
            NotAllowedError: the principal lacks the topic's permission.
            InvalidFilterError: the filter does not fit the topic.
        """
        topic = self._topic(frame, principal)
        wanted = compile_filter(frame.filter, topic) if frame.filter else EVERYTHING
        spec = Subscription(frame.sub, connection_id, principal.tenant, topic.name)
        claimed = self._resumable.pop(frame.sub, None)
        same_epoch = claimed is None or (self._resume is not None and self._resume.epoch == self._context.epoch)
        start = frame.from_ if claimed is None else claimed
        if start == "now":
            feed = Feed(spec, topic, wanted, self._outbox, self._context.fanout.tail)
            self._context.fanout.add(feed)
        else:
            feed = Feed(spec, topic, wanted, self._outbox, start)
            self._replay(feed, same_epoch=same_epoch)
        self._feeds[frame.sub] = feed

    def end(self, sub: str) -> None:
        """End a subscription.

        Raises:
            NotFoundError: there is none of that name.
        """
        feed = self._feeds.pop(sub, None)
        if feed is None:
            raise NotFoundError(f"There is no subscription {sub} on this connection.")
        self._context.fanout.remove(feed)
        replay = self._replays.pop(sub, None)
        if replay is not None:
            replay.cancel()

    def end_all(self) -> None:
        """End every subscription."""
        for sub in list(self._feeds):
            self.end(sub)

    def complete_to(self) -> int:
        """The position up to which every subscription is complete."""
        tail = self._context.fanout.tail
        return min((feed.complete_to(tail) for feed in self._feeds.values()), default=tail)

    def say_missed(self) -> None:
        """Say a `gap` for everything that did not fit."""
        for feed in self._feeds.values():
            if feed.say_missed(self._context.fanout.tail):
                self._context.figures.gaps += 1

    def _topic(self, frame: Subscribe, principal: Principal) -> Topic:
        if frame.sub in self._feeds:
            raise SubscriptionConflictError(f"The subscription {frame.sub} exists; unsubscribe first.")
        if len(self._feeds) >= self._context.limits.max_subscriptions:
            raise SubscriptionConflictError(
                f"A connection may have {self._context.limits.max_subscriptions} subscriptions."
            )
        topic = self._context.topics.get(frame.topic)
        if topic is None:
            raise UnknownTopicError(f"There is no topic {frame.topic}; there are {', '.join(self._context.topics)}.")
        if not principal.may(topic.permission):
            raise NotAllowedError(
                f"The topic {topic.name} needs the permission {topic.permission}.", permission=topic.permission
            )
        return topic

    def _replay(self, feed: Feed, *, same_epoch: bool) -> None:
        replay = asyncio.create_task(catch_up(self._context, feed, same_epoch=same_epoch))
        self._replays[feed.spec.id] = replay
        replay.add_done_callback(lambda task: self._replayed(feed, task))

    def _replayed(self, feed: Feed, replay: asyncio.Task[None]) -> None:
        sub = feed.spec.id
        if self._replays.get(sub) is replay:
            del self._replays[sub]
        if replay.cancelled():
            return
        fault = replay.exception()
        if fault is not None and self._feeds.get(sub) is feed:
            del self._feeds[sub]
            self._on_failure(sub, fault)
