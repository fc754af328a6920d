"""Whom a row of features is about, and the finding that tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from netsentinel.detection.accounts import PRODUCT, account_of, host_of
from netsentinel.detection.fingerprint import clean, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.models.flows import OTHER_TECHNIQUE, TECHNIQUES
from netsentinel.detection.models.histories import DEPTH, lagged
from netsentinel.detection.models.ports import Contribution
from netsentinel.detection.models.serving import Serving
from netsentinel.detection.models.windows import Closed
from netsentinel.detection.models.words import fields, probability
from netsentinel.events.model import Event
from netsentinel.kernel.types import Micros, TenantId

DETECTOR = "models"

_FALSE_POSITIVES = (
    "Traffic that is new and harmless: another program, server or backup",
    "A network unlike the one that the model was trained on",
)
_REFERENCES = ("https://attack.mitre.org/",)

_GUESSING = ("attack.credential-access", "attack.t1110")
_WINDOW_TECHNIQUES: Mapping[str, tuple[str, ...]] = {
    "bytes_out": TECHNIQUES["bytes_out"],
    "peers": TECHNIQUES["source_hosts"],
    "things": TECHNIQUES["source_ports"],
    "failed": TECHNIQUES["source_failed"],
    "failed_share": TECHNIQUES["source_failed"],
}


def _at_any_time(techniques: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return {lagged(name, lag): said for lag in range(DEPTH) for name, said in techniques.items()}


_OF_WINDOWS = _at_any_time(_WINDOW_TECHNIQUES)
_OF_USERS = _at_any_time({**_WINDOW_TECHNIQUES, "failed": _GUESSING, "failed_share": _GUESSING})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding needs to know of its row."""

    at: int
    """Place among the events of the call."""
    tenant: TenantId
    source: str
    time: Micros
    src_ip: str
    dst_ip: str
    user: str
    device: str
    entity: str
    entity_kind: str
    about: str
    """What was judged, for a title: `a flow`, `the service 10.0.0.5:22/tcp`."""
    key: str
    """Tells alerts of one entity apart; empty where one is enough."""
    techniques: Mapping[str, tuple[str, ...]]
    raw: bytes


class Subjects(Protocol):
    """Whom the rows of a table are about, all of one tenant."""

    @property
    def tenant(self) -> TenantId:
        """Whose they are."""
        ...

    @property
    def entities(self) -> list[str]:
        """By what canaries share out rows, and who is told of once a while."""
        ...

    def time(self, row: int) -> Micros:
        """When it was."""
        ...

    def subject(self, row: int) -> Subject:
        """What a finding needs to know of a row."""
        ...


class FlowSubjects:
    """The sources of flows.

    Args:
        tenant: whose they are.
        flows: one a row.
        places: where they stand among the events of the call.
    """

    def __init__(self, tenant: TenantId, flows: Sequence[Event], places: Sequence[int]) -> None:
        self.tenant = tenant
        self.entities = [flow.src_ip for flow in flows]
        self._flows = flows
        self._places = places

    def time(self, row: int) -> Micros:
        """When the flow was."""
        return self._flows[row].time

    def subject(self, row: int) -> Subject:
        """The flow and its source."""
        flow = self._flows[row]
        return Subject(
            at=self._places[row],
            tenant=self.tenant,
            source=flow.source,
            time=flow.time,
            src_ip=flow.src_ip,
            dst_ip=flow.dst_ip,
            user=flow.user,
            device=flow.device,
            entity=clean(flow.src_ip),
            entity_kind="address",
            about="a flow",
            key="",
            techniques=TECHNIQUES,
            raw=flow.raw,
        )


class WindowSubjects:
    """Entities whose windows are over.

    Args:
        tenant: whose they are.
        windows: one a row.
    """

    def __init__(self, tenant: TenantId, windows: Sequence[Closed]) -> None:
        self.tenant = tenant
        self.entities = [f"{one.segment} {one.entity}" for one in windows]
        self._windows = windows

    def time(self, row: int) -> Micros:
        """When the last event of the window was."""
        return _last(self._windows[row]).time

    def subject(self, row: int) -> Subject:
        """The entity, with the last event of its window."""
        one = self._windows[row]
        last = _last(one)
        entity, kind = _named(one, last)
        return Subject(
            at=one.at,
            tenant=self.tenant,
            source=last.source,
            time=last.time,
            src_ip=last.src_ip,
            dst_ip=last.dst_ip,
            user=last.user,
            device=last.device,
            entity=entity,
            entity_kind=kind,
            about=f"the {one.segment} {one.entity}",
            key="" if kind == one.segment else one.entity,
            techniques=_OF_USERS if one.segment == "user" else _OF_WINDOWS,
            raw=last.raw,
        )


def _named(one: Closed, last: Event) -> tuple[str, str]:
    """Whom alerts about a window are about, and what kind of thing that is."""
    if one.segment == "service":
        return clean(last.dst_ip), "address"
    if one.segment in ("user", "host") and last.logsource.product == PRODUCT:
        name, kind = account_of(last) if one.segment == "user" else (host_of(last), "host")
        return clean(name), kind
    return one.entity, one.segment


def _last(one: Closed) -> Event:
    last = one.window.last
    if last is None:
        raise ValueError("a window without events is over")
    return last


def finding(serving: Serving, subject: Subject, score: float, why: list[Contribution]) -> Finding:
    """What a model tells of a row: probability and threshold first, then what moved the score."""
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
        tenant=subject.tenant,
        source=subject.source,
        detector=DETECTOR,
        rule_id=rule_id,
        title=f"The model {deployed.name} finds {subject.about} suspicious",
        description=f"The trained model {deployed.name}, version {deployed.version}, gives {subject.about} a"
        f" probability of {probability(score)} of being an attack.{stands_out}",
        level=deployed.level,
        tags=subject.techniques.get(for_it[0], OTHER_TECHNIQUE) if for_it else OTHER_TECHNIQUE,
        time=subject.time,
        src_ip=subject.src_ip,
        dst_ip=subject.dst_ip,
        user=subject.user,
        device=subject.device,
        entity=subject.entity,
        entity_kind=subject.entity_kind,
        matched=(first, *fields(serving.schema, why)),
        false_positives=_FALSE_POSITIVES,
        references=_REFERENCES,
        fingerprint=fingerprint(subject.tenant, f"{rule_id}:{subject.key}" if subject.key else rule_id, subject.entity),
        raw=subject.raw,
    )
