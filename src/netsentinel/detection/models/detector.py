"""The models' detector: deployed models judge flows as they come, tell what they find, and say why."""

from collections.abc import Sequence

import msgspec
import numpy as np

from netsentinel.detection.fingerprint import clean, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.models.deployment import DeployedModel, Deployment, ModelTally, RefusedModel, Role
from netsentinel.detection.models.flows import NETWORK_ACTIVITY, OTHER_TECHNIQUE, TECHNIQUES, FlowFeatures, is_flow
from netsentinel.detection.models.ports import Contribution
from netsentinel.detection.models.serving import Serving, lineups
from netsentinel.detection.models.table import Flags, Table
from netsentinel.detection.models.words import fields, probability
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.errors import ConflictError, NetSentinelError
from netsentinel.kernel.types import Micros, TenantId

AGAIN: Micros = 10 * MINUTE
"""One entity is told of so often at most, by event time and per model: a scan is one finding, not a thousand."""

TOP = 5
"""Features that a finding names."""

_MOST_TOLD = 20_000
_VERSION = 1

_FALSE_POSITIVES = (
    "Traffic that is new and harmless: another program, server or backup",
    "A network unlike the one that the model was trained on",
)
_REFERENCES = ("https://attack.mitre.org/",)


class Judgement(msgspec.Struct, frozen=True):
    """What one deployed model says of one event."""

    model: str
    version: str
    role: Role
    probability: float
    """Of an attack, from 0 to 1."""
    threshold: float
    anomalous: bool
    """Whether the probability exceeds the threshold."""
    explanation: tuple[Contribution, ...]
    """The features that moved it most, the strongest first."""


class _Saved(msgspec.Struct, array_like=True):
    version: int
    features: bytes
    told: list[tuple[TenantId, str, str, Micros]]
    learnt: dict[str, bytes]


class MLDetector:
    """Document 001's `MLDetector`, for any number of deployed models. See `deployment` for what their roles mean.

    Time comes from the events. Where batches end makes no difference, and a restored detector goes on exactly.
    """

    name = "models"
    remembers = True
    classes = frozenset({NETWORK_ACTIVITY})

    def __init__(self) -> None:
        self._features = FlowFeatures()
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
                serving = Serving(model, deployment.key, self._features.schema)
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

    def analyze_event(self, event: Event) -> list[Judgement]:
        """What each deployed model says of one event; nothing where the event is no flow."""
        if not is_flow(event):
            return []
        row = self._features.rows([event])
        said: list[Judgement] = []
        for lineup in lineups(self._servings, event.tenant):
            for serving, own in lineup.shares(event.tenant, [event.src_ip]):
                if not own[0]:
                    continue
                for _, scores in serving.judge(row, event.tenant):
                    deployed, score = serving.deployed, float(scores[0])
                    why = serving.explain(row, event.tenant, TOP)[0]
                    said.append(
                        Judgement(
                            deployed.name,
                            deployed.version,
                            deployed.role,
                            score,
                            deployed.threshold,
                            score > deployed.threshold,
                            tuple(why),
                        )
                    )
        return said

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The findings of champions and canaries, in the order of the events."""
        found: list[tuple[int, Finding]] = []
        for tenant, places in _by_tenant(events).items():
            flows = [events[place] for place in places]
            table = self._features.rows(flows)
            entities = [flow.src_ip for flow in flows]
            for lineup in lineups(self._servings, tenant):
                for serving, own in lineup.shares(tenant, entities):
                    found += [(places[row], finding) for row, finding in self._judge(serving, flows, table, own)]
        found.sort(key=lambda one: one[0])
        self._forget()
        return [finding for _, finding in found]

    def train_on_events(self, events: Sequence[Event]) -> list[str]:
        """Have the deployed models that can go on learning learn from these events, which should be benign.

        Returns:
            The names of those that did.
        """
        learnt: list[str] = []
        for tenant, places in _by_tenant(events).items():
            table = self._features.rows([events[place] for place in places])
            learnt += [
                serving.deployed.name
                for serving in self._servings
                if serving.deployed.tenant == tenant and serving.deployed.adapts and serving.learn(table)
            ]
        return sorted(set(learnt))

    def tallies(self) -> list[ModelTally]:
        """What each deployed model did since the last call."""
        return [tally for serving in self._servings for tally in serving.tallies()]

    def snapshot(self) -> bytes:
        """What features remember, whom was told of when, and what adapting models have learnt."""
        learnt = {_identity(one.deployed): one.save() for one in self._servings if one.deployed.adapts}
        told = sorted((*key, at) for key, at in self._told.items())
        return msgspec.msgpack.encode(_Saved(_VERSION, self._features.save(), told, learnt))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes, or those of another version, mean a fresh start."""
        saved = msgspec.msgpack.decode(state, type=_Saved) if state else _Saved(_VERSION, b"", [], {})
        if saved.version != _VERSION:
            saved = _Saved(_VERSION, b"", [], {})
        self._features.load(saved.features)
        self._told = {(tenant, name, entity): at for tenant, name, entity, at in saved.told}
        for serving in self._servings:
            serving.load(saved.learnt.get(_identity(serving.deployed), b""))

    def _judge(self, serving: Serving, flows: list[Event], table: Table, own: Flags) -> list[tuple[int, Finding]]:
        """What one model finds in the rows that are its own."""
        rows: list[int] = np.flatnonzero(own).tolist()
        part = table if len(rows) == len(flows) else table.take(own)
        found: list[tuple[int, Finding]] = []
        for start, scores in serving.judge(part, flows[0].tenant):
            if serving.deployed.role is Role.SHADOW:
                continue
            above: list[int] = np.flatnonzero(scores > serving.deployed.threshold).tolist()
            telling = [at for at in above if self._is_due(serving.deployed.name, flows[rows[start + at]])]
            if not telling:
                continue
            why = serving.explain(part.take(start + np.array(telling, dtype=np.int64)), flows[0].tenant, TOP)
            for at, contributions in zip(telling, why, strict=True):
                row = rows[start + at]
                found.append((row, _finding(serving, flows[row], float(scores[at]), contributions)))
                serving.told(flows[row].tenant)
        return found

    def _is_due(self, name: str, flow: Event) -> bool:
        """Whether an entity is to be told of: not within `AGAIN` after it was told of last."""
        key = (flow.tenant, name, flow.src_ip)
        last = self._told.get(key)
        if last is not None and abs(flow.time - last) < AGAIN:
            return False
        self._told[key] = flow.time
        return True

    def _forget(self) -> None:
        """Keep within bounds: who was told of longest ago goes first."""
        if len(self._told) > _MOST_TOLD:
            kept = sorted(self._told.items(), key=lambda one: (one[1], one[0]))[-_MOST_TOLD * 3 // 4 :]
            self._told = dict(kept)


def _by_tenant(events: Sequence[Event]) -> dict[TenantId, list[int]]:
    """Places of the flows of each tenant, in order."""
    found: dict[TenantId, list[int]] = {}
    for place, event in enumerate(events):
        if is_flow(event):
            found.setdefault(event.tenant, []).append(place)
    return found


def _identity(model: DeployedModel) -> str:
    """What a deployed model is known by when it is deployed again."""
    return f"{model.tenant or ''}\x1f{model.name}\x1f{model.version}"


def _finding(serving: Serving, flow: Event, score: float, why: list[Contribution]) -> Finding:
    deployed = serving.deployed
    rule_id = f"model.{deployed.name}"
    for_it = [one.feature for one in why if one.weight > 0]
    stands_out = f" What speaks for it most: {', '.join(for_it[:3])}." if for_it else ""
    first = MatchedField(
        "probability",
        probability(score),
        f"above {probability(deployed.threshold)}, the threshold of version {deployed.version}",
    )
    return Finding(
        tenant=flow.tenant,
        source=flow.source,
        detector=MLDetector.name,
        rule_id=rule_id,
        title=f"The model {deployed.name} finds a flow suspicious",
        description=f"The trained model {deployed.name}, version {deployed.version}, gives a flow a probability of"
        f" {probability(score)} of being an attack.{stands_out}",
        level=deployed.level,
        tags=TECHNIQUES.get(for_it[0], OTHER_TECHNIQUE) if for_it else OTHER_TECHNIQUE,
        time=flow.time,
        src_ip=flow.src_ip,
        dst_ip=flow.dst_ip,
        user=flow.user,
        device=flow.device,
        entity=clean(flow.src_ip),
        entity_kind="address",
        matched=(first, *fields(serving.schema, why)),
        false_positives=_FALSE_POSITIVES,
        references=_REFERENCES,
        fingerprint=fingerprint(flow.tenant, rule_id, clean(flow.src_ip)),
        raw=flow.raw,
    )
