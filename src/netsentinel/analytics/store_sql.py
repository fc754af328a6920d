"""The pace of announcements in SQL."""

from typing import Final

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Tx

# A time ahead of now is of a clock that was set back since: it holds nobody up.
_CLAIM: Final = (
    "INSERT INTO metric_pushes (tenant, at) VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET at = excluded.at"
    " WHERE metric_pushes.at <= ? OR metric_pushes.at > ?"
)


class SqlPace:
    """The pace store in SQL."""

    def claim(self, tx: Tx, tenant: TenantId, now: Micros, apart: Micros) -> bool:
        """Whether the metrics may be announced now, which is noted."""
        return tx.run(_CLAIM, (tenant, now, now - apart, now)) > 0
