"""Keeping the detection process at the models that were deployed, and handing what they did to the monitor."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
import structlog

from netsentinel.detection import ModelServing
from netsentinel.detection.errors import ModelFileAwayError, ModelFileError, ModelSchemaError, ModelSignatureError
from netsentinel.detection.models import DeployedModel, Deployment, ModelTally, RefusedModel, Role
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.models.model import Alias, ModelVersion, Selection, Stage
from netsentinel.models.ports import ModelFiles
from netsentinel.models.service import ModelRegistry

_log = structlog.get_logger("netsentinel.models")

LISTEN_EVERY_S: Final = 5.0
"""How often the detection process is asked what its models did."""
_LOOK_EVERY_S: Final = 0.25
_TIDY_EVERY_S: Final = 3_600.0
_YOUNG: Final = DAY
"""A younger file may belong to a training that has not told of its model yet."""
AGAIN_EVERY_S: Final = 30.0
"""How often what cannot be used here and now is tried again."""
_FAULTS: Final = (NetSentinelError, OSError, msgspec.MsgspecError)
_PROVEN: Final = frozenset({ModelSignatureError.code, ModelSchemaError.code})
"""Refusals that are the model's own fault, wherever it is deployed. All others may be this machine's, and may pass."""
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

    A model of which it is proven that it cannot be used (its file was changed, is not signed by this installation, or
    is made for other columns) is rolled back for everybody, and says so in its history. What may be a fault of this
    machine or of the moment (a file that cannot be read, a package that is missing) rolls nothing back: what judged
    before goes on here, `troubles` tells of it, and it is tried again.

    Args:
        registry: says what is deployed.
        files: where the signed files are.
        key: what they are signed with.
        pool: the detection process.
        monitor: is told what models did.
        clock: the time.
        keep_days: how long that is kept, and files of retired models.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        files: ModelFiles,
        key: bytes,
        pool: ModelServing,
        monitor: Watching,
        clock: Clock,
        *,
        keep_days: int = 90,
    ) -> None:
        self._registry = registry
        self._files = files
        self._key = key
        self._pool = pool
        self._monitor = monitor
        self._clock = clock
        self._keep_days = keep_days
        self._revision = -1
        self._told: Deployment | None = None
        self._troubles: dict[str, str] = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is deployed and does not judge here, or not as it should, in sentences."""
        return tuple(self._troubles.values())

    async def begin(self) -> None:
        """Have what is deployed judge from the first batch on. Whatever goes wrong is tried again by `run`."""
        try:
            await self.follow()
        except _FAULTS as error:
            self._note("", "models_not_followed", f"Models cannot be deployed: {error}")

    async def run(self) -> None:
        """Look four times a second whether anything was decided, and listen every few seconds; for ever.

        It looks instead of being told, so that what another process on the same database changed counts as well.
        """
        waited = tidied = idle = 0.0
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            waited, tidied, idle = waited + _LOOK_EVERY_S, tidied + _LOOK_EVERY_S, idle + _LOOK_EVERY_S
            try:
                again = bool(self._troubles) and idle >= AGAIN_EVERY_S
                if again:
                    idle = 0.0
                await self.follow(again=again)
                if waited >= LISTEN_EVERY_S:
                    waited = 0.0
                    await self.listen()
                if tidied >= _TIDY_EVERY_S:
                    tidied = 0.0
                    await self.tidy()
            except _FAULTS as error:
                _log.warning("models_not_followed", detail=str(error))

    async def follow(self, *, again: bool = False) -> bool:
        """Have the detection process load what was deployed since the last time; whether there was anything.

        Args:
            again: also when nothing was deployed since.
        """
        if not again and await self._registry.revision() == self._revision:
            return False
        chosen = await self._registry.selection()
        self._troubles.clear()
        deployment = await self._deployment(chosen)
        if self._revision >= 0:
            await self.listen()  # what is swapped out takes its counts with it
        refused = await self._pool.deploy(deployment)
        self._revision, self._told = chosen.revision, deployment
        _log.info("models_deployed", revision=chosen.revision, models=len(deployment.models), refused=len(refused))
        for one in refused:
            await self._take_out(chosen, one)
        return True

    async def tidy(self) -> int:
        """Forget what models did long ago, and delete files that nobody needs; how many files went.

        Those are files that no model names, left by a training that broke off, and those of models that were retired
        `keep_days` ago: their reports and their history stay.
        """
        await self._monitor.forget_old(self._keep_days)
        now = self._clock.now()
        wanted = await self._registry.files_in_use(now - self._keep_days * DAY)
        gone = await self._files.tidy(wanted, now - _YOUNG)
        if gone:
            _log.info("model_files_tidied", files=gone)
        return gone

    async def listen(self) -> None:
        """Hand over what models did since the last time."""
        await self._monitor.take(await self._pool.tallies())

    async def _deployment(self, chosen: Selection) -> Deployment:
        found: list[DeployedModel] = []
        for model in chosen.models:
            try:
                content = await self._files.read(model.artefact.sha256)
            except ModelFileAwayError as error:
                before = await self._before(model)
                found += [before] if before else []
                self._note(model.id, "model_file_away", f"{model.name} cannot be loaded here: {error.detail}")
            except ModelFileError as error:
                await self._guard(model, error.code, error.detail)
            else:
                found.append(_deployed(model, content))
        return Deployment(tuple(found), self._key)

    async def _before(self, model: ModelVersion) -> DeployedModel | None:
        """What judges in the model's place here: itself, as it was loaded, or the one that it replaced."""
        wanted = ROLES[model.alias or Alias.SHADOW]
        for one in self._told.models if self._told else ():
            if (one.tenant, one.name) != (model.tenant, model.line):
                continue
            if one.version == str(model.number):
                return _deployed(model, one.artefact)
            old = await self._registry.numbered(model.tenant, model.line, int(one.version))
            if one.role is wanted and old is not None and old.stage is Stage.REPLACED:
                return one
        return None

    async def _take_out(self, chosen: Selection, refused: RefusedModel) -> None:
        for model in chosen.models:
            if (model.tenant, model.line, str(model.number)) == (refused.tenant, refused.name, refused.version):
                if refused.code in _PROVEN:
                    await self._guard(model, refused.code, refused.detail)
                else:
                    said = f"{model.name} does not judge here: {refused.detail} [{refused.code}]"
                    self._note(model.id, "model_not_loaded", said)

    async def _guard(self, model: ModelVersion, code: str, detail: str) -> None:
        _log.error("model_refused", model=model.id, code=code, detail=detail)
        await self._registry.take_out(model.tenant, model.id, f"It cannot be used: {detail} [{code}]")

    def _note(self, of: str, event: str, said: str) -> None:
        _log.warning(event, model=of, detail=said)
        self._troubles[of] = said


def _deployed(model: ModelVersion, content: bytes) -> DeployedModel:
    alias = model.alias or Alias.SHADOW
    return DeployedModel(
        tenant=model.tenant,
        name=model.line,
        version=str(model.number),
        role=ROLES[alias],
        threshold=model.artefact.threshold,
        share=model.share if alias is Alias.CHALLENGER else 1.0,
        adapts=model.adapts,
        artefact=content,
    )
