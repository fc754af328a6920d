"""An in-memory fake of the port of analytics; it passes the same contract suite as the SQL store."""

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Tx


class MemoryPace:
    """The pace in a dictionary."""

    def __init__(self) -> None:
        self._last: dict[TenantId, Micros] = {}

    def claim(self, tx: Tx, tenant: TenantId, now: Micros, apart: Micros) -> bool:
        """Whether the metrics may be announced now, which is noted."""
        last = self._last.get(tenant)
        if last is not None and now - apart < last <= now:
            return False
        self._last[tenant] = now
        return True
