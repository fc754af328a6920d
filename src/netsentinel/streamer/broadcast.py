"""Document 001's broadcaster: to broadcast is to append an entry (docs/decisions/0003-broadcast-is-an-entry.md)."""

from typing import Final

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import Database

_SYSTEM: Final = "system"


class JournalBroadcaster:
    """Announces alerts and threats by the one channel there is, so that what is told live is also kept and resumable.

    Code that changes something appends its entry in the transaction of that change and needs none of this. It is for
    whoever holds a finished payload and wants it told.
    """

    def __init__(self, db: Database, *, alert_kind: str = "alert.updated", threat_kind: str = "threat.updated") -> None:
        self._db = db
        self._alert_kind = alert_kind
        self._threat_kind = threat_kind

    async def broadcast_threat(self, tenant: TenantId, threat: object) -> None:
        """Announce a threat; returns when the announcement is durable.

        Raises:
            TypeError: the threat is not of its entry kind's payload type.
        """
        await self._append(self._threat_kind, tenant, threat, "entity")

    async def broadcast_alert(self, tenant: TenantId, alert: object) -> None:
        """Announce an alert; returns when the announcement is durable.

        Raises:
            TypeError: the alert is not of its entry kind's payload type.
        """
        await self._append(self._alert_kind, tenant, alert, "id")

    async def _append(self, kind: str, tenant: TenantId, payload: object, subject: str) -> None:
        entry = NewEntry(kind, tenant, _SYSTEM, str(getattr(payload, subject, "")), payload)
        await self._db.write(lambda tx: tx.append(entry))
