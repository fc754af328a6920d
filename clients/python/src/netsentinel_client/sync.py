"""The same client for programs without an event loop: derived from the asynchronous one, which works in a thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar

from netsentinel_client.client import Client
from netsentinel_client.model import Condition, Event, State
from netsentinel_client.request import AckListener, ProgressListener
from netsentinel_client.subscription import GapListener, Subscription, say_gap

T = TypeVar("T")


class SyncClient:
    """`Client` for `with` and `for`. Listeners are called in its thread; arguments are those of `Client`."""

    def __init__(self, url: str, key: str = "", **options: Any) -> None:
        self._make: Callable[[], Client] = lambda: Client(url, key, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="netsentinel-client", daemon=True)
        self._client: Client | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._client = self._run(self._open())
        return self

    def __exit__(self, *exc: object) -> None:
        if self._client is not None:
            self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def state(self) -> State:
        """How the connection stands."""
        return self._client.state if self._client is not None else "idle"

    def request(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        *,
        on_progress: ProgressListener | None = None,
        on_ack: AckListener | None = None,
        **options: Any,
    ) -> Any:
        """Ask for an action and wait for its result; as `Client.request`."""
        client = self._opened()
        return self._run(client.request(action, payload, on_progress=on_progress, on_ack=on_ack, **options))

    def subscribe(
        self,
        topic: str,
        filter: Sequence[Condition] = (),  # noqa: A002 - the protocol's word
        *,
        name: str = "",
        from_seq: int | None = None,
        on_gap: GapListener = say_gap,
    ) -> Iterator[Event]:
        """The events of a topic, to be read with `for`; as `Client.subscribe`. Subscribed to when this returns."""
        client = self._opened()

        async def open_it() -> Subscription:
            return client.subscribe(topic, filter, name=name, from_seq=from_seq, on_gap=on_gap)

        return self._events(self._run(open_it()))

    def _events(self, subscription: Subscription) -> Iterator[Event]:
        try:
            while (event := self._run(_next(subscription))) is not None:
                yield event
        finally:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(subscription.close)

    async def _open(self) -> Client:
        return await self._make().__aenter__()

    def _opened(self) -> Client:
        if self._client is None:
            message = "Use the client inside `with`."
            raise RuntimeError(message)
        return self._client

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _next(subscription: Subscription) -> Event | None:
    try:
        return await anext(subscription)
    except StopAsyncIteration:
        return None
