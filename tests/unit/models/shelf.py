"""A registry on a bench: models that nobody had to train."""

from dataclasses import dataclass, replace
from typing import Any

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import (
    DEFAULT_TENANT,
    ROLE_PERMISSIONS,
    Permission,
    Principal,
    Role,
    TenantId,
    system_principal,
)
from netsentinel.models import ModelRegistry, ModelStores, ModelVersion, Policy
from netsentinel.models.model import Artefact, Provenance, Scores, Trained
from netsentinel.models.ports import ModelFiles
from netsentinel.models.store_sql import SqlChanges, SqlModels
from netsentinel.models.testing import MemoryChanges, MemoryFiles, MemoryModels
from netsentinel.storage import Database
from netsentinel.storage.testing import MemoryDatabase

T = DEFAULT_TENANT
OTHER = TenantId("other")
SYSTEM = system_principal()
ANA = Principal("usr_ana", "user", T, Role.ADMIN, "ana", frozenset(Permission))
ANALYST = replace(ANA, id="usr_cy", name="cy", role=Role.ANALYST, permissions=ROLE_PERMISSIONS[Role.ANALYST])
BEN = replace(ANA, id="usr_ben", name="ben")
KEY = replace(ANA, id="key_one", kind="key", name="a key")
STRANGER = system_principal(OTHER)

SCORES = Scores(
    rows=1_000,
    bad=200,
    roc_auc=0.98,
    pr_auc=0.95,
    recall_at_01=0.5,
    recall_at_1=0.8,
    fpr_target=0.001,
    realised_fpr=0.0012,
    realised_recall=0.55,
    brier=0.02,
    calibration_error=0.01,
)


def trained(content: bytes = b"a model", *, sha256: str = "", **changes: Any) -> Trained:
    """What a training leaves."""
    artefact = Artefact(
        sha256=sha256,
        size=len(content),
        kind="flow-classifier",
        schema="0123456789ab",
        features=12,
        threshold=0.9,
        servable=True,
    )
    provenance = Provenance(data="Stored events", data_hash="ff" * 32, rows=2_000, seed=0, split="hash")
    base = Trained(
        line="flows", artefact=artefact, provenance=provenance, scores=SCORES, report=b'{"card":"#"}', plot=b"\x89PNG"
    )
    return replace(base, **changes)


@dataclass
class Shelf:
    """A registry with everything behind it."""

    db: Database
    stores: ModelStores
    clock: FakeClock
    registry: ModelRegistry

    async def add(
        self,
        *,
        principal: Principal = ANA,
        content: bytes = b"a model",
        servable: bool = True,
        kind: str = "flow-classifier",
        **changes: Any,
    ) -> ModelVersion:
        """One more model, as a training leaves it."""
        self.clock.advance(SECOND)
        sha256 = await self.stores.files.keep(content)
        left = trained(content, sha256=sha256, **changes)
        left = replace(left, artefact=replace(left.artefact, servable=servable, kind=kind))
        return await self.db.write(lambda tx: self.registry.add(tx, principal, left, "tsk_one"))

    async def canary(self, share: float = 0.1, **options: Any) -> ModelVersion:
        """One more model, which is a canary."""
        model = await self.add(**options)
        await self.registry.shadow(SYSTEM, model.id)
        return await self.registry.canary(SYSTEM, model.id, share)

    async def champion(self, **options: Any) -> ModelVersion:
        """One more model, which is promoted."""
        model = await self.canary(**options)
        self.clock.advance(SECOND)
        return await self.registry.promote(SYSTEM, model.id)


def memory_shelf(clock: FakeClock, policy: Policy | None = None, *, files: ModelFiles | None = None) -> Shelf:
    """Everything in memory, but for files that are elsewhere."""
    stores = ModelStores(MemoryModels(), MemoryChanges(), files or MemoryFiles())
    db = MemoryDatabase()
    return Shelf(db, stores, clock, ModelRegistry(db, stores, clock, policy))


def sql_shelf(db: Database, clock: FakeClock, policy: Policy | None = None) -> Shelf:
    """On a database; files in memory."""
    stores = ModelStores(SqlModels(), SqlChanges(), MemoryFiles())
    return Shelf(db, stores, clock, ModelRegistry(db, stores, clock, policy))
