"""Keeping the detection process at the models that were deployed, and handing what they did to the monitor."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from netsentinel.detection import ModelServing
from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import DeployedModel, Deployment, ModelTally, RefusedModel, Role
from netsentinel.kernel.errors import UnavailableError
from netsentinel.models.model import Alias, ModelVersion, Selection
from netsentinel.models.ports import ModelFiles
from netsentinel.models.service import ModelRegistry

_log = structlog.get_logger("netsentinel.models")

LISTEN_EVERY_S: Final = 5.0
"""How often the detection process is asked what its models did."""
_LOOK_EVERY_S: Final = 0.25
_TIDY_EVERY_S: Final = 3_600.0
ROLES: Final = {Alias.CHAMPION: Role.CHAMPION, Alias.CHALLENGER: Role.CANARY, Alias.SHADOW: Role.SHADOW}


class Watching(Protocol):
    """Takes what models did; `ModelMonitor` is one."""

    async def take(self, tallies: Sequence[ModelTally]) -> None:
        """Note it, and act on it."""
        ...

    async def forget_old(self, keep_days: int) -> int:
        """Forget what they did longer ago."""
        ...


class ModelKeeping:
    """Runs beside the server.

    A model that cannot be used (its file was changed, or events have other columns by now) is rolled back, and says so
    in its history; all others go on judging.

    Args:
        registry: says what is deployed.
        files: where the signed files are.
        key: what they are signed with.
        pool: the detection process.
        monitor: is told what models did.
        keep_days: how long that is kept.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        files: ModelFiles,
        key: bytes,
        pool: ModelServing,
        monitor: Watching,
        *,
        keep_days: int = 90,
    ) -> None:
        self._registry = registry
        self._files = files
        self._key = key
        self._pool = pool
        self._monitor = monitor
        self._keep_days = keep_days
        self._revision = -1

    async def run(self) -> None:
        """Look four times a second whether anything was decided, and listen every few seconds; for ever.

        It looks instead of being told, so that what another process on the same database changed counts as well.
        """
        waited = tidied = 0.0
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            waited += _LOOK_EVERY_S
            tidied += _LOOK_EVERY_S
            try:
                await self.follow()
                if waited >= LISTEN_EVERY_S:
                    waited = 0.0
                    await self.listen()
                if tidied >= _TIDY_EVERY_S:
                    tidied = 0.0
                    await self._monitor.forget_old(self._keep_days)
            except UnavailableError as error:
                _log.warning("models_not_followed", detail=error.detail)

    async def follow(self) -> bool:
        """Have the detection process load what was deployed since the last time; whether there was anything."""
        if await self._registry.revision() == self._revision:
            return False
        chosen = await self._registry.selection()
        deployment = await self._deployment(chosen)
        if self._revision >= 0:
            await self.listen()  # what is swapped out takes its counts with it
        refused = await self._pool.deploy(deployment)
        self._revision = chosen.revision
        _log.info("models_deployed", revision=chosen.revision, models=len(deployment.models), refused=len(refused))
        for one in refused:
            await self._take_out(chosen, one)
        return True

    async def listen(self) -> None:
        """Hand over what models did since the last time."""
        await self._monitor.take(await self._pool.tallies())

    async def _deployment(self, chosen: Selection) -> Deployment:
        found: list[DeployedModel] = []
        for model in chosen.models:
            try:
                content = await self._files.read(model.artefact.sha256)
            except ModelFileError as error:
                await self._guard(model, error.code, error.detail)
                continue
            found.append(_deployed(model, content))
        return Deployment(tuple(found), self._key)

    async def _take_out(self, chosen: Selection, refused: RefusedModel) -> None:
        for model in chosen.models:
            if (model.tenant, model.line, str(model.number)) == (refused.tenant, refused.name, refused.version):
                await self._guard(model, refused.code, refused.detail)

    async def _guard(self, model: ModelVersion, code: str, detail: str) -> None:
        _log.error("model_refused", model=model.id, code=code, detail=detail)
        await self._registry.guard(model.tenant, model.id, f"It cannot be used: {detail} [{code}]")


def _deployed(model: ModelVersion, content: bytes) -> DeployedModel:
    alias = model.alias or Alias.SHADOW
    return DeployedModel(
        tenant=model.tenant,
        name=model.line,
        version=str(model.number),
        role=ROLES[alias],
        threshold=model.artefact.threshold,
        share=model.share if alias is Alias.CHALLENGER else 1.0,
        artefact=content,
    )
