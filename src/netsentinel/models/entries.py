"""What models announce in the journal."""

from typing import Final

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Level

MODEL_TRAINED: Final = "model.trained"
MODEL_DEPLOYED: Final = "model.deployed"
PROMOTION_ASKED: Final = "model.promotion_asked"
MODEL_PROMOTED: Final = "model.promoted"
MODEL_ROLLED_BACK: Final = "model.rolled_back"
MODEL_RETIRED: Final = "model.retired"
MODEL_DRIFT: Final = "model.drift"

STAGE_CHANGES: Final = (MODEL_DEPLOYED, MODEL_PROMOTED, MODEL_ROLLED_BACK, MODEL_RETIRED)
"""After these, other models judge than before."""


class ModelChanged(Payload, frozen=True, kw_only=True):
    """Something happened to a model. The entry's subject is its id."""

    id: str
    line: str
    number: int
    model: str
    """Which model it is of, for example `flow-classifier`."""
    before: str
    """The stage it left; empty for one that was just trained."""
    stage: str
    share: float
    """Of the entities, while it is a canary."""
    replaced: str = ""
    """Id of the model that made place, or takes the place; empty for none."""
    note: str = ""
    automatic: bool = False
    """Whether a guard did it."""


class ModelDrifted(Payload, frozen=True, kw_only=True):
    """What a model sees or says is no longer what it was trained on. The entry's subject is its id."""

    id: str
    line: str
    number: int
    what: str
    """`score`, `features`, `labels`, `alert_rate`, `error` or `latency`."""
    measure: str
    """`psi`, `adwin` or `ratio`."""
    value: float
    limit: float
    features: tuple[str, ...] = ()
    """The features that moved most."""
    said: str = ""
    """Of a breach that a guard left to people: what it is."""
    level: Level = Level.MEDIUM


ENTRY_KINDS = (
    EntryKind(MODEL_TRAINED, "models", "model:trained", ModelChanged, "A model was trained and is kept.", audited=True),
    EntryKind(
        MODEL_DEPLOYED,
        "models",
        "model:deployed",
        ModelChanged,
        "A model judges as a shadow or a canary from now on.",
        audited=True,
    ),
    EntryKind(
        PROMOTION_ASKED,
        "models",
        "model:promotion-asked",
        ModelChanged,
        "Somebody wants a canary promoted, or a champion rolled back, and a second person has to agree.",
        audited=True,
    ),
    EntryKind(
        MODEL_PROMOTED,
        "models",
        "model:promoted",
        ModelChanged,
        "A model is the champion of its line from now on.",
        audited=True,
    ),
    EntryKind(
        MODEL_ROLLED_BACK,
        "models",
        "model:rolled-back",
        ModelChanged,
        "A model was taken out, by somebody or by a guard; `replaced` is the one that decides again.",
        audited=True,
    ),
    EntryKind(MODEL_RETIRED, "models", "model:retired", ModelChanged, "A model will never judge again.", audited=True),
    EntryKind(
        MODEL_DRIFT,
        "models",
        "model:drift",
        ModelDrifted,
        "What a model sees or says is no longer what it was trained on.",
        audited=True,
    ),
)
