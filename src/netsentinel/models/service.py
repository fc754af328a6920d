"""What people and guards do with trained models: look at them, let them judge, promote them, take them out again."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from netsentinel.detection.errors import ModelFileError
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId, system_principal
from netsentinel.models.entries import (
    MODEL_DEPLOYED,
    MODEL_PROMOTED,
    MODEL_RETIRED,
    MODEL_TRAINED,
)
from netsentinel.models.errors import ModelStageError, SecondPersonError
from netsentinel.models.ledger import EVERY, JUDGING, LONGEST_NOTE, Ledger, ModelStores, Policy
from netsentinel.models.model import (
    PREFIX,
    Change,
    ModelChange,
    ModelDetail,
    ModelFilter,
    ModelPage,
    ModelVersion,
    Selection,
    Stage,
    Trained,
)
from netsentinel.storage.ports import Database, ReadTx, Tx

HISTORY: Final = 200
"""So many changes of a model are shown."""
MOST_COMPARED: Final = 10
PROBATION: Final = DAY
"""For so long after its promotion a guard may put the one before back in a champion's place."""

_LEARNING: Final = {True: "It goes on learning.", False: "It learns no more."}
"""What the history says beside the note, when that changes."""

_MAY_BE_SHADOW: Final = (Stage.TRAINED, Stage.REPLACED, Stage.ROLLED_BACK, Stage.CANARY)


class ModelRegistry:
    """Everything one can do with trained models.

    Args:
        db: where they are kept.
        stores: the same, in parts.
        clock: the time.
        policy: who has to agree, and what can judge.
    """

    def __init__(self, db: Database, stores: ModelStores, clock: Clock, policy: Policy | None = None) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._policy = policy or Policy()
        self._ledger = Ledger(stores, clock)

    @property
    def policy(self) -> Policy:
        """What the installation demands."""
        return self._policy

    # Looking.

    async def page(self, tenant: TenantId, where: ModelFilter, *, limit: int, cursor: str = "") -> ModelPage:
        """The tenant's models, newest first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        found = await self._db.read(lambda tx: self._stores.models.page(tx, tenant, where, limit + 1, after))
        items = tuple(found[:limit])
        return ModelPage(items, encode_cursor((items[-1].id,)) if len(found) > limit else None)

    async def get(self, tenant: TenantId, model_id: str) -> ModelVersion:
        """A model.

        Raises:
            NotFoundError: the tenant has no such model.
        """
        return await self._db.read(lambda tx: self._ledger.found(tx, tenant, model_id))

    async def numbered(self, tenant: TenantId, line: str, number: int) -> ModelVersion | None:
        """The model of a line with this number; None when there is none."""

        def read(tx: ReadTx) -> ModelVersion | None:
            found = self._stores.models.page(tx, tenant, ModelFilter(line=line), EVERY, None)
            return next((model for model in found if model.number == number), None)

        return await self._db.read(read)

    async def detail(self, tenant: TenantId, model_id: str) -> ModelDetail:
        """A model with its report and what happened to it.

        Raises:
            NotFoundError: the tenant has no such model.
        """

        def read(tx: ReadTx) -> ModelDetail:
            model = self._ledger.found(tx, tenant, model_id)
            kept = self._stores.models.report(tx, tenant, model_id)
            report = msgspec.Raw(kept[0] if kept else b"{}")
            return ModelDetail(model, report, tuple(self._stores.changes.of(tx, tenant, model_id, HISTORY)))

        return await self._db.read(read)

    async def report(self, tenant: TenantId, model_id: str) -> tuple[bytes, bytes]:
        """A model's report (JSON) and the plot of its curves (PNG).

        Raises:
            NotFoundError: the tenant has no such model.
        """

        def read(tx: ReadTx) -> tuple[bytes, bytes]:
            self._ledger.found(tx, tenant, model_id)
            return self._stores.models.report(tx, tenant, model_id) or (b"{}", b"")

        return await self._db.read(read)

    async def compare(self, tenant: TenantId, ids: Sequence[str]) -> list[ModelDetail]:
        """Several models side by side.

        Raises:
            InvalidInputError: fewer than two, or too many.
            NotFoundError: the tenant has no such model.
        """
        if not 2 <= len(set(ids)) <= MOST_COMPARED:  # noqa: PLR2004 - a comparison
            raise InvalidInputError(f"State from 2 to {MOST_COMPARED} different models.")
        return [await self.detail(tenant, one) for one in dict.fromkeys(ids)]

    async def history(self, tenant: TenantId, *, line: str = "", limit: int = HISTORY) -> list[ModelChange]:
        """What happened to the models of a line, newest first; of all lines with an empty one."""
        return await self._db.read(lambda tx: self._stores.changes.newest(tx, tenant, line, limit))

    async def revision(self) -> int:
        """A number that grows with every change of any model."""
        return await self._db.read(self._stores.models.revision)

    async def selection(self) -> Selection:
        """Every model that judges, of all tenants."""

        def read(tx: ReadTx) -> Selection:
            found = self._stores.models.page(tx, None, ModelFilter(stages=JUDGING), EVERY, None)
            return Selection(self._stores.models.revision(tx), tuple(found))

        return await self._db.read(read)

    async def files_in_use(self, retired_before: Micros = 0) -> Collection[str]:
        """The names of all files that a model needs: any but one that was retired before a time."""
        found, after = set[str](), None
        read = self._stores.models.page
        while page := await self._db.read(lambda tx, after=after: read(tx, None, ModelFilter(), EVERY, after)):
            found |= {
                one.artefact.sha256
                for one in page
                if one.stage is not Stage.RETIRED or one.changed_at >= retired_before
            }
            after = page[-1].id
        return found

    # Keeping.

    def add(self, tx: Tx, principal: Principal, trained: Trained, task_id: str) -> ModelVersion:
        """Keep what a training left, in the transaction that completes its task. The file is kept already."""
        seq = self._stores.models.turn(tx)
        now = self._clock.now()
        older = self._stores.models.page(tx, principal.tenant, ModelFilter(line=trained.line), 1, None)
        model = ModelVersion(
            id=new_id(PREFIX, now),
            tenant=principal.tenant,
            line=trained.line,
            number=max((one.number for one in older), default=0) + 1,
            artefact=trained.artefact,
            provenance=trained.provenance,
            scores=trained.scores,
            stage=Stage.TRAINED,
            note=trained.note[:LONGEST_NOTE],
            trained_at=now,
            trained_by=principal.id,
            trained_by_name=principal.name,
            task_id=task_id,
            changed_at=now,
        )
        self._stores.models.insert(tx, model, trained.report, trained.plot)
        self._ledger.note(tx, seq, principal, model, Change.TRAINED, None, trained.note)
        self._ledger.tell(tx, MODEL_TRAINED, principal, model, None)
        return model

    # Deciding.

    async def shadow(
        self, principal: Principal, model_id: str, note: str = "", *, adapts: bool | None = None
    ) -> ModelVersion:
        """Let a model judge everything, and only count what it says. The shadow before it goes back to `trained`.

        `adapts` says whether it goes on learning from what it finds usual; as before where nothing is said.

        Raises:
            NotFoundError: the tenant has no such model.
            ModelStageError: it is promoted, or retired, or is the shadow.
            NotServableError: it cannot judge events, or cannot go on learning.
            ModelQuotaError: models of as many lines as may judge do so already.
        """
        return await self._deploy(principal, model_id, Stage.SHADOW, 0.0, note, adapts)

    async def canary(
        self, principal: Principal, model_id: str, share: float, note: str = "", *, adapts: bool | None = None
    ) -> ModelVersion:
        """Let a shadow decide for a share of the entities, or change the share of a canary.

        `adapts` says whether it goes on learning from what it finds usual; as before where nothing is said.

        Raises:
            NotFoundError: the tenant has no such model.
            ModelStageError: it is neither shadow nor canary.
            InvalidInputError: the share is none.
            NotAllowedError: the share is above the policy's, and the principal may not promote.
            SecondPersonError: the share is above the policy's, and two people have to agree to promotions.
        """
        if not 0 < share <= 1:
            raise InvalidInputError("A canary decides for a share above 0 and up to 1.", field="share")
        most = self._policy.canary_share
        if share > most:
            self._ledger.must_promote(principal, f"A canary for more than {most:.0%} of the entities")
            if self._policy.second_person:
                raise SecondPersonError(f"Alone, nobody gives a canary more than {most:.0%}; have it promoted.")
        return await self._deploy(principal, model_id, Stage.CANARY, share, note, adapts)

    async def promote(self, principal: Principal, model_id: str, note: str = "") -> ModelVersion:
        """Make a canary the champion of its line; the one before is replaced.

        Where two people have to agree, the first call asks for it and the second one, by another user, does it.

        Raises:
            NotFoundError: the tenant has no such model.
            ModelStageError: it is no canary.
            ModelFileError: its file is gone, or was changed on the disk; the champion goes on.
            SecondPersonError: the same user asked for it, or a key wants to be a person.
        """
        if self._policy.second_person and principal.kind != "user":
            raise SecondPersonError("Two people have to agree to a promotion here; log in to be one of them.")

        await self._must_be_whole(principal.tenant, model_id)

        def change(tx: Tx) -> ModelVersion:
            seq = self._stores.models.turn(tx)
            model = self._ledger.must_be(
                self._ledger.found(tx, principal.tenant, model_id), (Stage.CANARY,), "promoted"
            )
            if self._policy.second_person:
                if model.request is None:
                    return self._ledger.ask(tx, seq, principal, model, note)
                self._ledger.must_be_another(model.request, principal)
            before = self._ledger.champion(tx, model)
            if before is not None:
                self._ledger.displace(tx, principal, before, Stage.REPLACED, Change.REPLACED, f"by {model.name}")
            promoted = self._ledger.moved(tx, model, Stage.PROMOTED)
            self._ledger.note(tx, self._stores.models.turn(tx), principal, promoted, Change.PROMOTED, model.stage, note)
            self._ledger.tell(tx, MODEL_PROMOTED, principal, promoted, model.stage, replaced=before, note=note)
            return promoted

        return await self._db.write(change)

    async def roll_back(self, principal: Principal, model_id: str, note: str = "") -> ModelVersion:
        """Take a model out that judges. Of a champion, the one that it had replaced decides again, where there is one.

        A champion is rolled back by who may promote; where two people have to agree, the first call asks for it.

        Raises:
            NotFoundError: the tenant has no such model.
            ModelStageError: it does not judge, or what is to take its place changed meanwhile.
            ModelFileError: the file of the one that would decide again is gone, or was changed on the disk.
            NotAllowedError: it is the champion, and the principal may not promote.
            SecondPersonError: the same user asked for it, or a key wants to be a person.
        """
        heir = await self._heir(principal.tenant, model_id)
        if heir is not None:
            await self._stores.files.read(heir.artefact.sha256)

        def change(tx: Tx) -> ModelVersion:
            seq = self._stores.models.turn(tx)
            model = self._ledger.must_be(self._ledger.found(tx, principal.tenant, model_id), JUDGING, "rolled back")
            if model.stage is Stage.PROMOTED:
                self._ledger.must_promote(principal, "Rolling a champion back")
                now = self._ledger.heir(tx, model)
                if (now and now.id) != (heir and heir.id):
                    raise ModelStageError(f"Another model would take the place of {model.name} by now; look again.")
                if self._policy.second_person and principal.kind != "system":
                    if principal.kind != "user":
                        raise SecondPersonError("Two people have to agree to this here; log in to be one of them.")
                    if model.request is None:
                        return self._ledger.ask(tx, seq, principal, model, note)
                    self._ledger.must_be_another(model.request, principal)
            return self._ledger.taken_out(tx, seq, principal, model, heir, note)

        return await self._db.write(change)

    async def retire(self, principal: Principal, model_id: str, note: str = "") -> ModelVersion:
        """Have a model never judge again.

        Raises:
            NotFoundError: the tenant has no such model.
            ModelStageError: it is the champion, or retired.
        """

        def change(tx: Tx) -> ModelVersion:
            seq = self._stores.models.turn(tx)
            allowed = tuple(stage for stage in Stage if stage not in (Stage.PROMOTED, Stage.RETIRED))
            model = self._ledger.must_be(self._ledger.found(tx, principal.tenant, model_id), allowed, "retired")
            gone = self._ledger.moved(tx, model, Stage.RETIRED)
            self._ledger.note(tx, seq, principal, gone, Change.RETIRED, model.stage, note)
            self._ledger.tell(tx, MODEL_RETIRED, principal, gone, model.stage, note=note)
            return gone

        return await self._db.write(change)

    async def guard(self, tenant: TenantId, model_id: str, why: str) -> ModelVersion | None:
        """Roll a model back because of what it does; None when it stays, or does not judge any more.

        What it does is up to those who are watched as well. So a champion goes at most once, within `PROBATION` after
        a person promoted it, and only where the file of the one before is whole: never until nothing judges.
        """
        model = await self.get(tenant, model_id)
        if model.stage is Stage.PROMOTED and not await self._on_probation(model):
            return None
        try:
            return await self.roll_back(system_principal(tenant), model_id, why)
        except (ModelStageError, ModelFileError):
            return None

    async def take_out(self, tenant: TenantId, model_id: str, why: str) -> ModelVersion | None:
        """Roll back a model of which it is proven that it cannot judge; None when it does not judge any more."""
        heir = await self._heir(tenant, model_id)
        if heir is not None:
            try:
                await self._stores.files.read(heir.artefact.sha256)
            except ModelFileError:
                heir = None

        def change(tx: Tx) -> ModelVersion | None:
            seq = self._stores.models.turn(tx)
            model = self._ledger.found(tx, tenant, model_id)
            if model.stage not in JUDGING:
                return None
            return self._ledger.taken_out(tx, seq, system_principal(tenant), model, heir, why)

        return await self._db.write(change)

    # In a transaction.

    async def _heir(self, tenant: TenantId, model_id: str) -> ModelVersion | None:
        """Who decides again when this model, a champion, is rolled back."""

        def read(tx: ReadTx) -> ModelVersion | None:
            model = self._ledger.found(tx, tenant, model_id)
            return self._ledger.heir(tx, model) if model.stage is Stage.PROMOTED else None

        return await self._db.read(read)

    async def _on_probation(self, champion: ModelVersion) -> bool:
        """Whether it was a canary until lately, and another one can take its place."""
        story = await self._db.read(lambda tx: self._stores.changes.of(tx, champion.tenant, champion.id, HISTORY))
        last = next((one for one in reversed(story) if one.change is Change.PROMOTED), None)
        if last is None or last.before is not Stage.CANARY or self._clock.now() - last.at > PROBATION:
            return False
        return await self._heir(champion.tenant, champion.id) is not None

    async def _deploy(
        self, principal: Principal, model_id: str, stage: Stage, share: float, note: str, adapts: bool | None
    ) -> ModelVersion:
        await self._must_be_whole(principal.tenant, model_id)

        def change(tx: Tx) -> ModelVersion:
            seq = self._stores.models.turn(tx)
            model = self._ledger.found(tx, principal.tenant, model_id)
            if stage is Stage.CANARY:
                self._ledger.must_be(model, (Stage.SHADOW, Stage.CANARY), "a canary")
            else:
                self._ledger.must_be(model, _MAY_BE_SHADOW, "a shadow")
            self._ledger.must_serve(model)
            if adapts:
                self._ledger.must_adapt(model)
            self._ledger.must_have_room(tx, model, self._policy.lines)
            for other in self._ledger.of_line(tx, model, stage):
                if other.id != model.id:
                    self._ledger.displace(tx, principal, other, Stage.TRAINED, Change.REPLACED, f"by {model.name}")
            moved = self._ledger.moved(tx, model, stage, share, adapts=adapts)
            what = Change.SHADOWED if stage is Stage.SHADOW else Change.CANARIED
            said = note if moved.adapts == model.adapts else f"{_LEARNING[moved.adapts]} {note}".rstrip()
            self._ledger.note(tx, seq, principal, moved, what, model.stage, said)
            self._ledger.tell(tx, MODEL_DEPLOYED, principal, moved, model.stage, note=said)
            return moved

        return await self._db.write(change)

    async def _must_be_whole(self, tenant: TenantId, model_id: str) -> None:
        """Look at the file before anything is decided: a model that cannot be loaded must not take a place."""
        model = await self.get(tenant, model_id)
        await self._stores.files.read(model.artefact.sha256)
