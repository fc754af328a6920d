"""Triage drills: an alert that somebody decided, with its names masked, for others to judge."""

from collections.abc import Mapping
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
from netsentinel.alerts.model import ActivityKind, AlertDetail, Verdict, techniques
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.types import Permission, Principal, TenantId

_SAMPLES: Final = 3
_FIELDS: Final = 30
_NOTES: Final = 10
_MOST_CONCEPTS: Final = 8
_EXPLANATION: Final = 6_000
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
        if not principal.may(Permission.ALERTS_READ):
            raise NotAllowedError(f"This needs the permission {Permission.ALERTS_READ}.", permission="alerts:read")
        detail = await self._alerts.detail(principal.tenant, alert_id)
        if detail.alert.verdict not in _DECIDED:
            raise UndecidedAlertError(f"The alert {alert_id[:80]} has no verdict yet: a drill is judged by it.")
        source = Source(kind=SourceKind.ALERT, id=detail.alert.id)
        written = Written(slug=f"drill/{detail.alert.id}", content=drill_of(detail), source=source)
        done = await self._questions.write(principal, [written], QuestionState.DRAFT)
        return await self._questions.get(principal.tenant, done.ids[0])


def drill_of(detail: AlertDetail) -> Content:
    """What is shown of an alert, with every name masked, and what was decided."""
    alert, mask = detail.alert, _mask(detail)
    facts = [
        ("Alert", alert.title),
        ("What it looks for", alert.description),
        ("About", alert.entity),
        ("From", alert.src_ip),
        ("To", alert.dst_ip),
        ("User", alert.user),
        ("Device", alert.device),
        ("Findings", f"{alert.count} within {span(max(0, alert.last_at - alert.first_at))}"),
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


def _mask(detail: AlertDetail) -> Mask:
    mask = Mask()
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
    for sample in detail.samples:
        for one in sample.matched:
            mask.text(str(one.value))  # a name that shows itself in one text is replaced in all of them
    return mask


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
