"""One deployed model at work: its scores, its counts, and what it goes on learning from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from time import thread_time_ns
from typing import Any

import msgspec
import numpy as np

from netsentinel.detection.errors import ModelFileError, ModelSchemaError
from netsentinel.detection.models.artefact import load, save
from netsentinel.detection.models.deployment import (
    FEATURE_BINS,
    MOST_ENTITIES,
    SCORE_BINS,
    DeployedModel,
    ModelTally,
    Role,
)
from netsentinel.detection.models.distribution import feature_counts, score_counts
from netsentinel.detection.models.ports import Contribution, Learns, Model
from netsentinel.detection.models.table import Category, Flags, Floats, Ints, Schema, Table, joined
from netsentinel.kernel.types import TenantId

USUAL = 0.95
"""Share of the threshold up to which an event is learnt from: who comes near it does not teach the model."""

_WHOLE = 2.0**64


class _Rows(msgspec.Struct, array_like=True):
    numbers: bytes
    categories: list[list[str]]


class _Saved(msgspec.Struct, array_like=True):
    seen: int
    waiting: _Rows | None
    model: bytes


@dataclass(slots=True)
class _Counts:
    judged: int = 0
    above: int = 0
    findings: int = 0
    nanoseconds: int = 0
    entities: set[int] = field(default_factory=set[int])
    scores: Ints = field(default_factory=lambda: np.zeros(SCORE_BINS, dtype=np.int64))
    features: Ints = field(default_factory=lambda: np.zeros((0, FEATURE_BINS + 1), dtype=np.int64))


class Serving:
    """A deployed model with its counts.

    Args:
        deployed: what was asked for.
        key: of the installation.
        every: of each kind of rows that events give (by the schema's version), after how many an adapting model learns.

    Raises:
        ModelFileError: the artefact is damaged, or not signed with the key.
        ModelSchemaError: the model is for other rows, or is to adapt and cannot.
    """

    def __init__(self, deployed: DeployedModel, key: bytes, every: Mapping[str, int]) -> None:
        self.deployed = deployed
        self._key = key
        self._model: Model = load(deployed.artefact, key)
        if self._model.schema.version not in every:
            raise ModelSchemaError(
                f"The model judges other rows (schema {self._model.schema.version}) than events give"
                f" ({', '.join(every)}).",
                expected=", ".join(every),
                found=self._model.schema.version,
            )
        if deployed.adapts and deployed.tenant is None:
            raise ModelSchemaError("A model that goes on learning must be one tenant's own: tenants share no events.")
        if deployed.adapts and not isinstance(self._model, Learns):
            raise ModelSchemaError(f"{self._model.name} cannot go on learning; deploy it as it is.")
        self._every = every[self._model.schema.version]
        self._seen = 0
        self._waiting: Table | None = None
        self._counts: dict[TenantId, _Counts] = {}

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._model.schema

    def judge(self, table: Table, tenant: TenantId) -> Iterator[tuple[int, Floats]]:
        """Places and scores of consecutive rows; between two parts an adapting model learns.

        While the caller holds a part, `explain` speaks of the model that gave it.
        """
        at = 0
        while at < len(table):
            size = min(len(table) - at, self._every - self._seen) if self.deployed.adapts else len(table)
            part = table if size == len(table) else table.take(np.arange(at, at + size))
            began = thread_time_ns()
            scores = self._model.score(part)
            self._count(tenant, part, scores, thread_time_ns() - began)
            yield at, scores
            if self.deployed.adapts:
                began = thread_time_ns()
                self._adapt(part, scores)
                self._of(tenant).nanoseconds += thread_time_ns() - began
            at += size

    def explain(self, table: Table, tenant: TenantId, top: int) -> list[list[Contribution]]:
        """Why these rows have the scores they have."""
        began = thread_time_ns()
        found = self._model.explain(table, top)
        self._of(tenant).nanoseconds += thread_time_ns() - began
        return found

    def told(self, tenant: TenantId) -> None:
        """Count a finding."""
        self._of(tenant).findings += 1

    def flagged(self, tenant: TenantId, entities: Iterable[str]) -> None:
        """Tell apart who was above the threshold."""
        known = self._of(tenant).entities
        for entity in entities:
            if len(known) >= MOST_ENTITIES:
                return
            known.add(mark(entity))

    def learn(self, table: Table) -> bool:
        """Have the model learn from rows, where it can."""
        if not isinstance(self._model, Learns) or not len(table):
            return False
        self._model.partial_fit(table)
        return True

    def tallies(self) -> list[ModelTally]:
        """What it did for each tenant since the last call."""
        counts, self._counts = self._counts, {}
        return [
            ModelTally(
                tenant=tenant,
                name=self.deployed.name,
                version=self.deployed.version,
                role=self.deployed.role,
                judged=one.judged,
                above=one.above,
                findings=one.findings,
                nanoseconds=one.nanoseconds,
                entities=tuple(sorted(one.entities)),
                scores=tuple(one.scores.tolist()),
                features={
                    name: tuple(row) for name, row in zip(self.schema.numbers, one.features.tolist(), strict=False)
                },
            )
            for tenant, one in counts.items()
        ]

    def save(self) -> bytes:
        """What it has learnt since it was deployed; empty for a model that does not."""
        if not self.deployed.adapts:
            return b""
        return msgspec.msgpack.encode(_Saved(self._seen, _packed(self._waiting), save(self._model, self._key)))

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean the model as it was deployed.

        Raises:
            ModelFileError: it is damaged.
        """
        if not self.deployed.adapts:
            return
        if not state:
            self._model, self._seen, self._waiting = load(self.deployed.artefact, self._key), 0, None
            return
        try:
            saved = msgspec.msgpack.decode(state, type=_Saved)
        except msgspec.DecodeError as error:
            raise ModelFileError("What the model has learnt cannot be read.") from error
        self._model = load(saved.model, self._key)
        self._seen, self._waiting = saved.seen, _unpacked(saved.waiting, self.schema)

    def _adapt(self, part: Table, scores: Floats) -> None:
        usual = part.take(scores < USUAL * self.deployed.threshold)
        self._waiting = usual if self._waiting is None else joined(self._waiting, usual)
        self._seen += len(part)
        if self._seen >= self._every:
            waiting, self._seen, self._waiting = self._waiting, 0, None
            self.learn(waiting)

    def _count(self, tenant: TenantId, part: Table, scores: Floats, nanoseconds: int) -> None:
        counts = self._of(tenant)
        counts.judged += len(scores)
        counts.above += int((scores > self.deployed.threshold).sum())
        counts.nanoseconds += nanoseconds
        counts.scores += score_counts(scores)
        features = feature_counts(part)
        counts.features = features if not len(counts.features) else counts.features + features

    def _of(self, tenant: TenantId) -> _Counts:
        counts = self._counts.get(tenant)
        if counts is None:
            counts = self._counts[tenant] = _Counts()
        return counts


@dataclass(frozen=True, slots=True)
class Lineup:
    """The versions of one model that judge one tenant's events."""

    name: str
    champion: Serving | None
    canaries: tuple[Serving, ...]
    shadows: tuple[Serving, ...]

    def shares(self, tenant: TenantId, entities: list[str]) -> list[tuple[Serving, Flags]]:
        """Who judges which entities: first those that tell of what they find, each entity with one of them."""
        everyone = np.ones(len(entities), dtype=np.bool_)
        found: list[tuple[Serving, Flags]] = []
        left = everyone
        if self.canaries:
            lots = np.array([lot(tenant, self.name, entity) for entity in entities])
            low = 0.0
            for canary in self.canaries:
                high = low + canary.deployed.share
                own = (lots >= low) & (lots < high)
                found.append((canary, own))
                left, low = left & ~own, high
        if self.champion is not None:
            found.append((self.champion, left))
        return found + [(shadow, everyone) for shadow in self.shadows]


def lineups(servings: list[Serving], tenant: TenantId) -> list[Lineup]:
    """Who judges a tenant's events: its own champion of a name takes the place of everybody's."""
    own = [one for one in servings if one.deployed.tenant == tenant]
    replaced = {one.deployed.name for one in own if one.deployed.role is Role.CHAMPION}
    shared = [one for one in servings if one.deployed.tenant is None and one.deployed.name not in replaced]
    found: list[Lineup] = []
    for name in dict.fromkeys(one.deployed.name for one in [*own, *shared]):
        roles: dict[Role, list[Serving]] = {role: [] for role in Role}
        for one in [*own, *shared]:
            if one.deployed.name == name:
                roles[one.deployed.role].append(one)
        champion = roles[Role.CHAMPION][0] if roles[Role.CHAMPION] else None
        found.append(Lineup(name, champion, tuple(roles[Role.CANARY]), tuple(roles[Role.SHADOW])))
    return found


def lot(tenant: TenantId, name: str, entity: str) -> float:
    """A number from 0 to 1 that an entity always draws: canaries judge those below their share."""
    digest = blake2b(f"{tenant}\x1f{name}\x1f{entity}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _WHOLE


def mark(entity: str) -> int:
    """A number of 63 bits that an entity always has."""
    return int.from_bytes(blake2b(entity.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def _packed(table: Table | None) -> _Rows | None:
    if table is None:
        return None
    return _Rows(table.numbers.tobytes(), [_texts(one) for one in table.categories])


def _texts(column: Category) -> list[str]:
    words = [*column.values, ""]
    codes: list[int] = column.codes.tolist()
    return [words[code] for code in codes]


def _unpacked(rows: _Rows | None, schema: Schema) -> Table | None:
    if rows is None:
        return None
    numbers: Any = np.frombuffer(rows.numbers).reshape(-1, len(schema.numbers))
    return Table(schema, numbers, tuple(Category.of(texts) for texts in rows.categories))
