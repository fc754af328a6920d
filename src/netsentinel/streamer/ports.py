"""Ports of the streamer: what it reads, whom it asks, and what carries its frames."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.streamer.model import Admission, Connection


class JournalReader(Protocol):
    """The part of the journal that live clients need."""

    async def epoch(self) -> str:
        """A text that changes only when the journal is rebuilt: positions of another epoch mean nothing."""
        ...

    async def read(
        self,
        after: int,
        limit: int,
        *,
        tenant: TenantId | None = None,
        topics: Collection[str] = (),
        kinds: Collection[str] = (),
    ) -> list[Entry]:
        """Entries with a `seq` above `after`, oldest first; of one tenant, some topics, some kinds where given."""
        ...

    async def bounds(self) -> tuple[int, int]:
        """(`seq` from which the journal is complete, newest `seq`)."""
        ...

    async def wait_beyond(self, seq: int, timeout_s: float) -> int:
        """Wait until there is an entry above `seq`, at most `timeout_s` seconds; the newest `seq` in any case."""
        ...


class LiveAuth(Protocol):
    """Says who somebody is, and whether that still holds."""

    async def consume_ticket(self, ticket: str) -> Admission | None:
        """What a one-time ticket admits, None when it is unknown, used or too old. It is used up in any case."""
        ...

    async def still_valid(self, ref: str) -> bool:
        """Whether the session or key that admitted somebody still does."""
        ...


class Transport(Protocol):
    """Carries text frames of one connection. The adapter of a web framework implements it."""

    @property
    def holds(self) -> int:
        """Bytes that it, and the system below it, may keep for a peer that does not read."""
        ...

    @property
    def is_writable(self) -> bool:
        """Whether it takes a frame now. One that it is given all the same is kept, beyond what it `holds`."""
        ...

    @property
    def unsent(self) -> int:
        """Bytes that it was given and the system has not taken yet."""
        ...

    async def receive(self) -> str | bytes | None:
        """The next frame (bytes for a binary one); None when the peer is gone and after `close`."""
        ...

    def write(self, data: bytes) -> None:
        """Take a frame (UTF-8), without waiting; nothing happens when the peer is gone."""
        ...

    def on_writable(self, call: Callable[[], None] | None) -> None:
        """Have `call` called whenever it takes frames again."""
        ...

    def close(self, code: int, reason: str, *, at_once: bool = False) -> None:
        """Say goodbye after what was written, or let go of the peer at once; nothing happens when it was quicker."""
        ...


class ConnectionStore(Protocol):
    """Who is connected (document 004's names). Process state: a connection lives where its socket is."""

    def save(self, connection: Connection) -> None:
        """Insert the connection, or replace the one with its id."""
        ...

    def get(self, tenant: TenantId, connection_id: str) -> Connection | None:
        """The connection, when it belongs to the tenant."""
        ...

    def delete(self, tenant: TenantId, connection_id: str) -> bool:
        """Forget a connection; False when the tenant has none of that id."""
        ...

    def list_by_user(self, tenant: TenantId, user_id: str) -> list[Connection]:
        """A principal's connections, oldest first."""
        ...

    def list_by_tenant(self, tenant: TenantId) -> list[Connection]:
        """A tenant's connections, oldest first."""
        ...

    def update_last_ping(self, tenant: TenantId, connection_id: str, at: Micros) -> bool:
        """Note that a ping was answered; False when the tenant has no such connection."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What a client asks for."""

    id: str
    """The client's; asked again under it, nothing is run twice."""
    action: str
    payload: bytes
    """JSON."""
    priority: int
    deadline_ms: int | None
    """From now."""
    connection_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is a durable task now."""

    task_id: str
    is_duplicate: bool
    """Whether it was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a task ended."""

    task_id: str
    status: Literal["succeeded", "failed", "cancelled", "dead"]
    result: bytes = b"null"
    """JSON."""
    error_code: str = ""
    error: str = ""
    seq: int = 0
    """The entry that told of it; 0 when it was looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A running task got on."""

    task_id: str
    percent: float
    stage: str = ""
    message: str = ""
    data: Any = None


class RequestQueue(Protocol):
    """Requests as durable tasks (document 004's names)."""

    async def enqueue(self, principal: Principal, request: NewRequest) -> Asked:
        """Make the request a task, or find the one that it is already; durable when this returns.

        Raises:
            NetSentinelError: the action is unknown, its input does not fit, the principal may not, or the id was used
                for another action.
        """
        ...

    async def update_status(
        self, principal: Principal, task_id: str, status: Literal["cancel", "pause", "resume"]
    ) -> None:
        """Ask for a task's end, its pause, or that it goes on.

        Raises:
            NetSentinelError: the tenant has no such task, its state does not allow it, or the principal may not.
        """
        ...

    async def get_by_connection(self, tenant: TenantId, connection_id: str) -> list[str]:
        """Ids of the tasks that a connection asked for, newest first, at most 500."""
        ...

    async def ended(self, tenant: TenantId, task_id: str) -> Ended | None:
        """How a task ended; None while it has not."""
        ...

    async def answer(self, principal: Principal, request: NewRequest, seconds: float) -> bytes | None:
        """The result (JSON) of an action that only reads, without a task; None where the request has to be one.

        Args:
            principal: who asks.
            request: what for.
            seconds: how long to try at most.

        Raises:
            NetSentinelError: as for `enqueue`.
        """
        ...

    def estimate(self, action: str, payload: bytes) -> Micros:
        """An action's own guess of how long it takes.

        Raises:
            NetSentinelError: the action is unknown or its input does not fit.
        """
        ...

    def on_progress(self, listener: Callable[[Step], None]) -> None:
        """Have `listener` told on the event loop, at most ten times a second for each task, how far tasks are."""
        ...
