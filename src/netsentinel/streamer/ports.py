"""Ports of the streamer: what it reads, whom it asks, and what carries its frames."""

from collections.abc import Collection
from typing import Protocol

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import Micros, TenantId
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

    async def receive(self) -> str | bytes | None:
        """The next frame (bytes for a binary one); None when the peer is gone or after `close`."""
        ...

    async def send_text(self, text: str) -> None:
        """Hand a frame over; returns when there is room for the next one.

        Raises:
            ConnectionError: the peer is gone.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye. Once it has returned, `receive` gives None."""
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
