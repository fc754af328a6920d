"""Keeping the detection process at what tenants chose, and taking down what its rules cost."""

import asyncio

import structlog

from netsentinel.detection.ports import DetectionPool
from netsentinel.detection.rulebook.library import RuleLibrary
from netsentinel.detection.rulebook.ports import HitStore
from netsentinel.kernel.errors import UnavailableError
from netsentinel.storage.ports import Database

_log = structlog.get_logger("netsentinel.rules")

_LOOK_EVERY_S = 0.5
_WEIGH_EVERY_S = 15.0


class RuleKeeping:
    """Runs beside the server.

    Args:
        db: where costs are kept.
        library: says what is to be loaded.
        pool: the detection process.
        hits: takes the costs.
        revision: what the process began with.
    """

    def __init__(
        self, db: Database, library: RuleLibrary, pool: DetectionPool, hits: HitStore, revision: int = 0
    ) -> None:
        self._db = db
        self._library = library
        self._pool = pool
        self._hits = hits
        self._revision = revision

    async def run(self) -> None:
        """Look twice a second whether anything was chosen, and take down costs now and then; for ever.

        It looks instead of being told, so that what another process on the same database changed counts as well.
        """
        waited = 0.0
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            waited += _LOOK_EVERY_S
            try:
                await self.follow()
                if waited >= _WEIGH_EVERY_S:
                    waited = 0.0
                    await self.weigh()
                    await self.mend()
            except UnavailableError as error:
                _log.warning("rules_not_followed", detail=error.detail)

    async def follow(self) -> bool:
        """Have the process load what was chosen since the last time; whether there was anything."""
        if await self._library.revision() == self._revision:
            return False
        await self._library.look()
        await self._choose()
        return True

    async def mend(self) -> bool:
        """Have the process load again what was chosen when an archive was lost or came back; whether one was."""
        if not await self._library.look():
            return False
        await self._choose()
        return True

    async def _choose(self) -> None:
        revision, selection = await self._library.selection()
        failed = await self._pool.choose(selection)
        self._revision = revision
        _log.info("rules_chosen", revision=revision, packs=len(selection.packs), failed=failed)

    async def weigh(self) -> None:
        """Take down what rules cost since the last time."""
        events, weights = await self._pool.weigh()
        if events:
            await self._db.write(lambda tx: self._hits.add_weights(tx, events, weights))
