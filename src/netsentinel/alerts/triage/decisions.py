"""What people decide about alerts: status, verdict, who looks after them, and what they note. All of it is audited."""

from collections.abc import Sequence
from dataclasses import replace

from netsentinel.alerts.entries import (
    ALERT_ASSIGNED,
    ALERT_JUDGED,
    ALERT_NOTED,
    ALERT_UPDATED,
    AlertAssigned,
    AlertJudged,
    AlertNoted,
)
from netsentinel.alerts.model import Activity, ActivityKind, Alert, AlertStatus, Verdict
from netsentinel.alerts.ports import ActivityStore, AlertStore
from netsentinel.alerts.triage.model import MAX_NOTE, AlertChange, Assignees, BulkResult, Note
from netsentinel.alerts.triage.people import People, Person
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx

MAX_BULK = 500
"""So many alerts are changed at once."""

_NOBODY = Person("", "")


class Decisions:
    """Changes alerts on behalf of people."""

    def __init__(self, db: Database, alerts: AlertStore, activity: ActivityStore, people: People, clock: Clock) -> None:
        self._db = db
        self._alerts = alerts
        self._activity = activity
        self._people = people
        self._clock = clock

    async def assignees(self, tenant: TenantId) -> Assignees:
        """Who can look after alerts of the tenant, by name."""
        return Assignees(await self._people.of(tenant))

    async def judge(
        self,
        principal: Principal,
        alert_id: str,
        *,
        status: AlertStatus | None,
        verdict: Verdict | None,
        version: int | None = None,
    ) -> Alert:
        """Change an alert's status, verdict or both; what is None stays. Repeating it changes nothing.

        Raises:
            NotFoundError: the principal's tenant has no such alert.
            ConflictError: it is no longer at `version`.
        """
        return await self._one(principal, alert_id, AlertChange(status=status, verdict=verdict), version)

    def acknowledge_in(self, tx: Tx, principal: Principal, alert_id: str, note: str = "") -> Alert:
        """Have an open alert acknowledged in the caller's transaction, with a note if one is given.

        Raises:
            NotFoundError: the principal's tenant has no such alert.
            InvalidInputError: the note is too long.
        """
        change = AlertChange(status=AlertStatus.ACKNOWLEDGED, note=_said(note))
        return self._apply(tx, principal, self._found(tx, principal.tenant, alert_id), change, None)

    async def assign(self, principal: Principal, alert_id: str, assignee: str, *, version: int | None = None) -> Alert:
        """Say who looks after an alert: a user's id or name, or nobody when it is empty. Repeating it changes nothing.

        Raises:
            NotFoundError: the principal's tenant has no such alert.
            InvalidInputError: the tenant has no such user, or that user may not change alerts.
            ConflictError: it is no longer at `version`.
        """
        return await self._one(principal, alert_id, AlertChange(assignee=assignee), version)

    async def note(self, principal: Principal, alert_id: str, text: str) -> Note:
        """Write a note about an alert. Notes can neither be changed nor taken away.

        Raises:
            NotFoundError: the principal's tenant has no such alert.
            InvalidInputError: the note is empty or too long.
        """
        said = _said(text)
        if not said:
            raise InvalidInputError("The note is empty.")

        def write(tx: Tx) -> Note:
            alert = self._found(tx, principal.tenant, alert_id)
            return Note(self._note(tx, principal, alert_id, said), alert)

        return await self._db.write(write)

    async def change_all(self, principal: Principal, alert_ids: Sequence[str], change: AlertChange) -> BulkResult:
        """The same change to several alerts, in one commit: either all of it happens, or nothing.

        Raises:
            InvalidInputError: there are too many, the note is too long, or there is no such user.
        """
        ids = tuple(dict.fromkeys(alert_ids))
        if len(ids) > MAX_BULK:
            raise InvalidInputError(f"At most {MAX_BULK} alerts at once.")
        assignee = await self._person(principal.tenant, change.assignee)
        said = replace(change, note=_said(change.note))

        def apply(tx: Tx) -> BulkResult:
            found = [alert for one in ids if (alert := self._alerts.get(tx, principal.tenant, one)) is not None]
            known = {alert.id for alert in found}
            changed = tuple(self._apply(tx, principal, alert, said, assignee) for alert in found)
            return BulkResult(changed, tuple(one for one in ids if one not in known))

        return await self._db.write(apply)

    async def _one(self, principal: Principal, alert_id: str, change: AlertChange, version: int | None = None) -> Alert:
        assignee = await self._person(principal.tenant, change.assignee)

        def apply(tx: Tx) -> Alert:
            alert = self._found(tx, principal.tenant, alert_id)
            if version is not None and version != alert.version:
                raise ConflictError(f"The alert is at version {alert.version}, not {version}.", version=alert.version)
            return self._apply(tx, principal, alert, change, assignee)

        return await self._db.write(apply)

    async def _person(self, tenant: TenantId, asked: str | None) -> Person | None:
        """The user that was asked for; None when nobody was asked for, so that nothing changes."""
        if asked is None:
            return None
        if not asked:
            return _NOBODY
        for person in await self._people.of(tenant):
            if person.id == asked or person.name.casefold() == asked.casefold():
                return person
        raise InvalidInputError(f"There is no user {asked[:64]!r} who may change alerts.")

    def _apply(self, tx: Tx, principal: Principal, alert: Alert, change: AlertChange, assignee: Person | None) -> Alert:
        changed = replace(
            alert,
            status=change.status or alert.status,
            verdict=change.verdict or alert.verdict,
            assignee=alert.assignee if assignee is None else assignee.id,
            assignee_name=alert.assignee_name if assignee is None else assignee.name,
        )
        if change.note:
            self._note(tx, principal, alert.id, change.note)
        if changed == alert:
            return alert
        changed = replace(changed, updated_at=self._clock.now(), version=alert.version + 1)
        self._alerts.save(tx, changed)
        tx.append(NewEntry(ALERT_UPDATED, alert.tenant, principal.id, alert.id, changed))
        self._tell(tx, principal, alert, changed)
        return changed

    def _tell(self, tx: Tx, principal: Principal, before: Alert, after: Alert) -> None:
        """Record each thing that changed in the alert's history, and in the audit."""
        changes = (
            (ActivityKind.STATUS, before.status.value, after.status.value),
            (ActivityKind.VERDICT, before.verdict.value, after.verdict.value),
        )
        for kind, was, became in changes:
            if was != became:
                self._record(tx, principal, after.id, kind, before=was, after=became)
        if (before.status, before.verdict) != (after.status, after.verdict):
            judged = AlertJudged(
                alert_id=after.id,
                level=after.level,
                by=principal.name,
                status_before=before.status.value,
                status=after.status.value,
                verdict_before=before.verdict.value,
                verdict=after.verdict.value,
            )
            tx.append(NewEntry(ALERT_JUDGED, after.tenant, principal.id, after.id, judged))
        if before.assignee != after.assignee:
            was, became = before.assignee_name, after.assignee_name
            self._record(tx, principal, after.id, ActivityKind.ASSIGNMENT, before=was, after=became)
            assigned = AlertAssigned(alert_id=after.id, by=principal.name, assignee_before=was, assignee=became)
            tx.append(NewEntry(ALERT_ASSIGNED, after.tenant, principal.id, after.id, assigned))

    def _note(self, tx: Tx, principal: Principal, alert_id: str, text: str) -> Activity:
        note = self._record(tx, principal, alert_id, ActivityKind.NOTE, text=text)
        noted = AlertNoted(alert_id=alert_id, note_id=note.id, by=principal.name, text=text)
        tx.append(NewEntry(ALERT_NOTED, principal.tenant, principal.id, alert_id, noted))
        return note

    def _record(
        self,
        tx: Tx,
        principal: Principal,
        alert_id: str,
        kind: ActivityKind,
        *,
        text: str = "",
        before: str = "",
        after: str = "",
    ) -> Activity:
        now = self._clock.now()
        done = Activity(new_id("act", now), alert_id, now, principal.id, principal.name, kind, text, before, after)
        self._activity.add(tx, principal.tenant, done)
        return done

    def _found(self, tx: Tx, tenant: TenantId, alert_id: str) -> Alert:
        alert = self._alerts.get(tx, tenant, alert_id)
        if alert is None:
            raise NotFoundError(f"There is no alert {alert_id}.")
        return alert


def _said(text: str) -> str:
    """The note as it is kept.

    Raises:
        InvalidInputError: it is too long.
    """
    said = text.strip()
    if len(said) > MAX_NOTE:
        raise InvalidInputError(f"A note has at most {MAX_NOTE} characters.")
    return said
