"""The ledger: what every change of a model does to its row, to its history and to the journal, in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.types import Permission, Principal, TenantId
from netsentinel.models.entries import MODEL_PROMOTED, MODEL_ROLLED_BACK, PROMOTION_ASKED, ModelChanged
from netsentinel.models.errors import ModelQuotaError, ModelStageError, NotServableError, SecondPersonError
from netsentinel.models.model import ADAPTING, ALIASES, Change, ModelChange, ModelFilter, ModelVersion, Request, Stage
from netsentinel.models.ports import ChangeStore, ModelFiles, ModelStore
from netsentinel.storage.ports import ReadTx, Tx

EVERY: Final = 10_000
LONGEST_NOTE: Final = 1_000
JUDGING: Final = tuple(ALIASES)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation demands of deployments."""

    second_person: bool = False
    """Whether two different users have to agree to a promotion."""
    canary_share: float = 0.2
    """A canary with more of the entities is as good as promoted, and needs what a promotion needs."""
    lines: int = 10
    """In so many lines models of one tenant may judge at a time."""


@dataclass(frozen=True, slots=True)
class ModelStores:
    """Where models are kept."""

    models: ModelStore
    changes: ChangeStore
    files: ModelFiles


class Ledger:
    """Moves models, and writes down who did it."""

    def __init__(self, stores: ModelStores, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock

    def displace(
        self, tx: Tx, principal: Principal, model: ModelVersion, stage: Stage, what: Change, note: str
    ) -> None:
        """Have a model make place for another one."""
        gone = self.moved(tx, model, stage)
        self.note(tx, self._stores.models.turn(tx), principal, gone, what, model.stage, note)

    def moved(
        self, tx: Tx, model: ModelVersion, stage: Stage, share: float = 0.0, *, adapts: bool | None = None
    ) -> ModelVersion:
        """The model at another stage, kept as such; it adapts as before where nothing is said."""
        moved = replace(
            model,
            stage=stage,
            share=share,
            adapts=model.adapts if adapts is None else adapts,
            request=None,
            changed_at=self._clock.now(),
            version=model.version + 1,
        )
        self._stores.models.save(tx, moved)
        return moved

    def champion(self, tx: ReadTx, model: ModelVersion) -> ModelVersion | None:
        """The champion of the model's line."""
        return next(iter(self.of_line(tx, model, Stage.PROMOTED)), None)

    def heir(self, tx: ReadTx, model: ModelVersion) -> ModelVersion | None:
        """The model of the line that was replaced last."""
        return max(self.of_line(tx, model, Stage.REPLACED), key=lambda one: (one.changed_at, one.number), default=None)

    def of_line(self, tx: ReadTx, model: ModelVersion, stage: Stage) -> list[ModelVersion]:
        """The models of its line that stand at a stage, newest first."""
        return self._stores.models.page(tx, model.tenant, ModelFilter(line=model.line, stages=(stage,)), EVERY, None)

    def found(self, tx: ReadTx, tenant: TenantId, model_id: str) -> ModelVersion:
        """The tenant's model.

        Raises:
            NotFoundError: there is none.
        """
        found = self._stores.models.get(tx, tenant, model_id)
        if found is None:
            raise NotFoundError(f"There is no model {model_id[:100]!r}.")
        return found

    def must_be(self, model: ModelVersion, stages: Collection[Stage], what: str) -> ModelVersion:
        """The model, which stands at one of these stages.

        Raises:
            ModelStageError: it does not.
        """
        if model.stage not in stages:
            needed = " or ".join(stage.value for stage in stages)
            raise ModelStageError(
                f"{model.name} is {model.stage.value}; to be {what}, a model has to be {needed} first.",
                stage=model.stage.value,
            )
        return model

    def note(
        self,
        tx: Tx,
        seq: int,
        principal: Principal,
        model: ModelVersion,
        what: Change,
        before: Stage | None,
        note: str,
    ) -> None:
        """Write down what happened to a model."""
        self._stores.changes.add(
            tx,
            ModelChange(
                seq=seq,
                tenant=model.tenant,
                model_id=model.id,
                line=model.line,
                at=self._clock.now(),
                principal=principal.id,
                principal_name=principal.name,
                change=what,
                before=before,
                after=model.stage,
                share=model.share,
                note=note[:LONGEST_NOTE],
            ),
        )

    def tell(
        self,
        tx: Tx,
        kind: str,
        principal: Principal,
        model: ModelVersion,
        before: Stage | None,
        *,
        replaced: ModelVersion | None = None,
        note: str = "",
    ) -> None:
        """Announce it."""
        payload = ModelChanged(
            id=model.id,
            line=model.line,
            number=model.number,
            model=model.artefact.kind,
            before=before.value if before else "",
            stage=model.stage.value,
            share=model.share,
            replaced=replaced.id if replaced else "",
            note=note[:LONGEST_NOTE],
            automatic=principal.kind == "system",
        )
        tx.append(NewEntry(kind, model.tenant, principal.id, model.id, payload))

    def taken_out(
        self, tx: Tx, seq: int, principal: Principal, model: ModelVersion, heir: ModelVersion | None, note: str
    ) -> ModelVersion:
        """Roll a model back; the heir, where there is one, decides again."""
        gone = self.moved(tx, model, Stage.ROLLED_BACK)
        self.note(tx, seq, principal, gone, Change.ROLLED_BACK, model.stage, note)
        if heir is not None:
            back = self.moved(tx, heir, Stage.PROMOTED)
            why = f"in place of {model.name}, which was rolled back"
            self.note(tx, self._stores.models.turn(tx), principal, back, Change.PROMOTED, heir.stage, why)
            self.tell(tx, MODEL_PROMOTED, principal, back, heir.stage, replaced=gone, note=why)
        self.tell(tx, MODEL_ROLLED_BACK, principal, gone, model.stage, replaced=heir, note=note)
        return gone

    def must_promote(self, principal: Principal, what: str) -> None:
        """Refuse who may not promote.

        Raises:
            NotAllowedError: that is so.
        """
        if not principal.may(Permission.MODELS_PROMOTE):
            needed = Permission.MODELS_PROMOTE
            raise NotAllowedError(f"{what} needs the permission {needed}.", permission=needed.value)

    def must_be_another(self, request: Request, principal: Principal) -> None:
        """Refuse who asked for it.

        Raises:
            SecondPersonError: that is so.
        """
        if request.by == principal.id:
            raise SecondPersonError(f"{request.by_name} asked for it; another person has to agree.")

    def must_have_room(self, tx: ReadTx, model: ModelVersion, most: int) -> None:
        """Refuse one more line where models of as many as may judge do so already.

        Raises:
            ModelQuotaError: that is so.
        """
        judging = self._stores.models.page(tx, model.tenant, ModelFilter(stages=JUDGING), EVERY, None)
        lines = {one.line for one in judging}
        if model.line not in lines and len(lines) >= most:
            raise ModelQuotaError(
                f"Models of {len(lines)} lines judge already, which is the most; take those of another line out.",
                limit=most,
            )

    def must_serve(self, model: ModelVersion) -> None:
        """Refuse what cannot judge events.

        Raises:
            NotServableError: that is so.
        """
        if not model.artefact.servable:
            raise NotServableError(
                f"{model.name} was trained on columns that events do not have; train one on stored events.",
                schema=model.artefact.schema,
            )

    def must_adapt(self, model: ModelVersion) -> None:
        """Refuse what cannot go on learning.

        Raises:
            NotServableError: that is so.
        """
        if model.artefact.kind not in ADAPTING:
            raise NotServableError(
                f"{model.name} cannot go on learning as a {model.artefact.kind}; {', '.join(sorted(ADAPTING))} can.",
                kind=model.artefact.kind,
            )

    def ask(self, tx: Tx, seq: int, principal: Principal, model: ModelVersion, note: str) -> ModelVersion:
        """Write down that somebody wants it, and wait for another person."""
        request = Request(by=principal.id, by_name=principal.name, at=self._clock.now(), note=note[:LONGEST_NOTE])
        asked = replace(model, request=request, version=model.version + 1)
        self._stores.models.save(tx, asked)
        self.note(tx, seq, principal, asked, Change.ASKED, model.stage, note)
        self.tell(tx, PROMOTION_ASKED, principal, asked, model.stage, note=note)
        return asked
