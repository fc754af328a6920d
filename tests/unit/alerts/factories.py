"""Findings and alerts for tests."""

from dataclasses import replace
from typing import Any

import msgspec

from netsentinel.alerts.model import Alert, AlertStatus, Verdict
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.kernel.types import DEFAULT_TENANT, Level

NOON = 1_780_000_000_000_000


def finding(**changes: Any) -> Finding:
    base = Finding(
        tenant=DEFAULT_TENANT,
        source="eve",
        detector="sigma",
        rule_id="rule-1",
        title="Scanner user agent",
        description="A scanner asked for pages.",
        level=Level.MEDIUM,
        tags=("attack.t1595",),
        time=NOON,
        src_ip="203.0.113.66",
        dst_ip="192.0.2.10",
        user="",
        device="sensor",
        entity="203.0.113.66",
        entity_kind="address",
        matched=(MatchedField("http.http_user_agent", "nikto", "contains 'nikto'"),),
        false_positives=("an agreed test",),
        rule_source="title: Scanner user agent\n",
        fingerprint="f1",
        raw=b'{"event_type":"http"}',
    )
    return msgspec.structs.replace(base, **changes)


def alert(number: int = 1, **changes: Any) -> Alert:
    base = Alert(
        id=f"alr_{number:04}",
        tenant=DEFAULT_TENANT,
        fingerprint=f"f{number}",
        detector="sigma",
        rule_id="rule-1",
        title=f"Alert {number}",
        description="",
        level=Level.MEDIUM,
        score=45,
        status=AlertStatus.OPEN,
        verdict=Verdict.UNDECIDED,
        tags=("attack.t1595",),
        entity="203.0.113.66",
        entity_kind="address",
        src_ip="203.0.113.66",
        dst_ip="192.0.2.10",
        user="",
        device="",
        source="eve",
        count=1,
        first_at=NOON + number,
        last_at=NOON + number,
        raised_at=NOON,
        updated_at=NOON,
        version=1,
    )
    return replace(base, **changes)
