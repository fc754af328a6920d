"""The models' detector: deployed models judge flows as they come, tell what they find, and say why."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from netsentinel.detection.holdings import Holdings
from netsentinel.detection.model import Finding
from netsentinel.detection.models.columns import FlowColumns
from netsentinel.detection.models.deployment import DeployedModel, Deployment, ModelTally, RefusedModel, Role
from netsentinel.detection.models.flows import FLOWS, NETWORK_ACTIVITY, NEVER_MEASURED, FlowFeatures, is_flow
from netsentinel.detection.models.histories import HISTORIES, Histories
from netsentinel.detection.models.serving import Serving, lineups
from netsentinel.detection.models.subjects import FlowSubjects, Subjects, WindowSubjects, finding
from netsentinel.detection.models.table import Flags, Schema, Table
from netsentinel.detection.models.windows import CLASSES, WINDOWS, Closed, EntityWindows, rows_of
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.errors import ConflictError, NetSentinelError
from netsentinel.kernel.types import Micros, TenantId

AGAIN: Micros = 10 * MINUTE
"""One entity is told of so often at most, by event time and per model: a scan is one finding, not a thousand."""

TOP = 5
"""Features that a finding names."""

_LEARN_EVERY: Mapping[str, int] = {FLOWS.version: 2_048, WINDOWS.version: 256, HISTORIES.version: 256}
"""Schema -> rows after which an adapting model learns from those of them that it found usual."""

_MOST_TOLD = 20_000
_VERSION = 1


class _Saved(msgspec.Struct, array_like=True):
    version: int
    flows: bytes
    windows: bytes
    told: list[tuple[TenantId, str, str, Micros]]
    learnt: dict[str, bytes]
    histories: bytes = b""


class MLDetector:
    """Document 001's `MLDetector`, for any number of deployed models. See `deployment` for what their roles mean.

    A model judges flows (`flows.FLOWS`), what entities did in five minutes (`windows.WINDOWS`) or in their last eight
    windows (`histories.HISTORIES`), as it was trained. Time comes from the events. Where batches end makes no
    difference, and a restored detector goes on exactly.
    """

    name = "models"
    remembers = True
    classes = CLASSES

    def __init__(self) -> None:
        self._flows = FlowFeatures()
        self._windows = EntityWindows()
        self._histories = Histories()
        self._told: dict[tuple[TenantId, str, str], Micros] = {}
        """Tenant, model and entity -> when it was told of last."""
        self._servings: list[Serving] = []

    def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        """Have these models, and no others, judge from the next event on.

        What an adapting version has learnt stays with it when it is deployed again with another role or threshold.

        Returns:
            Those that cannot be used, each with the reason.
        """
        before = {_identity(one.deployed): one.save() for one in self._servings}
        servings: list[Serving] = []
        refused: list[RefusedModel] = []
        champions: set[tuple[TenantId | None, str]] = set()
        for model in deployment.models:
            try:
                if model.role is Role.CHAMPION and (model.tenant, model.name) in champions:
                    raise ConflictError(f"{model.name} has another champion already.")
                serving = Serving(model, deployment.key, _LEARN_EVERY)
                serving.load(before.get(_identity(model), b""))
            except NetSentinelError as error:
                refused.append(
                    RefusedModel(model.tenant, model.name, model.version, model.role, error.code, error.detail)
                )
                continue
            servings.append(serving)
            if model.role is Role.CHAMPION:
                champions.add((model.tenant, model.name))
        self._servings = servings
        return refused

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The findings of champions and canaries, in the order of the events."""
        found: list[tuple[int, Finding]] = []
        for servings, subjects, table in self._rows(events):
            tenant = subjects.tenant
            for lineup in lineups(servings, tenant):
                for serving, own in lineup.shares(tenant, subjects.entities):
                    found += self._judge(serving, subjects, table, own)
        found.sort(key=lambda one: one[0])
        self._forget()
        return [finding for _, finding in found]

    def tallies(self) -> list[ModelTally]:
        """What each deployed model did since the last call."""
        return [tally for serving in self._servings for tally in serving.tallies()]

    def snapshot(self) -> bytes:
        """What features remember, whom was told of when, and what adapting models have learnt."""
        learnt = {_identity(one.deployed): one.save() for one in self._servings if one.deployed.adapts}
        told = sorted((*key, at) for key, at in self._told.items())
        return msgspec.msgpack.encode(
            _Saved(_VERSION, self._flows.save(), self._windows.save(), told, learnt, self._histories.save())
        )

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes, or those of another version, mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved(_VERSION, b"", b"", [], {})
        if saved.version != _VERSION:
            saved = _Saved(_VERSION, b"", b"", [], {})
        self._flows.load(saved.flows)
        self._windows.load(saved.windows)
        self._histories.load(saved.histories)
        self._told = {(tenant, name, entity): at for tenant, name, entity, at in saved.told}
        for serving in self._servings:
            serving.load(saved.learnt.get(_identity(serving.deployed), b""))

    def _judges_of(self, schema: Schema) -> list[Serving]:
        return [one for one in self._servings if one.schema.version == schema.version]

    def _rows(self, events: Sequence[Event]) -> Iterator[tuple[list[Serving], Subjects, Table]]:
        """Rows of each tenant, with those who judge such rows. Features that nobody asks for are not worked out."""
        of_flows, servings, of_histories = (self._judges_of(schema) for schema in (FLOWS, WINDOWS, HISTORIES))
        columns = FlowColumns.of(events, range(len(events))) if _are_of_one_tenant(events) else None
        by_tenant = _by_tenant(events) if columns is None else {columns.tenant: columns.places}
        for tenant, places in by_tenant.items():
            flows = events if len(places) == len(events) else [events[place] for place in places]
            if len(places) < len(events) or columns is None:
                columns = FlowColumns.of(flows, places)
            if of_flows:
                yield of_flows, FlowSubjects(tenant, flows, places), self._flows.rows(flows, columns)
        closed: list[Closed] = []
        if servings or of_histories:
            is_all = columns is not None and len(by_tenant) == 1 and _are_all(events, len(columns))
            closed = self._windows.take(events, columns if is_all else None)
        for tenant in dict.fromkeys(one.tenant for one in closed):
            windows = [one for one in closed if one.tenant == tenant]
            if servings:
                yield servings, WindowSubjects(tenant, windows), rows_of(windows)
            if of_histories:
                yield of_histories, WindowSubjects(tenant, windows), self._histories.rows(windows)

    def _judge(self, serving: Serving, subjects: Subjects, table: Table, own: Flags) -> list[tuple[int, Finding]]:
        """What one model finds in the rows that are its own."""
        rows: list[int] = np.flatnonzero(own).tolist()
        part = table if len(rows) == len(table) else table.take(own)
        found: list[tuple[int, Finding]] = []
        for start, scores in serving.judge(part, subjects.tenant):
            if serving.deployed.role is Role.SHADOW:
                continue
            above: list[int] = np.flatnonzero(scores > serving.deployed.threshold).tolist()
            serving.flagged(subjects.tenant, (subjects.entities[rows[start + at]] for at in above))
            telling = [at for at in above if self._is_due(serving.deployed.name, subjects, rows[start + at])]
            if not telling:
                continue
            why = serving.explain(part.take(start + np.array(telling, dtype=np.int64)), subjects.tenant, TOP)
            for at, contributions in zip(telling, why, strict=True):
                told = subjects.subject(rows[start + at])
                found.append((told.at, finding(serving, told, float(scores[at]), contributions)))
                serving.told(subjects.tenant)
        return found

    def _is_due(self, name: str, subjects: Subjects, row: int) -> bool:
        """Whether an entity is to be told of: not within `AGAIN` after it was told of last."""
        key, time = (subjects.tenant, name, subjects.entities[row]), subjects.time(row)
        last = self._told.get(key)
        if last is not None and abs(time - last) < AGAIN:
            return False
        self._told[key] = time
        return True

    def _forget(self) -> None:
        """Keep within bounds: of the tenant with the most, who was told of longest ago goes first."""
        if len(self._told) <= _MOST_TOLD:
            return
        newest = sorted(self._told, key=lambda key: (self._told[key], key), reverse=True)
        by_tenant: dict[str, list[tuple[TenantId, str, str]]] = {tenant: [] for tenant, _, _ in newest}
        for key in newest:
            by_tenant[key[0]].append(key)
        holdings = Holdings({tenant: len(keys) for tenant, keys in by_tenant.items()}, _MOST_TOLD * 3 // 4)

        def drop(tenant: str) -> bool:
            del self._told[by_tenant[tenant].pop()]
            holdings.change(tenant, -1)
            return True

        holdings.relieve(drop)


def _are_of_one_tenant(events: Sequence[Event]) -> bool:
    """Whether all events are connections that one tenant's sensors measured."""
    return (
        len({event.tenant for event in events}) == 1
        and {event.class_uid for event in events} == {NETWORK_ACTIVITY}
        and NEVER_MEASURED.isdisjoint({event.format for event in events})
    )


def _by_tenant(events: Sequence[Event]) -> dict[TenantId, Sequence[int]]:
    """Places of the flows of each tenant, in order."""
    places = [place for place, event in enumerate(events) if is_flow(event)]
    found: dict[TenantId, list[int]] = {events[place].tenant: [] for place in places}
    for place in places:
        found[events[place].tenant].append(place)
    return {**found}


def _are_all(events: Sequence[Event], flows: int) -> bool:
    """Whether so many flows are all of the events that windows of entities are made of."""
    return flows == len(events) or flows == sum(event.class_uid in CLASSES for event in events)


def _identity(model: DeployedModel) -> str:
    """What a deployed model is known by when it is deployed again."""
    return f"{model.tenant or ''}\x1f{model.name}\x1f{model.version}"
