"""The client: one connection that is kept up, with everything that has to survive its breaks."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Self

from netsentinel_client.connection import Attempt, Connection
from netsentinel_client.conversation import Conversation
from netsentinel_client.errors import ClientError, ClosedError, ProblemError, RefusedError
from netsentinel_client.model import Condition, Mode, State
from netsentinel_client.pace import backoff_s
from netsentinel_client.polling import Poll
from netsentinel_client.positions import MemoryPositions, Positions
from netsentinel_client.request import AckListener, ProgressListener, Running
from netsentinel_client.subscription import GapListener, Subscription, say_gap
from netsentinel_client.transport import Http, Opener, open_websocket

_BLOCKED_AFTER: Final = 2
"""So many WebSockets in a row that did not open, while HTTP worked, mean that something on the way blocks them."""
_PROBE_EVERY_S: Final = 60.0
_POLL_EVERY_S: Final = 2.0
_FINAL_CODES: Final = frozenset({4401, 4403, 4409})
_NAME_LIMIT: Final = 56


class Client:
    """A connection to one NetSentinel, to be used with `async with`.

    It connects by itself, reconnects with jitter, and goes on where it was. A program need not know of any of that:
    subscriptions simply go on, and requests are answered.

    Args:
        url: of the server, for example `https://sentinel.example.org`.
        key: an API key.
        positions: where to remember how far subscriptions have come; `FilePositions` survives a restart of the program.
        name: what this program calls itself in the server's list of connections.
        poll_every_s: seconds between two looks while the WebSocket is blocked.
        probe_every_s: seconds between two tries of the WebSocket while it is blocked.
    """

    def __init__(
        self,
        url: str,
        key: str = "",
        *,
        positions: Positions | None = None,
        name: str = "netsentinel-client",
        poll_every_s: float = _POLL_EVERY_S,
        probe_every_s: float = _PROBE_EVERY_S,
        http: Http | None = None,
        open_socket: Opener = open_websocket,
        chance: Callable[[], float] = random.random,
    ) -> None:
        from netsentinel_client import __version__  # noqa: PLC0415 - the package imports this module

        self._url = url.rstrip("/")
        self._http = http or Http(url, key)
        self._positions = positions or MemoryPositions()
        self._open_socket = open_socket
        self._chance = chance
        self._poll_every_s = poll_every_s
        self._probe_every_s = probe_every_s
        epoch, self._delivered = self._positions.load()
        self._conversation = Conversation(name, __version__, epoch, self._fetch_result)
        self._connection = Connection(self._conversation, time.monotonic)
        self._state: State = "idle"
        self._fault: ClientError | None = None
        self._worker: asyncio.Task[None] | None = None
        self._fetching: set[asyncio.Task[None]] = set()
        self._saved_epoch = epoch
        self.on_state: Callable[[State], None] = _ignore

    # --- life ----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        self._worker = asyncio.create_task(self._work(), name="netsentinel-client")
        self._worker.add_done_callback(self._on_worker_end)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection. Tasks on the server go on; what waits here ends with `ClosedError`."""
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
            self._worker = None
        for fetching in tuple(self._fetching):
            fetching.cancel()
        self._end_all(ClosedError("The client was closed."))
        await self._http.__aexit__(None, None, None)
        self._become("idle")

    @property
    def state(self) -> State:
        """How the connection stands; `on_state` is called when it changes."""
        return self._state

    # --- what it is for ------------------------------------------------------------------------------------------

    def subscribe(
        self,
        topic: str,
        filter: Sequence[Condition] = (),  # noqa: A002 - the protocol's word
        *,
        name: str = "",
        from_seq: int | None = None,
        on_gap: GapListener = say_gap,
    ) -> Subscription:
        """The events of a topic from now on, or from a position; to be read with `async for`.

        Args:
            topic: for example `alerts`.
            filter: conditions that all have to hold.
            name: under which the position is remembered; the topic, if not stated. Two subscriptions need two names.
            from_seq: begin after this place in the journal. A remembered position goes before it.
            on_gap: told, in its place between events, when events may be missing.

        Raises:
            ValueError: another open subscription has the name.
        """
        self._check_open()
        name = name or topic
        if self._conversation.is_open(name) or len(name) > _NAME_LIMIT:
            message = f"There is a subscription {name}; state another name (at most {_NAME_LIMIT} characters)."
            raise ValueError(message)
        subscription = Subscription(
            name,
            topic,
            filter,
            position=self._delivered.get(name, from_seq),
            on_gap=on_gap,
            on_position=self._store_position,
            on_room=self._changed(self._conversation.reopen),
            on_end=self._changed(self._conversation.end),
        )
        self._changed(self._conversation.open)(subscription)
        return subscription

    async def request(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        *,
        on_progress: ProgressListener | None = None,
        on_ack: AckListener | None = None,
        **options: Any,
    ) -> Any:
        """Ask for an action and wait for its result. `options` and errors as in `start`."""
        return await self.start(action, payload, on_progress=on_progress, on_ack=on_ack, **options)

    def start(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        *,
        mode: Mode = "auto",
        deadline_ms: int | None = None,
        priority: int | None = None,
        cancel_on_disconnect: bool = False,
        on_progress: ProgressListener | None = None,
        on_ack: AckListener | None = None,
        request_id: str = "",
    ) -> Running:
        """Ask for an action; `await` what comes back for the result.

        Args:
            action: for example `reports.generate`.
            payload: the action's input.
            mode: `auto` lets the server decide whether to answer at once or to make it a task.
            deadline_ms: when the task has not ended by then, the server ends it.
            priority: higher goes first.
            cancel_on_disconnect: end the task when this connection is lost.
            on_progress: told how far it is; at most ten times a second.
            on_ack: told when it is a durable task.
            request_id: to ask again, perhaps from another run of the program, for the very same request.

        Raises (when awaited):
            ProblemError: the server refused it.
            TaskFailedError: it became a task that did not succeed.
            ClosedError: this client was closed.
        """
        self._check_open()
        identifier = request_id or f"req-{secrets.token_hex(12)}"
        frame: dict[str, Any] = {
            "type": "request",
            "id": identifier,
            "action": action,
            "payload": dict(payload or {}),
            "mode": mode,
        }
        if deadline_ms is not None:
            frame["deadline_ms"] = deadline_ms
        if priority is not None:
            frame["priority"] = priority
        if cancel_on_disconnect:
            frame["on_disconnect"] = "cancel"
        running = Running(identifier, action, frame, on_progress=on_progress, on_ack=on_ack, control=self._control)
        self._conversation.start(running)
        self._connection.wake()
        return running

    # --- keeping it up -------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        blocked = 0
        attempt = 0
        while True:
            self._become("connecting" if attempt == 0 else "waiting")
            outcome = await self._connection.attempt(self._http, self._open_socket, self._socket_url, self._on_welcome)
            if isinstance(outcome.fault, RefusedError) or outcome.code in _FINAL_CODES:
                raise _refusal(outcome)
            blocked = blocked + 1 if outcome.handshake_failed else 0
            attempt = 0 if outcome.was_welcome else attempt + 1
            if blocked >= _BLOCKED_AFTER and await self._poll():
                continue
            self._become("waiting")
            stated = self._conversation.retry_after_ms if outcome.retry_after_ms is None else outcome.retry_after_ms
            self._conversation.retry_after_ms = None
            if stated is None:
                await asyncio.sleep(backoff_s(attempt, self._chance()))
            else:  # a stated delay gets up to a fifth more, so that a restart is not followed by a stampede
                await asyncio.sleep(stated / 1_000 * (1 + self._chance() / 5))

    async def _poll(self) -> bool:
        """Read over HTTP until it is time to try the WebSocket again; False when HTTP does not work either."""
        poll = Poll(self._http, self._conversation)
        until = time.monotonic() + self._probe_every_s
        try:
            while time.monotonic() < until:
                await poll.look()
                self._become("polling")
                await asyncio.sleep(self._poll_every_s)
        except RefusedError:
            raise
        except ClientError:
            return False
        return True

    def _on_welcome(self) -> None:
        self._become("live")

    @property
    def _socket_url(self) -> str:
        scheme, _, rest = self._url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ws"

    def _store_position(self, name: str, seq: int, epoch: str) -> None:
        if epoch != self._conversation.epoch:
            return  # the journal was rebuilt while this waited for the program: its position means nothing now
        if epoch != self._saved_epoch:
            self._delivered.clear()
            self._saved_epoch = epoch
        self._delivered[name] = seq
        self._positions.save(epoch, self._delivered)

    def _control(self, request: Running, frame_type: str) -> None:
        self._conversation.control(request, frame_type)
        self._connection.wake()

    def _changed(self, change: Callable[[Subscription], None]) -> Callable[[Subscription], None]:
        def then_wake(subscription: Subscription) -> None:
            change(subscription)
            self._connection.wake()

        return then_wake

    def _fetch_result(self, request: Running, status: str, url: str) -> None:
        async def fetch() -> None:
            try:
                result = await self._http.fetch("GET", url)
            except ClientError as error:
                request.fail(error)
            else:
                request.end(status, result)

        fetching = asyncio.create_task(fetch())
        self._fetching.add(fetching)
        fetching.add_done_callback(self._fetching.discard)

    def _on_worker_end(self, worker: "asyncio.Task[None]") -> None:
        if worker.cancelled():
            return
        fault = worker.exception()
        if isinstance(fault, ClientError):
            self._fault = fault
            self._become("refused")
        if fault is not None:
            self._end_all(fault)

    def _end_all(self, fault: BaseException) -> None:
        for request in self._conversation.requests:
            request.fail(fault)
        for subscription in self._conversation.subscriptions:
            subscription.fail(fault)

    def _check_open(self) -> None:
        if self._fault is not None:
            raise self._fault
        if self._worker is None:
            raise ClosedError("Use the client inside `async with`.")

    def _become(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.on_state(state)


def _refusal(outcome: Attempt) -> ClientError:
    if outcome.fault is not None:
        return outcome.fault
    problem: ProblemError | None = outcome.problem
    if problem is not None:
        return RefusedError(
            problem.code, problem.title, problem.detail, status=problem.status, trace_id=problem.trace_id
        )
    return RefusedError("refused", "The server ended the connection.", f"It closed with {outcome.code}.")


def _ignore(_state: State) -> None:
    return
