"""One connection from its first frame to its last: who it is, what it asks, what it is told, and why it ends."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from msgspec import UNSET, UnsetType

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import NetSentinelError, NotAllowedError, NotAuthenticatedError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Permission, Principal, Tier
from netsentinel.streamer import frames
from netsentinel.streamer.context import LiveContext
from netsentinel.streamer.errors import (
    BadFrameError,
    DrainingError,
    FrameTooBigError,
    SlowConsumerError,
    TooManyConnectionsError,
    TooManyFramesError,
)
from netsentinel.streamer.model import MAX_FRAME_BYTES, Admission, CloseCode, Connected, Connection, Visitor
from netsentinel.streamer.outbox import Outbox
from netsentinel.streamer.pings import Pings
from netsentinel.streamer.ports import Transport
from netsentinel.streamer.requests import Requests
from netsentinel.streamer.resume import can_resume
from netsentinel.streamer.subscriptions import Subscriptions
from netsentinel.streamer.throttle import FrameBudget

_log = structlog.get_logger("netsentinel.streamer")

_SECOND_MS: Final = 1_000
_RETRY_AFTER_S: Final = 30
_YIELD_EVERY: Final = 32
"""Frames that may be waiting already are worked on in portions, so that one talkative client does not hold the loop."""

_CLOSES: Final[dict[type[NetSentinelError], CloseCode]] = {
    BadFrameError: CloseCode.BAD_FRAME,
    FrameTooBigError: CloseCode.TOO_BIG,
    TooManyFramesError: CloseCode.TOO_MANY,
    TooManyConnectionsError: CloseCode.TOO_MANY,
    NotAuthenticatedError: CloseCode.NOT_AUTHENTICATED,
    SlowConsumerError: CloseCode.SLOW,
    DrainingError: CloseCode.DRAINING,
}
"""The errors that end a connection whenever they happen."""


class Session:
    """A WebSocket at work. The hub moves its time on by `tick`; everything else starts with a frame."""

    __slots__ = (
        "_address",
        "_budget",
        "_connection",
        "_context",
        "_cut",
        "_full_since",
        "_is_closing",
        "_on_admitted",
        "_opened_at",
        "_outbox",
        "_pings",
        "_relieved",
        "_requests",
        "_subscriptions",
        "_transport",
        "_unanswered_since",
        "admission",
        "due",
        "id",
    )

    def __init__(
        self, context: LiveContext, transport: Transport, visitor: Visitor, on_admitted: Callable[[], None]
    ) -> None:
        self.id = new_id("con", context.clock.now())
        self.admission: Admission | None = visitor.admission
        """What admits it; None until a ticket came."""
        self._context = context
        self._transport = transport
        self._address = visitor.address
        self._on_admitted = on_admitted
        limits = context.limits
        self._outbox = Outbox(
            transport, limits.send_buffer_bytes, limits.send_buffer_frames, context.traffic, self._on_room
        )
        self._subscriptions = Subscriptions(context, self._outbox, self._on_subscription_failure)
        self._requests: Requests | None = None  # until there is a first one
        self._budget = FrameBudget(context.steady, limits.frames_per_second, limits.frame_burst)
        self._connection: Connection | None = None
        self._opened_at = context.steady.now()
        self.due: Micros = self._opened_at + int(limits.hello_within * SECOND)
        """When `tick` has to look at it, at the latest; earlier when it `is_behind`."""
        self._unanswered_since: Micros | None = None
        self._pings = Pings(self._outbox)
        self._full_since: Micros | None = None
        self._relieved = 0
        self._is_closing = False
        self._cut: asyncio.TimerHandle | None = None

    @property
    def is_closing(self) -> bool:
        """Whether its end has begun."""
        return self._is_closing

    @property
    def is_behind(self) -> bool:
        """Whether its client misses events at present, or more waits for it than may."""
        return self._outbox.is_full or self._outbox.is_over

    @property
    def requests(self) -> int:
        """Requests without an answer."""
        return 0 if self._requests is None else len(self._requests)

    @property
    def connected(self) -> Connected | None:
        """What it is doing; None until it was welcomed."""
        if self._connection is None:
            return None
        connection = self._context.connections.get(self._connection.tenant, self.id) or self._connection
        return Connected(connection, self._subscriptions.topics, self.requests, len(self._outbox))

    async def serve(self) -> None:
        """Work until the connection has ended, whoever ends it."""
        self._transport.on_writable(self._outbox.flush)
        try:
            await self._read()
        finally:
            if self._cut is not None:
                self._cut.cancel()
            self._is_closing = True
            self._transport.on_writable(None)
            self._outbox.drop()
            self._subscriptions.end_all()
            if self._requests is not None:
                await self._requests.close(self.admission.principal if self.admission else None)
            if self._connection is not None:
                self._context.connections.delete(self._connection.tenant, self.id)
                self._leave(self._connection)

    def close(self, error: NetSentinelError, code: CloseCode | None = None, *, retry_after_ms: int = 0) -> None:
        """Begin the end: an `error` frame, then the close code. Later reasons do not replace the first."""
        if self.is_closing:
            return
        code = code or _CLOSES.get(type(error), CloseCode.INTERNAL)
        retry_after_ms = retry_after_ms or _retry_after_ms(error)
        self._is_closing = True
        reason = f"retry_after_ms={retry_after_ms}" if retry_after_ms else error.code
        self._subscriptions.end_all()
        self._say_error(error, retry_after_ms=retry_after_ms)
        # The last frames get a little time to leave; a peer that takes nothing any more is cut off then.
        self._cut = asyncio.get_running_loop().call_later(self._context.limits.goodbye_within, self._cut_off)
        self._outbox.end(code, reason, drop_events=code is CloseCode.SLOW)

    def tick(self, now: Micros) -> None:
        """Look at the time (the steady clock's): ping, or end what has waited too long."""
        if self.is_closing:
            return
        limits = self._context.limits
        if self._connection is None:
            if now - self._opened_at >= limits.hello_within * SECOND:
                self.close(NotAuthenticatedError(f"No hello came within {limits.hello_within:g} s."))
            return
        if self.admission and 0 < self.admission.expires_at <= self._context.clock.now():
            self.close(NotAuthenticatedError("The session has expired."))
        elif self._has_missed_pings(now):
            self._close_slow("Pings were not answered.")
        elif self._is_stuck(now):
            self._close_slow("Too much waits for this client. Resume from the last position.")
        elif now >= self.due:
            self._ping(now)

    def _look_in(self, wait: Micros) -> None:
        """Ping after so long, or end with the admission, should that be earlier."""
        expires_at = self.admission.expires_at if self.admission else 0
        if expires_at > 0:
            wait = min(wait, expires_at - self._context.clock.now())
        self.due = self._context.steady.now() + wait

    def _has_missed_pings(self, now: Micros) -> bool:
        limits = self._context.limits
        since = self._unanswered_since
        return since is not None and now - since >= limits.missed_heartbeats * limits.heartbeat * SECOND

    def _is_stuck(self, now: Micros) -> bool:
        """Whether the client has been behind for too long without ever catching up."""
        if not self.is_behind:
            self._full_since = None
            return False
        if self._full_since is None or self._relieved != self._outbox.relieved:
            self._full_since = now
            self._relieved = self._outbox.relieved
        return now - self._full_since >= self._context.limits.drain_within * SECOND

    def _close_slow(self, detail: str) -> None:
        self._context.figures.closed_slow += 1
        self.close(SlowConsumerError(detail))

    def _ping(self, now: Micros) -> None:
        frame = frames.ServerPing(t=self._context.clock.now(), seq=self._subscriptions.complete_to())
        self._pings.put(frame.t, frames.encode(frame))
        self._look_in(int(self._context.limits.heartbeat * SECOND))
        if self._unanswered_since is None:
            self._unanswered_since = now

    async def _read(self) -> None:
        count = 0
        while (data := await self._transport.receive()) is not None:
            if self.is_closing:
                continue
            self._context.figures.frames_in += 1
            await self._receive(data)
            count += 1
            if count % _YIELD_EVERY == 0:
                await asyncio.sleep(0)

    async def _receive(self, data: str | bytes) -> None:
        frame: frames.FromClient | None = None
        try:
            frame = frames.decode(data)
            await self._handle(frame)
        except NetSentinelError as error:
            if type(error) in _CLOSES:
                self.close(error)
            elif self._connection is None:
                self._refuse(error)
            else:
                self._say_error(error, about=frame)

    def _refuse(self, error: NetSentinelError) -> None:
        """End a connection that came to nothing: the principal may not, or what decides is out of reach."""
        if isinstance(error, NotAllowedError):
            self.close(error, CloseCode.NOT_ALLOWED)
        else:
            self.close(error, CloseCode.DRAINING, retry_after_ms=_SECOND_MS + self._context.jitter(4 * _SECOND_MS))

    async def _handle(self, frame: frames.FromClient) -> None:
        match frame:
            case frames.ClientPing():
                self._pong(frame)
            case frames.ClientPong():
                self._on_pong(frame)
            case frames.Hello():
                self._budget.spend()
                await self._hello(frame)
            case frames.Subscribe():
                self._budget.spend()
                self._subscriptions.open(frame, self._admitted().principal, self.id)
            case frames.Unsubscribe():
                self._budget.spend()
                self._admitted()
                self._subscriptions.end(frame.sub)
            case frames.Request():
                self._budget.spend()
                self._asking().ask(frame, self._admitted().principal, self.id)
            case _:
                self._budget.spend()
                self._asking().control(frame, self._admitted().principal)

    def _asking(self) -> Requests:
        if self._requests is None:
            context = self._context
            self._requests = Requests(
                context.queue,
                context.router,
                context.watchers,
                self._outbox,
                context.steady.now,
                lambda error, about: self._say_error(error, request_id=about),
                context.limits.max_requests,
            )
        return self._requests

    def _admitted(self) -> Admission:
        if self._connection is None or self.admission is None:
            raise NotAuthenticatedError("The first frame has to be hello.")
        return self.admission

    async def _hello(self, frame: frames.Hello) -> None:
        if self._connection is not None:
            raise BadFrameError("There is one hello in a connection.")
        context = self._context
        if frame.ticket is not None:
            self.admission = await context.auth.consume_ticket(frame.ticket)
        if self.admission is None:
            raise NotAuthenticatedError("Log in, or send a fresh ticket in hello.")
        self._on_admitted()
        principal = self.admission.principal
        if not principal.may(Permission.LIVE_CONNECT):
            raise NotAllowedError("Live updates need the permission live:connect.", permission=Permission.LIVE_CONNECT)
        resumed = await can_resume(context, frame.resume)
        if self.is_closing:
            return
        self._enter(principal)
        now = context.clock.now()
        self._connection = Connection(
            id=self.id,
            tenant=principal.tenant,
            user_id=principal.id,
            user=principal.name,
            address=self._address,
            client=frame.client,
            connected_at=now,
            last_ping_at=now,
        )
        context.connections.save(self._connection)
        context.figures.connections_opened += 1
        self._subscriptions.resume_from(frame.resume)
        heartbeat = int(context.limits.heartbeat * SECOND)
        # The first ping comes after half a heartbeat to a whole one: after a restart, a crowd is not pinged in one go.
        self._look_in(heartbeat // 2 + context.jitter(heartbeat // 2 + 1))
        self._outbox.put(frames.encode(self._welcome(resumed)))

    def _enter(self, principal: Principal) -> None:
        """Take a place of the principal's."""
        each, most = self._context.each, self._context.limits.max_connections_each
        key = (principal.tenant, principal.id)
        if principal.tier is not Tier.UNLIMITED and each[key] >= most:
            raise TooManyConnectionsError(
                f"{principal.name} has {most} live connections; close one.", retry_after=_RETRY_AFTER_S
            )
        each[key] += 1

    def _leave(self, connection: Connection) -> None:
        each, key = self._context.each, (connection.tenant, connection.user_id)
        each[key] -= 1
        if not each[key]:
            del each[key]

    def _welcome(self, resumed: frames.Resumed) -> frames.Welcome:
        limits = self._context.limits
        return frames.Welcome(
            connection_id=self.id,
            epoch=self._context.epoch,
            heartbeat_ms=int(limits.heartbeat * 1_000),
            max_frame=MAX_FRAME_BYTES,
            limits=frames.Limits(
                frames_per_second=limits.frames_per_second,
                frame_burst=limits.frame_burst,
                max_subscriptions=limits.max_subscriptions,
                max_requests=limits.max_requests,
                send_buffer_bytes=limits.send_buffer_bytes,
                send_buffer_frames=limits.send_buffer_frames,
            ),
            resumed=resumed,
        )

    def _pong(self, frame: frames.ClientPing) -> None:
        self._admitted()
        pong = frames.ServerPong(t=frame.t, seq=self._subscriptions.complete_to())
        self._outbox.put_latest("pong", frames.encode(pong))

    def _on_pong(self, frame: frames.ClientPong) -> None:
        principal = self._admitted().principal
        if not self._pings.is_answer(frame.t):
            return
        self._unanswered_since = None
        self._context.connections.update_last_ping(principal.tenant, self.id, self._context.clock.now())

    def _on_room(self) -> None:
        self._subscriptions.say_missed()

    def _on_subscription_failure(self, sub: str, error: BaseException) -> None:
        if isinstance(error, NetSentinelError):
            self._say_error(error, sub=sub)
            return
        _log.error("replay_crashed", connection=self.id, sub=sub, exc_info=error)
        self.close(NetSentinelError("The replay of a subscription failed; the server's log says more."))

    def _say_error(
        self,
        error: NetSentinelError,
        *,
        about: frames.FromClient | None = None,
        sub: str | None = None,
        request_id: str | UnsetType = UNSET,
        retry_after_ms: int = 0,
    ) -> None:
        retry_after_ms = retry_after_ms or _retry_after_ms(error)
        frame = frames.ErrorFrame(
            problem=frames.problem_of(error, self.id),
            retryable=error.retryable,
            id=request_id or getattr(about, "id", UNSET),
            sub=sub or getattr(about, "sub", UNSET),
            retry_after_ms=retry_after_ms or UNSET,
        )
        self._outbox.put(frames.encode(frame))

    def _cut_off(self) -> None:
        _log.info("connection_cut", connection=self.id)
        self._transport.close(CloseCode.SLOW, "", at_once=True)


def _retry_after_ms(error: NetSentinelError) -> int:
    return int(error.extra.get("retry_after", 0)) * _SECOND_MS
