"""The ports of the lake: where events are stored and found again."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from netsentinel.events.lake.model import (
    Bucket,
    EventFilter,
    EventKey,
    Extent,
    Facet,
    FoundEvents,
    HuntResult,
    LakeFile,
    Spool,
    StoredEvent,
)
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class EventStore(Protocol):
    """Keeps events for good, and finds them. Whatever is kept is kept once."""

    async def append(self, spool: Spool, also: Callable[[Tx], None]) -> int:
        """Store the events of a spool, and run `also` in the very commit that makes them visible; how many.

        Raises:
            UnavailableError: nothing of the spool is stored, and `also` did not happen.
        """
        ...

    async def search(
        self, tenant: TenantId, where: EventFilter, limit: int, after: EventKey | None = None
    ) -> FoundEvents:
        """The newest events of a tenant, going on after a key: one at least where there is any.

        Raises:
            InvalidFilterError: an unknown column or a regular expression that RE2 does not take.
            UnavailableError: it took too long or too much memory.
        """
        ...

    def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces."""
        ...

    async def histogram(self, tenant: TenantId, where: EventFilter, width: Micros, by: str = "") -> list[Bucket]:
        """How many events per time span of this width, without the spans that have none, oldest first.

        Told apart by a column of `GROUPINGS` when one is given.

        Raises:
            InvalidFilterError: also when `by` is no such column.
            UnavailableError: as for `search`.
        """
        ...

    async def facet(self, tenant: TenantId, where: EventFilter, column: str, limit: int) -> Facet:
        """The most frequent values of a column of `FILTERS`.

        Raises:
            InvalidFilterError: also when there is no such column.
            UnavailableError: as for `search`.
        """
        ...

    async def extent(self, tenant: TenantId) -> Extent | None:
        """From when to when there are events; None when nothing is stored."""
        ...

    async def expire(self, tenant: TenantId, before: Micros) -> int:
        """Forget what was stored before a time (to the day); how many events."""
        ...


class Hunter(Protocol):
    """Runs statements that people write."""

    async def hunt(self, tenant: TenantId, sql: str, *, limit: int, seconds: int) -> HuntResult:
        """What one SELECT over the view `events`, the tenant's own, gives.

        Raises:
            InvalidFilterError: it is not one SELECT statement, or asks for what it must not have.
            UnavailableError: it got no turn in time; or took too long or too much memory, and was stopped.
        """
        ...


class LakeFiles(Protocol):
    """The list of files that count. A file that is not on it does not exist, whatever the folder holds."""

    def add(self, tx: Tx, files: Sequence[LakeFile]) -> None:
        """Record new files."""
        ...

    def remove(self, tx: Tx, paths: Sequence[str]) -> int:
        """Strike files off; how many there were."""
        ...

    def covering(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros) -> list[LakeFile]:
        """Files of a tenant that may hold events of a time range (`until` 0 for no end), newest first."""
        ...

    def arrived(self, tx: ReadTx, tenant: TenantId, since: Micros, older_than: Micros) -> list[LakeFile]:
        """Files that were stored since then and may hold events older than a time (0 for any), last stored first."""
        ...

    def extent(self, tx: ReadTx, tenant: TenantId) -> Extent | None:
        """The times of a tenant's oldest and newest event; None without files."""
        ...

    def all(self, tx: ReadTx) -> list[LakeFile]:
        """Every file of every tenant; only here with its digest."""
        ...
