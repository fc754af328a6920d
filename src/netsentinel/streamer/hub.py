"""The hub: one reader of the journal per process, and every live connection behind it."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.errors import NetSentinelError, NotAuthenticatedError, NotFoundError, UnavailableError
from netsentinel.kernel.types import MetricSample, Micros, TenantId
from netsentinel.streamer.context import LiveContext
from netsentinel.streamer.errors import DrainingError
from netsentinel.streamer.fanout import Fanout
from netsentinel.streamer.model import Connected, HubLimits, Visitor
from netsentinel.streamer.past import Past
from netsentinel.streamer.ports import ConnectionStore, JournalReader, LiveAuth, RequestQueue, Transport
from netsentinel.streamer.router import Router
from netsentinel.streamer.session import Session
from netsentinel.streamer.store_memory import MemoryConnectionStore
from netsentinel.streamer.throttle import Attempts, SteadyClock
from netsentinel.streamer.topics import TOPICS, Topic
from netsentinel.streamer.watchers import Watchers

_log = structlog.get_logger("netsentinel.streamer")

EntryListener = Callable[[Entry], None]
"""Told of an entry on the event loop, soon after it was committed; it must not wait."""

_CHUNK: Final = 500
_WAIT_S: Final = 5.0
_RETRY_S: Final = 1.0
_TICK_S: Final = 0.25
_PATIENCE_MS: Final = 5
_RETRY_AFTER_S: Final = 5
_CONCURRENT_CHECKS: Final = 8
_MIN_RECONNECT_MS: Final = 500
_RECONNECT_MS_EACH: Final = 2
"""Room for 500 reconnects a second."""


class Hub:
    """Serves live connections from the journal while `run` runs."""

    def __init__(
        self,
        journal: JournalReader,
        registry: EntryRegistry,
        clock: Clock,
        auth: LiveAuth,
        queue: RequestQueue,
        limits: HubLimits | None = None,
        *,
        topics: Mapping[str, Topic] = TOPICS,
        store: ConnectionStore | None = None,
        jitter: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._journal = journal
        self._auth = auth
        self._limits = limits or HubLimits()
        self._steady = SteadyClock(clock)
        self._attempts = Attempts(self._steady, self._limits.attempts_per_minute)
        self._fanout = Fanout(registry)
        self._jitter = jitter
        self._watchers = Watchers()
        self.store: ConnectionStore = MemoryConnectionStore() if store is None else store
        """Who is connected now."""
        self._context = LiveContext(
            past=Past(journal, registry),
            registry=registry,
            auth=auth,
            clock=clock,
            steady=self._steady,
            limits=self._limits,
            topics=topics,
            durable_topics=_durable_topics(registry),
            fanout=self._fanout,
            connections=self.store,
            queue=queue,
            router=Router(queue.estimate, self._steady.now),
            watchers=self._watchers,
            jitter=jitter,
        )
        queue.on_progress(self._watchers.on_step)
        self._queue = queue
        self._listeners: dict[str, list[EntryListener]] = {}
        self._sessions: set[Session] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._checks: set[asyncio.Task[None]] = set()
        self._is_open = False
        self._is_draining = False

    async def run(self) -> None:
        """Serve until cancelled: follow the journal, keep time, check admissions.

        Raises:
            ExceptionGroup: one of these met a fault of ours; every connection was told and closed.
        """
        await self.open()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._keep_time())
                group.create_task(self._keep_checking())
        finally:
            self._is_open = False
            for session in list(self._sessions):
                session.close(DrainingError("Live updates have stopped."), retry_after_ms=self._delay())

    async def open(self) -> None:
        """Find the end of the journal, without following it: tests move it on by `pump`, `tick` and `revalidate`."""
        self._context.epoch = await self._journal.epoch()
        _, self._fanout.tail = await self._journal.bounds()
        self._is_open = True

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._sessions)

    @property
    def is_healthy(self) -> bool:
        """Whether connections are taken and served."""
        return self._is_open and not self._is_draining

    def check_place(self) -> None:
        """Make sure that there is a place for a connection, before anybody is looked up for it.

        Raises:
            DrainingError: the server is going down.
            UnavailableError: there are as many connections as there may be, or the hub is not open.
        """
        if self._is_draining:
            raise DrainingError("The server is going down; connect again.", retry_after=_RETRY_AFTER_S)
        if not self._is_open:
            raise UnavailableError("Live updates are not available now.", retry_after=_RETRY_AFTER_S)
        if len(self._sessions) >= self._limits.max_connections:
            raise UnavailableError(
                f"There are {self._limits.max_connections} live connections already.", retry_after=_RETRY_AFTER_S
            )

    def admit(self, address: str, *, is_known: bool = False) -> None:
        """Make sure, before a connection is accepted, that there is a place for it, and that its address may try.

        Args:
            address: where it comes from.
            is_known: whether it brings what admits it: others may have failed behind the same address.

        Raises:
            ThrottledError: the address failed too often within the last minute.
            DrainingError, UnavailableError: as with `check_place`.
        """
        self.check_place()
        if not is_known:
            self._attempts.check(address)

    def failed(self, address: str) -> None:
        """Count an attempt that was refused before it became a connection."""
        self._attempts.count(address)

    async def serve(self, transport: Transport, visitor: Visitor) -> None:
        """Work on an accepted connection until it has ended."""
        if visitor.admission is None:  # failed until hello proves otherwise
            self._attempts.count(visitor.address)

        def forgive() -> None:
            if visitor.admission is None:
                self._attempts.forgive(visitor.address)

        session = Session(self._context, transport, visitor, forgive)
        if not self.is_healthy or len(self._sessions) >= self._limits.max_connections:  # since `admit`
            session.close(DrainingError("There is no place any more; connect again."), retry_after_ms=self._delay())
        self._sessions.add(session)
        self._empty.clear()
        try:
            await session.serve()
        finally:
            self._sessions.discard(session)
            if not self._sessions:
                self._empty.set()

    def listen(self, kinds: Collection[str], listener: EntryListener) -> None:
        """Have `listener` told of every new entry of these kinds: in-process and not durable, so only what is new."""
        for kind in kinds:
            self._listeners.setdefault(kind, []).append(listener)

    def is_heard(self, tenant: TenantId, topic: str) -> bool:
        """Whether somebody of the tenant listens to the topic here."""
        return self._fanout.is_heard(tenant, topic)

    def on_task_end(self, entry: Entry) -> None:
        """The live reaction to the ends of tasks: whoever asked for it gets the answer."""
        if entry.subject in self._watchers:
            self._spawn(self._tell_end(entry))

    async def _tell_end(self, entry: Entry) -> None:
        try:
            end = await self._queue.ended(entry.tenant, entry.subject)
        except NetSentinelError as error:
            _log.warning("end_unread", task=entry.subject, code=error.code)
            return
        if end is not None:
            self._watchers.on_end(entry.subject, replace(end, seq=entry.seq))

    async def pump(self) -> int:
        """Hand out what is new in the journal, a portion at most; how many entries it was.

        Raises:
            NetSentinelError: the journal cannot be read now.
        """
        entries = await self._journal.read(self._fanout.tail, _CHUNK)
        if not entries or entries[0].seq > self._fanout.tail + 1:
            await self._notice_trimming(entries)
        count = size = 0
        for entry in entries:
            size += self._fanout.dispatch(entry)
            count += 1
            for listener in self._listeners.get(entry.kind, ()):
                # Whatever it raises is the loop's to log, and stops nothing here.
                asyncio.get_running_loop().call_soon(listener, entry)
            if count * 4 >= self._limits.send_buffer_frames or size * 4 >= self._limits.send_buffer_bytes:
                count = size = 0
                await self._breathe()
        return len(entries)

    def tick(self) -> None:
        """Ping, and end what has waited too long."""
        now = self._steady.now()
        for session in [one for one in self._sessions if one.due <= now or one.is_behind]:
            session.tick(now)

    def connected(self, tenant: TenantId) -> list[Connected]:
        """A tenant's connections and what they are doing, the newest first."""
        found = [one for session in self._sessions if (one := session.connected) and one.connection.tenant == tenant]
        return sorted(found, key=lambda one: (-one.connection.connected_at, one.connection.id))

    def disconnect(self, tenant: TenantId, connection_id: str) -> None:
        """Close a connection of a tenant; its client may come back.

        Raises:
            NotFoundError: the tenant has no such connection.
        """
        for session in self._sessions:
            found = session.connected
            if session.id == connection_id and found is not None and found.connection.tenant == tenant:
                session.close(DrainingError("Somebody closed this connection."), retry_after_ms=self._delay())
                return
        raise NotFoundError(f"There is no connection {connection_id[:100]}.")

    def on_answer(self, listener: Callable[[str, Micros], None]) -> None:
        """Have `listener` told of every request that was answered: its action, and how long it took."""
        self._context.router.listeners.append(listener)

    def on_revocation(self, entry: Entry) -> None:
        """A session ended, a user was disabled or a key revoked: check at once whoever it may concern."""
        named = {entry.subject, *(value for value in entry.payload.values() if isinstance(value, str))}
        concerned = [
            session
            for session in self._sessions
            if session.admission is not None
            and session.admission.principal.tenant == entry.tenant
            and session.admission.principal.id in named
        ]
        if concerned:  # a check that fails here is made good by the next round
            self._spawn(self.revalidate(concerned))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        check = asyncio.create_task(work)
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)

    async def revalidate(self, sessions: Iterable[Session] | None = None) -> None:
        """Ask for every admission whether it still holds, and close (4401) the connections of those that do not."""
        by_ref: dict[str, list[Session]] = {}
        for session in self._sessions if sessions is None else sessions:
            if session.admission is not None and not session.is_closing:
                by_ref.setdefault(session.admission.ref, []).append(session)
        left = iter(by_ref.items())
        await asyncio.gather(*(self._check(left) for _ in range(min(_CONCURRENT_CHECKS, len(by_ref)))))

    async def drain(self) -> None:
        """Take no more connections, and send everyone away with a delay of their own (4503)."""
        self._is_draining = True
        for session in list(self._sessions):
            session.close(DrainingError("The server is going down; connect again."), retry_after_ms=self._delay())
        await self._empty.wait()  # each ends by itself within `goodbye_within`

    def samples(self) -> list[MetricSample]:
        """Figures for `/metrics`."""
        figures, fanout, traffic = self._context.figures, self._fanout, self._context.traffic
        name = "netsentinel_live_"
        return [
            ("gauge", f"{name}connections", "Open live connections.", len(self._sessions)),
            (
                "counter",
                f"{name}connections_opened",
                "Live connections that got as far as welcome.",
                figures.connections_opened,
            ),
            ("counter", f"{name}frames_received", "Frames from clients.", figures.frames_in),
            ("counter", f"{name}frames_sent", "Frames to clients.", traffic.frames_out),
            ("counter", f"{name}events_delivered", "Live events queued for clients.", fanout.delivered),
            ("counter", f"{name}events_missed", "Live events that a client was too slow for.", fanout.missed),
            (
                "counter",
                f"{name}events_replayed",
                "Events that were replayed from the journal.",
                figures.events_replayed,
            ),
            ("counter", f"{name}overflow_gaps", "Gaps that were said because a client was too slow.", figures.gaps),
            (
                "counter",
                f"{name}closed_slow",
                "Connections closed because the client did not keep up.",
                figures.closed_slow,
            ),
            (
                "gauge",
                f"{name}bytes_waiting",
                "Bytes that wait in this process for clients which lag behind.",
                sum(outbox.size for outbox in traffic.lagging),
            ),
            ("gauge", f"{name}requests_open", "Requests without an answer.", sum(s.requests for s in self._sessions)),
            ("counter", f"{name}closed_revoked", "Connections closed by a revocation.", figures.closed_revoked),
        ]

    async def _notice_trimming(self, entries: list[Entry]) -> None:
        """After a jump in the positions: was it a rolled back transaction, or was something trimmed before its turn?"""
        oldest, _ = await self._journal.bounds()
        if oldest - 1 > self._fanout.tail:
            _log.warning("journal_trimmed_unread", after=self._fanout.tail, to=oldest - 1)
            self._fanout.say_trimmed(oldest - 1, self._context.durable_topics)
            if not entries:
                self._fanout.tail = oldest - 1

    async def _breathe(self) -> None:
        """In a burst, let the clients that read take what they were given, and wait a moment for those that lag.

        Nobody waits long for a stalled client: a few milliseconds each time until its outbox is full, then never.
        """
        await asyncio.sleep(0)
        for _ in range(_PATIENCE_MS):
            if not any(outbox.is_filling for outbox in self._context.traffic.lagging):
                return
            await asyncio.sleep(0.001)

    def _delay(self) -> int:
        """When to come back, in milliseconds: at random, the more clients the later."""
        spread = min(self._limits.reconnect_spread * 1_000, max(1_000, _RECONNECT_MS_EACH * len(self._sessions)))
        return _MIN_RECONNECT_MS + self._jitter(int(spread))

    async def _check(self, left: Iterable[tuple[str, list[Session]]]) -> None:
        for ref, sessions in left:
            try:
                valid = await self._auth.still_valid(ref)
            except NetSentinelError as error:
                # Without its storage the server has nothing to deliver either; the next round asks again.
                _log.warning("revalidation_failed", code=error.code)
                continue
            for session in () if valid else sessions:
                if not session.is_closing:
                    self._context.figures.closed_revoked += 1
                    session.close(NotAuthenticatedError("The session or key was revoked."))

    async def _follow(self) -> None:
        while True:
            try:
                newest = await self._journal.wait_beyond(self._fanout.tail, _WAIT_S)
                while self._fanout.tail < newest and await self.pump():
                    continue
            except NetSentinelError as error:
                _log.warning("journal_unreadable", code=error.code, detail=error.detail)
                await asyncio.sleep(_RETRY_S)

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self.tick()

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(self._limits.revalidate_every)
            await self.revalidate()


def _durable_topics(registry: EntryRegistry) -> frozenset[str]:
    return frozenset(
        topic for topic in registry.topics() if all(kind.audited for kind in registry if kind.topic == topic)
    )
