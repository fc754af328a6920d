"""Ports of suppressions: where they are kept, and where what they hid is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from netsentinel.alerts.suppression.model import HiddenFinding, Suppression
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class SuppressionStore(Protocol):
    """Keeps suppressions, also those that are over."""

    def add(self, tx: Tx, suppression: Suppression) -> None:
        """Keep a new one; the revision changes."""
        ...

    def lift(self, tx: Tx, principal: Principal, suppression_id: str, at: Micros) -> bool:
        """End one of the principal's tenant; False when there is none or it is lifted. The revision changes."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> Suppression | None:
        """The suppression, when it belongs to the tenant."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId, limit: int, after: tuple[Micros, str] | None, active_at: Micros = 0
    ) -> list[Suppression]:
        """By `(created_at, id)`, newest first, beginning below `after`; only those in force then, unless 0."""
        ...

    def in_force(self, tx: ReadTx, now: Micros) -> list[Suppression]:
        """Those of every tenant that are in force, oldest first."""
        ...

    def revision(self, tx: ReadTx) -> str:
        """A text that is another one after every change of what is in force, and never an earlier one again."""
        ...


class HiddenFindings(Protocol):
    """Counts what suppressions hid, and keeps the newest of it."""

    def record(
        self,
        tx: Tx,
        tenant: TenantId,
        suppression_id: str,
        count: int,
        newest: Sequence[HiddenFinding],
        at: Micros,
    ) -> None:
        """Add to the count; `newest` (at most `KEPT`) are the last of them, oldest first."""
        ...

    def examples(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> list[HiddenFinding]:
        """The newest that were hidden, at most `KEPT`, newest first by the time of their events."""
        ...


KEPT = 10
"""So many hidden findings of a suppression are kept."""


@dataclass(frozen=True, slots=True)
class SuppressionStores:
    """Both stores."""

    suppressions: SuppressionStore
    hidden: HiddenFindings
