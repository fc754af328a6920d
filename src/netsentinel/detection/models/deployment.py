"""Which models judge whose events now: what the detection process is told, and what it tells of them.

Nothing here needs the extra `netsentinel[ml]`: the server speaks of models that only the detection process loads.
"""

from enum import StrEnum

import msgspec

from netsentinel.kernel.types import Level, TenantId

SCORE_BINS = 50
"""Equal parts of 0 to 1 in which probabilities are counted."""

FEATURE_BINS = 64
"""Parts in which a feature's values are counted: see `distribution.binned`."""

MOST_ENTITIES = 64
"""Of those that a model flagged, so many are told apart in one tally."""


class Role(StrEnum):
    """What a deployed model may do."""

    CHAMPION = "champion"
    """Its findings are told, but for those entities that a canary of the same name judges."""
    CANARY = "canary"
    """It judges a share of the entities in the champion's place, always the same ones."""
    SHADOW = "shadow"
    """It judges all events and only counts: nobody is told."""


class DeployedModel(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a model that is to judge events."""

    tenant: TenantId | None = None
    """Whose events it judges; None for every tenant that has no champion of that name of its own."""
    name: str
    """What people call it, the same for all its versions: versions of one name take each other's place."""
    version: str
    role: Role = Role.CHAMPION
    threshold: float
    """A probability above it is a finding."""
    share: float = 1.0
    """Of the entities, from 0 to 1; only a canary has less than all."""
    level: Level = Level.MEDIUM
    """Of its findings."""
    adapts: bool = False
    """Whether it goes on learning from events that it finds usual, where the model can (`ports.Learns`)."""
    artefact: bytes
    """The signed file (`artefact.save`)."""


class Deployment(msgspec.Struct, frozen=True):
    """All models that judge events from now on. It takes the place of the one before."""

    models: tuple[DeployedModel, ...] = ()
    key: bytes = b""
    """What the installation signs models with."""


class RefusedModel(msgspec.Struct, frozen=True):
    """A model of a deployment that does not judge, and why. The others do."""

    tenant: TenantId | None
    name: str
    version: str
    role: Role
    code: str
    """The stable code of the error, for example `model-signature`."""
    detail: str


class ModelTally(msgspec.Struct, frozen=True, kw_only=True):
    """What one deployed model did for one tenant since it was asked last."""

    tenant: TenantId
    name: str
    version: str
    role: Role
    judged: int
    """Events that it gave a probability."""
    above: int
    """Of those, how many exceeded its threshold."""
    findings: int
    """How many were told; one entity is told of once a while."""
    nanoseconds: int
    """Processor time spent on scores and explanations, and on learning."""
    scores: tuple[int, ...]
    """Events in each of `SCORE_BINS` equal parts of the probability."""
    entities: tuple[int, ...] = ()
    """Marks of different entities above the threshold, `MOST_ENTITIES` at most. A shadow states none."""
    features: dict[str, tuple[int, ...]]
    """Numbers: events in each of `FEATURE_BINS` (and, as the last, how many stated none). Categories are left out."""
