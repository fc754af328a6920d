"""What announcing metrics needs from others."""

from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Tx


class PaceStore(Protocol):
    """Remembers when the metrics of a tenant were last announced, by whichever process."""

    def claim(self, tx: Tx, tenant: TenantId, now: Micros, apart: Micros) -> bool:
        """Whether they may be announced now, which is noted; False when that was less than `apart` ago."""
        ...


class Audience(Protocol):
    """Knows who listens in this process; the hub does."""

    def is_heard(self, tenant: TenantId, topic: str) -> bool:
        """Whether somebody of the tenant listens to the topic."""
        ...
