"""What a batch can do with alerts: acknowledge one, or suppress what it is about."""

from typing import Annotated

import msgspec
from msgspec import Meta

from netsentinel.alerts.suppression import Condition, Match, Suppressions
from netsentinel.alerts.triage import Decisions
from netsentinel.kernel.types import Permission, Principal
from netsentinel.storage.ports import Tx
from netsentinel.tasks.batch import Applied, Operation

_LATEST = 2**63 - 1


class Acknowledged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which alert, and a note about it."""

    alert_id: str
    note: str = ""


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One condition: the field has one of the values."""

    field: str
    values: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    match: Match = Match.EQUALS


class Suppressed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which findings raise no alert any more, why, and for how long."""

    conditions: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=10)]
    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    expires_at: Annotated[int, Meta(ge=0, le=_LATEST)] = 0
    alert_id: str = ""


def alert_operations(decisions: Decisions, suppressions: Suppressions) -> tuple[Operation, ...]:
    """Acknowledge and suppress, each with the permission of its route."""

    def acknowledge(tx: Tx, principal: Principal, wanted: Acknowledged) -> Applied:
        alert = decisions.acknowledge_in(tx, principal, wanted.alert_id, wanted.note)
        return Applied(alert.id, alert.status.value)

    def suppress(tx: Tx, principal: Principal, wanted: Suppressed) -> Applied:
        made = suppressions.create_in(
            tx,
            principal,
            tuple(Condition(one.field, one.match, one.values) for one in wanted.conditions),
            reason=wanted.reason,
            expires_at=wanted.expires_at,
            alert_id=wanted.alert_id,
        )
        return Applied(made.id, "active")

    return (
        Operation("acknowledge", Permission.ALERTS_WRITE, Acknowledged, acknowledge),
        Operation("suppress", Permission.ALERTS_WRITE, Suppressed, suppress),
    )
