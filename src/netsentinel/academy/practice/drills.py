"""Triage drills: alerts that somebody decided, one or an incident's, with their names masked, for others to judge."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import msgspec

from netsentinel.academy.practice.errors import UndecidedAlertError
from netsentinel.academy.practice.judging import NEXT_STEP, NEXT_STEPS, SEVERITY, VERDICT, VERDICTS
from netsentinel.academy.practice.masking import Mask
from netsentinel.academy.practice.model import (
    Content,
    Fact,
    Key,
    Pair,
    Question,
    QuestionKind,
    QuestionState,
    Source,
    SourceKind,
)
from netsentinel.academy.practice.questions import Questions, Written
from netsentinel.academy.practice.words import span
from netsentinel.alerts import AlertPage
from netsentinel.alerts.model import ActivityKind, Alert, AlertDetail, AlertFilter, Verdict, techniques
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.types import Permission, Principal, TenantId

_SAMPLES: Final = 3
_FIELDS: Final = 30
_NOTES: Final = 10
_MOST_CONCEPTS: Final = 8
_EXPLANATION: Final = 6_000
_OF_INCIDENT: Final = 25
"""Drills that are made of an incident at once."""
_LOOKED_AT: Final = 100
"""Alerts about an entity, the newest."""
_BEFORE: Final = 5
"""Alerts that a drill of an incident tells of as what was before it."""
_DECIDED: Final[Mapping[Verdict, int]] = {
    Verdict.TRUE_POSITIVE: 0,
    Verdict.FALSE_POSITIVE: 1,
    Verdict.BENIGN: 2,
}
"""Which of `VERDICTS` and `NEXT_STEPS` is right."""


class DecidedAlerts(Protocol):
    """Knows alerts, and what people decided about them."""

    async def detail(self, tenant: TenantId, alert_id: str) -> AlertDetail:
        """An alert with its samples and activities.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        ...

    async def page(self, tenant: TenantId, where: AlertFilter, *, limit: int) -> AlertPage:
        """Alerts, the newest first."""
        ...

    async def entities_named(self, tenant: TenantId, typed: str) -> tuple[str, ...]:
        """What alerts call the bearers of a name, among them the name itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDrills:
    """What making drills of an incident came to."""

    added: int
    """How many are new."""
    items: tuple[Question, ...]
    """Those of its decided alerts, the oldest alert first, in their present state."""
    undecided: int
    """Alerts of it that have no verdict yet."""
    left: int
    """Decided alerts beyond the 25 that were taken, the oldest ones first."""


class Drills:
    """Makes drills of a tenant's own alerts."""

    def __init__(self, alerts: DecidedAlerts, questions: Questions) -> None:
        self._alerts = alerts
        self._questions = questions

    async def make(self, principal: Principal, alert_id: str) -> Question:
        """A drill of an alert, as a draft: whoever approves it sees what learners will see. Once made, it stays.

        Raises:
            NotFoundError: the tenant has no such alert.
            NotAllowedError: the principal may not read alerts.
            UndecidedAlertError: nobody decided what the alert was.
        """
        _check_reader(principal)
        detail = await self._alerts.detail(principal.tenant, alert_id)
        if detail.alert.verdict not in _DECIDED:
            raise UndecidedAlertError(f"The alert {alert_id[:80]} has no verdict yet: a drill is judged by it.")
        content = await asyncio.to_thread(drill_of, detail)
        done = await self._questions.write(principal, [_written(detail, content)], QuestionState.DRAFT)
        return await self._questions.get(principal.tenant, done.ids[0])

    async def make_of_incident(self, principal: Principal, entity: str) -> IncidentDrills:
        """A drill of each decided alert about an address, host or user, as drafts; by any name of it that logs have.

        The same name is the same mask in all that are new, and each tells what was before it. Those that were made
        before stay as they are.

        Raises:
            NotFoundError: no alert is about this entity, or the name is that of several.
            NotAllowedError: the principal may not read alerts.
            UndecidedAlertError: nobody decided any of its alerts.
        """
        _check_reader(principal)
        tenant = principal.tenant
        found = await self._about(tenant, entity)
        decided = sorted((one for one in found if one.verdict in _DECIDED), key=lambda one: (one.first_at, one.id))
        if not decided:
            raise UndecidedAlertError(f"No alert about {entity[:80]} has a verdict yet: drills are judged by them.")
        details = [await self._alerts.detail(tenant, one.id) for one in decided[:_OF_INCIDENT]]
        contents = await asyncio.to_thread(drills_of, details)
        written = [_written(one, content) for one, content in zip(details, contents, strict=True)]
        done = await self._questions.write(principal, written, QuestionState.DRAFT)
        items = [await self._questions.get(tenant, one) for one in done.ids]
        return IncidentDrills(
            added=done.added,
            items=tuple(items),
            undecided=len(found) - len(decided),
            left=max(0, len(decided) - _OF_INCIDENT),
        )

    async def _about(self, tenant: TenantId, entity: str) -> tuple[Alert, ...]:
        """The newest alerts about the one that is called so, or else goes by that name."""
        for names in ((entity,), await self._alerts.entities_named(tenant, entity)) if entity else ():
            found = (await self._alerts.page(tenant, AlertFilter(entities=names), limit=_LOOKED_AT)).items
            about = sorted({one.entity for one in found})
            if len(about) > 1:
                raise NotFoundError(f"{entity[:80]} may be any of {len(about)}: {', '.join(about[:5])}.")
            if found:
                return found
        raise NotFoundError(f"No alert is about {entity[:80]}.")


def _check_reader(principal: Principal) -> None:
    if not principal.may(Permission.ALERTS_READ):
        raise NotAllowedError(f"This needs the permission {Permission.ALERTS_READ}.", permission="alerts:read")


def _written(detail: AlertDetail, content: Content) -> Written:
    alert = detail.alert.id
    return Written(slug=f"drill/{alert}", content=content, source=Source(kind=SourceKind.ALERT, id=alert))


def drill_of(detail: AlertDetail) -> Content:
    """What is shown of an alert, with every name masked, and what was decided."""
    return drills_of([detail])[0]


def drills_of(details: Sequence[AlertDetail]) -> list[Content]:
    """Drills of alerts that belong together, the oldest first; the same name is the same mask in all of them."""
    mask = _mask(details)
    return [_drill(detail, details[:number], mask) for number, detail in enumerate(details)]


def _drill(detail: AlertDetail, earlier: Sequence[AlertDetail], mask: Mask) -> Content:
    alert = detail.alert
    facts = [
        ("Alert", alert.title),
        ("What it looks for", alert.description),
        ("About", alert.entity),
        ("From", alert.src_ip),
        ("To", alert.dst_ip),
        ("User", alert.user),
        ("Device", alert.device),
        ("Findings", f"{alert.count} within {span(max(0, alert.last_at - alert.first_at))}"),
        ("Before it", _before(detail, earlier)),
    ]
    matched = {(one.field, str(one.value)): None for sample in detail.samples[:_SAMPLES] for one in sample.matched}
    facts += list(matched)[:_FIELDS]
    at = _DECIDED[alert.verdict]
    pairs = (Pair(VERDICT, VERDICTS[at]), Pair(SEVERITY, alert.level.value), Pair(NEXT_STEP, NEXT_STEPS[at]))
    return Content(
        kind=QuestionKind.TRIAGE,
        prompt="Judge this alert: what is it, how bad would it be, and what comes next?",
        facts=tuple(Fact(name[:200] or "Field", mask.text(value)) for name, value in facts if value.strip()),
        key=Key(pairs=pairs),
        explanation=_explanation(detail, mask),
        concepts=techniques(alert.tags)[:_MOST_CONCEPTS] or ("Verdict",),
    )


def _before(detail: AlertDetail, earlier: Sequence[AlertDetail]) -> str:
    """What the incident was so far, the newest of it."""
    at = detail.alert.first_at
    return "; ".join(f"{one.alert.title} ({span(at - one.alert.first_at)} before)" for one in earlier[-_BEFORE:])


def _mask(details: Sequence[AlertDetail]) -> Mask:
    mask = Mask()
    for detail in details:
        _learn(mask, detail)
    for detail in details:
        for sample in detail.samples:
            for one in sample.matched:
                mask.find(str(one.value))  # a name that shows itself in one text is replaced in all of them
    return mask


def _learn(mask: Mask, detail: AlertDetail) -> None:
    alert = detail.alert
    is_user = alert.entity_kind == "user"
    if alert.entity_kind != "address":
        mask.learn("user" if is_user else "host", alert.entity)
    people = {one.principal_name for one in detail.activity} | {alert.assignee_name, alert.user}
    for name in sorted(people | {sample.user for sample in detail.samples}):
        mask.learn("user", name)
    for name in sorted({alert.device, *(sample.device for sample in detail.samples)}):
        mask.learn("host", name)
    for sample in detail.samples:
        mask.learn_event(_event(sample.event))
        mask.learn_event({one.field: str(one.value) for one in sample.matched})


def _event(raw: object) -> Mapping[str, Any]:
    if isinstance(raw, msgspec.Raw | bytes):
        raw = msgspec.json.decode(raw)
    return cast("Mapping[str, Any]", raw) if isinstance(raw, Mapping) else {}


def _explanation(detail: AlertDetail, mask: Mask) -> str:
    """What those who decided wrote, and what the rule's author warns of."""
    alert = detail.alert
    said = [f"It was decided as {VERDICTS[_DECIDED[alert.verdict]].lower()}; its severity is {alert.level.value}."]
    notes = [one.text for one in detail.activity if one.kind is ActivityKind.NOTE][-_NOTES:]
    said += [f"Note: {mask.text(note)}" for note in notes if note.strip()]
    said += [f"Known false positive: {mask.text(one)}" for one in detail.rule.false_positives[:5]]
    return "\n".join(said)[:_EXPLANATION]
