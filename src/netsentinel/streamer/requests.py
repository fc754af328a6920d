"""The requests of one connection: asked for once, answered at once or followed until their end.

A request is a durable task, unless its action only reads and answers soon: then it is run for the connection alone.
What runs longer than expected, or fails, becomes a task after all, which is acknowledged and followed. A request that
is sent again after a reconnect finds its task; where there was none, reading again is as good.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import ConflictError, NetSentinelError, NotFoundError
from netsentinel.kernel.types import Micros, Principal
from netsentinel.streamer import frames
from netsentinel.streamer.errors import EndedError, TooManyRequestsError
from netsentinel.streamer.outbox import Outbox
from netsentinel.streamer.ports import Asked, Ended, NewRequest, RequestQueue, Step
from netsentinel.streamer.router import Router
from netsentinel.streamer.watchers import Watchers

_log = structlog.get_logger("netsentinel.streamer")

LARGEST_RESULT: Final = 64 * 1024
"""A result above this many bytes of JSON is fetched over HTTP instead."""
_MILLI: Final = 1_000


@dataclass(eq=False, slots=True)
class AsyncRequest:
    """A task seen with its connection."""

    id: str
    action: str
    asked_at: Micros
    on_disconnect: str
    task_id: str = ""
    is_acknowledged: bool = False
    steps: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: Ended | None = None


class Requests:
    """What one connection has asked for and not yet been answered.

    Args:
        queue: where requests become tasks.
        router: says which are awaited.
        watchers: tell of ends and progress.
        outbox: the connection's frames.
        now: a clock that does not jump, in microseconds.
        say_error: tells the client of an error about a request, by its id.
    """

    def __init__(
        self,
        queue: RequestQueue,
        router: Router,
        watchers: Watchers,
        outbox: Outbox,
        now: Callable[[], Micros],
        say_error: Callable[[NetSentinelError, str], None],
        most: int,
    ) -> None:
        self._queue = queue
        self._router = router
        self._watchers = watchers
        self._outbox = outbox
        self._now = now
        self._say_error = say_error
        self._most = most
        self._open: dict[str, AsyncRequest] = {}
        self._work: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Requests without an answer."""
        return len(self._open)

    def ask(self, frame: frames.Request, principal: Principal, connection_id: str) -> None:
        """Work on a request; every answer comes as a frame of its own.

        Raises:
            TooManyRequestsError: the connection has as many open requests as it may, or more waits for its client than
                may.
            ConflictError: another request of this id is open on the connection.
        """
        if frame.id in self._open:
            raise ConflictError("A request of this id is under way on this connection.")
        if len(self._open) >= self._most:
            raise TooManyRequestsError(
                f"{self._most} requests are open on this connection; wait for an answer.", retry_after=1
            )
        self._refuse_while_over()
        request = AsyncRequest(frame.id, frame.action, self._now(), frame.on_disconnect)
        self._open[frame.id] = request
        self._spawn(self._serve(request, frame, principal, connection_id))

    def control(self, frame: frames.Control, principal: Principal) -> None:
        """Cancel, pause or resume a task of the tenant, whoever asked for it."""
        self._spawn(self._control(frame, principal))

    async def close(self, principal: Principal | None) -> None:
        """The connection has ended: tasks go on, unless their request said otherwise."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        for request in self._open.values():
            self._watchers.leave(request.task_id, self)
            if request.on_disconnect == "cancel" and request.task_id and request.end is None and principal:
                try:
                    await self._queue.update_status(principal, request.task_id, "cancel")
                except NetSentinelError as error:
                    _log.info("cancel_refused", task=request.task_id, code=error.code)
        self._open.clear()

    # What the watchers tell.

    def on_end(self, task_id: str, end: Ended) -> None:
        """A task has ended."""
        for request in self._open.values():
            if request.task_id == task_id and request.end is None:
                request.end = end
                request.ended.set()

    def on_step(self, step: Step) -> None:
        """A task got on: the newest report wins where the client is slow."""
        for request in self._open.values():
            if request.task_id == step.task_id and request.is_acknowledged and request.end is None:
                request.steps += 1
                frame = frames.ProgressFrame(
                    id=request.id,
                    task_id=step.task_id,
                    n=request.steps,
                    percent=step.percent,
                    stage=step.stage,
                    message=step.message,
                    data=step.data,
                )
                self._outbox.put_latest(f"progress {request.id}", frames.encode(frame))

    # Working.

    async def _serve(
        self, request: AsyncRequest, frame: frames.Request, principal: Principal, connection_id: str
    ) -> None:
        try:
            await self._answer(request, frame, principal, connection_id)
        except NetSentinelError as error:
            self._say_error(error, request.id)
        del self._open[request.id]  # not when this is cancelled: `close` looks at what was open then

    async def _answer(
        self, request: AsyncRequest, frame: frames.Request, principal: Principal, connection_id: str
    ) -> None:
        expected = self._router.expected(frame.action, frame.input)
        if await self._answers_directly(request, frame, principal, connection_id, expected):
            return
        asked = await self._queue.enqueue(principal, _asked_of(frame, connection_id))
        request.task_id = asked.task_id
        self._watchers.enter(asked.task_id, self)
        try:
            # It may have ended before anybody watched.
            end = await self._queue.ended(principal.tenant, asked.task_id)
            if end is not None:
                self.on_end(asked.task_id, end)
            if self._router.is_short(frame.mode, expected) and await self._ends_soon(request, end):
                self._respond(request)
                return
            self._acknowledge(request, asked, expected)
            await request.ended.wait()
            self._complete(request)
        finally:
            self._watchers.leave(asked.task_id, self)

    async def _answers_directly(
        self,
        request: AsyncRequest,
        frame: frames.Request,
        principal: Principal,
        connection_id: str,
        expected: Micros,
    ) -> bool:
        if not self._router.is_direct(principal.tenant, frame.action, frame.mode, expected):
            return False
        within = self._router.short / SECOND
        data = await self._queue.answer(principal, _asked_of(frame, connection_id), within)
        if data is None:
            return False
        if len(data) > LARGEST_RESULT:
            self._router.had_large_result(principal.tenant, frame.action)
            return False
        self._refuse_while_over()  # it was asked for before that; nothing is lost, as it can be read again
        self._router.observe(request.action, self._now() - request.asked_at)
        self._put(frames.Response(id=request.id, data=msgspec.Raw(data)))
        return True

    async def _ends_soon(self, request: AsyncRequest, end: Ended | None) -> bool:
        """Whether it ends before it counts as long; what was tried without a task counts, too."""
        left = self._router.short - (self._now() - request.asked_at)
        if end is not None or left <= 0:
            return end is not None
        try:
            async with asyncio.timeout(left / SECOND):
                await request.ended.wait()
        except TimeoutError:
            return False
        return True

    def _respond(self, request: AsyncRequest) -> None:
        end = self._observed(request)
        if end.status != "succeeded":
            raise EndedError(f"{request.action} ended as {end.status}: {end.error or end.error_code}", task=end.task_id)
        if self._is_fetched(end):
            self._complete(request)
        else:
            self._put(frames.Response(id=request.id, data=msgspec.Raw(end.result)))

    def _acknowledge(self, request: AsyncRequest, asked: Asked, expected: Micros) -> None:
        request.is_acknowledged = True
        self._put(
            frames.Ack(
                id=request.id,
                task_id=asked.task_id,
                status="duplicate" if asked.is_duplicate else "queued",
                estimated_ms=expected // _MILLI,
            )
        )

    def _complete(self, request: AsyncRequest) -> None:
        end = self._observed(request)
        frame = frames.Complete(id=request.id, task_id=end.task_id, seq=end.seq, status=end.status)
        if end.status != "succeeded":
            told = {"code": end.error_code, "detail": end.error}
            frame = msgspec.structs.replace(frame, result=msgspec.Raw(msgspec.json.encode(told)))
        elif self._is_fetched(end):
            frame = msgspec.structs.replace(frame, result_url=f"/api/v2/tasks/{end.task_id}/result")
        else:
            frame = msgspec.structs.replace(frame, result=msgspec.Raw(end.result))
        self._put(frame)

    def _is_fetched(self, end: Ended) -> bool:
        """Whether the client fetches the result: it is large, or more waits for the client than may."""
        return len(end.result) > LARGEST_RESULT or self._outbox.is_over

    def _refuse_while_over(self) -> None:
        if self._outbox.is_over:
            raise TooManyRequestsError("Too much waits for this client already; read it first.", retry_after=1)

    def _observed(self, request: AsyncRequest) -> Ended:
        end = request.end
        if end is None:  # nobody comes here before the end
            raise NotFoundError(f"The request {request.id} has not ended.")
        if end.status == "succeeded":
            self._router.observe(request.action, self._now() - request.asked_at)
        return end

    async def _control(self, frame: frames.Control, principal: Principal) -> None:
        try:
            await self._queue.update_status(principal, frame.task_id, frame.wants)
        except NetSentinelError as error:
            self._say_error(error, frame.id)

    def _put(self, frame: frames.Ack | frames.Response | frames.Complete) -> None:
        self._outbox.put(frames.encode(frame))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _asked_of(frame: frames.Request, connection_id: str) -> NewRequest:
    return NewRequest(
        id=frame.id,
        action=frame.action,
        payload=frame.input,
        priority=frame.priority,
        deadline_ms=frame.deadline_ms,
        connection_id=connection_id,
    )
