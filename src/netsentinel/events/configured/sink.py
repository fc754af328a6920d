"""The sink of sources that run in the server: its own intake."""

from collections.abc import Callable

from netsentinel.events.service import IntakeService
from netsentinel.events.sources.port import Outgoing
from netsentinel.kernel.types import TenantId


class IntakeSink:
    """Hands over to this server's inbox."""

    def __init__(self, intake: IntakeService, tenant: TenantId, wake: Callable[[], None]) -> None:
        """Construction does no I/O.

        Args:
            intake: takes the batches.
            tenant: whose they are.
            wake: told of each batch that is on disk.
        """
        self._intake = intake
        self._tenant = tenant
        self._wake = wake

    async def deliver(self, batch: Outgoing) -> int:
        """Hand over a batch; the recorded end of its stream.

        Raises:
            UnavailableError: too many batches wait, or the disk is full.
            NetSentinelError: the intake refuses.
        """
        accepted = await self._intake.accept(
            self._tenant, batch.source, batch.format, batch.body, "application/x-ndjson", "", batch.position
        )
        self._wake()
        return accepted.position
